"""An event loop whose time is counted, not measured: it jumps to the next deadline as soon as nothing is left to do.

What runs in it lasts exactly as long as the things it waits for, however slow or busy the machine is. Where real work
is done outside the loop (a thread, another process), time stands still until that has answered: threads are known to
the loop, others say so with `hold` and `release`. A socket is looked at before each jump, and that is all: peers beyond
one are outside of this time.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from trifocal_shared.clock import Clock

T = TypeVar("T")

EPOCH_MS = 1_780_000_000_000
_ROUNDING_MS = 1e-6


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run it in time of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


async def passes(seconds: float) -> None:
    """Let so much time pass. RuntimeError where it is not counted: there somebody would wait for it."""
    if not isinstance(asyncio.get_running_loop(), VirtualLoop):
        raise RuntimeError("this time is not counted")
    await asyncio.sleep(seconds)


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the top of the file."""

    def __init__(self) -> None:
        self._now = 0.0
        self._held = 0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now

    def hold(self) -> None:
        """Something outside is under way: time stands still."""
        self._held += 1

    def release(self) -> None:
        """It has answered."""
        self._held -= 1

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """As any loop does; time stands still meanwhile."""
        self.hold()
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(lambda _: self.release())
        return future

    def jump(self, wait_s: float | None) -> float | None:
        """There is nothing to do for so long, None: for ever. How long to wait in earnest."""
        if self._held or wait_s is None:
            return None
        self._now += wait_s
        return 0


class _Jumping(selectors.DefaultSelector):
    """Asks the loop before it would wait."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        return super().select(self._loop.jump(timeout))


class VirtualClock(Clock):
    """The clock of whoever runs in a `VirtualLoop`."""

    def __init__(self) -> None:
        super().__init__()
        self.set_epoch(EPOCH_MS)

    def now(self) -> int:
        """Milliseconds since the loop was made."""
        return int(asyncio.get_running_loop().time() * 1_000 + _ROUNDING_MS)
