"""RtmpSession: the server's end of one RTMP connection, of a publisher or a player (RTMP 1.0).

States and who moves them:

    shaking   the peer's handshake                      5 s from the start
    waiting   `connect`, then `publish` or `play`       15 s from the start
    asking    `publish` or `play` was said: an event; the owner answers with `accept` or `refuse`
    open      media flows, in from a publisher (`media()`), out to a player
    closed    `Ended` was given, nothing more will be; what is in `data_to_send` still goes out

A publisher that says nothing for 10 s has ended; a player may be silent for ever, since whoever writes to it notices.
It never raises for what a peer says: what breaks the rules ends the session with a reason. Names may carry a key as
`NAME?key=KEY`; it is handed over in the event and stands nowhere else. A complex handshake (with digests) is answered
like a simple one, which its senders take.
"""

from dataclasses import dataclass

from trifocal_cloud.live.aggregate import parted
from trifocal_cloud.live.dechunker import Dechunker
from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp import amf, chunks
from trifocal_shared.rtmp.chunks import encode

VERSION = 3
SHAKE_BYTES = 1536
SHAKE_MS = 5_000
ASK_MS = 15_000
SILENCE_MS = 10_000

OUR_CHUNK_BYTES = 65_536
"""Libavformat takes the size it is told for its own chunks, so large ones are cheaper both ways."""
WINDOW_BYTES = 2_500_000
LEAST_WINDOW_BYTES = 65_536
"""A peer that wants every byte acknowledged gets no more than this."""
MOST_COMMAND_BYTES = 65_536
MOST_NAME = 1024
MEDIA_STREAM = 1

CONTROL_CHANNEL, COMMAND_CHANNEL, STATUS_CHANNEL = 2, 3, 5

_MEDIA = (chunks.VIDEO, chunks.AUDIO)
_AMF3_DATA, _AMF3_COMMAND = 15, 17
_STREAM_BEGIN, _PING, _PONG = 0, 6, 7


@dataclass(frozen=True)
class PublishAsked:
    """A peer wants to publish the stream `name` with this key."""

    name: str
    key: str


@dataclass(frozen=True)
class PlayAsked:
    """A peer wants to play the stream `name` with this key."""

    name: str
    key: str


@dataclass(frozen=True)
class Ended:
    """The session is over; close the connection once what is left has gone out."""

    reason: str
    """`stopped`: as the peer wished; else a word of `trifocal_shared.reasons`."""
    detail: str = ""


Event = PublishAsked | PlayAsked | Ended
Media = tuple[int, int, bytes]
"""Kind (audio, video or data), timestamp in ms, body."""


class RtmpSession:
    """Bytes and answers in, events, media and bytes out."""

    def __init__(self, now: int) -> None:
        self.state = "shaking"
        self.received = 0
        self._rest = b""
        self._reader = Dechunker()
        self._out: list[bytes] = []
        self._events: list[Event] = []
        self._media: list[Media] = []
        self._deadline: int | None = now + SHAKE_MS
        self._begun = now
        self._acknowledged = 0
        self._window = WINDOW_BYTES
        self._connected = False
        self._app_key = ""
        self._asked: PublishAsked | PlayAsked | None = None

    @property
    def publishing(self) -> bool:
        """Whether the peer is a publisher that was accepted."""
        return self.state == "open" and isinstance(self._asked, PublishAsked)

    @property
    def speaks(self) -> bool:
        """Whether there are events or bytes to fetch."""
        return bool(self._events or self._out)

    def receive(self, data: bytes, now: int) -> None:
        """Bytes came from the peer."""
        if self.state == "closed":
            return
        self.received += len(data)
        if self.state == "shaking":
            data = self._shake(data, now)
        try:
            open_for_media = self.publishing
            for message in self._reader.receive(data):
                if open_for_media and message[0] in _MEDIA and self.state == "open":
                    self._media.append((message[0], message[1], message[3]))
                    self._deadline = now + SILENCE_MS
                else:
                    self._message(message, now)
        except ProtocolError as error:
            self._end(error.code, str(error))
        if self.received - self._acknowledged >= self._window:
            self._acknowledged = self.received
            self._control(chunks.ACKNOWLEDGEMENT, (self.received & 0xFFFFFFFF).to_bytes(4, "big"))

    def accept(self, now: int) -> None:
        """What was asked for is granted."""
        if self.state != "asking":
            return
        self.state = "open"
        self._control(chunks.USER_CONTROL, _STREAM_BEGIN.to_bytes(2, "big") + MEDIA_STREAM.to_bytes(4, "big"))
        if isinstance(self._asked, PublishAsked):
            self._status("status", "NetStream.Publish.Start", "publishing")
            self._deadline = now + SILENCE_MS
        else:
            self._status("status", "NetStream.Play.Reset", "playing")
            self._status("status", "NetStream.Play.Start", "playing")
            self._deadline = None

    def refuse(self, reason: str) -> None:
        """What was asked for is not granted, for this reason (a word)."""
        if self.state == "asking":
            code = "Publish.BadName" if isinstance(self._asked, PublishAsked) else "Play.StreamNotFound"
            self._status("error", f"NetStream.{code}", reason)
            self._end(reason)

    def end(self, reason: str) -> None:
        """Close it from this side."""
        if self.state == "open":
            code = "Unpublish.Success" if isinstance(self._asked, PublishAsked) else "Play.UnpublishNotify"
            self._status("status", f"NetStream.{code}", reason)
        self._end(reason)

    def lost(self) -> None:
        """The connection is gone."""
        self._end("stopped" if self.state == "closed" else reasons.PEER_CLOSED)

    def deadline(self) -> int | None:
        """When to call `timeout`."""
        return self._deadline

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if self._deadline is not None and now >= self._deadline:
            self._end(reasons.TIMED_OUT, f"nothing came while {self.state}")

    def events(self) -> list[Event]:
        """What happened, once."""
        found = self._events
        self._events = []
        return found

    def media(self) -> list[Media]:
        """What a publisher sent, once."""
        found = self._media
        self._media = []
        return found

    def data_to_send(self) -> bytes:
        """Bytes for the peer, once."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def _shake(self, data: bytes, now: int) -> bytes:
        """Take the handshake; what follows it."""
        data = self._rest + data
        if data[:1] and data[0] != VERSION:
            self._end(reasons.MALFORMED, "this is no RTMP of version 3")
            return b""
        if len(data) > SHAKE_BYTES and not self._out and len(self._rest) <= SHAKE_BYTES:
            hello = data[1 : 1 + SHAKE_BYTES]
            self._out.append(bytes((VERSION,)) + bytes(SHAKE_BYTES) + hello)
        if len(data) < 1 + 2 * SHAKE_BYTES:
            self._rest = data
            return b""
        self._rest = b""
        self.state = "waiting"
        self._deadline = self._begun + ASK_MS
        return data[1 + 2 * SHAKE_BYTES :]

    def _message(self, message: tuple[int, int, int, bytes], now: int) -> None:
        kind, stamp, _, body = message
        if kind in _MEDIA:
            if self.publishing:  # out of an aggregate
                self._media.append((kind, stamp, body))
                self._deadline = now + SILENCE_MS
        elif kind in (chunks.COMMAND, _AMF3_COMMAND):
            self._command(body[1:] if kind == _AMF3_COMMAND else body)
        elif kind in (chunks.DATA, _AMF3_DATA):
            if self.publishing and len(body) <= MOST_COMMAND_BYTES:
                self._media.append((chunks.DATA, stamp, body[1:] if kind == _AMF3_DATA else body))
        elif kind == chunks.AGGREGATE:
            for inner, at, part in parted(stamp, body):
                self._message((inner, at, 0, part), now)
        elif kind == chunks.WINDOW_SIZE and len(body) >= 4:
            self._window = max(LEAST_WINDOW_BYTES, min(WINDOW_BYTES, int.from_bytes(body[:4], "big")))
        elif kind == chunks.USER_CONTROL and body[:2] == _PING.to_bytes(2, "big"):
            self._control(chunks.USER_CONTROL, _PONG.to_bytes(2, "big") + body[2:6])

    def _command(self, body: bytes) -> None:
        if len(body) > MOST_COMMAND_BYTES:
            raise ProtocolError("a command is too long", reasons.TOO_LARGE)
        values = amf.decode(body)
        name = values[0] if values else None
        number = values[1] if len(values) > 1 else None
        if not isinstance(name, str) or not isinstance(number, float):
            raise ProtocolError("a command without name or number")
        if name in ("publish", "play"):
            self._ask(name, values[3] if len(values) > 3 else None)
        elif name in ("deleteStream", "closeStream", "FCUnpublish"):
            if self.state in ("asking", "open"):
                self._end("stopped")
        elif name == "connect":
            self._connect(number, values[2] if len(values) > 2 else None)
        elif name == "createStream":
            self._answer(number, None, MEDIA_STREAM)
        elif name in ("releaseStream", "FCPublish", "FCSubscribe", "getStreamLength"):
            self._answer(number, None, 0 if name == "getStreamLength" else None)

    def _connect(self, number: float, described: object) -> None:
        if self._connected:
            raise ProtocolError("connect comes once")
        self._connected = True
        app = described.get("app") if isinstance(described, dict) else None
        if isinstance(app, str):
            _, self._app_key = _name_and_key(app)
        self._control(chunks.WINDOW_SIZE, WINDOW_BYTES.to_bytes(4, "big"))
        self._control(chunks.SET_PEER_BANDWIDTH, WINDOW_BYTES.to_bytes(4, "big") + b"\2")
        self._control(chunks.SET_CHUNK_SIZE, OUR_CHUNK_BYTES.to_bytes(4, "big"))
        said = {"level": "status", "code": "NetConnection.Connect.Success", "description": "", "objectEncoding": 0}
        self._answer(number, {"fmsVer": "FMS/3,5,7,7009", "capabilities": 31}, said)

    def _ask(self, name: str, stream: object) -> None:
        if self.state != "waiting" or not self._connected:
            raise ProtocolError("a connection has one stream, after connect")
        if not isinstance(stream, str) or len(stream) > MOST_NAME:
            raise ProtocolError("a stream without a name, or with one that is too long")
        found, key = _name_and_key(stream)
        key = key or self._app_key
        self._asked = PublishAsked(found, key) if name == "publish" else PlayAsked(found, key)
        self.state = "asking"
        self._events.append(self._asked)

    def _answer(self, number: float, *values: object) -> None:
        body = amf.encode("_result", number, *values)
        self._out.append(encode((chunks.COMMAND, 0, 0, body), COMMAND_CHANNEL, OUR_CHUNK_BYTES))

    def _status(self, level: str, code: str, text: str) -> None:
        said = {"level": level, "code": code, "description": text}
        body = amf.encode("onStatus", 0, None, said)
        self._out.append(encode((chunks.COMMAND, 0, MEDIA_STREAM, body), STATUS_CHANNEL, OUR_CHUNK_BYTES))

    def _control(self, kind: int, body: bytes) -> None:
        self._out.append(encode((kind, 0, 0, body), CONTROL_CHANNEL))

    def _end(self, reason: str, detail: str = "") -> None:
        if self.state != "closed":
            self.state = "closed"
            self._deadline = None
            self._rest = b""
            self._events.append(Ended(reason, detail))


def _name_and_key(text: str) -> tuple[str, str]:
    """`NAME?key=KEY` taken apart; other parameters are for nobody."""
    name, _, query = text.partition("?")
    for pair in query.split("&"):
        word, _, value = pair.partition("=")
        if word == "key":
            return name, value
    return name, ""
