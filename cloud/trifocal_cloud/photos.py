"""PhotoDesk: every photo request, from being asked for to its one final answer.

A request is `requested` by somebody (a press, the API), or `adopted` when a photo that nobody asked for (`local_…`)
shows up, or `restored` from its row after a restart. It then moves

    requested -> capturing -> captured -> queued -> uploading -> stored | failed(reason)

on what glasses and gateway report, never backwards: a late word is recorded as a step and changes nothing.

Promises
 * Exactly one `Finished` for every request it knows. What comes after (a late photo, a second failure) is a step.
 * A request that was asked for ends in time: after SILENCE_MS without any word about it, else when its budget is
   spent. The reason tells the last thing known: no gateway, glasses away, silent glasses, a photo still on its way.
   A presence that changes starts the silence anew, for a link that returns deserves a chance to speak.
 * A photo that the glasses took on their own for the same press ends the request of that press (`captured_locally`).
 * Local photos have no deadline: they come when there is a network again. At most LOCAL_LIMIT of them are watched
   for each user; the oldest is forgotten, which loses a step in a log and nothing else.
 * While the bytes are being written down (`storing`), neither time nor a report may end the request.

Refusals: a report about an unknown request becomes a step; a request of another user is an unknown request.
Who owns what, and whether a row is finished, is for the floor above to look up.
"""

from dataclasses import dataclass, replace

from trifocal_shared import reasons
from trifocal_shared.messages import LOCAL_PREFIX, PhotoStatus

SILENCE_MS = 10_000
SYSTEM_BUDGET_MS = 60_000
"""How long a request may take that the system made (PROTOCOL-device §7: cloud pending system request)."""
VIDEO_BUDGET_MS = 1_800_000
"""The same for a video: ten minutes of recording, and as long again twice for its way over a narrow link."""
LOCAL_LIMIT = 200

GLASSES, GATEWAY, CLOUD = "glasses", "gateway", "cloud"

REQUESTED, CAPTURING, CAPTURED, QUEUED, UPLOADING = "requested", "capturing", "captured", "queued", "uploading"
STORED, FAILED, UNKNOWN = "stored", "failed", "unknown"

ORDER = (REQUESTED, CAPTURING, CAPTURED, QUEUED, UPLOADING)
REPORTS = {
    "accepted": REQUESTED,
    "capturing": CAPTURING,
    "recording": CAPTURING,
    "captured": CAPTURED,
    "transferring": CAPTURED,
    "queued": QUEUED,
    "uploading": UPLOADING,
    "uploaded": UPLOADING,
}
"""What a `photo_status` says -> how far the photo is. Only what we stored ourselves is stored, whatever it says."""


@dataclass(frozen=True)
class Ticket:
    """Whose request it is and where it comes from; `press_id` is empty when no button was pressed."""

    user: str
    request_id: str
    press_id: str = ""

    @property
    def local(self) -> bool:
        """Whether nobody asked for this photo: the glasses took it on their own."""
        return self.request_id.startswith(LOCAL_PREFIX)


@dataclass(frozen=True)
class Word:
    """Who said it, with what detail, and when by their own clock (epoch ms, 0 unknown)."""

    source: str
    detail: str = ""
    timestamp: int = 0


OURS = Word(CLOUD)


@dataclass(frozen=True)
class Stepped:
    """Something happened to a request. `status` is where it stands now, empty when the desk does not watch it."""

    ticket: Ticket
    word: Word
    step: str
    status: str


@dataclass(frozen=True)
class Finished:
    """The one final answer: `stored`, or `failed` with its reason."""

    ticket: Ticket
    word: Word
    status: str
    reason: str = ""


@dataclass
class _Pending:
    ticket: Ticket
    status: str
    ends_at: int | None
    silent_at: int | None
    storing: bool = False

    def deadline(self) -> int | None:
        if self.storing:
            return None
        return min((at for at in (self.ends_at, self.silent_at) if at is not None), default=None)


class PhotoDesk:
    """See the top of the file. Times in ms."""

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str], _Pending] = {}
        self._gateways: set[str] = set()
        self._glasses_away: set[str] = set()
        self._events: list[Stepped | Finished] = []

    def requested(self, ticket: Ticket, now: int, budget_ms: int = SYSTEM_BUDGET_MS) -> None:
        """Somebody wants a photo, and the glasses are being told."""
        self._watch(ticket, REQUESTED, now + budget_ms, now + SILENCE_MS)
        self._step(ticket, OURS, "requested", REQUESTED)

    def adopted(self, ticket: Ticket, now: int) -> None:
        """A photo that the glasses took on their own was heard of."""
        if self.watches(ticket.user, ticket.request_id):
            return
        self._watch_local(ticket, REQUESTED)
        self._captured_locally(ticket)

    def restored(self, ticket: Ticket, status: str, now: int, budget_ms: int = SYSTEM_BUDGET_MS) -> None:
        """The request was open when the cloud went down; its time begins again, without the wait for a first word."""
        if ticket.local:
            self._watch_local(ticket, status)
        else:
            self._watch(ticket, status, now + budget_ms, None)
        self._step(ticket, OURS, "restored", status)

    def presence(self, user: str, gateway: bool, glasses: bool, now: int) -> None:
        """Whether this user's gateway is connected, and whether its glasses are (True while nobody has said)."""
        was = (user in self._gateways, user not in self._glasses_away)
        if was == (gateway, glasses):
            return
        (self._gateways.add if gateway else self._gateways.discard)(user)
        (self._glasses_away.discard if glasses else self._glasses_away.add)(user)
        for (owner, _), pending in self._pending.items():
            if owner == user and pending.silent_at is not None:
                pending.silent_at = now + SILENCE_MS

    def reported(self, user: str, report: PhotoStatus, now: int) -> None:
        """Glasses or gateway said how far a photo has come."""
        source = report.source if report.source in (GLASSES, GATEWAY) else GLASSES
        pending = self._learnt(Ticket(user, report.request_id, report.press_id))
        ticket = pending.ticket if pending else Ticket(user, report.request_id, report.press_id)
        word = Word(source, report.error_message, report.timestamp)
        if report.status == FAILED:
            reason = _known(report.error_code, source)
            if pending and not pending.storing:
                self._finish(pending, word, FAILED, reason)
            else:
                self._step(ticket, replace(word, detail=reason), FAILED, pending.status if pending else "")
            return
        if pending:
            pending.silent_at = None
            pending.status = _further(pending.status, REPORTS.get(report.status, REQUESTED))
        step = report.status if report.status in REPORTS else UNKNOWN
        self._step(ticket, word, step, pending.status if pending else "")

    def storing(self, user: str, request_id: str, now: int) -> None:
        """The photo is here and is being written down. Ends with `stored` or `unstored`."""
        pending = self._pending.get((user, request_id))
        if pending:
            pending.storing = True

    def unstored(self, user: str, request_id: str, now: int) -> None:
        """It could not be written down; the request waits on."""
        pending = self._pending.get((user, request_id))
        if pending:
            pending.storing = False

    def stored(self, ticket: Ticket, now: int) -> None:
        """The photo is durable. Also right for a request that has ended already, or was never heard of."""
        pending = self._learnt(ticket)
        if pending:
            self._finish(pending, OURS, STORED)
        else:
            self._step(ticket, OURS, STORED, "")
        if ticket.local:
            self._captured_locally(ticket)

    def watches(self, user: str, request_id: str) -> bool:
        """Whether the request is known and not finished."""
        return (user, request_id) in self._pending

    def open_requests(self, user: str) -> int:
        """How many requests of this user, local photos aside, wait for their answer."""
        return sum(1 for key, pending in self._pending.items() if key[0] == user and not pending.ticket.local)

    def deadline(self) -> int | None:
        deadlines = (pending.deadline() for pending in self._pending.values())
        return min((at for at in deadlines if at is not None), default=None)

    def timeout(self, now: int) -> None:
        for pending in self._due(now):
            self._finish(pending, OURS, FAILED, self._why(pending))

    def events(self) -> list[Stepped | Finished]:
        drained, self._events = self._events, []
        return drained

    def _due(self, now: int) -> list[_Pending]:
        found = []
        for pending in self._pending.values():
            deadline = pending.deadline()
            if deadline is not None and deadline <= now:
                found.append(pending)
        return found

    def _why(self, pending: _Pending) -> str:
        """The last thing known about a request whose time is over."""
        if ORDER.index(pending.status) >= ORDER.index(CAPTURED):
            return reasons.UPLOAD_PENDING
        if pending.ticket.user not in self._gateways:
            return reasons.GATEWAY_OFFLINE
        if pending.ticket.user in self._glasses_away:
            return reasons.GLASSES_OFFLINE
        return reasons.TIMED_OUT if pending.silent_at is None else reasons.GLASSES_SILENT

    def _watch(self, ticket: Ticket, status: str, ends_at: int | None, silent_at: int | None) -> None:
        self._pending[(ticket.user, ticket.request_id)] = _Pending(ticket, status, ends_at, silent_at)

    def _watch_local(self, ticket: Ticket, status: str) -> None:
        mine = [key for key, pending in self._pending.items() if key[0] == ticket.user and pending.ticket.local]
        if len(mine) >= LOCAL_LIMIT:
            del self._pending[mine[0]]
        self._watch(ticket, status, None, None)

    def _learnt(self, ticket: Ticket) -> _Pending | None:
        """The request that is spoken of; a local photo's press may become known only now."""
        pending = self._pending.get((ticket.user, ticket.request_id))
        if pending and ticket.local and ticket.press_id and not pending.ticket.press_id:
            pending.ticket = ticket
            self._captured_locally(ticket)
        return pending

    def _captured_locally(self, local: Ticket) -> None:
        if not local.press_id:
            return
        twins = [
            pending
            for pending in self._pending.values()
            if pending.ticket.user == local.user
            and pending.ticket.press_id == local.press_id
            and not pending.ticket.local
            and not pending.storing
        ]
        for pending in twins:
            self._finish(pending, OURS, FAILED, reasons.CAPTURED_LOCALLY)

    def _finish(self, pending: _Pending, word: Word, status: str, reason: str = "") -> None:
        del self._pending[(pending.ticket.user, pending.ticket.request_id)]
        self._events.append(Finished(pending.ticket, word, status, reason))

    def _step(self, ticket: Ticket, word: Word, step: str, status: str) -> None:
        self._events.append(Stepped(ticket, word, step, status))


def _further(status: str, reported: str) -> str:
    return max(status, reported, key=ORDER.index)


def _known(code: str, source: str) -> str:
    """The reason that an error code is; a word nobody knows becomes the plainest one of its source."""
    if code in reasons.SENTENCES:
        return code
    return reasons.CAPTURE_FAILED if source == GLASSES else reasons.CLOUD_ERROR
