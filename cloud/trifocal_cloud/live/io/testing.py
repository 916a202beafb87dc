"""For tests: the doors of live video on real sockets, and those who come through them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trifocal_cloud.addresses import LOOPBACK
from trifocal_cloud.live.io.ingest import Ingest, Place
from trifocal_cloud.live.stream import Event
from trifocal_cloud.live.testing import Message, clip, messages
from trifocal_shared.rtmp import amf
from trifocal_shared.rtmp.chunks import AUDIO, COMMAND, VIDEO, ChunkReader, encode
from trifocal_shared.rtmp.push import Closed, Live, Push
from trifocal_shared.rtmp.target import Target
from trifocal_shared.testing import VirtualClock

SECRET = "a secret of thirty-two characters"  # noqa: S105 - it protects nothing
EPOCH_MS = 1_770_000_000_000
DEADLINE_S = 10


@dataclass
class Doors:
    """An ingest with both its doors open; its clock stands still unless a test moves it."""

    ingest: Ingest
    clock: VirtualClock
    events: list[tuple[str, Event]] = field(default_factory=list)
    handed_back: list[bytes] = field(default_factory=list)

    def provision(self, name: str = "cam", ttl_s: int = 60) -> Place:
        """A stream."""
        return self.ingest.provision(name, ttl_s)

    def kinds(self) -> list[str]:
        """What happened, by name."""
        return [type(event).__name__ for _, event in self.events]

    def later(self, ms: int) -> None:
        """Let time pass for everything."""
        self.clock.advance(ms)
        self.ingest.sweep(self.clock.now())


@asynccontextmanager
async def open_doors(films: Path | None = None) -> AsyncIterator[Doors]:
    """Both doors open, until the end."""
    clock = VirtualClock(1_000, EPOCH_MS)
    ingest = Ingest(clock, SECRET, LOOPBACK, films)  # type: ignore[arg-type]
    found = Doors(ingest, clock)
    ingest.changed.append(lambda name, event, _: found.events.append((name, event)))
    loop = asyncio.get_running_loop()

    def back(transport: asyncio.Transport, data: bytes) -> None:
        found.handed_back.append(data)
        transport.close()

    server = await loop.create_server(lambda: ingest.media_http(back, lambda exc: None), "127.0.0.1", 0)
    await ingest.listen("127.0.0.1", 0)
    ingest.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    running = asyncio.create_task(ingest.run())
    await asyncio.sleep(0)  # so that it has begun, and ends in order
    try:
        yield found
    finally:
        running.cancel()
        await asyncio.wait([running])
        server.close()


class Publisher:
    """Publishes with our own machine."""

    def __init__(self, url: str) -> None:
        self.push = Push(Target(url), 0)
        self.live = asyncio.Event()
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter
        self._task: asyncio.Task[None]

    async def open(self) -> "Publisher":
        """Connect and ask."""
        target = self.push.target
        self.reader, self.writer = await asyncio.open_connection(target.host, target.port)
        self.push.connected(0)
        self.flush()
        self._task = asyncio.create_task(self._read())
        return self

    def flush(self) -> None:
        """Send what there is to send, and notice what happened."""
        self.writer.write(self.push.data_to_send())
        for event in self.push.events():
            if isinstance(event, Live):
                self.live.set()
            elif isinstance(event, Closed) and not self.closed.done():
                self.closed.set_result(event.reason)

    def send(self, tags: list[Message]) -> None:
        """Send tags of a clip."""
        for kind, stamp, body in tags:
            if kind in (AUDIO, VIDEO) and body[1] == 0:
                self.push.configure(kind, body, 0)
            elif kind == VIDEO:
                self.push.video(body, stamp, body[0] >> 4 == 1, 0)
            elif kind == AUDIO:
                self.push.audio(body, stamp, 0)
        self.flush()

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        await asyncio.wait([self._task])

    async def _read(self) -> None:
        try:
            while data := await self.reader.read(65_536):
                self.push.receive(data, 0)
                self.flush()
        except ConnectionError:
            pass
        self.push.lost(0)
        self.flush()


@asynccontextmanager
async def publishing(url: str) -> AsyncIterator[Publisher]:
    """A publisher that was let in."""
    publisher = await Publisher(url).open()
    try:
        await soon(publisher.live.wait())
        yield publisher
    finally:
        await publisher.close()


async def soon(what: Any) -> Any:
    """Wait for something, not for ever."""
    return await asyncio.wait_for(what, DEADLINE_S)


async def until(true: Callable[[], object]) -> None:
    """Let everybody work until something is so."""
    async with asyncio.timeout(DEADLINE_S):
        while not true():  # noqa: ASYNC110 - of what others do there is no event
            await asyncio.sleep(0.002)


def tags(seconds: float = 2.0) -> list[Message]:
    """The tags of a clip."""
    return messages(clip(seconds))


class Player:
    """Plays over RTMP, and keeps what came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.heard: list[tuple[int, int, int, bytes]] = []
        self.chunks = ChunkReader()
        self.over = asyncio.Event()

    def media(self) -> list[tuple[int, int, int, bytes]]:
        """Pictures and sound so far."""
        return [one for one in self.heard if one[0] in (AUDIO, VIDEO)]

    async def run(self) -> None:
        """Listen until it is over."""
        try:
            while data := await self.reader.read(65_536):
                self.heard += self.chunks.receive(data)
        except ConnectionError:
            pass
        self.over.set()


@asynccontextmanager
async def playing(url: str, *, reads: bool = True) -> AsyncIterator[Player]:
    """A player that has asked."""
    target = Target(url)
    reader, writer = await asyncio.open_connection(target.host, target.port)
    writer.write(b"\3" + bytes(1536))
    hello = await soon(reader.readexactly(1 + 2 * 1536))
    writer.write(hello[1 : 1 + 1536])
    for name, *values in (("connect", {"app": target.app}), ("createStream", None), ("play", None, target.name)):
        writer.write(encode((COMMAND, 0, 0, amf.encode(name, 1, *values)), 3, 128))
    player = Player(reader, writer)
    task = asyncio.create_task(player.run()) if reads else None
    yield player
    writer.close()
    if task:
        await asyncio.wait([task])


class Viewer:
    """Watches by WebRTC with aiortc, and keeps what it decoded."""

    def __init__(self, connection: Any, answer: Any) -> None:
        self.connection = connection
        self.answer = answer
        """What the offer was answered with."""
        self.pictures: list[Any] = []
        self.sounds: list[Any] = []

    async def keep(self, track: Any, found: list[Any]) -> None:
        """Keep what comes of a track."""
        from aiortc.mediastreams import MediaStreamError

        try:
            while True:
                found.append(await track.recv())
        except MediaStreamError:
            pass


@asynccontextmanager
async def watching(url: str, kinds: tuple[str, ...] = ("video", "audio")) -> AsyncIterator[Viewer]:
    """A viewer whose offer was answered, well or not."""
    from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver

    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for kind in kinds:
        known = RTCRtpReceiver.getCapabilities(kind)
        assert known is not None
        wanted = [one for one in known.codecs if one.mimeType.lower() in ("video/h264", "audio/opus")]
        connection.addTransceiver(kind, direction="recvonly").setCodecPreferences(wanted)
    viewer = Viewer(connection, await _offered(connection, url))
    tasks = []
    if viewer.answer.status_code == 201:
        for receiver in connection.getReceivers():
            kept = viewer.pictures if receiver.track.kind == "video" else viewer.sounds
            tasks.append(asyncio.create_task(viewer.keep(receiver.track, kept)))
    try:
        yield viewer
    finally:
        await connection.close()
        for task in tasks:
            task.cancel()  # a connection that never stood does not end its tracks
        if tasks:
            await asyncio.wait(tasks)


@asynccontextmanager
async def casting(url: str) -> AsyncIterator[Any]:
    """Publishes green pictures and silence by WebRTC with aiortc, from when its offer was answered, well or not."""
    from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
    from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for track in (VideoStreamTrack(), AudioStreamTrack()):
        known = RTCRtpSender.getCapabilities(track.kind)
        assert known is not None
        wanted = [one for one in known.codecs if one.mimeType.lower() in ("video/h264", "audio/opus")]
        connection.addTransceiver(track, direction="sendonly").setCodecPreferences(wanted)
    answer = await _offered(connection, url)
    try:
        yield answer
    finally:
        await connection.close()


async def _offered(connection: Any, url: str) -> Any:
    """What the connection's offer was answered with; it is taken when it is an answer."""
    import httpx
    from aiortc import RTCSessionDescription

    await connection.setLocalDescription(await connection.createOffer())
    async with httpx.AsyncClient(trust_env=False) as client:
        head = {"Content-Type": "application/sdp"}
        answer = await client.post(url, content=connection.localDescription.sdp, headers=head)
    if answer.status_code == 201:
        await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    return answer
