"""The parent's side of `host.mjs`: one Node process with one MicroPython, spoken to in frames.

A frame is a channel letter, the payload's length as four bytes (little-endian), the payload. Capitals go to the host:

    O link opened      L bytes from the gateway      C link closed        M bytes from the button controller
    E pin edge, JSON   W the world, JSON             P a picture: its number as four bytes, the JPEG (empty: failed)
    H how much heap is alive?

and small letters come from it:

    l bytes to the gateway      p a picture is wanted, JSON      s privacy light      o report, JSON
    h bytes of live heap        r result of a test, JSON         t printed text       x the end, and why
    i milliseconds that an import of the firmware took
"""

import asyncio
import contextlib
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from trifocal_tools import npm
from trifocal_tools.failure import Failure
from trifocal_tools.micropython import install, romfs

SCRIPT = Path(__file__).with_name("host.mjs")
HEAP = 65_536
"""What the interpreter starts with; it takes more when it needs it, unless it is capped."""

STOP_SECONDS = 2.0

_HEAD = struct.Struct("<cI")


def command(
    part: str, config: dict[str, object], heap: int = HEAP, capped: bool = False, image: romfs.Image | None = None
) -> list[str]:
    """The command line of a host that runs `part` (`tests`, `firmware` or `imports`). Fetches and builds what it needs.

    The heap begins with so many bytes and, when it is `capped`, never has more. Raises Failure.
    """
    node = npm.node(install.NAME)
    whole = {
        "interpreter": str(install.ensure()),
        "image": str((image or romfs.build()).path),
        "heap": heap,
        "capped": capped,
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


class Host:
    """A running host of the firmware."""

    def __init__(self, process: asyncio.subprocess.Process, image: romfs.Image | None = None) -> None:
        self._process = process
        self._image = image
        self._stopping = False

    @classmethod
    async def start(cls, config: dict[str, object], cap: int = 0, image: romfs.Image | None = None) -> "Host":
        """Start Node with the firmware; with a `cap` its heap never grows. Raises Failure: something is missing."""
        line = await asyncio.to_thread(command, "firmware", config, cap or HEAP, bool(cap), image)
        pipe = asyncio.subprocess.PIPE
        return cls(await asyncio.create_subprocess_exec(*line, stdin=pipe, stdout=pipe), image)

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def send(self, channel: str, payload: bytes = b"") -> None:
        """Queue one frame; after the process has ended it goes nowhere."""
        if self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(frame(channel, payload))

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
