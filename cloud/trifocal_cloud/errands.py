"""Errands: what a person has their glasses do (Wi-Fi, lamps, settings); each ends in exactly one `Ended`.

The gateway answers for the glasses, and for itself when they are away or silent. What is left to this machine is a
gateway that says nothing, as a phone of MentraOS does (`glasses_silent` after ANSWER_MS), or that is lost
(`gateway_offline`). An answer counts only from the gateway of the user who asked, and only once.
"""

from dataclasses import dataclass

from trifocal_shared import reasons
from trifocal_shared.cloud_messages import ControlResult

ANSWER_MS = 45_000
"""The gateway's own patience with glasses ends before."""

MOST_WAITING = 16
"""Errands of one user that may wait for their answer."""


@dataclass(frozen=True)
class Ended:
    """The one answer: the gateway's, or the reason why there is none."""

    command_id: str
    result: ControlResult | None
    reason: str = ""


@dataclass(frozen=True)
class _Waiting:
    user: str
    deadline: int


class Errands:
    """See the top of the file. Times in ms."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._events: list[Ended] = []

    def sent(self, user: str, command_id: str, now: int) -> bool:
        """An errand is about to be sent; False when there are too many of this user."""
        if sum(each.user == user for each in self._waiting.values()) >= MOST_WAITING:
            return False
        self._waiting[command_id] = _Waiting(user, now + ANSWER_MS)
        return True

    def answered(self, user: str, result: ControlResult) -> None:
        """This user's gateway answers."""
        waiting = self._waiting.get(result.command_id)
        if waiting is not None and waiting.user == user:
            self._end(result.command_id, result)

    def gateway_lost(self, user: str) -> None:
        """This user's gateway is gone, and its answers with it."""
        for command_id in [key for key, each in self._waiting.items() if each.user == user]:
            self._end(command_id, None, reasons.GATEWAY_OFFLINE)

    def deadline(self) -> int | None:
        """When to be woken."""
        return min((each.deadline for each in self._waiting.values()), default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        for command_id in [key for key, each in self._waiting.items() if each.deadline <= now]:
            self._end(command_id, None, reasons.GLASSES_SILENT)

    def events(self) -> list[Ended]:
        """Drain what has ended."""
        drained, self._events = self._events, []
        return drained

    def _end(self, command_id: str, result: ControlResult | None, reason: str = "") -> None:
        del self._waiting[command_id]
        self._events.append(Ended(command_id, result, reason))
