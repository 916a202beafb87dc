"""Which photo is uploaded when, and what a failure means. The rows and the bytes are kept by others.

    (storing) ──saved──▶ QUEUED ──▶ UPLOADING ──uploaded──▶ gone
                            ▲           │
                            └── FAILED ◀┤ no connection, 429, 5xx: later again
                                        └──▶ DEAD   any other refusal: kept and shown, never tried again

One upload at a time, in the order of the `Lane`: photos before videos, and a video that is on its way gives way to a
new photo; its upload goes on afterwards where it was.
 * No connection, 429 or a Retry-After pauses the whole lane: 1 s, 2 s, 4 s … 5 min with jitter, or as long as the
   server wants. `link_restored` ends a pause of our own making at once.
 * An error of the server's pauses the lane too, but may be the photo's own fault. After five of them the photo is
   suspected, and after each further failure one other photo is tried. If that gets through, the suspect steps aside
   and the lane goes on. If not, the server is ill and the order is kept.
 * A rejected token stops everything until `token_changed`.
 * A row that makes no sense is dead from the start and stops nobody.

Promises: a photo is begun only after its row is durable (`saved`); each added photo ends in exactly one final
`Progress` (`uploaded` or `failed`); adding the same id with the same bytes again is known, with other bytes a
conflict; what does not fit is refused, nothing is dropped to make room. Only monotonic time counts: on start every
pause is over, an entry's attempts are remembered.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trifocal_gateway.lane import PAUSE_CAP_MS, PAUSE_MS, Lane, gives_way
from trifocal_gateway.queue_entry import DEAD, FAILED, QUEUED, UPLOADING, Entry, QueuedPhoto, entries_of
from trifocal_shared import reasons
from trifocal_shared.backoff import Backoff

KNOWN = "known"
"""Admission of a photo that is here already, or was and has been uploaded."""

RETRY_AFTER_CAP_MS = 3_600_000
MOST_REMEMBERED = 1024


@dataclass(frozen=True)
class Save:
    """Make this row durable under `sequence`; if `is_new`, answer with `saved`."""

    sequence: int
    row: dict[str, object]
    request_id: str
    is_new: bool


@dataclass(frozen=True)
class Forget:
    """Remove the row durably, then the bytes."""

    sequence: int
    photo: QueuedPhoto


@dataclass(frozen=True)
class Upload:
    """Upload this now; answer with `uploaded`, `unavailable`, `server_failed`, `token_rejected` or `refused`."""

    photo: QueuedPhoto


@dataclass(frozen=True)
class GiveWay:
    """A photo wants to be uploaded before this: interrupt it if it can go on later, and say `unavailable`."""

    photo: QueuedPhoto


@dataclass(frozen=True)
class Progress:
    """How far a photo has come: queued, uploading, uploaded or failed; the last two are final."""

    photo: QueuedPhoto
    status: str
    reason: str = ""


@dataclass(frozen=True)
class TokenNeeded:
    """The cloud does not take the token; nothing goes on without a new one."""


class UploadQueue:
    """See the head of this file. Times in ms; `chance` in [0, 1) is the jitter of a pause."""

    def __init__(self, most_photos: int = 2_000, most_bytes: int = 2 * 1024**3) -> None:
        self._most_photos = most_photos
        self._most_bytes = most_bytes
        self._entries: dict[str, Entry] = {}
        self._storing: dict[str, Entry] = {}
        self._lane = Lane()
        self._sequence = 0
        self._bytes = 0
        self._done: OrderedDict[str, str] = OrderedDict()
        self._uploading: Entry | None = None
        self._gives_way = False
        self._backoff = Backoff(PAUSE_MS, cap_ms=PAUSE_CAP_MS)
        self._paused_until = 0
        self._not_before = 0
        self._token_wait = False
        self._events: list[Save | Forget | Upload | GiveWay | Progress | TokenNeeded] = []

    def restore(self, rows: Iterable[tuple[int, Mapping[str, object]]], now: int) -> None:
        """The rows found on start, in any order; whatever was uploading is queued again."""
        for entry in entries_of(rows):
            self._sequence = entry.sequence
            self._enter(entry)
        self._go_on(now)

    def admission(self, request_id: str, sha256: str, size: int) -> str:
        """Whether such a photo can be added: "" yes, KNOWN it is here, else a reason."""
        entry = self._entries.get(request_id) or self._storing.get(request_id)
        known = entry.photo.sha256 if entry else self._done.get(request_id)
        if known is not None:
            return KNOWN if known == sha256 else reasons.CONFLICT
        waiting = len(self._entries) + len(self._storing)
        full = waiting >= self._most_photos or self._bytes + size > self._most_bytes
        return reasons.STORAGE_FULL if full else ""

    def add(self, photo: QueuedPhoto, now: int) -> str:
        """A photo lies whole in the spool. As `admission`; with "" its row is to be saved."""
        if verdict := self.admission(photo.request_id, photo.sha256, photo.size):
            return verdict
        self._sequence += 1
        entry = Entry(self._sequence, photo)
        self._storing[photo.request_id] = entry
        self._bytes += photo.size
        self._events.append(Save(entry.sequence, entry.row(), photo.request_id, is_new=True))
        return ""

    def saved(self, request_id: str, durable: bool, now: int) -> None:
        """The row of an added photo is durable, or could not be written: then the photo is not here."""
        entry = self._storing.pop(request_id, None)
        if entry is None:
            return
        self._bytes -= entry.photo.size
        if durable:
            self._enter(entry)
            self._events.append(Progress(entry.photo, QUEUED))
            if self._uploading is not None and gives_way(self._uploading, entry):
                self._gives_way = True
                self._events.append(GiveWay(self._uploading.photo))
            self._go_on(now)

    def uploaded(self, request_id: str, now: int) -> None:
        """The cloud has it durably."""
        if (entry := self._ended(request_id)) is None:
            return
        self._server_works(entry, now)
        del self._entries[request_id]
        self._lane.leave(entry)
        self._bytes -= entry.photo.size
        self._done[request_id] = entry.photo.sha256
        if len(self._done) > MOST_REMEMBERED:
            self._done.popitem(last=False)
        self._events += [Progress(entry.photo, "uploaded"), Forget(entry.sequence, entry.photo)]
        self._go_on(now)

    def unavailable(self, request_id: str, retry_after_ms: int, chance: float, now: int) -> None:
        """No connection, or the server wants to be left alone, for `retry_after_ms` if that is not 0.

        Of one that was to give way it says no more than that it did.
        """
        gave_way = self._gives_way
        if (entry := self._ended(request_id)) is None:
            return
        self._lane.unclear()
        if gave_way and not retry_after_ms:
            self._go_on(now)
            return
        entry.state, entry.reason = FAILED, reasons.CLOUD_UNREACHABLE
        self._not_before = max(self._not_before, now + min(retry_after_ms, RETRY_AFTER_CAP_MS))
        self._pause(chance, now)

    def server_failed(self, request_id: str, chance: float, now: int) -> None:
        """The server broke over this upload, which may or may not be the photo's fault."""
        if (entry := self._ended(request_id)) is None:
            return
        entry.state, entry.reason = FAILED, reasons.CLOUD_ERROR
        entry.attempts += 1
        self._events.append(Save(entry.sequence, entry.row(), request_id, is_new=False))
        if self._lane.broke(entry, chance, now):
            self._go_on(now)
        else:
            self._pause(chance, now)

    def token_rejected(self, request_id: str, now: int) -> None:
        """The cloud does not take our token: the photo keeps its place."""
        if self._ended(request_id) is None:
            return
        self._lane.unclear()
        self._token_wait = True
        self._events.append(TokenNeeded())

    def refused(self, request_id: str, reason: str, now: int) -> None:
        """The cloud will never take this one, or its bytes are not what they were: it is dead, kept and shown."""
        if (entry := self._ended(request_id)) is None:
            return
        self._server_works(entry, now)
        self._lane.leave(entry)
        entry.state, entry.reason = DEAD, reason
        self._events += [
            Save(entry.sequence, entry.row(), request_id, is_new=False),
            Progress(entry.photo, FAILED, reason),
        ]
        self._go_on(now)

    def token_changed(self, now: int) -> None:
        """There is another token."""
        self._token_wait = False
        self._go_on(now)

    def link_restored(self, now: int) -> None:
        """The cloud can be reached again: try at once, unless it asked for patience."""
        self._paused_until = now
        self._backoff.reset()
        self._go_on(now)

    def entries(self) -> list[Entry]:
        """All entries in their order, to look at."""
        return sorted(self._entries.values(), key=lambda entry: entry.sequence)

    def deadline(self) -> int | None:
        """When the next upload is to begin, if time alone stands between."""
        earliest = self._lane.earliest()
        if self._uploading is not None or self._token_wait or earliest is None:
            return None
        return max(earliest, self._paused_until, self._not_before)

    def timeout(self, now: int) -> None:
        """Begin what is due."""
        self._go_on(now)

    def events(self) -> list[Save | Forget | Upload | GiveWay | Progress | TokenNeeded]:
        """Drain what is to be done and told, in this order."""
        events, self._events = self._events, []
        return events

    def _enter(self, entry: Entry) -> None:
        self._entries[entry.photo.request_id] = entry
        self._bytes += entry.photo.size
        self._lane.enter(entry)

    def _ended(self, request_id: str) -> Entry | None:
        """The entry whose upload ended now; None for a word about any other."""
        entry = self._uploading
        if entry is None or entry.photo.request_id != request_id:
            return None
        self._uploading, self._gives_way = None, False
        entry.state = QUEUED
        return entry

    def _server_works(self, entry: Entry, now: int) -> None:
        self._lane.works(entry, now)
        self._backoff.reset()
        self._paused_until = now

    def _pause(self, chance: float, now: int) -> None:
        self._paused_until = now + self._backoff.next(chance)

    def _go_on(self, now: int) -> None:
        deadline = self.deadline()
        if deadline is None or deadline > now:
            return
        entry = self._lane.next(now)
        if entry is None:
            return
        self._uploading = entry
        entry.state = UPLOADING
        self._events += [Progress(entry.photo, UPLOADING), Upload(entry.photo)]
