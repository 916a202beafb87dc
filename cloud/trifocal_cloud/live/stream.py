"""LiveStream: one stream with a name: who publishes it, who reads it, and what is there of it.

    waiting   nobody publishes: not yet, or not for the last 10 s, of which an event told
    live      a publisher sends
    away      the publisher is gone; for 10 s another, or the same again, goes on where it was: no reader notices more
              than a pause
    gone      closed by its owner; nothing of it comes back

A second publisher displaces the first: with glasses, the first one is their own connection that died unseen. What
publishers send is laid on one axis of time, in ms since the first frame; a pause is as long on it as it was. Players
get the pictures since the last key frame at once, so they begin without waiting for the next one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from trifocal_cloud.live import flv
from trifocal_cloud.live.output import Output
from trifocal_cloud.live.packager import Packager
from trifocal_cloud.live.reader import Reader
from trifocal_cloud.live.recent import Recent
from trifocal_cloud.live.timeline import Timeline
from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.chunks import AUDIO, DATA, VIDEO, encode

if TYPE_CHECKING:
    from trifocal_cloud.live.feed import Feed  # it needs codecs, which only who watches by WebRTC has to load

AWAY_MS = 10_000
CHUNK_BYTES = 65_536
CHANNELS = {AUDIO: 4, VIDEO: 6, DATA: 5}


@dataclass(frozen=True)
class Publishing:
    """A publisher was accepted; nothing of it has come yet."""

    again: bool


@dataclass(frozen=True)
class Flowing:
    """What this publisher sends can be fetched now."""


@dataclass(frozen=True)
class Gone:
    """No publisher for 10 s, or the stream was closed. After the first of them one may come again."""

    reason: str


Event = Publishing | Flowing | Gone

_Sound = tuple[int, memoryview]
_Picture = tuple[int, int, bool, memoryview]
"""What the packager takes of each."""


@dataclass(frozen=True)
class Statistics:
    """What came so far."""

    received_bytes: int
    frames: int
    dropped: int
    """Messages that could not be used."""
    publishers: int
    readers: int
    duration_ms: int


@runtime_checkable
class Publisher(Protocol):
    """Who publishes, as far as it can be sent away."""

    def end(self, reason: str) -> None:
        """It is not wanted any more."""


class LiveStream:
    """Publishers, media and readers in; fragments, bytes for readers and events out."""

    def __init__(self, name: str, epoch_ms: int, now: int) -> None:
        self.name = name
        self.state = "waiting"
        self.epoch_ms = epoch_ms
        """When time 0 was."""
        self.packager = Packager()
        self.readers: set[Reader] = set()
        self.outputs: set[Output] = set()
        self.feed: Feed | None = None
        """For those who watch by WebRTC, while there are any."""
        self.flowing = False
        self._timeline = Timeline(now)
        self.publisher: object | None = None
        """Who publishes it now."""
        self._away_since: int | None = None
        self._heads: dict[int, bytes] = {}
        """What decoding needs: the latest description and configurations."""
        self._recent = Recent()
        self._unpackaged: list[_Sound | _Picture] = []
        self._received = self._frames = self._dropped = self._publishers = 0
        self._events: list[Event] = []

    @property
    def instant(self) -> bool:
        """Whether somebody watches every picture as it comes."""
        return bool(self.readers or self.outputs or self.feed)

    def begin(self, publisher: object, now: int) -> object | None:
        """A publisher is there; the one it displaces, if any."""
        displaced, self.publisher = self.publisher, publisher
        self.epoch_ms += self._timeline.begin(now)
        self._away_since = None
        self.state = "live"
        self._publishers += 1
        self._recent.clear()
        self._heads.clear()
        self.flowing = False
        self.packager.begin()
        self._events.append(Publishing(self._publishers > 1))
        return displaced

    def lost(self, publisher: object, now: int) -> None:
        """This publisher is gone; one that was displaced before is nobody."""
        if publisher is self.publisher and self.state == "live":
            self.publisher = None
            self.state = "away"
            self._away_since = now
            self.packager.end()

    def close(self, reason: str) -> object | None:
        """It is over; the publisher that is to be told, if any."""
        publisher, self.publisher = self.publisher, None
        if self.state != "gone":
            self.state = "gone"
            self._away_since = None
            self.packager.end()
            self._events.append(Gone(reason))
        return publisher

    def media(self, publisher: object, messages: list[tuple[int, int, bytes]], now: int) -> None:
        """What a publisher sent. Raises ProtocolError for what cannot be passed on, by which it has to end."""
        self.relay(publisher, messages, now)
        self.package()

    def relay(self, publisher: object, messages: list[tuple[int, int, bytes]], now: int) -> None:
        """The same for those who watch as it comes, who need not wait for the parts: `package` makes them after it."""
        if publisher is not self.publisher:
            return
        for kind, stamp, body in messages:
            self._received += len(body)
            if kind == VIDEO:
                self._picture(stamp, body, now)
            elif kind == AUDIO:
                self._sound(stamp, body, now)
            else:
                self._describe(body, now)

    def package(self) -> None:
        """Parts of what was relayed since."""
        unpackaged, self._unpackaged = self._unpackaged, []
        for frame in unpackaged:
            if len(frame) == 2:
                self.packager.audio_frame(*frame)
            else:
                self.packager.video_frame(*frame)
        if not self.flowing and self.packager.made and self._began():
            self.flowing = True
            self._events.append(Flowing())

    def join(self, reader: Reader, now: int) -> None:
        """A player wants it, and gets what it needs to begin at once."""
        for kind, body in sorted(self._heads.items(), reverse=True):
            reader.configure(kind, self._encoded(kind, self._timeline.last, body))
        for place, (kind, at, body) in enumerate(self._recent.messages):
            reader.offer(self._encoded(kind, at, body), place == 0)
        self.readers.add(reader)

    def key_picture(self) -> tuple[bytes, bytes] | None:
        """The configuration and the payload of the last key frame, while it is kept."""
        return self._recent.key_picture(self._heads.get(VIDEO))

    def attach(self, output: Output, most: int, now: int) -> None:
        """It is sent on there too. Raises ProtocolError(`too_many`) when that makes more than `most`."""
        if len(self.outputs) >= most:
            raise ProtocolError("the stream has too many outputs", reasons.TOO_MANY)
        for kind, body in self._heads.items():
            output.configure(kind, body, now)
        self.outputs.add(output)

    def follow(self, feed: "Feed", now: int) -> None:
        """Frames are made for WebRTC too, from the last key frame on."""
        self.feed = feed
        for kind, body in self._heads.items():
            feed.configure(kind, body)
        for kind, at, body in self._recent.messages:
            frame = flv.frame(body) if kind == VIDEO else None
            feed.media(kind, at, body, frame is not None and frame.key, now)

    def statistics(self, now: int) -> Statistics:
        """What came so far."""
        received = self._received, self._frames, self._dropped
        return Statistics(*received, self._publishers, len(self.readers), self._timeline.lasts(now))

    def deadline(self) -> int | None:
        """When to call `timeout`."""
        return None if self._away_since is None else self._away_since + AWAY_MS

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if self._away_since is not None and now - self._away_since >= AWAY_MS:
            self._away_since = None
            self.state = "waiting"
            self._events.append(Gone(reasons.PEER_CLOSED))

    def events(self) -> list[Event]:
        """What happened, once."""
        found = self._events
        self._events = []
        return found

    def _began(self) -> bool:
        # A publisher's own parts, not those of one before it.
        return self.packager.video.current is not None or self.packager.audio.current is not None

    def _picture(self, stamp: int, body: bytes, now: int) -> None:
        frame = flv.frame(body)
        if frame is None:
            return
        if frame.what == flv.CONFIG:
            self.package()
            self.packager.video_config(body[frame.at :])
            self._head(VIDEO, body, now)
            return
        payload = memoryview(body)[frame.at :]
        if self.packager.picture is None or not flv.whole(payload):
            self._dropped += 1
            return
        self._frames += 1
        at = self._timeline.place(stamp, now)
        self._relay(VIDEO, at, body, frame.key, now)
        self._unpackaged.append((at, frame.shift_ms, frame.key, payload))

    def _sound(self, stamp: int, body: bytes, now: int) -> None:
        what = flv.sound(body)
        if what == flv.CONFIG:
            self.package()
            self.packager.audio_config(body[2:])
            self._head(AUDIO, body, now)
        elif what is not None:
            if self.packager.sound is None:
                self._dropped += 1
                return
            at = self._timeline.place(stamp, now)
            self._relay(AUDIO, at, body, False, now)
            self._unpackaged.append((at, memoryview(body)[2:]))

    def _describe(self, body: bytes, now: int) -> None:
        marker = b"\x02\x00\x0d@setDataFrame"
        body = body.removeprefix(marker)
        if body.startswith(b"\x02\x00\x0aonMetaData"):
            self._head(DATA, body, now)

    def _head(self, kind: int, body: bytes, now: int) -> None:
        self._heads[kind] = body
        for output in self.outputs:
            output.configure(kind, body, now)
        if self.feed is not None:
            self.feed.configure(kind, body)
        if self.readers:
            data = self._encoded(kind, self._timeline.last, body)
            for reader in self.readers:
                reader.configure(kind, data)

    def _relay(self, kind: int, at: int, body: bytes, key: bool, now: int) -> None:
        self._recent.add((kind, at, body), key)
        for output in self.outputs:
            output.media(kind, at, body, key, now)
        if self.feed is not None:
            self.feed.media(kind, at, body, key, now)
        if self.readers:
            data = self._encoded(kind, at, body)
            starts = key or self.packager.picture is None
            for reader in self.readers:
                reader.offer(data, starts)

    def _encoded(self, kind: int, at: int, body: bytes) -> bytes:
        return encode((kind, at, 1, body), CHANNELS[kind], CHUNK_BYTES)
