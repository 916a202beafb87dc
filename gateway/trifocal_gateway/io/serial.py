"""The way to the glasses by wire: a serial port, 8N1 without flow control (PROTOCOL-device §3).

A wire knows no connection. That the port could be opened says that the adapter is plugged in, and nothing about who is
at its other end: that is asked by the relay, as on every way.
"""

import asyncio
import contextlib
import errno
import os
import re
import termios
from collections.abc import Callable
from urllib.parse import parse_qsl

import serial

from trifocal_gateway.errors import LinkDown

BAUD = 460_800
"""What glasses speak when they start (PROTOCOL-device §3)."""

READ_BYTES = 65_536
WRITE_S = 10.0
"""A wire that takes nothing for so long is none."""

_REASONS = {
    errno.ENOENT: "there is no such port",
    errno.ENXIO: "there is nothing at this port",
    errno.EACCES: "this user may not use it",
    errno.EPERM: "this user may not use it",
    errno.EBUSY: "another program uses it",
    errno.EAGAIN: "another program uses it",
    errno.ENOTTY: "it is no serial port",
}


def port_of(url: str) -> tuple[str, int]:
    """Port and baud rate of `serial:PORT` or `serial:PORT?baud=N`. ValueError for anything else."""
    scheme, _, rest = url.partition(":")
    port, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    baud = options.pop("baud", str(BAUD))
    if scheme != "serial" or not port.isprintable() or not port or options or not re.fullmatch("[1-9][0-9]{0,7}", baud):
        raise ValueError(f"the glasses' address is serial:PORT[?baud=N], not {url!r}")
    return port, int(baud)


class SerialLink:
    """One open port, made by `connect`. `run` must be awaited for anything to be received."""

    most = 0
    """Bytes that one write takes: any number."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._fd: int = port.fileno()
        self._loop = asyncio.get_running_loop()
        self._writable = asyncio.Event()
        self._over = asyncio.Event()
        self._why = ""

    @classmethod
    async def connect(cls, url: str) -> "SerialLink":
        """Open the port, for this program alone. Raises LinkDown saying why it cannot be, ValueError for an address
        that is none.
        """
        name, baud = port_of(url)
        try:
            # Both lines stay raised, as the system raises them when it opens a port: lowering them one after the other
            # resets boards that hang on them.
            port = await asyncio.to_thread(serial.Serial, name, baud, timeout=0, exclusive=True)
        except (OSError, ValueError, termios.error) as error:
            raise LinkDown(f"the port {name} cannot be used: {reason(error)}") from None
        return cls(port)

    async def run(self, received: Callable[[bytes], None], packed: Callable[[bytes], None]) -> None:
        """Hand over what comes, until `close`; there are no bare packs. Raises LinkDown when the port goes away."""
        if not self._over.is_set():
            self._loop.add_reader(self._fd, self._readable, received)
        await self._over.wait()
        if self._why:
            raise LinkDown(self._why)

    async def write(self, data: bytes) -> None:
        """Until the system has it all. A link that is down takes it and loses it; one that does not drain goes down."""
        unsent = memoryview(data)
        try:
            async with asyncio.timeout(WRITE_S):
                while unsent and not self._over.is_set():
                    try:
                        unsent = unsent[os.write(self._fd, unsent) :]
                    except BlockingIOError:
                        await self._room()
        except TimeoutError:
            self._end("the port takes no bytes any more")
        except OSError as error:
            self._end(f"the port went away: {reason(error)}")

    async def close(self) -> None:
        """Close it; what is still unsent is lost."""
        self._end("")
        if self._port.is_open:
            with contextlib.suppress(OSError, termios.error):  # it went away
                self._port.reset_output_buffer()  # else closing waits until it is sent
            self._port.close()

    def _readable(self, received: Callable[[bytes], None]) -> None:
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(f"the port went away: {reason(error)}")
            return
        if data:
            received(data)
        else:
            self._end("the port went away")

    async def _room(self) -> None:
        self._writable.clear()
        self._loop.add_writer(self._fd, self._writable.set)
        await self._writable.wait()
        if not self._over.is_set():
            self._loop.remove_writer(self._fd)

    def _end(self, why: str) -> None:
        if self._over.is_set():
            return
        self._why = why
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self._over.set()
        self._writable.set()


def reason(error: BaseException) -> str:
    """What is wrong with a port, in words, by what opening or using it raised."""
    number = error.args[0] if error.args else None
    if isinstance(number, int) and number in _REASONS:
        return _REASONS[number]
    if isinstance(error, serial.SerialException) and error.__context__:  # pyserial wraps some without their number
        return reason(error.__context__)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
