"""Photos on their way, by request id: each is taken once and ends once.

    ASKED ──▶ CAPTURING ──▶ CAPTURED ──▶ TRANSFERRING ──▶ GONE
      │       RECORDING     (stored)          │
      │           │                           │
      └───────────┴──────▶ FAILED ◀───────────┘

A video is RECORDING where a photo is CAPTURING, and CAPTURED when it has been made of what was recorded.

A request that is asked for again is still one photo: ids in flight and the last `MOST_REMEMBERED` ended ones are
known. A request asked for more than `STALE_MS` ago, when both clocks are known, fails as `stale` instead of
photographing whatever is before the lens now. Once CAPTURED, the photo lies whole on flash; memory of it may go (the
store keeps the rest) and comes back with `restored` when its transfer begins, also after a restart.

Each change is one event for the gateway, except ASKED, which is its own word, and GONE, which it knows better. FAILED
and GONE are final, and nothing follows them.
"""

import hashlib

from trifocal_shared.messages import PhotoStatus

STALE_MS = 30_000
"""Nobody wants the photo of a moment this long ago (PROTOCOL-device §11)."""

MOST_REMEMBERED = 32
"""More requests than come within the time that a repeat may take."""

MARK = 8
"""Bytes of an id's SHA-256 that stand for it: ids are long, and heap is dear."""

_NEXT = {
    "asked": ("capturing", "recording", "failed"),
    "capturing": ("captured", "failed"),
    "recording": ("captured", "failed"),
    "captured": ("transferring", "gone", "failed"),
    "transferring": ("gone", "failed"),
}


class Photos:
    """Every photo between its request and its end. Events are (request_id, press_id, status, reason, text)."""

    def __init__(self) -> None:
        self._tasks: dict[str, tuple[str, str]] = {}  # request id -> state, press id
        self._known = b""  # marks of ids, the latest last
        self._events: list[tuple[str, str, str, str, str]] = []

    def asked(self, request_id: str, press_id: str) -> bool:
        """Somebody wants this photo. False: it is one already asked for, and nothing is to be done."""
        if request_id in self._tasks or self._remembers(request_id):
            return False
        self._tasks[request_id] = ("asked", press_id)
        return True

    def refused(self, request_id: str, press_id: str, reason: str) -> None:
        """This photo will not be taken; nothing happens when it already is one of ours."""
        if self.asked(request_id, press_id):
            self.moved(request_id, "failed", reason)

    def press_of(self, request_id: str) -> str:
        """The press that a photo in flight came of, or an empty id."""
        return self._tasks.get(request_id, ("", ""))[1]

    def restored(self, request_id: str, press_id: str) -> None:
        """This photo lies on flash."""
        if request_id not in self._tasks:
            self._tasks[request_id] = ("captured", press_id)

    def stored(self, request_id: str) -> None:
        """This photo lies on flash and its turn may come much later: its task ends here, the id stays known."""
        if request_id in self._tasks:
            del self._tasks[request_id]
            self._remember(request_id)

    def moved(self, request_id: str, state: str, reason: str = "", text: str = "") -> bool:
        """The photo has come to `state`. A step that the table does not know is ignored: False."""
        task = self._tasks.get(request_id)
        if task is None or state not in _NEXT[task[0]]:
            return False
        self._tasks[request_id] = (state, task[1])
        if state != "gone":
            self._events.append((request_id, task[1], state, reason, text))
        if state in ("gone", "failed"):
            self.stored(request_id)
        return True

    def events(self) -> "list[tuple[str, str, str, str, str]]":
        """Drain the changes."""
        events, self._events = self._events, []
        return events

    def _remember(self, request_id: str) -> None:
        if not self._remembers(request_id):
            self._known = self._known[MARK - MOST_REMEMBERED * MARK :] + _mark(request_id)

    def _remembers(self, request_id: str) -> bool:
        mark = _mark(request_id)
        return mark in [self._known[at : at + MARK] for at in range(0, len(self._known), MARK)]


def _mark(request_id: str) -> bytes:
    digest = hashlib.sha256(request_id.encode())
    return digest.digest()[:MARK]


def stale(timestamp: int, epoch_ms: int) -> bool:
    """Whether a request of that moment comes too late; unknown clocks (0) never do."""
    return timestamp > 0 and epoch_ms > 0 and epoch_ms - timestamp > STALE_MS


def status(event: "tuple[str, str, str, str, str]", epoch_ms: int) -> PhotoStatus:
    """What is said to the gateway of a change."""
    request_id, press_id, state, reason, text = event
    return PhotoStatus(
        request_id=request_id,
        press_id=press_id,
        status=state,
        error_code=reason,
        error_message=text,
        timestamp=epoch_ms,
    )
