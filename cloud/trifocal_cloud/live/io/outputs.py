"""Outputs on the network: connections to servers elsewhere, to addresses only where the cloud may go."""

import asyncio
import contextlib
import random
import ssl
import sys
from collections.abc import Callable
from typing import cast

import structlog

from trifocal_cloud.io.guarded_network import ForbiddenError, Names, reachable
from trifocal_cloud.live.output import Output, OutputChanged
from trifocal_cloud.live.stream import LiveStream
from trifocal_shared import app_words, reasons
from trifocal_shared.clock import Clock

CONNECT_S = 8.0
CLOSE_S = 5.0
MOST_OUTPUTS = 10
"""Of one stream."""
_SIOCOUTQ = 0x5411
"""Asks Linux how much of what was written the peer has not acknowledged."""

OutputTold = Callable[[str, Output, OutputChanged], None]

log = structlog.get_logger("trifocal.outputs")


class Outputs:
    """All of them; `networks` says where they may be (see `addresses`)."""

    def __init__(self, clock: Clock, networks: str, names: Names | None = None) -> None:
        self.changed: list[OutputTold] = []
        self.clock = clock
        self._networks = networks
        self._names = names or Names()
        self._lines: dict[Output, _Line] = {}

    def add(self, stream: LiveStream, url: str) -> Output:
        """Send a stream on to this URL. Raises ProtocolError: `bad_url`, or `too_many` for one stream."""
        output = Output(url, self.clock.now())
        stream.attach(output, MOST_OUTPUTS, self.clock.now())
        self._lines[output] = _Line(self, stream, output)
        self.sweep(self.clock.now())
        return output

    def remove(self, output: Output) -> None:
        """Send nothing more there."""
        line = self._lines.pop(output, None)
        if line is not None:
            output.stop(self.clock.now())
            line.settle()
            line.close()
            line.stream.outputs.discard(output)

    def send(self, stream: LiveStream) -> None:
        """What came is passed on."""
        for output in stream.outputs:
            self._lines[output].pass_on()

    def sweep(self, now: int) -> None:
        """Time has passed."""
        for output, line in list(self._lines.items()):
            output.timeout(now, _chance())
            line.settle()
            if line.stream.state == "live" and output.due(now):
                line.open()

    def close(self) -> None:
        """The cloud ends."""
        for output in list(self._lines):
            self.remove(output)
        self._names.close()

    def tell(self, stream: LiveStream, output: Output) -> None:
        """Say what happened to an output."""
        for event in output.events():
            if event.reason:
                # The address holds a key: only its server is named.
                log.info("output", stream=stream.name, host=output.target.host, state=event.state, reason=event.reason)
            for told in self.changed:
                told(stream.name, output, event)

    async def connect(self, output: Output, wire: "_Wire") -> None:
        """Open a connection to an allowed address of the output's server.

        Raises OSError, TimeoutError, UnicodeError, ForbiddenError.
        """
        target = output.target
        secure = ssl.create_default_context() if target.secure else None
        name = target.host if target.secure else None
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_S):
            usable = await reachable(self._names, target.host, self._networks)
            for ip in usable[:-1]:
                with contextlib.suppress(OSError):
                    # Each has its share of the time: the last one may be the only one that answers.
                    async with asyncio.timeout(CONNECT_S / len(usable)):
                        await loop.create_connection(lambda: wire, ip, target.port, ssl=secure, server_hostname=name)
                    return
            await loop.create_connection(lambda: wire, usable[-1], target.port, ssl=secure, server_hostname=name)


class _Wire(asyncio.Protocol):
    """One connection of an output; what comes of it after it was closed here concerns nobody."""

    def __init__(self, line: "_Line") -> None:
        self._line: _Line | None = line
        self.transport: asyncio.Transport | None = None
        self._cut: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        if self._line is None:
            self.transport.abort()
        else:
            self._line.connected()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._cut is not None:
            self._cut.cancel()
        if self._line is not None:
            self._line.lost()

    def data_received(self, data: bytes) -> None:
        if self._line is not None:
            self._line.heard(data)

    def close(self) -> None:
        """Hang up; a server that does not take what was written gets no more than CLOSE_S for it."""
        self._line = None
        if self.transport is not None and self._cut is None:
            self.transport.close()
            self._cut = asyncio.get_running_loop().call_later(CLOSE_S, self.transport.abort)


class _Line:
    """An output with its present connection."""

    def __init__(self, outputs: Outputs, stream: LiveStream, output: Output) -> None:
        self.stream = stream
        self._outputs = outputs
        self._clock = outputs.clock
        self._output = output
        self._wire: _Wire | None = None
        self._opening: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to connect."""
        self._wire = _Wire(self)
        self._opening = asyncio.create_task(self._open(self._wire))

    def close(self) -> None:
        """Hang up."""
        if self._opening is not None:
            self._opening.cancel()
        self._hang_up()

    def connected(self) -> None:
        """The connection stands."""
        self._output.connected(self._clock.now())
        self.pass_on()

    def lost(self) -> None:
        """It is gone."""
        self._wire = None
        self._output.lost(self._clock.now(), _chance())
        self.settle()

    def heard(self, data: bytes) -> None:
        """The server says something."""
        self._output.receive(data, self._clock.now(), _chance())
        self.pass_on()
        self.settle()

    def pass_on(self) -> None:
        """Send what there is, and notice how much of it is still here."""
        transport = self._transport()
        if transport is None:
            return
        data = self._output.data_to_send()
        if data:
            transport.write(data)
            self._output.unsent(_unsent(transport), self._clock.now())

    def settle(self) -> None:
        """Tell what happened; a connection that is of no more use is closed."""
        self._outputs.tell(self.stream, self._output)
        transport = self._transport()
        if transport is not None:
            self._output.unsent(_unsent(transport), self._clock.now())
            if self._output.push is None or self._output.push.state == "closed":
                self.pass_on()
                self._hang_up()

    def _transport(self) -> asyncio.Transport | None:
        return self._wire.transport if self._wire is not None else None

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    async def _open(self, wire: _Wire) -> None:
        try:
            await self._outputs.connect(self._output, wire)
        except (OSError, TimeoutError, UnicodeError):
            self._refused(reasons.CONNECT_REFUSED)
        except ForbiddenError:
            self._refused(app_words.ADDRESS_FORBIDDEN)

    def _refused(self, reason: str) -> None:
        self._wire = None
        self._output.refused(reason, self._clock.now(), _chance())
        self.settle()


def _unsent(transport: asyncio.Transport) -> int:
    waiting = transport.get_write_buffer_size()
    found = transport.get_extra_info("socket")
    if found is not None and sys.platform == "linux" and found.fileno() >= 0:
        import fcntl

        with contextlib.suppress(OSError):
            waiting += int.from_bytes(fcntl.ioctl(found.fileno(), _SIOCOUTQ, bytes(4)), sys.byteorder)
    return waiting


def _chance() -> float:
    return random.random()  # noqa: S311 - it spreads tries, it hides nothing
