"""One photo in the upload queue, and its row in the database."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from sys import intern
from typing import TypeGuard

from trifocal_shared import reasons

QUEUED = "queued"
UPLOADING = "uploading"
FAILED = "failed"
DEAD = "dead"

STATES = (QUEUED, UPLOADING, FAILED, DEAD)


@dataclass(frozen=True, slots=True)
class QueuedPhoto:
    """What is to be uploaded; its bytes lie in the spool under its request id. `timestamp` is epoch ms, 0 unknown."""

    request_id: str
    sha256: str
    size: int
    media_type: str = "photo"
    press_id: str = ""
    timestamp: int = 0

    @property
    def is_video(self) -> bool:
        """Whether it is one, and so may take long."""
        return self.media_type == "video"


# What became of an upload
UPLOADED = "uploaded"
UNAVAILABLE = "unavailable"
SERVER_FAILED = "server_failed"
TOKEN_REJECTED = "token_rejected"  # noqa: S105 - the name of an outcome
REFUSED = "refused"
GAVE_WAY = "gave_way"


@dataclass(frozen=True)
class Outcome:
    """What became of an upload, why, and how long (ms) the server wants to be left alone, 0 when it did not say."""

    kind: str
    reason: str = ""
    retry_after_ms: int = 0


@dataclass(slots=True)
class Entry:
    """A photo's place in the queue. `attempts` counts failures that may be its own fault; `due` in ms."""

    sequence: int
    photo: QueuedPhoto
    state: str = QUEUED
    attempts: int = 0
    reason: str = ""
    due: int = 0

    def row(self) -> dict[str, object]:
        """What must survive; times of this run do not."""
        return {**asdict(self.photo), "state": self.state, "attempts": self.attempts, "reason": self.reason}


def photo_of(row: Mapping[str, object]) -> QueuedPhoto | None:
    """The photo that a row describes, or None when it makes no sense."""
    request_id, sha256, media_type, press_id = map(row.get, ("request_id", "sha256", "media_type", "press_id"))
    size, timestamp = row.get("size"), row.get("timestamp")
    if not (isinstance(request_id, str) and request_id and isinstance(sha256, str) and isinstance(media_type, str)):
        return None
    if not (isinstance(press_id, str) and _is_count(size) and _is_count(timestamp)):
        return None
    # There may be very many, of few kinds.
    return QueuedPhoto(request_id, sha256, size, intern(media_type), press_id, timestamp)


def entry_of(sequence: int, row: Mapping[str, object]) -> Entry:
    """The entry that a row is. A row that makes no sense is a dead entry, so that it is seen and harms nobody."""
    photo, attempts, state, reason = photo_of(row), row.get("attempts", 0), row.get("state"), row.get("reason", "")
    if photo is None or not _is_count(attempts) or state not in STATES or not isinstance(reason, str):
        request_id = row.get("request_id")
        name = request_id if isinstance(request_id, str) and request_id else f"malformed-{sequence}"
        return Entry(sequence, QueuedPhoto(name, "", 0), DEAD, reason=reasons.MALFORMED)
    return Entry(sequence, photo, DEAD if state == DEAD else QUEUED, int(str(attempts)), reason)


def entries_of(rows: Iterable[tuple[int, Mapping[str, object]]]) -> list[Entry]:
    """The entries that these rows are, in their order. Of two with one id the second makes no sense."""
    found: dict[str, Entry] = {}
    for sequence, row in sorted(rows, key=lambda numbered: numbered[0]):
        entry = entry_of(sequence, row)
        if entry.photo.request_id in found:
            entry = Entry(sequence, QueuedPhoto(f"malformed-{sequence}", "", 0), DEAD, reason=reasons.MALFORMED)
        found[entry.photo.request_id] = entry
    return list(found.values())


def summary(entries: Iterable[Entry]) -> dict[str, int]:
    """How many entries are in which state, and the bytes of all."""
    counts = dict.fromkeys((*STATES, "bytes"), 0)
    for entry in entries:
        counts[entry.state] += 1
        counts["bytes"] += entry.photo.size
    return counts


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and value >= 0
