"""The parent's side of `host.mjs`: one Node process with one MicroPython, spoken to in frames.

A frame is a channel letter, the payload's length as four bytes (little-endian), the payload. Capitals go to the host:

    O link opened      L bytes from the gateway      C link closed        M bytes from the button controller
    E pin edge, JSON   W the world, JSON             P a picture: its number as four bytes, the JPEG (empty: failed)
    H how much heap is alive?            R the link takes so many more packs, as four bytes

and small letters come from it:

    l bytes to the gateway      p a picture is wanted, JSON      s privacy light      o report, JSON
    k a pack to the gateway     r result of a test, JSON         t printed text       x the end, and why
    h bytes of live heap
    i milliseconds that an import of the firmware took

A board with a radio (`radio.mjs`) is sent M, R for notifications, and B, an event of Bluetooth: its number, connection
and value (two bytes each, little-endian), what was written. It says o, b, what Bluetooth is asked, JSON, and n, a
notification: connection and handle, then its bytes.

Where the parent counts the time (`Timekeeper`), A tells what time it is, and each frame is answered by q once all that
followed from it is done.
"""

import asyncio
import contextlib
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from trifocal_tools import npm
from trifocal_tools.failure import Failure
from trifocal_tools.micropython import install, romfs

SCRIPT = Path(__file__).with_name("host.mjs")
HEAP = 65_536
"""What the interpreter starts with; it takes more when it needs it, unless it is capped."""

STOP_SECONDS = 2.0

_HEAD = struct.Struct("<cI")


def command(
    part: str,
    config: dict[str, object],
    heap: int = HEAP,
    capped: bool = False,
    image: romfs.Image | None = None,
    *,
    counted: bool = False,
) -> list[str]:
    """The command line of a host that runs `part`: `tests`, `firmware`, `imports` or `radio`.

    Fetches and builds what it needs. The heap begins with so many bytes and, when it is `capped`, never has more; the
    time may be `counted`. Raises Failure.
    """
    node = npm.node(install.NAME)
    whole = {
        "interpreter": str(install.ensure()),
        "image": str((image or romfs.build()).path),
        "heap": heap,
        "capped": capped,
        "counted": counted,
        part: config,
    }
    return [str(node), str(SCRIPT), json.dumps(whole)]


def frame(channel: str, payload: bytes = b"") -> bytes:
    """One frame."""
    return _HEAD.pack(channel.encode(), len(payload)) + payload


class Frames:
    """Bytes in, whole frames out."""

    def __init__(self) -> None:
        self._held = bytearray()

    def receive(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """The frames that are whole now."""
        self._held += data
        while len(self._held) >= _HEAD.size:
            channel, length = _HEAD.unpack_from(self._held)
            end = _HEAD.size + length
            if len(self._held) < end:
                return
            payload = bytes(self._held[_HEAD.size : end])
            del self._held[:end]
            yield channel.decode("latin-1"), payload


class Timekeeper(Protocol):
    """Who counts the time for a host."""

    def now_ms(self) -> float:
        """Since the beginning."""

    def asked(self) -> None:
        """The host has got something to do."""

    def answered(self, due_ms: float | None) -> None:
        """It has done it, and wants to be told the time again at this one; None: not by itself."""


class Host:
    """A running host of the firmware."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        image: romfs.Image | None = None,
        timekeeper: Timekeeper | None = None,
    ) -> None:
        self._process = process
        self._image = image
        self._timekeeper = timekeeper
        self._stopping = False

    @classmethod
    async def start(
        cls,
        config: dict[str, object],
        cap: int = 0,
        image: romfs.Image | None = None,
        timekeeper: Timekeeper | None = None,
    ) -> "Host":
        """Start Node with the firmware; with a `cap` its heap never grows. Raises Failure: something is missing."""
        counted = timekeeper is not None
        line = await asyncio.to_thread(command, "firmware", config, cap or HEAP, bool(cap), image, counted=counted)
        pipe = asyncio.subprocess.PIPE
        host = cls(await asyncio.create_subprocess_exec(*line, stdin=pipe, stdout=pipe), image, timekeeper)
        host.tell_time()
        return host

    def tell_time(self) -> None:
        """Where the time is counted: let the host do what is due now."""
        if self._timekeeper:
            self._write("A", struct.pack("<d", self._timekeeper.now_ms()))

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def send(self, channel: str, payload: bytes = b"") -> None:
        """Queue one frame; after the process has ended it goes nowhere."""
        self.tell_time()
        self._write(channel, payload)

    def _write(self, channel: str, payload: bytes) -> None:
        if self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(frame(channel, payload))
            if self._timekeeper:
                self._timekeeper.asked()

    async def settle(self) -> None:
        """Wait until the host has taken most of what was queued."""
        if self._process.stdin:
            with contextlib.suppress(ConnectionError):
                await self._process.stdin.drain()

    async def serve(self, receive: Callable[[str, bytes], None]) -> None:
        """Hand on what the host says until `stop`. Raises Failure when it ends by itself."""
        frames = Frames()
        last_words = ""
        assert self._process.stdout
        while data := await self._process.stdout.read(65_536):
            for channel, payload in frames.receive(data):
                if channel == "x":
                    last_words = (self._image or romfs.build()).trace().readable(payload.decode(errors="replace"))
                elif channel == "q" and self._timekeeper:
                    self._timekeeper.answered(json.loads(payload))
                else:
                    receive(channel, payload)
        if not self._stopping:
            code = await self._process.wait()
            raise Failure(f"MicroPython ended ({code}): {last_words or 'it said nothing'}", word="micropython_ended")

    async def stop(self) -> None:
        """End the process: by the end of its input, else by force."""
        self._stopping = True
        if self._process.stdin:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:  # out of memory it may spin
            self._process.kill()
            await self._process.wait()
