"""Ingest: the streams of this cloud: who may publish and watch each, where, and what becomes of it.

`provision` makes a stream's addresses; those who publish and watch need nothing else. Whoever provisioned it hears in
`changed` of `Publishing`, `Flowing` (media can be fetched) and `Gone` (no publisher for 10 s, or released).
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from trifocal_cloud.addresses import PUBLIC
from trifocal_cloud.live.io.media_http import HTML, HandBack, Lost, MediaHttp, Waiting
from trifocal_cloud.live.io.outputs import Outputs
from trifocal_cloud.live.io.recorder import Recorder, recover
from trifocal_cloud.live.io.rtmp_server import RtmpDoor
from trifocal_cloud.live.io.stills import Stills
from trifocal_cloud.live.io.webrtc import WHEP, WHIP, WebRtc
from trifocal_cloud.live.keys import Keys
from trifocal_cloud.live.output import Output
from trifocal_cloud.live.stream import Event, LiveStream, Publisher, Statistics
from trifocal_cloud.live.viewing import PREFIX, Answer, Viewing
from trifocal_cloud.tokens import PUBLISH, WATCH
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.message import ProtocolError

APP = "live"
RTMP_PORT = 1935
SWEEP_S = 0.25
CLOSE_S = 1.0
LINGER_MS = 30_000
"""A stream that was released can be watched to its end for so long."""

log = structlog.get_logger("trifocal.live")


@dataclass(frozen=True)
class Place:
    """A stream's addresses; each carries its own key, good until `expires_s` (epoch seconds)."""

    stream: str
    publish_url: str
    hls_url: str
    dash_url: str
    webrtc_url: str
    page_url: str
    still_url: str
    rtmp_url: str
    whip_url: str
    expires_s: int


Changed = Callable[[str, Event, Statistics], None]


class Ingest:
    """All streams, and the doors to them."""

    def __init__(self, clock: Clock, secret: str, networks: str = PUBLIC, films: Path | None = None) -> None:
        """`networks`: where streams may be sent on to (see `addresses`); `films`: the folder of recordings."""
        self.clock = clock
        self.base_url = ""
        """How the world reaches this cloud over HTTP."""
        self.rtmp_port = 0
        self.changed: list[Changed] = []
        self.waiting = Waiting()
        self._streams: dict[str, LiveStream] = {}
        self._keys = Keys(secret)
        self.viewing = Viewing(self._streams, self._keys, _pages())
        self.door = RtmpDoor(self)
        self.webrtc = WebRtc(self)
        self.stills = Stills(clock)
        self.outputs = Outputs(clock, networks)
        self._films = films
        self._recorders: dict[str, Recorder] = {}
        self._made: dict[str, int] = {}
        self._over: dict[str, int] = {}
        self._server: asyncio.Server | None = None

    def provision(self, stream: str, ttl_s: int) -> Place:
        """The addresses of a stream, which exists from now on; again for an existing one, with later keys."""
        if stream not in self._streams or stream in self._over:
            self._over.pop(stream, None)
            self._streams[stream] = LiveStream(stream, self.clock.epoch_ms(), self.clock.now())
        now_s = self.clock.epoch_ms() // 1000
        expires_s = now_s + ttl_s
        publish, watch = self._keys.issue(stream, expires_s, now_s)
        host = urlsplit(self.base_url).hostname or "127.0.0.1"
        host = f"[{host}]" if ":" in host else host
        rtmp = f"rtmp://{host}:{self.rtmp_port}/{APP}/{stream}?key="
        http = f"{self.base_url}{PREFIX}{watch}/{stream}/"
        urls = (
            http + "index.m3u8",
            http + "manifest.mpd",
            http + WHEP,
            http + "player",
            http + "still.jpg",
            rtmp + watch,
        )
        whip = f"{self.base_url}{PREFIX}{publish}/{stream}/{WHIP}"
        return Place(stream, rtmp + publish, *urls, whip, expires_s)

    def release(self, stream: str) -> None:
        """The stream is over; its publisher is sent away, its viewers may see it to the end."""
        found = self._streams.get(stream)
        if found is None or stream in self._over:
            return
        publisher = found.close("stopped")
        self._over[stream] = self.clock.now() + LINGER_MS
        if isinstance(publisher, Publisher):
            publisher.end("stopped")
        for reader in list(found.readers):
            self.door.players[reader].end("stopped")
        for output in list(found.outputs):
            self.outputs.remove(output)
        self.webrtc.release(found)
        self.moved(found)

    def send_on(self, stream: str, url: str) -> Output:
        """Send a stream on to an RTMP URL; `outputs.changed` tells what becomes of it, `outputs.remove` ends it.

        Raises ProtocolError: `not_found`, `bad_url`, `too_many`.
        """
        found = self._streams.get(stream)
        if found is None or stream in self._over:
            raise ProtocolError("there is no such stream", reasons.NOT_FOUND)
        return self.outputs.add(found, url)

    def record(self, stream: str) -> None:
        """Record a stream from its next key frame on, as films of its name. Raises ProtocolError(`not_found`)."""
        found = self._streams.get(stream)
        if found is None or stream in self._over or self._films is None:
            raise ProtocolError("there is no such stream, or no place for films", reasons.NOT_FOUND)
        if stream not in self._recorders:
            name = f"{stream}-{self.clock.epoch_ms()}"
            self._recorders[stream] = Recorder(self._films, name)

    async def stop_recording(self, stream: str) -> list[Path]:
        """The films that were made, durable; none when it was not recorded."""
        recorder = self._recorders.pop(stream, None)
        return await recorder.finish() if recorder else []

    def statistics(self, stream: str) -> Statistics | None:
        """What came of this stream so far; None for one that was never provisioned."""
        found = self._streams.get(stream)
        return found.statistics(self.clock.now()) if found else None

    def publish(self, name: str, key: str) -> LiveStream | str:
        """The stream that may be published with this key, or the reason why none."""
        return self._opened(name, self.until(PUBLISH, name, key))

    def play(self, name: str, key: str) -> LiveStream | str:
        """The stream that may be played with this key, or the reason why none."""
        return self._opened(name, self.until(WATCH, name, key))

    def until(self, audience: str, name: str, key: str) -> int:
        """When (epoch ms) this key ceases to open the stream for publishing or watching; 0: it does not."""
        return self._keys.until(key, audience, name, self.clock.epoch_ms())

    def media(self, stream: LiveStream, publisher: object, messages: list[tuple[int, int, bytes]], now: int) -> None:
        """A publisher sent this: first to those who watch it as it comes, then into parts.

        Raises ProtocolError for what cannot be passed on, by which the publisher has to end.
        """
        try:
            stream.relay(publisher, messages, now)
        finally:
            if stream.readers:
                self.door.send(stream)
            if stream.outputs:
                self.outputs.send(stream)
            if stream.feed is not None:
                self.webrtc.send(stream)
            stream.package()
            self.moved(stream)

    def moved(self, stream: LiveStream) -> None:
        """There are parts of a stream, or it changed: tell whoever wants to know."""
        recorder = self._recorders.get(stream.name)
        for made in stream.packager.parts():
            if recorder is not None:
                recorder.add(made)
        for event in stream.events():
            self._made.pop(stream.name, None)
            for tell in self.changed:
                tell(stream.name, event, stream.statistics(self.clock.now()))
        if self._made.get(stream.name) != stream.packager.made:
            self._made[stream.name] = stream.packager.made
            self.waiting.tell(stream.name)

    def media_http(self, hand_back: HandBack, lost: Lost) -> MediaHttp:
        """A protocol for a connection that asks for media."""
        return MediaHttp(self, hand_back, lost)

    async def listen(self, host: str, port: int) -> None:
        """Take RTMP connections. Where the port is taken another is used: the addresses that are handed out name it."""
        loop = asyncio.get_running_loop()
        if self._films is not None:
            await asyncio.to_thread(_prepared, self._films)
        try:
            self._server = await loop.create_server(self.door.connection, host, port)
        except OSError as error:
            log.warning("the port for RTMP is taken; another is used", port=port, error=str(error))
            self._server = await loop.create_server(self.door.connection, host, 0)
        self.rtmp_port = self._server.sockets[0].getsockname()[1]

    async def run(self) -> None:
        """Let time pass for all of them, until cancelled."""
        try:
            while True:
                await asyncio.sleep(SWEEP_S)
                self.sweep(self.clock.now())
        finally:
            self.door.close()
            self.outputs.close()
            await self.webrtc.close()
            for name in list(self._recorders):
                await self.stop_recording(name)
            if self._server is not None:
                self._server.close()
                # From Python 3.12 on it waits for every connection, also for one whose peer takes no more bytes.
                with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                    await asyncio.wait_for(self._server.wait_closed(), CLOSE_S)

    def sweep(self, now: int) -> None:
        """Time has passed."""
        self.door.sweep(now)
        self.waiting.sweep(now)
        self.outputs.sweep(now)
        self.webrtc.sweep(now, self.clock.epoch_ms())
        for stream in list(self._streams.values()):
            deadline = stream.deadline()
            if deadline is not None and now >= deadline:
                stream.timeout(now)
                self.moved(stream)
        for name in [name for name, until in self._over.items() if now >= until]:
            del self._over[name]
            self.viewing.forget(self._streams.pop(name).packager)
            self._made.pop(name, None)
            self.stills.forget(name)

    def _opened(self, name: str, until: int) -> LiveStream | str:
        if not until:
            return reasons.AUTH_REJECTED
        found = self._streams.get(name)
        return found if found and name not in self._over else reasons.NOT_FOUND


def _pages() -> dict[str, Answer]:
    """What the page that plays a stream consists of."""
    folder = Path(__file__).parent.parent / "player"
    kinds = {"player": HTML, "player.css": "text/css; charset=utf-8", "player.js": "text/javascript; charset=utf-8"}
    files = {"player": "player.html"}
    return {
        name: Answer(200, kind, body=((folder / files.get(name, name)).read_bytes(),)) for name, kind in kinds.items()
    }


def _prepared(films: Path) -> None:
    """The folder of films, with what a crash left there finished."""
    films.mkdir(parents=True, exist_ok=True)
    for path in recover(films):
        log.warning("a film was left unfinished; it ends where it was cut", film=path.name)
