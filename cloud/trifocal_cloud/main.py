"""The cloud's composition root: `create_app` joins the parts, `serve` runs them."""

import asyncio
import contextlib
import gc
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Literal, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from trifocal_cloud.io import (
    app_events_socket,
    app_photo_routes,
    app_routes,
    app_settings_routes,
    app_stream_routes,
    app_subscribe_routes,
    console_routes,
    event_routes,
    gallery_routes,
    glasses_routes,
    hardware_routes,
    health_routes,
    photo_routes,
    public_routes,
    reference_routes,
    refusals,
    share_routes,
    storage_routes,
    tus_routes,
)
from trifocal_cloud.io.app_socket import app_door
from trifocal_cloud.io.body_limit import BodyLimit
from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.console_socket import console_door
from trifocal_cloud.io.doors import Door, Opens
from trifocal_cloud.io.glasses_socket import glasses_door
from trifocal_cloud.io.headers import SecurityHeaders
from trifocal_cloud.io.sim_socket import sim_door
from trifocal_cloud.live.io.ingest import RTMP_PORT
from trifocal_cloud.settings import CloudSettings
from trifocal_shared.clock import Clock

JSON_LIMIT_BYTES = 64 * 1024
GRACEFUL_S = 5
COLLECT_AFTER = 20_000, 5, 5
"""New objects, and collections of the younger ones, before the collector looks for circles. Messages leave none behind;
each lost connection leaves some fifty objects in circles, which so are found after a few thousand connections."""

ROOMS = (
    health_routes,
    hardware_routes,
    photo_routes,
    gallery_routes,
    share_routes,
    glasses_routes,
    event_routes,
    app_routes,
    app_settings_routes,
    storage_routes,
    public_routes,
    app_photo_routes,
    app_stream_routes,
    app_subscribe_routes,
    console_routes,
    reference_routes,
    tus_routes,
)
"""What answers over HTTP: each has a `router`."""

DOORS: dict[str, Opens] = {
    "/app-ws": app_door,
    app_events_socket.PATH: app_events_socket.app_events_door,
    "/glasses-ws": glasses_door,
    "/sim-ws": sim_door,
    "/console-ws": console_door,
}
"""What answers to WebSockets, by path."""


def random_id() -> str:
    """An id that nobody guesses."""
    return uuid.uuid4().hex


def create_app(settings: CloudSettings, clock: Clock | None = None, new_id: Callable[[], str] = random_id) -> FastAPI:
    """The whole cloud as one ASGI application. It opens its data when its lifespan begins; nothing is global."""
    clock = clock or Clock()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Cloud.opened(settings, clock, new_id) as cloud:
            app.state.cloud = cloud
            yield

    app = FastAPI(
        title="Trifocal cloud",
        version=health_routes.VERSION,
        description="The cloud that camera glasses and apps talk to.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    refusals.install(app)
    app.add_middleware(
        BodyLimit,
        limit=JSON_LIMIT_BYTES,
        stall_s=settings.upload_stall_s,
        spared=(photo_routes.UPLOAD_PATH,),
        folders={
            f"{storage_routes.PREFIX}/": storage_routes.BODY_LIMIT_BYTES,
            f"{tus_routes.PREFIX}/": settings.video_limit_bytes,
        },
    )
    app.add_middleware(SecurityHeaders)
    for room in ROOMS:
        app.router.routes.extend(room.router.routes)  # as they are: including builds every one anew
    console_routes.mount_pages(app)
    reference_routes.mount_pages(app)
    return app


async def serve(settings: CloudSettings, started: Callable[[str], None], stop: asyncio.Event) -> None:
    """Serve until `stop`; `started(url)` is called once connections are taken. Raises OSError (port taken).

    A cloud by hand, with a token printed (run with the repository's packages installed)::

        python -c '
        import asyncio, pathlib, time
        from trifocal_cloud import main, settings, tokens
        from trifocal_cloud.io.secret import load_or_create
        data = pathlib.Path("trifocal-data/cloud")
        print(tokens.issue(load_or_create(data), "ann@example.com", 86400, int(time.time())))
        set_up = settings.CloudSettings(data_dir=data, local_user="ann@example.com")
        asyncio.run(main.serve(set_up, print, asyncio.Event()))
        '
    """
    app = create_app(settings)
    listener = _listener(settings.host, settings.port)
    server = _Server(
        uvicorn.Config(
            app,
            http=_http(app),
            ws=_doors(app),
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACEFUL_S,
        )
    )
    with contextlib.closing(listener):
        async with app.router.lifespan_context(app):
            cloud = app.state.cloud
            cloud.apps.posts.base_url = cloud.ingest.base_url = _reached_at(settings, listener)
            await cloud.ingest.listen(settings.host, _rtmp_port(settings))
            cloud.live_streams.expire()  # streams of before the restart have addresses only now
            running = asyncio.create_task(server.serve(sockets=[listener]))
            stopping = asyncio.create_task(stop.wait())
            up = asyncio.create_task(server.up.wait())
            try:
                await asyncio.wait((running, up), return_when=asyncio.FIRST_COMPLETED)
                if up.done():
                    # What stands now stays for good, and what messages leave behind is seldom in circles: looking
                    # through it all again and again would hold up every message.
                    gc.collect()
                    gc.freeze()
                    gc.set_threshold(*COLLECT_AFTER)
                    started(_url(listener))
                await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                app.state.cloud.feed.close()
                server.should_exit = True
                stopping.cancel()
                up.cancel()
                await running


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


def _doors(app: FastAPI) -> type[asyncio.Protocol]:
    """What uvicorn makes a protocol with when somebody wants a WebSocket."""

    def door(config: uvicorn.Config, server_state: ServerState, app_state: object) -> Door:
        return Door(app, DOORS, server_state)

    return cast("type[asyncio.Protocol]", door)


def _http(app: FastAPI) -> type[asyncio.Protocol] | Literal["h11"]:
    """The faster parser where it is installed; the other one bounds a request's head by itself."""
    try:
        from trifocal_cloud.io.bounded_http import BoundedHttp
    except ImportError:
        return "h11"

    def http(*args: Any, **kwargs: Any) -> BoundedHttp:
        return BoundedHttp(*args, media=app.state.cloud.ingest.media_http, **kwargs)

    return cast("type[asyncio.Protocol]", http)


def _listener(host: str, port: int) -> socket.socket:
    """A bound socket. It names TCP as its protocol, or asyncio would not switch Nagle's delay off: 40 ms an answer."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    found = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError:
        found.close()
        raise
    return found


def _reached_at(settings: CloudSettings, listener: socket.socket) -> str:
    """How apps reach us: as the operator says, else at the address where we listen; from here, if everywhere."""
    everywhere = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - what such a listener is called
    found = settings.public_url.rstrip("/") or _url(listener)
    for address, own in everywhere.items():
        found = found.replace(f"//{address}:", f"//{own}:")
    return found


def _rtmp_port(settings: CloudSettings) -> int:
    if settings.rtmp_port is not None:
        return settings.rtmp_port
    return RTMP_PORT if settings.port else 0


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
