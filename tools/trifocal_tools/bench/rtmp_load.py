"""The load of `trifocal bench rtmp`: publishers, players and fetchers in one process, told what to do line by line.

{"publish": [URL, …], "chunk": 4096}       they publish from now on; answers once all were let in
{"play": [URL, …]}                         they play from now on
{"run": seconds}                           nothing new; what went out and came in meanwhile
{"stop": true}                             all of them leave
{"hop": [PUBLISH, PLAY], "seconds": s}     one of each: ms from publisher to player, and from asking to a key frame
{"fetch": URL, "seconds": s}               the same answer again and again on one connection
{"find": HLS}                              the address of the largest part that is listed there
{"part": [PUBLISH, HLS]}                   ms from the first picture until the first part is listed
"""

import asyncio
import json
import statistics
import sys
import time
from typing import Any, cast

from trifocal_shared.rtmp import amf
from trifocal_shared.rtmp.chunks import COMMAND, ChunkReader, encode
from trifocal_shared.rtmp.push import Live, Push
from trifocal_shared.rtmp.target import Target
from trifocal_tools.bench.rtmp_clip import AUDIO, AUDIO_CONFIG, VIDEO, VIDEO_CONFIG, marked, second
from trifocal_tools.bench.rtmp_fetch import fetched, got, largest_part

SECOND = second()
IN_TIME_S = 20.0
SHAKE = 1 + 2 * 1536


class Publisher(asyncio.Protocol):
    """Publishes the clip in its own time."""

    def __init__(self, url: str, chunk: int, sent_at: dict[bytes, float] | None = None) -> None:
        self.push = Push(Target(url), 0, {"width": 1280, "height": 720, "framerate": 30}, chunk)
        self.live = asyncio.get_running_loop().create_future()
        self.sent = 0
        self._sent_at = sent_at
        self._place = 0
        self._begun = 0.0
        self._numbers = 0
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to publish."""
        self._transport = cast("asyncio.Transport", transport)
        self.push.configure(VIDEO, VIDEO_CONFIG, 0)
        self.push.configure(AUDIO, AUDIO_CONFIG, 0)
        self.push.connected(0)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """The server says something."""
        self.push.receive(data, 0)
        self._flush()
        if any(isinstance(event, Live) for event in self.push.events()):
            self._begun = time.monotonic()
            self.live.set_result(None)
            self._next()

    def stop(self) -> None:
        """Leave."""
        if self._timer:
            self._timer.cancel()
        self.push.stop(0)
        self._flush()
        if self._transport:
            self._transport.close()

    def _next(self) -> None:
        """Send what is due, and wake for the next."""
        loop = asyncio.get_running_loop()
        now = time.monotonic() - self._begun
        while True:
            when, kind, key, body = SECOND[self._place % len(SECOND)]
            at = when + self._place // len(SECOND)
            if at > now:
                break
            self._place += 1
            self._send(kind, key, body, at)
        self._flush()
        self._timer = loop.call_later(at - now, self._next)

    def _send(self, kind: int, key: bool, body: bytes, at: float) -> None:
        self.sent += 1
        if kind == AUDIO:
            self.push.audio(body, int(at * 1000), 0)
            return
        if self._sent_at is not None:
            body = marked(body, self._numbers)
            self._sent_at[body[10:18]] = time.monotonic()
            self._numbers += 1
        self.push.video(body, int(at * 1000), key, 0)

    def _flush(self) -> None:
        data = self.push.data_to_send()
        if data and self._transport:
            self._transport.write(data)


class Player(asyncio.Protocol):
    """Plays; only one that measures looks at what comes."""

    def __init__(self, url: str, sent_at: dict[bytes, float] | None = None) -> None:
        self.target = Target(url)
        self.received = 0
        self.hops: list[float] = []
        self.first_key: float | None = None
        self.asked = time.monotonic()
        self._sent_at = sent_at
        self._rest = b""
        self._shaken = False
        self._reader = ChunkReader()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"\3" + bytes(1536))

    def data_received(self, data: bytes) -> None:
        """The server says something."""
        self.received += len(data)
        if not self._shaken:
            self._rest += data
            if len(self._rest) < SHAKE:
                return
            self._shaken = True
            data = self._rest[SHAKE:]
            self._ask(self._rest[1:1537])
        if self._sent_at is not None:
            now = time.monotonic()
            for kind, _, _, body in self._reader.receive(data):
                if kind == VIDEO and body[1] == 1:
                    self._seen(body, now)

    def stop(self) -> None:
        """Leave."""
        if self._transport:
            self._transport.close()

    def _seen(self, body: bytes, now: float) -> None:
        assert self._sent_at is not None
        if body[0] == 0x17 and self.first_key is None:
            self.first_key = now
        sent = self._sent_at.get(body[10:18])
        # What the server kept for those who join is old on purpose.
        if sent is not None and sent > self.asked + 0.5:
            self.hops.append((now - sent) * 1000)

    def _ask(self, hello: bytes) -> None:
        assert self._transport is not None
        said = [hello]
        app, name = {"app": self.target.app, "tcUrl": self.target.tc_url}, self.target.name
        for number, (word, values) in enumerate(
            (("connect", (app,)), ("createStream", (None,)), ("play", (None, name, -2000))), 1
        ):
            stream = 1 if word == "play" else 0
            said.append(encode((COMMAND, 0, stream, amf.encode(word, number, *values)), 3, 128))
        self._transport.write(b"".join(said))


class Load:
    """Everybody who is there."""

    def __init__(self) -> None:
        self.there: list[Publisher | Player] = []

    async def obey(self, command: dict[str, Any]) -> dict[str, Any]:
        """Do what one line says."""
        if "publish" in command:
            return await self._publish(command["publish"], command["chunk"])
        if "play" in command:
            for url in command["play"]:
                self.there.append(await _joined(Player(url)))
            return {"playing": len(command["play"])}
        if "run" in command:
            return await self._run(command["run"])
        if "hop" in command:
            publish, play = command["hop"]
            return await _hop(publish, play, command["seconds"])
        if "fetch" in command:
            return await fetched(command["fetch"], command["seconds"])
        if "find" in command:
            return await largest_part(command["find"])
        if "part" in command:
            return await _first_part(*command["part"])
        for one in self.there:
            one.stop()
        self.there = []
        return {"stopped": True}

    async def _publish(self, urls: list[str], chunk: int) -> dict[str, Any]:
        publishers = []
        for number, url in enumerate(urls):
            publishers.append(await _joined(Publisher(url, chunk)))
            await asyncio.sleep(0.033 / len(urls) if number else 0)
        await asyncio.wait_for(asyncio.gather(*(one.live for one in publishers)), IN_TIME_S)
        self.there += publishers
        return {"publishing": len(publishers)}

    async def _run(self, seconds: float) -> dict[str, Any]:
        before = self._counted()
        begun = time.monotonic()
        await asyncio.sleep(seconds)
        sent, received = (now - then for now, then in zip(self._counted(), before, strict=True))
        return {"seconds": time.monotonic() - begun, "messages": sent, "received": received}

    def _counted(self) -> tuple[int, int]:
        sent = sum(one.sent for one in self.there if isinstance(one, Publisher))
        return sent, sum(one.received for one in self.there if isinstance(one, Player))


async def _joined(protocol: Any) -> Any:
    target = protocol.push.target if isinstance(protocol, Publisher) else protocol.target
    await asyncio.get_running_loop().create_connection(lambda: protocol, target.host, target.port)
    return protocol


async def _hop(publish: str, play: str, seconds: float) -> dict[str, Any]:
    sent_at: dict[bytes, float] = {}
    publisher = await _joined(Publisher(publish, 4096, sent_at))
    await asyncio.wait_for(publisher.live, IN_TIME_S)
    await asyncio.sleep(1.4)
    player = await _joined(Player(play, sent_at))
    await asyncio.sleep(seconds)
    player.stop()
    publisher.stop()
    hops = sorted(player.hops)
    join = (player.first_key - player.asked) * 1000 if player.first_key else float("nan")
    return {"hop_ms": statistics.median(hops), "hop95_ms": hops[int(len(hops) * 0.95)], "join_ms": join}


async def _first_part(publish: str, hls: str) -> dict[str, Any]:
    """The first part of a stream that nobody published before."""
    publisher = await _joined(Publisher(publish, 4096))
    await asyncio.wait_for(publisher.live, IN_TIME_S)
    begun = time.monotonic()
    await got(hls)
    found = (time.monotonic() - begun) * 1000
    publisher.stop()
    return {"part_ms": found}


async def serve() -> None:
    """Obey the lines of the input."""
    load = Load()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            answer = await load.obey(json.loads(line))
        except (OSError, ValueError, TimeoutError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    from uvloop import run

    run(serve())
