"""The photos that an app waits for. They belong to its server, for pictures come over HTTP, whatever the socket does.

Each request ends in exactly one `Settled`: the picture came (`arrived`), the cloud said why it will not (`failed`),
its time is over, or its session has ended. What comes after that, or was never asked for, is not known here: the two
inputs say so with False, and change nothing.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from trifocal_sdk.errors import SESSION_ENDED, TIMEOUT

P = TypeVar("P")


@dataclass(frozen=True)
class Settled(Generic[P]):
    """The end of a request: a `photo`, or else a `code` and a sentence for why there is none."""

    request_id: str
    photo: P | None
    code: str = ""
    message: str = ""


class PendingPhotos(Generic[P]):
    """All that one app waits for; a photo is whatever io makes of it."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str, int]] = {}
        self._events: list[Settled[P]] = []

    def wanted(self, request_id: str, session_id: str, timeout_ms: int, now: int) -> None:
        """This session waits for a photo."""
        self._waiting[request_id] = (session_id, now + timeout_ms)

    def knows(self, request_id: str) -> bool:
        """Whether somebody waits for it."""
        return request_id in self._waiting

    def arrived(self, request_id: str, photo: P) -> bool:
        """The picture has come."""
        return self._settle(request_id, Settled(request_id, photo))

    def failed(self, request_id: str, code: str, message: str) -> bool:
        """There will be no picture."""
        return self._settle(request_id, Settled(request_id, None, code, message))

    def given_up(self, request_id: str) -> None:
        """Nobody waits any more; nothing is said of it."""
        self._waiting.pop(request_id, None)

    def session_ended(self, session_id: str) -> None:
        """Nothing will come for this session."""
        for request_id in [key for key, (owner, _) in self._waiting.items() if owner == session_id]:
            self.failed(request_id, SESSION_ENDED, "the session ended before the photo came")

    def deadline(self) -> int | None:
        """When the first of them is over."""
        return min((at for _, at in self._waiting.values()), default=None)

    def timeout(self, now: int) -> None:
        """End those whose time is over."""
        for request_id in [key for key, (_, at) in self._waiting.items() if at <= now]:
            self.failed(request_id, TIMEOUT, "no photo came in time")

    def events(self) -> list[Settled[P]]:
        """Drain the ends."""
        events, self._events = self._events, []
        return events

    def _settle(self, request_id: str, end: Settled[P]) -> bool:
        if self._waiting.pop(request_id, None) is None:
            return False
        self._events.append(end)
        return True
