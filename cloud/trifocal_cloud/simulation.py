"""SimDoor: simulated glasses behind `/sim-ws`, and the commands that a person gives them.

At most one of each user is attached; a newer one displaces the older (`SimDisplaced`), whose later words count for
nothing. It says its state whenever that changes. A command is sent to it and ends in exactly one `SimAnswered`: what
the glasses answered, or `glasses_silent` after ANSWER_MS, or `glasses_offline` when they are gone.
"""

from dataclasses import dataclass, field

from trifocal_shared import reasons
from trifocal_shared.message import Message
from trifocal_shared.sim_messages import SimCommand, SimResult, SimState

ANSWER_MS = 10_000
COMMAND_LIMIT = 32
"""How many commands of one user may wait for their answer."""


@dataclass(frozen=True)
class SimOutgoing:
    """Send this command by this connection."""

    user: str
    epoch: int
    message: SimCommand


@dataclass(frozen=True)
class SimDisplaced:
    """Newer simulated glasses took over: close this connection."""

    user: str
    epoch: int


@dataclass(frozen=True)
class SimChanged:
    """The simulated glasses look different now, or (None) are gone."""

    user: str
    state: SimState | None


@dataclass(frozen=True)
class SimAnswered:
    """The one answer to a command: the glasses' own, or the reason why there is none."""

    user: str
    command_id: str
    result: SimResult | None
    reason: str = ""


SimHappening = SimOutgoing | SimDisplaced | SimChanged | SimAnswered


@dataclass
class _Attached:
    epoch: int
    state: SimState | None = None
    waiting: dict[str, int] = field(default_factory=dict)


class SimDoor:
    """See the top of the file. Times in ms."""

    def __init__(self) -> None:
        self._attached: dict[str, _Attached] = {}
        self._epoch = 0
        self._events: list[SimHappening] = []

    def opened(self, user: str, now: int) -> int:
        """Simulated glasses have come; their epoch."""
        older = self._attached.pop(user, None)
        if older is not None:
            self._events.append(SimDisplaced(user, older.epoch))
            self._abandon(user, older)
        self._epoch += 1
        self._attached[user] = _Attached(self._epoch)
        return self._epoch

    def closed(self, user: str, epoch: int, now: int) -> None:
        """A connection is gone. An older one's end means nothing."""
        attached = self._current(user, epoch)
        if attached is not None:
            del self._attached[user]
            self._abandon(user, attached)
            self._events.append(SimChanged(user, None))

    def received(self, user: str, epoch: int, message: Message, now: int) -> None:
        """The simulated glasses said something."""
        attached = self._current(user, epoch)
        if attached is None:
            return
        if isinstance(message, SimState):
            attached.state = message
            self._events.append(SimChanged(user, message))
        elif isinstance(message, SimResult) and attached.waiting.pop(message.command_id, None) is not None:
            self._events.append(SimAnswered(user, message.command_id, message))

    def commanded(self, user: str, command: SimCommand, now: int) -> str:
        """Give a command; empty when it was sent, else the reason why not."""
        attached = self._attached.get(user)
        if attached is None:
            return reasons.NO_SIMULATOR
        if len(attached.waiting) >= COMMAND_LIMIT:
            return reasons.TOO_MANY
        attached.waiting[command.command_id] = now + ANSWER_MS
        self._events.append(SimOutgoing(user, attached.epoch, command))
        return ""

    def state(self, user: str) -> SimState | None:
        """How this user's simulated glasses look; None when there are none or they have not said."""
        attached = self._attached.get(user)
        return attached.state if attached else None

    def deadline(self) -> int | None:
        return min((at for attached in self._attached.values() for at in attached.waiting.values()), default=None)

    def timeout(self, now: int) -> None:
        for user, attached in self._attached.items():
            for command_id in [key for key, at in attached.waiting.items() if at <= now]:
                del attached.waiting[command_id]
                self._events.append(SimAnswered(user, command_id, None, reasons.GLASSES_SILENT))

    def events(self) -> list[SimHappening]:
        drained, self._events = self._events, []
        return drained

    def _current(self, user: str, epoch: int) -> _Attached | None:
        attached = self._attached.get(user)
        return attached if attached is not None and attached.epoch == epoch else None

    def _abandon(self, user: str, attached: _Attached) -> None:
        for command_id in attached.waiting:
            self._events.append(SimAnswered(user, command_id, None, reasons.GLASSES_OFFLINE))
        attached.waiting.clear()
