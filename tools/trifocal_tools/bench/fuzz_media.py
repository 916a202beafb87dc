"""The doors of live video under any bytes: functions that raise only when a promise is broken.

`publishers` is what comes in by RTMP, from the handshake to parts that can be fetched, with a player and
a viewer by WebRTC who get it all.
`servers` is what an RTMP server answers to our own publisher. `viewers` is what comes in by HTTP.
"""

from collections.abc import Iterator

from trifocal_cloud.live.feed import Feed
from trifocal_cloud.live.reader import Reader
from trifocal_cloud.live.recent import MOST_BYTES as MOST_RECENT_BYTES
from trifocal_cloud.live.requests import MOST_BODY_BYTES, MOST_HEAD_BYTES, BadRequestError, RequestReader
from trifocal_cloud.live.rtmp_session import SHAKE_BYTES, Ended, PublishAsked, RtmpSession
from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.viewing import PREFIX, Viewing
from trifocal_cloud.live.watcher import Track, Watcher
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp import amf
from trifocal_shared.rtmp.chunks import COMMAND, MOST_PENDING_BYTES, ChunkReader, encode
from trifocal_shared.rtmp.push import Closed, Push
from trifocal_shared.rtmp.target import Target
from trifocal_tools.bench.rtmp_clip import AUDIO, AUDIO_CONFIG, VIDEO, VIDEO_CONFIG, second

HELLO = b"\3" + bytes(2 * SHAKE_BYTES)
KINDS = (1, 2, 3, 4, 5, 6, 8, 9, 15, 17, 18, 20, 22, 8, 9, 9)
STEP_MS = 40
MOST_PACKET_BYTES = 1_500
TOKEN = "token"  # noqa: S105 - a word in an address
KEY = b"\x17\1\0\0\0\0\0\0\2\x65\x88"


def publishers(data: bytes) -> None:
    """A publisher that is some way in says anything. It ends or goes on, bounded; its player can read all it gets."""
    publisher = _Publisher()
    for said in _said(data):
        publisher.says(said)
    publisher.hangs_up()


def servers(data: bytes) -> None:
    """Whatever a server answers, our publisher ends once or goes on."""
    push = Push(Target("rtmp://127.0.0.1/live/s?key=k"), 0)
    push.configure(VIDEO, VIDEO_CONFIG, 0)
    push.connected(0)
    now = ends = 0
    answers = [HELLO, _command("_result", 1.0, None, {}), _command("_result", 4.0, None, 1.0)]
    for said in [*answers[: data[0] & 3 if data else 0], *_pieces(data)]:
        now += STEP_MS
        push.receive(said, now)
        push.video(KEY, now, True, now)
        push.data_to_send()
        ends += sum(isinstance(event, Closed) for event in push.events())
        if (due := push.deadline()) is not None and due <= now:
            push.timeout(now)
    push.lost(now)
    ends += sum(isinstance(event, Closed) for event in push.events())
    assert ends == 1, ends


class Viewers:
    """Viewers of one stream, which lives on from input to input."""

    def __init__(self) -> None:
        self._stream = LiveStream("s", 0, 0)
        self._stream.begin(self, 0)
        self._stream.media(self, [(VIDEO, 0, VIDEO_CONFIG), (AUDIO, 0, AUDIO_CONFIG)], 0)
        for turn in range(3):
            frames = [(kind, turn * 1000 + int(at * 1000), body) for at, kind, _, body in second()]
            self._stream.media(self, frames, turn * 1000)
        self._viewing = Viewing({"s": self._stream}, _Keys())

    def __call__(self, data: bytes) -> None:
        reader = RequestReader()
        for piece in _asked(data):
            try:
                reader.receive(piece)
                while (request := reader.next()) is not None:
                    for late in (False, True):
                        answer = self._viewing.answer(request.target, 5_000, late)
                        assert answer is None or 200 <= answer.status < 600
            except BadRequestError:
                return
            assert len(reader.rest) <= MOST_HEAD_BYTES + MOST_BODY_BYTES + len(piece)


class _Keys:
    """One token opens one stream, for ever."""

    def watches(self, token: str, stream: str, epoch_ms: int) -> int:
        return epoch_ms + 1 if token == TOKEN and stream == "s" else 0


class _Publisher:
    """The cloud's side of one connection: the session, the stream it publishes, and who plays that."""

    def __init__(self) -> None:
        self._now = 0
        self._ends = 0
        self._session = RtmpSession(0)
        self._stream = LiveStream("s", 0, 0)
        self._reader = Reader()
        self._player = ChunkReader()
        self._player.chunk_bytes = 65_536
        self._watcher = Watcher(Track(1, 96, 90_000, 0, 0), Track(2, 97, 48_000, 0, 0), 0)

    def says(self, data: bytes) -> None:
        """Bytes come."""
        session = self._session
        self._now += STEP_MS
        session.receive(data, self._now)
        self._settle()
        media = session.media()
        assert session.state != "closed" or not session.media()
        try:
            self._stream.media(self, media, self._now)
        except ProtocolError as error:
            session.end(error.code)
        for kind, _, _, body in self._player.receive(self._reader.data_to_send()):
            assert kind in (8, 9, 18)
            assert body or kind == 18
        assert all(len(packet) <= MOST_PACKET_BYTES for packet in self._watcher.packets_to_send())
        assert session._reader._pending <= MOST_PENDING_BYTES
        assert self._stream._recent.bytes <= MOST_RECENT_BYTES
        session.data_to_send()

    def hangs_up(self) -> None:
        """The connection is gone: there was one end, and what is left can be finished."""
        self._session.lost()
        self._settle()
        assert self._ends == 1, self._ends
        self._stream.lost(self, self._now)
        self._stream.close("stopped")

    def _settle(self) -> None:
        for event in self._session.events():
            if isinstance(event, PublishAsked):
                self._session.accept(self._now)
                self._stream.begin(self, self._now)
                self._stream.join(self._reader, self._now)
                feed = Feed()
                self._stream.follow(feed, self._now)
                feed.join(self._watcher, self._now)
            elif isinstance(event, Ended):
                self._ends += 1
            else:
                self._session.refuse("not_found")


def _said(data: bytes) -> Iterator[bytes]:
    """So much of a right beginning as the first bits say, then records: messages with any body, or just bytes."""
    choice = data[0] if data else 0
    opening = [
        HELLO,
        _command("connect", 1.0, {"app": "live"}),
        _command("publish", 2.0, None, "s?key=k", "live"),
        encode((VIDEO, 0, 1, VIDEO_CONFIG), 6) + encode((AUDIO, 0, 1, AUDIO_CONFIG), 4),
        encode((VIDEO, 0, 1, KEY), 6),
    ]
    yield from opening[: choice & 7]
    at = 1
    while at + 2 < len(data):
        kind, size = data[at], data[at + 1]
        body = data[at + 2 : at + 2 + size]
        at += 2 + size
        if kind >= 0xC0:
            yield body
        else:
            stamp = int.from_bytes(body[:4], "big") if kind & 0x80 else kind * STEP_MS
            yield encode((KINDS[kind & 15], stamp, 1, body), 2 + (kind >> 4 & 7), 128)


def _pieces(data: bytes) -> Iterator[bytes]:
    size = 1 + (data[1] if len(data) > 1 else 0)
    for at in range(2, len(data), size):
        yield data[at : at + size]


def _asked(data: bytes) -> Iterator[bytes]:
    """A request for a file of any name, or any bytes."""
    if data[:1] < b"\xc0":
        file = data[1:].decode("latin-1")
        yield f"GET {PREFIX}{TOKEN}/s/{file} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1")
    else:
        yield from _pieces(data)


def _command(name: str, *values: object) -> bytes:
    return encode((COMMAND, 0, 0, amf.encode(name, *values)), 3)


FILES = (
    b"index.m3u8",
    b"manifest.mpd",
    b"video.m3u8?_HLS_msn=3&_HLS_part=1",
    b"audio.m3u8?_HLS_msn=99",
    b"video-0.mp4",
    b"video-1.m4s",
    b"audio-2.0.m4s",
    b"video-2.9.m4s",
)
CODES = ((3, "NetStream.Publish.Start"), (3, "NetStream.Publish.BadName"), (2, "NetConnection.Connect.Failed"), (0, ""))
CORPUS = {
    "publishers": [
        bytes((3, 0xC0, 9)) + bytes(9),
        bytes((5, 9, len(KEY))) + KEY + bytes((8, 6)) + b"\xaf\1abcd",
        bytes((5, 0x89, len(KEY) + 4)) + b"\xff\xff\xff\0" + KEY,
        bytes((5, 12, 30)) + b"\x09\0\0\7\0\0\0\0\0\0\0" + KEY[:7] + bytes(12),
        bytes((1, 11, 40)) + amf.encode("connect", 1.0, {"app": "a"})[:40],
        bytes((5, 10, 20)) + b"\x02\0\x0aonMetaData\x08\0\0\0\0",
    ],
    "servers": [bytes((far, 60)) + _command("onStatus", 0.0, None, {"code": word}) for far, word in CODES],
    "viewers": [
        *(b"\0" + file for file in FILES),
        b"\xc0\x30GET /live/token/s/index.m3u8 HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"\xff\x05GET /live/x/../s/a HTTP/1.0\r\ncontent-length: 0\r\n\r\nOPTIONS /live/a/b/c HTTP/1.1\r\n\r\n",
    ],
}
