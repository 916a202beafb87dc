"""Publishes a camera by RTMP: encodes in a thread, pushes over asyncio, notices what the network does not take.

One attempt after the other, each with the number that `StreamDesk` gave it; it says `opened`, `sent` each second while
bytes go out, and once `lost`, unless it was told to stop. Whether there is another one is not decided here.

The camera has `warm()` and `moving(width, height)`, coroutines: this one gives the next picture as an `av.VideoFrame`
in yuv420p of that size. Both raise OSError. Its `sound(begin, count, rate, channels)`, called in a thread, gives 16-bit
samples; a camera without it has no microphone.
"""

import asyncio
import errno

from trifocal_firmware.bitrate import Bitrate
from trifocal_firmware.boards.linux_camera import jpeg
from trifocal_firmware.boards.linux_encoder import Encoder
from trifocal_firmware.boards.linux_line import Line
from trifocal_firmware.stream_plan import Plan
from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.chunks import VIDEO
from trifocal_shared.rtmp.push import Push
from trifocal_shared.rtmp.target import Target

LOOK_MS = 100
"""How often a connection that is being made is looked at, and what waits is measured."""

STATS_MS = 1_000
CONNECT_SECONDS = 10

_NO_NETWORK = (errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
_UNRESOLVED = -3
"""`socket.EAI_AGAIN`: no name server answers."""


class Publisher:
    """Of one camera. `tell` is `Firmware.published`; `online()` says whether there is a network at all."""

    def __init__(self, camera, clock, tell, online=lambda: True) -> None:  # type: ignore[no-untyped-def]
        import av

        self._av = av
        self._camera = camera
        self._clock = clock
        self._tell = tell
        self._online = online
        self._task: asyncio.Task[None] | None = None
        self._bitrate: Bitrate | None = None
        self._pace = 0
        self._shown = None
        self._working: asyncio.Task[object] | None = None  # what the camera does, which may outlive its attempt

    def start(self, number: int, start) -> None:  # type: ignore[no-untyped-def]
        """Publish as this StartRtmpStream says, in the place of what was published."""
        self.stop()
        self._task = asyncio.get_running_loop().create_task(self._run(number, start))

    def stop(self) -> None:
        """Publish no more."""
        task, self._task = self._task, None
        self._shown = None
        if task is not None:
            task.cancel()

    def ease(self, pace: int) -> None:
        """Go at this pace of `Guard`."""
        self._pace = pace
        if self._bitrate is not None:
            self._bitrate.eased(pace)

    async def picture(self, size: str, compress: str) -> bytes:
        """The picture that was published last, as a JPEG; empty while there is none."""
        shown = self._shown
        if shown is None:
            return b""
        work = asyncio.get_running_loop().run_in_executor
        picture: bytes = await work(None, lambda: jpeg(shown.to_image(), size, compress))
        return picture

    async def _run(self, number: int, start) -> None:  # type: ignore[no-untyped-def]
        try:
            reason = await self._publish(number, start)
        except ProtocolError as error:
            reason = error.code
        except OSError:
            reason = reasons.CAPTURE_FAILED
        self._tell("lost", number, reason)

    async def _publish(self, number: int, start) -> str:  # type: ignore[no-untyped-def]
        """Until it is over: the reason. Raises ProtocolError for an address, OSError for the camera."""
        sound = getattr(self._camera, "sound", None)
        plan = Plan(start.video, start.audio, sound is not None)
        push = Push(Target(start.rtmp_url), self._clock.now(), plan.about())
        if self._working is not None:
            await asyncio.wait([self._working])
        await self._camera.warm()
        loop = asyncio.get_running_loop()
        encoder = await loop.run_in_executor(None, Encoder, self._av, plan, sound)
        for kind, body in encoder.heads():
            push.configure(kind, body, self._clock.now())
        line = Line(push, self._clock)
        try:
            reason = await self._open(line)
            if not reason:
                self._tell("opened", number, plan.stats())
                self._bitrate = Bitrate(plan.bitrate, self._pace)
                reason = await self._flow(number, plan, encoder, line)
            return reason
        finally:
            self._shown = None
            line.close()

    async def _open(self, line) -> str:  # type: ignore[no-untyped-def]
        """Connect until the server has accepted: empty, or why not."""
        if not self._online():
            return reasons.NO_WIFI
        target = line.push.target
        connecting = asyncio.get_running_loop().create_connection(
            lambda: line, target.host, target.port, ssl=True if target.secure else None
        )
        try:
            await asyncio.wait_for(connecting, CONNECT_SECONDS)
        except asyncio.TimeoutError:
            return reasons.CONNECT_REFUSED
        except OSError as error:
            return (
                reasons.NO_WIFI if error.errno in _NO_NETWORK or error.errno == _UNRESOLVED else reasons.CONNECT_REFUSED
            )
        except UnicodeError:
            return reasons.BAD_URL
        while not line.live and not line.reason:
            await line.moved(LOOK_MS / 1000)
        return str(line.reason)

    async def _flow(self, number: int, plan: Plan, encoder: Encoder, line) -> str:  # type: ignore[no-untyped-def]
        bitrate = self._bitrate
        assert bitrate is not None
        loop = asyncio.get_running_loop()
        count = _Count(plan, self._clock.now())
        while not line.reason:
            await asyncio.sleep(count.wait(self._clock.now()) / 1000)
            now = self._clock.now()
            if not self._online():
                return reasons.NO_WIFI
            due = count.next(now, bitrate.every)
            if due and bitrate.full:
                count.dropped += 1
                encoder.key_wanted()
            elif due:
                stamp = now - count.began
                self._shown = await self._next(plan)
                tags = await loop.run_in_executor(None, encoder.encode, self._shown, stamp, bitrate.picture)
                self._push(tags, line.push, encoder)
            unsent = line.flush()
            if count.look(self._clock.now()):
                bitrate.measured(unsent, line.push.rate, now)
            stats = count.stats(line.push, unsent, self._clock.now())
            if stats:
                stats["targetBitrate"] = bitrate.target
                self._tell("sent", number, stats)
        return str(line.reason)

    async def _next(self, plan: Plan):  # type: ignore[no-untyped-def]
        self._working = asyncio.get_running_loop().create_task(self._camera.moving(plan.width, plan.height))
        self._working.add_done_callback(lambda done: done.cancelled() or done.exception())  # seen, if nobody waits
        return await asyncio.shield(self._working)

    def _push(self, tags, push: Push, encoder: Encoder) -> None:  # type: ignore[no-untyped-def]
        now = self._clock.now()
        for kind, body, stamp, key in tags:
            if kind != VIDEO:
                push.audio(body, stamp, now)
            elif not push.video(body, stamp, key, now):
                encoder.key_wanted()


class _Count:
    """Which picture is due when, and what is told of them."""

    def __init__(self, plan: Plan, now: int) -> None:
        self.began = now
        self.dropped = 0
        self._plan = plan
        self._index = 0  # of the next picture
        self._looked = self._told = now
        self._frames = self._taken = 0

    def wait(self, now: int) -> int:
        """Ms until the next picture."""
        return max(0, self.began + self._index * 1000 // self._plan.fps - now)

    def next(self, now: int, every: int) -> bool:
        """It is time; whether this picture is wanted. Those that nobody had time for are counted as dropped."""
        late = (now - self.began) * self._plan.fps // 1000 - self._index
        if late > 1:
            self.dropped += late
            self._index += late
        self._index += 1
        return self._index % every == 0

    def look(self, now: int) -> bool:
        """Whether to measure again."""
        if now - self._looked < LOOK_MS:
            return False
        self._looked = now
        return True

    def stats(self, push: Push, unsent: int, now: int) -> "dict[str, object]":
        """Each second, if anything has gone out in it: what was measured."""
        passed = now - self._told
        if passed < STATS_MS:
            return {}
        taken = push.sent_bytes - unsent
        gone, shown = taken - self._taken, push.frames - self._frames
        self._told, self._taken, self._frames = now, taken, push.frames
        if gone <= 0:
            return {}
        stats = self._plan.stats()
        stats["bitrate"] = gone * 8_000 // passed
        stats["fps"] = (shown * 1_000 + passed // 2) // passed
        stats["droppedFrames"] = self.dropped + push.dropped
        stats["duration"] = (now - self.began) // 1_000
        return stats
