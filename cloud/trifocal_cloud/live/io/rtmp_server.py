"""The RTMP door: connections of publishers and players, each a session, joined with the streams they name."""

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol, cast

import structlog

from trifocal_cloud.live.low_water import PICTURE_BYTES, LowWater
from trifocal_cloud.live.reader import Reader
from trifocal_cloud.live.rtmp_session import Ended, PlayAsked, PublishAsked, RtmpSession
from trifocal_cloud.live.stream import LiveStream, Publisher
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.message import ProtocolError

MOST_UNSENT_BYTES = 256 * 1024
MOST_UNKNOWN = 256
"""Connections at once that have not been let in yet."""
REPORT_MS = 1_000
"""Who is sent away is reported once in this time, with how many there were."""

log = structlog.get_logger("trifocal.rtmp")


class Streams(Protocol):
    """What the door asks its owner."""

    clock: Clock

    def publish(self, name: str, key: str) -> LiveStream | str:
        """The stream that may be published with this key, or the reason why none."""

    def play(self, name: str, key: str) -> LiveStream | str:
        """The same for playing."""

    def moved(self, stream: LiveStream) -> None:
        """Something came or changed."""

    def media(self, stream: LiveStream, publisher: object, messages: list[tuple[int, int, bytes]], now: int) -> None:
        """A publisher sent this. Raises ProtocolError for what cannot be passed on, by which it has to end."""


class RtmpDoor:
    """Everybody who is connected."""

    def __init__(self, streams: Streams) -> None:
        self.streams = streams
        self.connections: set[RtmpConnection] = set()
        self.unknown = 0
        self.refused = 0
        self.players: dict[Reader, RtmpConnection] = {}
        self._unreported = 0
        self._reported: int | None = None

    def connection(self) -> "RtmpConnection":
        """Takes a new connection."""
        return RtmpConnection(self)

    def sweep(self, now: int) -> None:
        """Time has passed."""
        for connection in list(self.connections):
            connection.timeout(now)

    def send(self, stream: LiveStream) -> None:
        """What came is passed on to the players."""
        for reader in stream.readers:
            self.players[reader].pass_on()

    def hurry(self, stream: LiveStream) -> None:
        """Somebody watches the stream as it comes from now on."""
        if isinstance(stream.publisher, RtmpConnection):
            stream.publisher.hurry()

    def sent_away(self, now: int, **why: str) -> None:
        """Somebody was not let in, or not for long; what they called themselves is not logged, let alone keys."""
        self._unreported += 1
        if self._reported is None or now - self._reported >= REPORT_MS:
            log.warning("sent away", times=self._unreported, **why)
            self._unreported, self._reported = 0, now

    def close(self) -> None:
        """The server ends."""
        for connection in list(self.connections):
            connection.end(reasons.PEER_CLOSED)


class RtmpConnection(asyncio.Protocol):
    """One publisher or player."""

    def __init__(self, door: RtmpDoor) -> None:
        self._door = door
        self._streams = door.streams
        self._transport: asyncio.Transport | None = None
        self._session: RtmpSession | None = None
        self._stream: LiveStream | None = None
        self._reader: Reader | None = None
        self._low_water: LowWater | None = None
        """A publisher's. Not before it publishes: commands are smaller than what would be waited for."""
        self._level = 0
        self._unknown = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        self._transport = cast("asyncio.Transport", transport)
        if self._door.unknown >= MOST_UNKNOWN:
            self._door.refused += 1
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(MOST_UNSENT_BYTES)
        self._unknown = True
        self._door.unknown += 1
        self._door.connections.add(self)
        self._session = RtmpSession(self._streams.clock.now())

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._session is not None:
            self._session.lost()
            self._events(self._streams.clock.now())
        self._transport = None
        self._door.connections.discard(self)
        self._known()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        session = self._session
        if session is None:
            return
        now = self._streams.clock.now()
        session.receive(data, now)
        stream = self._stream
        if stream is not None:
            media = session.media()
            if media:
                try:
                    self._streams.media(stream, self, media, now)
                except ProtocolError as error:
                    self._door.sent_away(now, stream=stream.name, reason=error.code, detail=str(error))
                    session.end(error.code)
        if session.speaks:
            self._drain(now)

    def pause_writing(self) -> None:
        """The player does not fetch what was sent."""
        if self._reader is not None:
            self._reader.paused(self._streams.clock.now())
        elif self._transport is not None:
            self._transport.abort()  # a publisher that does not take our few words

    def resume_writing(self) -> None:
        """It does again."""
        if self._reader is not None:
            self._reader.resumed()
            self.pass_on()

    def pass_on(self) -> None:
        """Send the player what waits for it."""
        if self._reader is not None and self._transport is not None:
            data = self._reader.data_to_send()
            if data:
                self._transport.write(data)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        assert self._session is not None
        deadline = self._session.deadline()
        if deadline is not None and now >= deadline:
            self._session.timeout(now)
            self._drain(now)
        if self._low_water is not None and self._stream is not None:
            self._wait_for(self._low_water.level(self._session.received, self._stream.instant, now))
        if self._reader is not None and self._reader.stuck(now) and self._transport is not None:
            log.info("a player is let go", stream=self._stream and self._stream.name, reason=reasons.TOO_SLOW)
            self._transport.abort()

    def hurry(self) -> None:
        """Somebody watches this publisher's stream as it comes from now on."""
        if self._low_water is not None:
            self._wait_for(PICTURE_BYTES)

    def end(self, reason: str) -> None:
        """Close it from this side."""
        if self._session is not None:
            self._session.end(reason)
            self._drain(self._streams.clock.now())

    def _wait_for(self, level: int) -> None:
        """Be woken from so many bytes on; those that are there already wake at once if they are enough."""
        if self._transport is None or abs(level - self._level) * 4 < self._level:
            return
        self._level = level
        found = self._transport.get_extra_info("socket")
        if found is not None and hasattr(socket, "SO_RCVLOWAT"):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, level)

    def _drain(self, now: int) -> None:
        self._events(now)
        assert self._session is not None
        data = self._session.data_to_send()
        if self._transport is not None:
            if data:
                self._transport.write(data)
            if self._session.state == "closed":
                self._transport.close()
        self.pass_on()

    def _events(self, now: int) -> None:
        assert self._session is not None
        for event in self._session.events():
            if isinstance(event, PublishAsked):
                self._publish(event, now)
            elif isinstance(event, PlayAsked):
                self._play(event, now)
            else:
                self._ended(event, now)

    def _publish(self, asked: PublishAsked, now: int) -> None:
        assert self._session is not None
        found = self._granted(self._streams.publish, asked, now)
        if found is None:
            return
        self._stream = found
        self._session.accept(now)
        self._low_water = LowWater(now)
        self._wait_for(PICTURE_BYTES)
        displaced = found.begin(self, now)
        if isinstance(displaced, Publisher):
            displaced.end(reasons.DISPLACED)
        log.info("published", stream=found.name)
        self._streams.moved(found)

    def _play(self, asked: PlayAsked, now: int) -> None:
        assert self._session is not None
        found = self._granted(self._streams.play, asked, now)
        if found is None:
            return
        self._stream = found
        self._session.accept(now)
        data = self._session.data_to_send()
        if self._transport is not None:
            self._transport.write(data)
        self._reader = Reader()
        self._door.players[self._reader] = self
        found.join(self._reader, now)
        self._door.hurry(found)

    def _granted(
        self, ask: Callable[[str, str], LiveStream | str], asked: PublishAsked | PlayAsked, now: int
    ) -> LiveStream | None:
        assert self._session is not None
        found = ask(asked.name, asked.key)
        if isinstance(found, str):
            self._door.sent_away(now, reason=found, wanted=type(asked).__name__)
            self._session.refuse(found)
            return None
        self._known()
        return found

    def _ended(self, event: Ended, now: int) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        if self._reader is not None:
            stream.readers.discard(self._reader)
            self._door.players.pop(self._reader, None)
        else:
            log.info("publisher gone", stream=stream.name, reason=event.reason)
            stream.lost(self, now)
        self._streams.moved(stream)

    def _known(self) -> None:
        """No longer one of those that have not been let in."""
        if self._unknown:
            self._unknown = False
            self._door.unknown -= 1
