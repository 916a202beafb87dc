"""A scripted pair of glasses and a small cloud, both on real sockets."""

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

from trifocal_gateway.main import GatewayStatus, run
from trifocal_gateway.queue_entry import QueuedPhoto, summary
from trifocal_gateway.settings import GatewaySettings
from trifocal_gateway.upload_queue import Forget, Progress, Save, Upload, UploadQueue
from trifocal_shared import messages
from trifocal_shared.message import Message
from trifocal_shared.wire import Wire

PACK = 400


class TcpGlasses:
    """Listens like simulated glasses do; sends its photos when asked, oldest first."""

    def __init__(self) -> None:
        self.photos: dict[str, tuple[str, bytes]] = {}
        self.heard: list[Message] = []
        self.changed = asyncio.Event()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._wire = Wire(messages.TO_GLASSES, glasses_side=True)

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self.hang_up()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def shoot(self, number: int, size: int = 30_000) -> bytes:
        data = (b"\xff\xd8%d" % number + bytes(range(256)) * (size // 256 + 1))[:size]
        self.photos[f"P{number:09d}.jpg"] = (f"local_{number}", data)
        return data

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()

    def say(self, message: Message) -> None:
        assert self._writer is not None
        self._writer.write(self._wire.encode(message))

    def announce(self) -> None:
        for name, (request_id, data) in self.photos.items():
            digest = hashlib.sha256(data).hexdigest()
            self.say(messages.FileAnnounce(file_name=name, request_id=request_id, size=len(data), sha256=digest))
            return

    async def until(self, condition: Callable[[], bool], limit_s: float = 20.0) -> None:
        async with asyncio.timeout(limit_s):
            while not condition():
                self.changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), 0.05)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._wire = Wire(messages.TO_GLASSES, glasses_side=True)
        with suppress(OSError):
            while data := await reader.read(65_536):
                self._wire.receive(data, 0)
                for said in self._wire.events():
                    if isinstance(said, Message):
                        self._hear(said)
        writer.close()

    def _hear(self, said: Message) -> None:
        self.heard.append(said)
        self.changed.set()
        if isinstance(said, messages.PhoneReady):
            self.say(messages.GlassesReady(sid="boot", protocol=1))
            self.announce()
        elif isinstance(said, messages.Ping):
            self.say(messages.Pong())
        elif isinstance(said, messages.TransferComplete):
            if said.success:
                self.photos.pop(said.file_name, None)
            self.announce()
        elif isinstance(said, messages.FileHave) and said.file_name in self.photos:
            self._send(said.file_name, said.offset)

    def _send(self, name: str, offset: int) -> None:
        assert self._writer is not None
        data = self.photos[name][1]
        for at in range(offset, min(len(data), offset + 8 * PACK), PACK):
            self._writer.write(self._wire.encode_file_packet(0x31, at // PACK, len(data), name, data[at : at + PACK]))


class Running:
    """A gateway in this process."""

    def __init__(self, folder: Path, cloud: "SmallCloud", glasses: TcpGlasses, token: str = "t0ken") -> None:
        self.settings = GatewaySettings(
            data_dir=folder, cloud_url=cloud.url, token=token, glasses=f"tcp://127.0.0.1:{glasses.port}"
        )
        self.status = GatewayStatus()
        self.stop = asyncio.Event()
        self.started = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(run(self.settings, self.stop, self.started.set, self.status))
        waiting = asyncio.create_task(self.started.wait())
        await asyncio.wait({self.task, waiting}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self.task.done():
            await self.task
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        assert self.task is not None
        async with asyncio.timeout(5):
            await self.task

    def queue(self) -> dict[str, int]:
        found = self.status.snapshot()["queue"]
        assert isinstance(found, dict)
        return found


class SmallCloud:
    """Takes presses, uploads and one gateway's WebSocket; `refuse` makes uploads fail."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.said: list[dict[str, object]] = []
        self.uploads: list[str] = []
        self.presses: list[dict[str, object]] = []
        self.refuse: Callable[[str], Response | None] = lambda request_id: None
        self.token = "t0ken"
        self.lines: list[WebSocket] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        config = uvicorn.Config(
            self._app(), port=self.port, log_level="critical", lifespan="off", ws="websockets-sansio"
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server._serve())
        async with asyncio.timeout(10):
            while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._task
            self._server = self._task = None

    def gateway(self, folder: Path, glasses: TcpGlasses, token: str = "t0ken") -> Running:
        """A gateway between these glasses and this cloud."""
        return Running(folder, self, glasses, token)

    async def ask(self, message: Message) -> None:
        await self.lines[-1].send_text(json.dumps(message.to_wire()))

    def statuses(self, request_id: str) -> list[str]:
        return [str(said["status"]) for said in self.said if "status" in said and said.get("requestId") == request_id]

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/api/hardware/button-press")
        async def press(request: Request) -> dict[str, object]:
            self.presses.append(await request.json())
            return {"success": True, "action": "take_photo", "requestId": f"r{len(self.presses)}"}

        @app.post("/api/photos/upload")
        async def upload(request: Request) -> Response:
            async with request.form() as form:
                request_id = json.loads(str(form["metadata"]))["requestId"]
                self.uploads.append(request_id)
                if request.headers.get("authorization") != f"Bearer {self.token}":
                    return JSONResponse({"error": "token_rejected"}, 401)
                if (refusal := self.refuse(request_id)) is not None:
                    return refusal
                file = form["file"]
                assert not isinstance(file, str)
                self.stored[request_id] = await file.read()
            return JSONResponse({"success": True, "requestId": request_id})

        @app.websocket("/glasses-ws")
        async def line(line: WebSocket) -> None:
            await line.accept()
            self.lines.append(line)
            await line.send_text('{"type":"connection_ack","sessionId":"s","userSession":{}}')
            with suppress(WebSocketDisconnect):
                while True:
                    self.said.append(json.loads(await line.receive_text()))

        return app


def queued_photo(number: int, size: int = 10) -> QueuedPhoto:
    return QueuedPhoto(f"local_{number}", f"{number:064x}", size, press_id=f"boot-{number}")


class QueueAtWork:
    """A queue with a database that always works, and what became of the events."""

    def __init__(self, *numbers: int, **limits: int) -> None:
        self.queue = UploadQueue(**limits)
        self.now = 1_000
        self.rows: dict[int, dict[str, object]] = {}
        self.uploads: list[str] = []
        self.progress: list[tuple[str, str, str]] = []
        self.tokens_wanted = 0
        for number in numbers:
            self.add(number)

    def add(self, number: int) -> None:
        assert self.queue.add(queued_photo(number), self.now) == ""
        self.drain()

    def drain(self) -> None:
        while events := self.queue.events():
            for event in events:
                if isinstance(event, Save):
                    self.rows[event.sequence] = event.row
                    if event.is_new:
                        self.queue.saved(event.request_id, True, self.now)
                elif isinstance(event, Forget):
                    del self.rows[event.sequence]
                elif isinstance(event, Upload):
                    self.uploads.append(event.photo.request_id)
                elif isinstance(event, Progress):
                    self.progress.append((event.photo.request_id, event.status, event.reason))
                else:
                    self.tokens_wanted += 1

    def wait(self) -> int:
        """Let time pass until the queue acts; how long that was."""
        deadline = self.queue.deadline()
        assert deadline is not None
        waited, self.now = deadline - self.now, deadline
        self.queue.timeout(self.now)
        self.drain()
        return waited

    @property
    def uploading(self) -> str:
        return self.uploads[-1]

    def counts(self) -> dict[str, int]:
        return summary(self.queue.entries())

    def say(self, answer: str, *arguments: object) -> None:
        getattr(self.queue, answer)(self.uploading, *arguments, self.now)
        self.drain()


@pytest.fixture
def at_work() -> type[QueueAtWork]:
    return QueueAtWork


@pytest.fixture
async def glasses() -> AsyncIterator[TcpGlasses]:
    made = TcpGlasses()
    await made.listen()
    yield made
    await made.close()


@pytest.fixture
async def cloud() -> AsyncIterator[SmallCloud]:
    made = SmallCloud()
    yield made
    await made.stop()
