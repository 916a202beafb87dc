"""One person's session with the app, as the developer has it."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, overload

from trifocal_sdk.connection import NORMAL, Acknowledged, Ended, Heard
from trifocal_sdk.device_state import Capabilities
from trifocal_sdk.errors import ConnectionFailedError
from trifocal_sdk.io import session_events
from trifocal_sdk.io.calls import Calls
from trifocal_sdk.io.camera import Camera
from trifocal_sdk.io.device import Device
from trifocal_sdk.io.hearing import Cleanup, Hearing, Listener
from trifocal_sdk.io.link import Link, News
from trifocal_sdk.io.photo_desk import PhotoDesk
from trifocal_sdk.io.rest import Rest, http_of
from trifocal_sdk.io.session_events import SessionEvents
from trifocal_sdk.io.session_reader import SessionReader
from trifocal_sdk.io.settings import Settings
from trifocal_sdk.io.storage import Storage
from trifocal_sdk.io.stream_desk import StreamDesk
from trifocal_sdk.io.streaming import Streaming
from trifocal_sdk.stream_type import Stream
from trifocal_shared.app_messages import RequestWifiSetup
from trifocal_shared.clock import Clock

E = TypeVar("E")

LISTENERS_S = 2.0
"""How long asynchronous listeners have to come to their end when the session ends."""


class AppSession:
    """A session lives from the cloud's request until the cloud, the person or the app ends it.

    A connection that breaks in between is made again, with the same session; listeners stay. The parts:
    `camera`, `streaming`, `events`, `settings`, `device` and `storage`.
    """

    def __init__(
        self,
        url: str,
        session_id: str,
        user_id: str,
        *,
        package_name: str,
        api_key: str,
        clock: Clock,
        photos: PhotoDesk,
        ended: Callable[["AppSession", str], None],
    ) -> None:
        self.id = session_id
        self.user_id = user_id
        self._photos = photos
        self._ended = ended
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._calls = Calls()
        self._link = Link(url, session_id, package_name=package_name, api_key=api_key, clock=clock, news=self._take)
        self._hearing = Hearing(self._calls, self._link.listens)
        self._streams = StreamDesk(self._link, self._hearing, clock)
        base = http_of(url)
        # The cloud knows a session's settings by the session, and the texts of an app by its key.
        self._rests = (Rest(base, f"Bearer {session_id}"), Rest(base, f"Bearer {package_name}:{api_key}"))
        self.camera = Camera(self._link, photos, self._streams, self._hearing)
        self.streaming = Streaming(self.camera, self._streams, self._hearing)
        self.events = SessionEvents(self._hearing)
        self.settings = Settings(self._hearing, self._rests[0], package_name)
        self.device = Device(self._hearing)
        self.storage = Storage(self._rests[1], user_id)
        self._reader = SessionReader(package_name, self._hearing, self._streams, self.settings, self.device)
        self._tasks: list[asyncio.Task[None]] = []
        self._over = ""

    def __repr__(self) -> str:
        return f"AppSession(user_id={self.user_id!r})"

    @property
    def connected(self) -> bool:
        """Whether there is a connection to the cloud at this moment."""
        return self._link.up

    @property
    def capabilities(self) -> Capabilities:
        """What the glasses have."""
        return self._reader.capabilities

    @overload
    def on(self, stream: Stream[E], listener: Listener[E]) -> Cleanup: ...
    @overload
    def on(self, stream: str, listener: Listener[Any]) -> Cleanup: ...
    def on(self, stream: str, listener: Listener[Any]) -> Cleanup:
        """Hear a stream from now on: `session.on(StreamType.BUTTON_PRESS, pressed)`. Returns what ends that.

        `listener` is plain or asynchronous. One that raises is written to the log, and disturbs nobody; an
        asynchronous one does not keep later events waiting.
        """
        return self._hearing.on(stream, listener)

    def subscribe(self, stream: str) -> None:
        """Have the cloud send a stream, also while nobody listens."""
        self._hearing.subscribe(stream)

    def unsubscribe(self, stream: str) -> None:
        """Have it sent only as long as somebody listens."""
        self._hearing.unsubscribe(stream)

    def request_wifi_setup(self, reason: str = "") -> None:
        """Ask the person to give the glasses a Wi-Fi network. Raises NotConnectedError."""
        self._link.say(RequestWifiSetup(reason=reason))

    async def disconnect(self) -> None:
        """End the session for good: streams stop, and the cloud does not start the app anew by itself."""
        self._streams.say_stops()
        self._link.release("clean_shutdown")
        await self._link.gone()

    async def begin(self) -> None:
        """Connect; for the server. Raises ConnectionFailedError."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._link.run()), loop.create_task(self._streams.run())]
        self._link.start()
        try:
            await self._ready
        except asyncio.CancelledError:
            self._link.leave("the app stopped")
            raise
        if self._over:
            raise ConnectionFailedError(f"the session ended at once: {self._over}")

    def call(self, listener: Callable[..., object], *arguments: object) -> None:
        """Call what the developer wrote; it has to come to an end when the session does. For the server."""
        self._calls.call(listener, *arguments)

    async def leave(self, reason: str, code: int = NORMAL) -> None:
        """End the session on this side only; for the server."""
        self._link.leave(reason, code)
        await self._link.gone()

    async def release(self, reason: str) -> None:
        """End it, as the cloud is to know; for the server."""
        self._link.release(reason)
        await self._link.gone()

    async def close(self) -> None:
        """Leave nothing behind; for the server, when the session has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._link.gone()
        await self._calls.finish(LISTENERS_S)
        for rest in self._rests:
            await rest.close()

    def _take(self, news: News) -> None:
        if isinstance(news, Acknowledged):
            self._reader.acknowledged(news.ack)
            if not self._ready.done():
                self._ready.set_result(None)
            elif not news.first:
                self._streams.came_back()
                self._hearing.tell(session_events.CONNECTED, None)
        elif isinstance(news, Heard):
            self._reader.heard(news.received)
        elif isinstance(news, Ended):
            self._end(news)
        else:
            self._hearing.tell(session_events.DISCONNECTED, news.reason)

    def _end(self, end: Ended) -> None:
        self._streams.ended()
        self._photos.session_ended(self.id)
        if not self._ready.done():
            self._ready.set_exception(ConnectionFailedError(end.reason, end.code))
            self._ready.exception()  # whoever does not look at it is not warned of it
        self._over = self._reader.stop_reason or end.reason or "it ended"
        self._ended(self, self._over)
