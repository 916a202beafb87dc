"""Drives the streams of a session: who started, stopped or asked is told once the cloud has said what came of it."""

import asyncio

from trifocal_sdk.errors import NotConnectedError
from trifocal_sdk.io.hearing import Hearing
from trifocal_sdk.io.link import Link
from trifocal_sdk.stream_type import StreamType
from trifocal_sdk.streams import MANAGED, RTMP, Ask, Changed, Existing, GiveUp, Settled, Status, Streams
from trifocal_shared.app_messages import ManagedStreamStop, RtmpStreamStop, StreamStatusCheck
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver
from trifocal_shared.message import Message

CHECK_S = 5.0

NAMES = {RTMP: StreamType.RTMP_STATUS, MANAGED: StreamType.MANAGED_STREAM_STATUS}


class StreamDesk:
    """Both streams of one session; `run` keeps their time."""

    def __init__(self, link: Link, hearing: Hearing, clock: Clock) -> None:
        self._link = link
        self._hearing = hearing
        self._clock = clock
        self._machine = Streams()
        self._driver = Driver(self._machine, clock, self._drain)
        self._futures: dict[int, asyncio.Future[Status | Existing | None]] = {}

    async def run(self) -> None:
        """Keep time until cancelled."""
        await self._driver.run()

    def status(self, kind: str) -> Status | None:
        """What the cloud said of a stream last."""
        return self._machine.status(kind)

    def running(self, kind: str) -> bool:
        """Whether a stream runs, begins or is being stopped."""
        return self._machine.state(kind) != "idle"

    async def start(self, kind: str, request: Message, timeout_s: float) -> Status:
        """The status with which it runs. Raises StreamError, NotConnectedError."""
        self._needs_link()
        call = self._machine.start(kind, round(timeout_s * 1000), self._clock.now())
        self._link.say(request)
        try:
            status = await self._settled(call)
        except asyncio.CancelledError:
            self._machine.given_up(kind)
            self._driver.poke()
            raise
        assert status is not None
        assert not isinstance(status, Existing)
        return status

    async def stop(self, kind: str, timeout_s: float) -> None:
        """Return when it has stopped. Raises StreamError, NotConnectedError."""
        self._needs_link()
        self._link.say(self._stop_of(kind, self._machine.stream_id(kind)))
        await self._settled(self._machine.stop(kind, round(timeout_s * 1000), self._clock.now()))

    async def check(self) -> Existing | None:
        """What runs now, whoever started it. Raises StreamError, NotConnectedError."""
        self._link.say(StreamStatusCheck())
        found = await self._settled(self._machine.check(round(CHECK_S * 1000), self._clock.now()))
        return found if isinstance(found, Existing) else None

    def told(self, kind: str, status: Status) -> None:
        """The cloud said where a stream stands."""
        self._machine.told(kind, status)
        self._driver.poke()
        self._hearing.heard(NAMES[kind], status.raw)

    def checked(self, found: Existing | None) -> None:
        """The cloud said what runs."""
        self._machine.checked(found)
        self._driver.poke()

    def came_back(self) -> None:
        """The connection stands again."""
        self._machine.came_back(round(CHECK_S * 1000), self._clock.now())
        self._driver.poke()

    def say_stops(self) -> None:
        """Tell the cloud to stop what runs, for the session is about to end."""
        for kind in (RTMP, MANAGED):
            if self.running(kind) and self._link.up:
                self._link.say(self._stop_of(kind, self._machine.stream_id(kind)))

    def ended(self) -> None:
        """The session is over."""
        self._machine.ended()
        self._driver.poke()

    async def _settled(self, call: int) -> Status | Existing | None:
        future: asyncio.Future[Status | Existing | None] = asyncio.get_running_loop().create_future()
        self._futures[call] = future
        self._driver.poke()
        try:
            return await future
        finally:
            self._futures.pop(call, None)

    def _needs_link(self) -> None:
        if not self._link.up:
            raise NotConnectedError("there is no connection to the cloud at this moment")

    @staticmethod
    def _stop_of(kind: str, stream_id: str) -> Message:
        return RtmpStreamStop(stream_id=stream_id) if kind == RTMP else ManagedStreamStop()

    def _drain(self) -> None:
        for event in self._machine.events():
            if isinstance(event, Settled):
                self._settle(event)
            elif isinstance(event, GiveUp):
                if self._link.up:
                    self._link.say(self._stop_of(event.kind, event.stream_id))
            elif isinstance(event, Ask):
                if self._link.up:
                    self._link.say(StreamStatusCheck())
            elif isinstance(event, Changed):
                self._hearing.heard(NAMES[event.kind], event.status.raw)

    def _settle(self, end: Settled) -> None:
        future = self._futures.get(end.call)
        if future is None or future.done():
            return
        if end.error is None:
            future.set_result(end.value)
        else:
            future.set_exception(end.error)
