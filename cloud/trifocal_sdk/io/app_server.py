"""The app's own server: the cloud starts and stops its sessions here, and brings photos."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, overload

from starlette.applications import Starlette

from trifocal_sdk.connection import GOING_AWAY, NORMAL
from trifocal_sdk.errors import ConnectionFailedError
from trifocal_sdk.io import app_routes
from trifocal_sdk.io.app_session import AppSession
from trifocal_sdk.io.calls import Calls, complain
from trifocal_sdk.io.http_server import HttpServer
from trifocal_sdk.io.photo_desk import PhotoDesk
from trifocal_sdk.stream_type import Stream
from trifocal_shared.clock import Clock

E = TypeVar("E")

STOP_S = 10.0
CALLS_S = 3.0
MOST_SESSIONS = 10_000

log = logging.getLogger("trifocal_sdk")

Started = Callable[[AppSession], Awaitable[None] | None]
Stopped = Callable[[AppSession, str], Awaitable[None] | None]
Heard = Callable[[AppSession, E], Awaitable[None] | None]
S = TypeVar("S", bound=Started)
T = TypeVar("T", bound=Stopped)


class AppServer:
    """An app. Say what it does with decorators, or in a subclass that overrides `on_session` and `on_stop`::

        app = AppServer("com.example.cam", api_key="…")

        @app.on(StreamType.BUTTON_PRESS)
        async def pressed(session: AppSession, press: ButtonPress) -> None:
            photo = await session.camera.request_photo()

        asyncio.run(app.run())

    The cloud must reach it under the public URL that the app is registered with; nothing that comes there proves who
    sent it, so keep the port to your own network, or name in `clouds` the only clouds that the app may be sent to, as
    origins (`https://cloud.example`). `port` 0 takes a free one.
    """

    def __init__(
        self,
        package_name: str,
        api_key: str,
        *,
        host: str = "127.0.0.1",
        port: int = 7010,
        clouds: tuple[str, ...] = (),
    ) -> None:
        self.package_name = package_name
        self.url = ""
        """Where it is reached from this machine, once it is started."""
        self._api_key = api_key
        self._clouds = frozenset(cloud.rstrip("/") for cloud in clouds)
        self._clock = Clock()
        self._photos = PhotoDesk(self._clock)
        self._calls = Calls()
        self._sessions: dict[str, AppSession] = {}
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}
        self._endings: dict[AppSession, asyncio.Task[None]] = {}
        self._started: list[Started] = []
        self._stopped: list[Stopped] = []
        self._heard: list[tuple[str, Heard[Any]]] = []
        self._http = HttpServer(Starlette(routes=app_routes.routes(self, self._photos)), host, port)
        self._time: asyncio.Task[None] | None = None

    async def on_session(self, session: AppSession, session_id: str, user_id: str) -> None:
        """A session has begun. Override it, or use the decorator `started`. It may last as long as the session."""

    async def on_stop(self, session_id: str, user_id: str, reason: str) -> None:
        """A session has ended; once for each that began. Override it, or use the decorator `stopped`."""

    async def on_tool_call(self, tool_id: str, parameters: dict[str, Any], user_id: str) -> str | None:
        """The person's assistant uses a tool of this app; what is returned is its answer. Override it."""
        return None

    def started(self, listener: S) -> S:
        """Decorator of a function that is given each new session."""
        self._started.append(listener)
        return listener

    def stopped(self, listener: T) -> T:
        """Decorator of a function that is given each ended session, and the reason."""
        self._stopped.append(listener)
        return listener

    @overload
    def on(self, stream: Stream[E]) -> Callable[[Heard[E]], Heard[E]]: ...
    @overload
    def on(self, stream: str) -> Callable[[Heard[Any]], Heard[Any]]: ...
    def on(self, stream: str) -> Callable[[Any], Any]:
        """Decorator of a function that is given the session and the event, in every session."""

        def decorate(listener: Heard[Any]) -> Heard[Any]:
            self._heard.append((stream, listener))
            return listener

        return decorate

    @property
    def sessions(self) -> Mapping[str, AppSession]:
        """The sessions that there are now, by their ids."""
        return MappingProxyType(self._sessions)

    async def run(self) -> None:
        """Serve until the process is told to end (Ctrl-C, SIGTERM) or the task is cancelled. Raises OSError."""
        loop = asyncio.get_running_loop()
        await self.start()
        log.info("%s listens on %s", self.package_name, self.url)
        with told_to_end() as stop:
            waits = [loop.create_task(stop.wait()), loop.create_task(self._http.ended())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
                await self.stop()

    async def start(self) -> None:
        """Serve from now on; `url` says where. Raises OSError (port taken)."""
        self.url = await self._http.start()
        self._time = asyncio.create_task(self._photos.run())

    async def stop(self) -> None:
        """End all sessions on this side and close. The cloud keeps wanting the app: it asks for it again.

        To have it stay away, `disconnect` the sessions first.
        """
        await asyncio.gather(*(session.leave("the app stops", GOING_AWAY) for session in self._sessions.values()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await asyncio.gather(*self._endings.values())
        await self._calls.finish(CALLS_S)
        if self._time is not None:
            self._time.cancel()
        await self._http.stop()

    async def begin(self, session_id: str, user_id: str, url: str) -> None:
        """The cloud asks for a session; one that there is under this id gives way. For the routes.

        Raises ConnectionFailedError.
        """
        if len(self._turns) >= MOST_SESSIONS or len(self._sessions) >= MOST_SESSIONS:
            raise ConnectionFailedError("this app has too many sessions", "TOO_MANY")
        async with self._turn(session_id):
            older = self._sessions.get(session_id)
            if older is not None:
                await older.release("switching_clouds")
            await self._begin(session_id, user_id, url)

    async def end(self, session_id: str, reason: str) -> None:
        """The cloud stops a session; returns when `on_stop` has run. For the routes."""
        session = self._sessions.get(session_id)
        if session is not None:
            await session.leave(reason, NORMAL)
            ending = self._endings.get(session)
            if ending is not None:
                await asyncio.wait((ending,))

    def allows(self, url: str) -> bool:
        """Whether the app may be sent to the cloud with this WebSocket address."""
        scheme, _, rest = url.partition("://")
        if scheme not in {"ws", "wss"} or not rest.split("/", maxsplit=1)[0]:
            return False
        origin = f"{'https' if scheme == 'wss' else 'http'}://{rest.split('/', maxsplit=1)[0]}"
        return not self._clouds or origin in self._clouds

    @contextlib.asynccontextmanager
    async def _turn(self, session_id: str) -> AsyncIterator[None]:
        """Requests for one session come one after the other."""
        lock, waiting = self._turns.get(session_id, (asyncio.Lock(), 0))
        self._turns[session_id] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._turns.pop(session_id)
            if waiting > 1:
                self._turns[session_id] = (lock, waiting - 1)

    async def _begin(self, session_id: str, user_id: str, url: str) -> None:
        session = AppSession(
            url,
            session_id,
            user_id,
            package_name=self.package_name,
            api_key=self._api_key,
            clock=self._clock,
            photos=self._photos,
            ended=self._ended,
        )
        for stream, listener in self._heard:
            session.on(stream, _Bound(listener, session))
        try:
            await session.begin()
        except BaseException:
            await session.close()
            raise
        self._sessions[session_id] = session
        session.call(self.on_session, session, session_id, user_id)
        for started in self._started:
            session.call(started, session)

    def _ended(self, session: AppSession, reason: str) -> None:
        if self._sessions.get(session.id) is session:
            del self._sessions[session.id]
            ending = asyncio.get_running_loop().create_task(self._farewell(session, reason))
            self._endings[session] = ending
            ending.add_done_callback(lambda _: self._endings.pop(session, None))

    async def _farewell(self, session: AppSession, reason: str) -> None:
        try:
            await self.on_stop(session.id, session.user_id, reason)
        except Exception as error:
            complain(self.on_stop, error)
        tasks = [self._calls.call(listener, session, reason) for listener in self._stopped]
        waited = [task for task in tasks if task is not None]
        if waited:
            await asyncio.wait(waited, timeout=STOP_S)
        await session.close()


@contextlib.contextmanager
def told_to_end() -> Iterator[asyncio.Event]:
    """An event that is set when the process is told to end; where there are no signals, it never is."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows, or a thread that is not the first
        for number in numbers:
            loop.add_signal_handler(number, event.set)
    try:
        yield event
    finally:
        with contextlib.suppress(NotImplementedError, RuntimeError):
            for number in numbers:
                loop.remove_signal_handler(number)


class _Bound:
    """A listener of all sessions, as one session calls it."""

    def __init__(self, listener: Heard[Any], session: AppSession) -> None:
        self.func = listener
        self._session = session

    def __call__(self, event: Any) -> Awaitable[None] | None:
        return self.func(self._session, event)
