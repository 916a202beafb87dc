"""`trifocal up`: cloud, simulated glasses and gateway in one process, over real sockets on this machine."""

import asyncio
import contextlib
import os
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from pydantic import SecretStr

from trifocal_tools import data_dir, failure, output, provision, running
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Settings, understood
from trifocal_tools.supervisor import Supervisor

if TYPE_CHECKING:
    from trifocal_tools.radio.room import Room

TOKEN_S = 30 * 86_400
READY_S = 30.0
"""How long the parts may take to find one another."""
READY_PAUSE_S = 0.03

LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what to call a cloud that listens everywhere


def core_token(folder: Path, user: str, ttl_s: int, now_s: int) -> str:
    """A token for the cloud that keeps its data in this folder. Raises Failure when the secret cannot be kept there."""
    from trifocal_cloud import tokens
    from trifocal_cloud.io import secret

    cloud_dir = folder / "cloud"
    try:
        cloud_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tokens.issue(secret.load_or_create(cloud_dir), user, ttl_s, now_s)
    except ValueError as error:
        raise Failure(str(error), failure.USAGE, "bad_setting") from error
    except OSError as error:
        raise Failure(
            f"{cloud_dir} cannot be used: {error.strerror}", failure.MISSING, "data_dir_unwritable"
        ) from error


def check_port(host: str, port: int) -> None:
    """Raise Failure(MISSING) when nobody may listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            hint = "another program listens there; name another port with --port, or 0 for any"
            raise Failure(
                f"port {port} on {host} cannot be used: {error.strerror}", failure.MISSING, "port_busy", hint
            ) from error


def up(settings: Settings, headless: bool, as_json: bool) -> None:
    """Run everything until a signal or the key q. Raises Failure when a part cannot start or dies for good."""
    with data_dir.owned(settings.data_dir, *data_dir.PARTS) as folder:
        check_port(settings.host, settings.port)
        if settings.python == "micropython":
            provision.micropython()
        live = not headless and output.terminal().is_terminal
        with running.log_to_file(folder / "up.log") if live else contextlib.nullcontext():
            if live:
                output.remark("starting cloud, glasses and gateway …")
            else:
                running.log_to_stderr()
            running.run_until_signal(lambda stop: House(settings, folder).live_in(stop, live, as_json))


class House:
    """The parts joined: who talks to whom, and on which port each of them is found."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        from trifocal_gateway.main import GatewayStatus

        self.settings = settings
        self.folder = folder
        self.token = core_token(folder, settings.user, TOKEN_S, int(time.time()))
        self.cloud = ""
        self.port = settings.port
        self.sim_port = 0
        self.gateway = GatewayStatus()
        self.room = _room() if settings.radio else None

    async def live_in(self, stop: asyncio.Event, live: bool, as_json: bool) -> None:
        """Start all, say so, wait for the end, stop all."""
        supervisor = Supervisor()
        ready = asyncio.create_task(self._start(supervisor))
        try:
            if not await _first(stop, ready, supervisor.failed):
                return
            with data_dir.announced(self.folder, self.announcement()):
                await self._stay(stop, supervisor, live, as_json)
        finally:
            ready.cancel()
            await supervisor.stop()

    def announcement(self) -> dict[str, object]:
        """What a script needs to use what runs here."""
        return {
            "console": self.cloud + "/",
            "cloud": self.cloud,
            "user": self.settings.user,
            "token": self.token,
            "dataDir": str(self.folder),
            "pid": os.getpid(),
            "python": self.settings.python,
            "camera": self.settings.camera,
        }

    def uploads(self) -> int:
        """How many photos the gateway holds that are not in the cloud yet."""
        queue = self.gateway.snapshot().get("queue")
        return sum(queue.get(state, 0) for state in ("queued", "uploading", "failed")) if isinstance(queue, dict) else 0

    async def _start(self, supervisor: Supervisor) -> None:
        await supervisor.start("cloud", self._run_cloud)
        await supervisor.start("glasses", self._run_sim)
        await supervisor.start("gateway", self._run_gateway)
        async with httpx.AsyncClient(base_url=self.cloud, headers=self._headers(), trust_env=False) as http:
            await joined(http)

    async def _stay(self, stop: asyncio.Event, supervisor: Supervisor, live: bool, as_json: bool) -> None:
        if as_json:
            output.print_json(self.announcement())
        elif not live:
            output.print_line(f"Trifocal is up: {self.cloud}/  (user {self.settings.user}, data in {self.folder})")
        if not live:
            await _first(stop, supervisor.failed)
            return
        from trifocal_tools.live import LiveView

        view = LiveView(self.cloud, self.token, self.announcement(), supervisor.parts, self.uploads)
        shown = asyncio.create_task(view.show(stop))
        await _first(stop, shown, supervisor.failed)
        shown.cancel()
        await asyncio.wait({shown})

    async def _run_cloud(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        from trifocal_cloud.main import serve
        from trifocal_cloud.settings import CloudSettings

        def listening(url: str) -> None:
            self.port = httpx.URL(url).port or self.port
            everywhere = LOOPBACK_OF.get(self.settings.host)
            self.cloud = f"http://{everywhere}:{self.port}" if everywhere else url
            started()

        settings = understood(
            lambda: CloudSettings(
                data_dir=self.folder / "cloud",
                host=self.settings.host,
                port=self.port,
                local_user=self.settings.user,
                public_url=self.settings.public_url,
                app_networks="private" if self.settings.allow_private_apps else "loopback",
            )
        )
        await serve(settings, listening, stop)

    async def _run_sim(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        from trifocal_tools.sim import SimSettings, run

        def listening(port: int) -> None:
            self.sim_port = port
            started()

        settings = SimSettings(
            data_dir=self.folder / "glasses",
            listen_port=self.sim_port,
            camera=self.settings.camera,
            python=self.settings.python,
            cloud_url=self.cloud,
            token=self.token,
            join=self.room.join if self.room else None,
        )
        await run(settings, listening, stop)

    async def _run_gateway(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        from trifocal_gateway.main import run
        from trifocal_gateway.settings import GatewaySettings

        settings = GatewaySettings(
            data_dir=self.folder / "gateway",
            cloud_url=self.cloud,
            token=SecretStr(self.token),
            glasses=self.room.glasses if self.room else f"tcp://127.0.0.1:{self.sim_port}",
        )
        async with self.room.central() if self.room else contextlib.nullcontext() as backends:
            await run(settings, stop, started, self.gateway, backends)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _room() -> "Room":
    from trifocal_tools.radio.room import Room

    return Room(random.random)


async def joined(http: httpx.AsyncClient, timeout_s: float = READY_S) -> None:
    """Return when a press would travel all the way. Raises Failure saying who is missing after `timeout_s`."""
    missing = ["cloud"]
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            answer = await http.get("/api/glasses")
            answer.raise_for_status()
            missing = _missing(answer.json())
            if not missing:
                return
        await asyncio.sleep(READY_PAUSE_S)
    raise Failure(f"not joined after {timeout_s:.0f} s: {', '.join(missing)}", word="not_joined")


def _missing(state: dict[str, object]) -> list[str]:
    sim = state.get("sim")
    return [
        *([] if state.get("gateway") else ["the gateway is not connected to the cloud"]),
        *([] if state.get("connected") else ["the glasses are not connected to the gateway"]),
        *([] if isinstance(sim, dict) else ["the simulated glasses are not attached to the cloud"]),
    ]


async def _first(stop: asyncio.Event, *others: "asyncio.Future[None]") -> bool:
    """Wait for the first of these: False when it was the stop, True when another ended well; raises what it raised."""
    stopping = asyncio.create_task(_stopped(stop))
    waiting: set[asyncio.Future[None]] = {stopping, *others}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            if other.done():
                other.result()
        return not stop.is_set()
    finally:
        stopping.cancel()


async def _stopped(stop: asyncio.Event) -> None:
    await stop.wait()
