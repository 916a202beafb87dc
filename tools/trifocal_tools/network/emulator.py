"""Two namespaces and the line between them: real TCP and UDP of the kernel, over a network as bad as is asked for."""

import contextlib
import ipaddress
import os
import random
import select
import threading
import time
from types import TracebackType
from typing import Self

from trifocal_tools.network.namespace import Namespace
from trifocal_tools.network.pipe import Pipe, Shape

NETWORK_BITS = 16
FAR_ADDRESS = "10.77.0.1"
NEAR_ADDRESSES = ("10.77.1.2", "10.77.2.2")
"""Of the gateway, before and after a handover."""

MOST_PACKET = 65_536
MOST_AT_ONCE = 64
IDLE_US = 1_000_000


class Emulator:
    """A context manager. `near` is the gateway's end, `far` the cloud's; both directions have the same shape.

    Raises Failure(MISSING) where it cannot be had. The same seed loses the same packets if they come in the same order.
    """

    def __init__(self, shape: Shape, seed: int = 1) -> None:
        self.far = Namespace(f"{FAR_ADDRESS}/{NETWORK_BITS}")
        try:
            self.near = Namespace(f"{NEAR_ADDRESSES[0]}/{NETWORK_BITS}")
        except BaseException:
            self.far.close()
            raise
        chance = random.Random(seed).random  # noqa: S311 - no secret, and to be had again
        self._pipes = (Pipe(shape, chance), Pipe(shape, chance))
        self._lock = threading.Lock()
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._ending = False
        self._thread = threading.Thread(target=self._pump, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending = True
        self._nudge()
        self._thread.join()
        for file in (self._woken, self._wake):
            os.close(file)
        self.near.close()
        self.far.close()

    @property
    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """What became of the packets so far, up to the cloud and down from it; `Pipe.counts` says the words."""
        up, down = self._pipes
        return dict(up.counts), dict(down.counts)

    def reshape(self, shape: Shape) -> None:
        """The line is like this from now on, both ways."""
        with self._lock:
            for pipe in self._pipes:
                pipe.reshape(shape)

    def set_down(self, down: bool) -> None:
        """The line goes down, both ways, or comes up again."""
        with self._lock:
            for pipe in self._pipes:
                pipe.set_down(down, _now())

    def hand_over(self, address: str = NEAR_ADDRESSES[1]) -> None:
        """The gateway's address is another one from now on."""
        self.near.set_address(ipaddress.IPv4Interface(f"{address}/{NETWORK_BITS}"))

    def _pump(self) -> None:
        """Carry packets until the end: the one thread that touches both devices."""
        ends = (self.near.tun, self.far.tun)
        poll = select.epoll()
        with contextlib.closing(poll):
            for file in (*ends, self._woken):
                poll.register(file, select.EPOLLIN)
            while not self._ending:
                ready = {file for file, _ in poll.poll(self._wait_s())}
                if self._woken in ready:
                    _drain(self._woken)
                with self._lock:
                    for source, pipe, sink in zip(ends, self._pipes, ends[::-1], strict=True):
                        _carry(source if source in ready else None, pipe, sink)

    def _wait_s(self) -> float:
        with self._lock:
            deadlines = [due for pipe in self._pipes if (due := pipe.deadline()) is not None]
        return max(0, min(min(deadlines, default=IDLE_US + _now()) - _now(), IDLE_US)) / 1_000_000

    def _nudge(self) -> None:
        os.write(self._wake, b"!")


def _carry(source: int | None, pipe: Pipe, sink: int) -> None:
    """From the device into the pipe, and what has come through it into the other device."""
    if source is not None:
        for _ in range(MOST_AT_ONCE):
            try:
                packet = os.read(source, MOST_PACKET)
            except BlockingIOError:
                break
            pipe.push(packet, _now())
    pipe.timeout(_now())
    for packet in pipe.events():
        # A device whose own queue is full loses it, as any network card does.
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(sink, packet)


def _drain(file: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(file, MOST_AT_ONCE)


def _now() -> int:
    return time.monotonic_ns() // 1000
