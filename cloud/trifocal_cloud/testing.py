"""A cloud for tests: in this process with a clock that moves only when told, or behind a real socket."""

import asyncio
import functools
import io
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import httpx
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import create_engine

from trifocal_cloud import main, tokens
from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.database import NAME, migrate
from trifocal_cloud.io.secret import load_or_create
from trifocal_cloud.settings import CloudSettings
from trifocal_shared.clock import Clock
from trifocal_shared.testing import VirtualClock

ANN = "ann@example.com"
BOB = "bob@example.com"
EPOCH_MS = 1_770_000_000_000
DAY_S = 86_400
DEADLINE_S = 10


class House:
    """One cloud and how to reach it in process."""

    def __init__(self, app: FastAPI, settings: CloudSettings, clock: VirtualClock) -> None:
        self.app = app
        self.settings = settings
        self.clock = clock

    @property
    def cloud(self) -> Cloud:
        """Its parts."""
        found: Cloud = self.app.state.cloud
        return found

    def token(self, user: str = ANN, ttl_s: int = DAY_S) -> str:
        """A core token by the house's own clock."""
        return tokens.issue(load_or_create(self.settings.data_dir), user, ttl_s, self.clock.epoch_ms() // 1000)

    def client(self, user: str | None = ANN, host: str = "testserver", address: str = "10.0.0.9") -> httpx.AsyncClient:
        """Requests of this user, None is nobody, to this host from this address."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 50_000))
        headers = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        return httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers)


@asynccontextmanager
async def housed(
    data_dir: Path, clock: VirtualClock | None = None, new_id: Callable[[], str] = main.random_id, **more: Any
) -> AsyncIterator[House]:
    """A running cloud on this data directory."""
    clock = clock or VirtualClock(1_000, EPOCH_MS)
    _lay_database(data_dir)
    settings = CloudSettings(data_dir=data_dir, **more)
    app = main.create_app(settings, clock, new_id)  # type: ignore[arg-type]
    async with app.router.lifespan_context(app):
        yield House(app, settings, clock)


def _lay_database(data_dir: Path) -> None:
    if not (data_dir / NAME).exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / NAME).write_bytes(_migrated())


@functools.cache
def _migrated() -> bytes:
    """An empty database of the newest schema, migrated once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/{NAME}")
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        return (Path(folder) / NAME).read_bytes()


def picture(color: int = 0, size: tuple[int, int] = (64, 48), kind: str = "JPEG") -> bytes:
    """A small picture; another color is another picture."""
    made = io.BytesIO()
    Image.new("RGB", size, (color % 256, color // 256 % 256, 90)).save(made, kind)
    return made.getvalue()


def film(
    kind: str, codec: str, frames: int, size: tuple[int, int] = (64, 48), options: dict[str, str] | None = None
) -> bytes:
    """A small video in a container of this kind, ten pictures a second."""
    made = io.BytesIO()
    with av.open(made, "w", format=kind, options=options or {}) as out:
        stream = out.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (number * 7 % 256, 40, 90)))  # type: ignore[no-untyped-call]
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return made.getvalue()


async def upload(
    client: httpx.AsyncClient, request_id: str, content: bytes | None = None, **metadata: Any
) -> httpx.Response:
    """Upload as a gateway does."""
    return await client.post(
        "/api/photos/upload",
        files={"file": ("photo.jpg", picture() if content is None else content, "image/jpeg")},
        data={"metadata": json.dumps({"requestId": request_id, **metadata})},
    )


async def uploaded(client: httpx.AsyncClient, request_id: str, content: bytes | None = None, **metadata: Any) -> str:
    """The photo id of a successful upload."""
    answer = await upload(client, request_id, content, **metadata)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["photoId"])


async def pressed(client: httpx.AsyncClient, press_id: str = "boot-1", button: str = "photo") -> dict[str, Any]:
    """Press a button; the answer."""
    body = {"buttonId": button, "pressType": "short", "deviceId": "sim", "pressId": press_id}
    answer = await client.post("/api/hardware/button-press", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def eventually(true: Callable[[], bool | Awaitable[bool]]) -> None:
    """Return once `true()` is; fail after a while."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found = true()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.005)


@dataclass
class Running:
    """A cloud behind a real socket, and who `user` and `other` are there: tests that share it do not meet."""

    url: str
    data_dir: Path
    user: str = ANN
    other: str = BOB

    def token(self, user: str = "", ttl_s: int = DAY_S) -> str:
        """A core token by the real clock; of `user` when no name is given."""
        now_s = Clock().epoch_ms() // 1000
        return tokens.issue(load_or_create(self.data_dir), user or self.user, ttl_s, now_s)

    def headers(self, user: str = "") -> dict[str, str]:
        """What says who speaks."""
        return {"Authorization": f"Bearer {self.token(user)}"}

    def client(self, user: str | None = "") -> httpx.AsyncClient:
        """Requests of this user (`user` when empty); None is nobody."""
        return httpx.AsyncClient(base_url=self.url, headers={} if user is None else self.headers(user))

    def ws(self, path: str) -> str:
        """The address of a socket."""
        return self.url.replace("http://", "ws://") + path


@asynccontextmanager
async def serving(data_dir: Path, **more: Any) -> AsyncIterator[Running]:
    """A real server on a free port of this machine."""
    stop = asyncio.Event()
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    settings = CloudSettings(data_dir=data_dir, port=0, **more)
    server = asyncio.create_task(main.serve(settings, url.set_result, stop))
    try:
        await asyncio.wait((server, url), timeout=DEADLINE_S, return_when=asyncio.FIRST_COMPLETED)
        if server.done():
            await server
        yield Running(url.result(), data_dir)
    finally:
        stop.set()
        await server
