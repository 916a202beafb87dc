"""Push: the end of RTMP that publishes (RTMP 1.0 §7.2), for glasses, gateway and the cloud's outputs alike.

    connecting   the driver opens the connection             10 s
    shaking      handshake                                   10 s
    asking       connect, createStream, publish              10 s
    live         the server has accepted: media may flow     10 s without a byte going out, while some wait, end it
    closed       `Closed` was given with a reason from `trifocal_shared.reasons`

Bodies are FLV tags (video: H.264 as AVCC behind five bytes, audio: AAC behind two). Configurations are kept and sent
first. How much the network has not taken yet is told by the driver (`unsent`), for only it can know; from that come the
rate and the delay that an encoder adapts to. When more waits than the bound, pictures are dropped up to the next key
frame rather than let grow old.
"""

from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp import amf
from trifocal_shared.rtmp.chunks import AUDIO, COMMAND, DATA, SET_CHUNK_SIZE, USER_CONTROL, VIDEO, ChunkReader, encode
from trifocal_shared.rtmp.target import Target

STEP_MS = 10_000
STALL_MS = 10_000
MOST_UNSENT_BYTES = 1_500_000
MOST_DELAY_MS = 4_000
"""Of media that waits; more is dropped."""
RATE_MS = 1_000
CHUNK_BYTES = 4096
MOST_ANSWER_BYTES = 65_536

_SHAKE_BYTES = 1536
_PING, _PONG = 6, 7
_CHANNELS = {AUDIO: 4, VIDEO: 6, DATA: 5}
_CONNECT, _CREATE, _PUBLISH = 1, 4, 5
_REJECTIONS = ("badname", "denied", "rejected", "unauthorized", "authfailed", "forbidden")


class Live:
    """The server has accepted the stream."""


class Closed:
    """It is over."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        """`stopped`: as this side wished; else a word of `trifocal_shared.reasons`."""
        self.detail = detail
        """What the server said of it."""


class Push:
    """Media in, bytes for the server out."""

    def __init__(
        self, target: Target, now: int, about: dict[str, object] | None = None, chunk_bytes: int = CHUNK_BYTES
    ) -> None:
        """`about`: what is told of the stream, as onMetaData has it (width, height, framerate, …)."""
        self.target = target
        self._chunk_bytes = chunk_bytes
        self.state = "connecting"
        self.frames = 0
        self.dropped = 0
        self.sent_bytes = 0
        self.rate = 0
        """Bytes a second that the network takes; 0 while unknown."""
        self._about = about or {}
        self._reader = ChunkReader(MOST_ANSWER_BYTES)
        self._heads: dict[int, bytes] = {}
        self._out: list[bytes] = []
        self._events: list[Live | Closed] = []
        self._rest = b""
        self._deadline: int | None = now + STEP_MS
        self._stream = 1
        self._waits_for_key = True
        self._unsent = 0
        self._window_from: int | None = None
        self._window_bytes = 0
        self._taken = 0

    def connected(self, now: int) -> None:
        """The connection stands."""
        if self.state == "connecting":
            self.state = "shaking"
            self._deadline = now + STEP_MS
            self._send(b"\3" + bytes(_SHAKE_BYTES))

    def refused(self, now: int, detail: str = "") -> None:
        """No connection could be made."""
        self._close(reasons.CONNECT_REFUSED, detail)

    def lost(self, now: int) -> None:
        """The connection is gone."""
        # A server that does not want a stream often says so by hanging up.
        self._close(reasons.AUTH_REJECTED if self.state == "asking" else reasons.PEER_CLOSED)

    def receive(self, data: bytes, now: int) -> None:
        """Bytes came from the server."""
        if self.state == "shaking":
            data = self._shake(data, now)
        if self.state not in ("asking", "live"):
            return
        try:
            for message in self._reader.receive(data):
                self._message(message, now)
        except ProtocolError as error:
            self._close(error.code, str(error))

    def configure(self, kind: int, body: bytes, now: int) -> None:
        """How to decode what follows: the configuration tag of VIDEO or AUDIO."""
        self._heads[kind] = body
        if self.state == "live":
            self._send(self._encoded(kind, now, body))

    def video(self, body: bytes, stamp: int, key: bool, now: int) -> bool:
        """A picture; whether it goes out."""
        if self.state != "live" or (self._waits_for_key and not key) or self._too_late():
            self.dropped += 1
            self._waits_for_key = True
            return False
        self._waits_for_key = False
        self.frames += 1
        self._send(self._encoded(VIDEO, stamp, body))
        return True

    def audio(self, body: bytes, stamp: int, now: int) -> bool:
        """A frame of sound; whether it goes out."""
        if self.state != "live" or self._too_late():
            return False
        self._send(self._encoded(AUDIO, stamp, body))
        return True

    def unsent(self, count: int, now: int) -> None:
        """So many of the bytes given out have not reached the network yet."""
        taken = self.sent_bytes - count
        if taken > self._taken or count == 0:
            if self.state == "live":
                self._deadline = now + STALL_MS
            self._taken = max(self._taken, taken)
        self._unsent = count
        if self._window_from is None:
            self._window_from, self._window_bytes = now, self._taken
        elif now - self._window_from >= RATE_MS:
            self.rate = (self._taken - self._window_bytes) * 1000 // (now - self._window_from)
            self._window_from, self._window_bytes = now, self._taken

    def delay(self) -> int:
        """How many ms what waits now will need to get out, at the rate of the last second."""
        return self._unsent * 1000 // self.rate if self.rate else 0

    def stop(self, now: int) -> None:
        """The stream ends as this side wishes; close the connection once the last bytes are out."""
        if self.state == "live":
            name = self.target.name
            self._command("FCUnpublish", 6, None, name)
            self._command("deleteStream", 7, None, self._stream)
        self._close("stopped")

    def deadline(self) -> int | None:
        """When to call `timeout`."""
        return self._deadline

    def timeout(self, now: int) -> None:
        """Time has passed."""
        if self._deadline is None or now < self._deadline:
            return
        if self.state == "connecting":
            self._close(reasons.CONNECT_REFUSED, "no connection in time")
        elif self.state == "live" and self._unsent:
            self._close(reasons.TOO_SLOW, "nothing has gone out for too long")
        elif self.state == "live":
            self._deadline = now + STALL_MS
        else:
            self._close(reasons.TIMED_OUT, "no answer while " + self.state)

    def events(self) -> "list[Live | Closed]":
        """What happened, once."""
        found = self._events
        self._events = []
        return found

    def data_to_send(self) -> bytes:
        """Bytes for the server, once."""
        data = b"".join(self._out)
        self._out = []
        return data

    def _too_late(self) -> bool:
        return self._unsent > MOST_UNSENT_BYTES or self.delay() > MOST_DELAY_MS

    def _shake(self, data: bytes, now: int) -> bytes:
        data = self._rest + data
        if data[:1] and data[0] != 3:
            self._close(reasons.MALFORMED, "this is no RTMP server")
            return b""
        if len(data) < 1 + 2 * _SHAKE_BYTES:
            self._rest = data
            return b""
        self._rest = b""
        self._send(data[1 : 1 + _SHAKE_BYTES])
        self._send(encode((SET_CHUNK_SIZE, 0, 0, self._chunk_bytes.to_bytes(4, "big")), 2))
        target = self.target
        described = {
            "app": target.app,
            "type": "nonprivate",
            "flashVer": "FMLE/3.0 (compatible; Trifocal)",
            "tcUrl": target.tc_url,
        }
        self._command("connect", _CONNECT, described)
        self.state = "asking"
        self._deadline = now + STEP_MS
        return data[1 + 2 * _SHAKE_BYTES :]

    def _message(self, message: tuple[int, int, int, bytes], now: int) -> None:
        kind, _, _, body = message
        if kind == USER_CONTROL and body[:2] == _PING.to_bytes(2, "big"):
            self._send(encode((USER_CONTROL, 0, 0, _PONG.to_bytes(2, "big") + body[2:6]), 2))
        if kind != COMMAND:
            return
        values = amf.decode(body)
        name = values[0] if values else None
        number = values[1] if len(values) > 1 else None
        last = values[-1] if len(values) > 2 else None
        if name == "_result" and number == _CONNECT:
            self._command("releaseStream", 2, None, self.target.name)
            self._command("FCPublish", 3, None, self.target.name)
            self._command("createStream", _CREATE, None)
        elif name == "_result" and number == _CREATE:
            self._stream = int(last) if isinstance(last, float) and 0 < last < 1_000_000 else 1
            self._command("publish", _PUBLISH, None, self.target.name, "live", stream=self._stream)
        elif name == "_error" and number in (_CONNECT, _CREATE, _PUBLISH):
            self._rejected(last)
        elif name == "onStatus" and isinstance(last, dict):
            self._status(last, now)

    def _status(self, said: dict[str, object], now: int) -> None:
        if said.get("level") == "error":
            self._rejected(said)
        elif said.get("code") == "NetStream.Publish.Start" and self.state == "asking":
            self.state = "live"
            self._deadline = now + STALL_MS
            self._events.append(Live())
            if self._about:
                body = amf.encode("@setDataFrame", "onMetaData", self._about)
                self._send(self._encoded(DATA, 0, body))
            for kind in (VIDEO, AUDIO):
                if kind in self._heads:
                    self._send(self._encoded(kind, 0, self._heads[kind]))
        elif said.get("code") == "NetStream.Unpublish.Success":
            self._close(reasons.PEER_CLOSED, "the server ended the stream")

    def _rejected(self, said: object) -> None:
        words = said if isinstance(said, dict) else {}
        code, text = str(words.get("code", "")), str(words.get("description", ""))
        plain = (code + " " + text).lower()
        wrong_key = any(word in plain for word in _REJECTIONS)
        self._close(reasons.AUTH_REJECTED if wrong_key else reasons.CONNECT_REFUSED, (code + " " + text)[:200].strip())

    def _command(self, name: str, number: int, *values: object, stream: int = 0) -> None:
        body = amf.encode(name, number, *values)
        self._send(encode((COMMAND, 0, stream, body), 3, self._chunk_bytes))

    def _encoded(self, kind: int, stamp: int, body: bytes) -> bytes:
        return encode((kind, stamp, self._stream, body), _CHANNELS[kind], self._chunk_bytes)

    def _send(self, data: bytes) -> None:
        self._out.append(data)
        self.sent_bytes += len(data)

    def _close(self, reason: str, detail: str = "") -> None:
        if self.state != "closed":
            self.state = "closed"
            self._deadline = None
            self._events.append(Closed(reason, detail))
