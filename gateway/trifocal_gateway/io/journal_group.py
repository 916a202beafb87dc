"""Transactions that share one line of the journal and one sync: what they say, how to take it back, who waits."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trifocal_gateway.errors import StorageError
    from trifocal_gateway.io.journal_table import Change


class Group:
    """Open while transactions join it; `written` once its line was tried; settled when everybody was told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.undo: list[list[Change]] = []
        self.written = False
        self.settled = False
        self.error: StorageError | None = None
        self._waiters: list[asyncio.Future[None]] = []

    def line(self) -> bytes:
        """The body of the line: all changes as one list."""
        return ("[" + ",".join(self.texts) + "]").encode()

    def waiter(self) -> asyncio.Future[None]:
        """Done when the group is durable, or has StorageError; cancelling it disturbs nobody else."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def tell(self) -> None:
        """Let those who wait know how it went."""
        self.settled = True
        for waiter in self._waiters:
            if waiter.done():
                continue
            if self.error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(self.error)
