"""The connection of a stream: bytes between `Push` and the network, and how many of them are still on their way."""

import asyncio
import sys

from trifocal_shared.rtmp.push import Closed, Push

_SIOCOUTQ = 0x5411
"""Asks Linux how much of what was written the peer has not acknowledged."""


class Line(asyncio.Protocol):
    """One connection. `live` once the server has accepted; `reason` once it is over."""

    def __init__(self, push: Push, clock) -> None:  # type: ignore[no-untyped-def]
        """`clock` is the board's."""
        self.push = push
        self.live = False
        self.reason = ""
        self._clock = clock
        self._transport = None
        self._moved = asyncio.Event()

    def connection_made(self, transport) -> None:  # type: ignore[no-untyped-def]
        self._transport = transport
        # What waits shall wait here, where it is counted, and be known to the peer at once.
        transport.set_write_buffer_limits(high=1 << 24)
        self.push.connected(self._clock.now())
        self.flush()

    def data_received(self, data: bytes) -> None:
        self.push.receive(data, self._clock.now())
        self.flush()

    def connection_lost(self, exc: "Exception | None") -> None:
        self._transport = None
        self.push.lost(self._clock.now())
        self._look()

    async def moved(self, seconds: float) -> None:
        """Wait until something has happened, not longer than this."""
        self._moved.clear()
        try:
            await asyncio.wait_for(self._moved.wait(), seconds)
        except asyncio.TimeoutError:
            self.flush()

    def flush(self) -> int:
        """Send what there is; how many bytes have not arrived yet."""
        now = self._clock.now()
        transport = self._transport
        self.push.timeout(now)
        unsent = 0
        if transport is not None:
            transport.write(self.push.data_to_send())
            unsent = _unsent(transport)
            self.push.unsent(unsent, now)
        self._look()
        return unsent

    def close(self) -> None:
        """The stream ends as this side wishes, if it has not ended yet."""
        self.push.stop(self._clock.now())
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.write(self.push.data_to_send())
            if transport.get_write_buffer_size():
                transport.abort()  # the network takes nothing: what waits is of no use to anybody
            else:
                transport.close()

    def _look(self) -> None:
        for event in self.push.events():
            if isinstance(event, Closed):
                self.reason = self.reason or event.reason
            else:
                self.live = True
            self._moved.set()


def _unsent(transport) -> int:  # type: ignore[no-untyped-def]
    waiting = transport.get_write_buffer_size()
    found = transport.get_extra_info("socket")
    if found is not None and sys.platform == "linux" and found.fileno() >= 0:
        import fcntl

        try:
            waiting += int.from_bytes(fcntl.ioctl(found.fileno(), _SIOCOUTQ, bytes(4)), sys.byteorder)
        except OSError:
            pass  # it has just been closed
    return int(waiting)
