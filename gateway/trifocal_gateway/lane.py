"""In which order the queue's photos are uploaded: photos before videos, each in the order in which they came.

A photo that the server breaks over again and again may be at fault itself, or the server is ill. It becomes the
*suspect*: others are tried as *probes*, the least tried one first. When a probe gets through, the suspect steps
*aside*, with waits of its own, and the lane goes on.
"""

from collections import OrderedDict

from trifocal_gateway.queue_entry import DEAD, Entry
from trifocal_shared.backoff import Backoff

PAUSE_MS = 1_000
PAUSE_CAP_MS = 300_000
SUSPECT_ATTEMPTS = 5


class Lane:
    """See the head of this file. Times in ms; `chance` in [0, 1)."""

    def __init__(self) -> None:
        self._photos: OrderedDict[int, Entry] = OrderedDict()
        self._videos: OrderedDict[int, Entry] = OrderedDict()
        self._aside: dict[int, tuple[Entry, Backoff]] = {}
        self._suspect: Entry | None = None
        self._aside_last = False

    def enter(self, entry: Entry) -> None:
        """It waits from now on, unless it is dead."""
        if entry.state != DEAD:
            self._side(entry)[entry.sequence] = entry

    def leave(self, entry: Entry) -> None:
        """It waits no longer."""
        self._side(entry).pop(entry.sequence, None)
        self._aside.pop(entry.sequence, None)

    def works(self, entry: Entry, now: int) -> None:
        """The server took this one, or said clearly that it will not: it is not ill."""
        suspect, self._suspect = self._suspect, None
        if suspect is None or suspect is entry:
            return
        backoff = Backoff(PAUSE_MS, cap_ms=PAUSE_CAP_MS)
        for _ in range(suspect.attempts):
            wait_ms = backoff.next(1.0)
        suspect.due = now + wait_ms
        del self._side(suspect)[suspect.sequence]
        self._aside[suspect.sequence] = (suspect, backoff)

    def broke(self, entry: Entry, chance: float, now: int) -> bool:
        """The server broke over this one; whether another can be tried at once."""
        if entry.sequence in self._aside:
            entry.due = now + self._aside[entry.sequence][1].next(chance)
            return True
        many = len(self._photos) + len(self._videos) > 1
        probing = self._suspect is None and entry.attempts >= SUSPECT_ATTEMPTS and many
        self._suspect = entry if probing else None
        return probing

    def unclear(self) -> None:
        """The last upload said nothing about server and suspect."""
        self._suspect = None

    def earliest(self) -> int | None:
        """When there is somebody to upload, 0 for at once; None while nobody waits."""
        if self._photos or self._videos:
            return 0
        return min((entry.due for entry, _ in self._aside.values()), default=None)

    def next(self, now: int) -> Entry | None:
        """Whose turn it is."""
        if self._suspect is not None:
            others = [one for side in (self._photos, self._videos) for one in side.values() if one is not self._suspect]
            return min(others, key=lambda entry: (entry.attempts, entry.sequence))
        due = [entry for entry, _ in self._aside.values() if entry.due <= now]
        # In turns, so that many bad photos cannot hold up the good ones.
        self._aside_last = bool(due) and not (self._aside_last and bool(self._photos or self._videos))
        if self._aside_last:
            return min(due, key=lambda entry: entry.due)
        return next(iter((self._photos or self._videos).values()), None)

    def _side(self, entry: Entry) -> OrderedDict[int, Entry]:
        return self._videos if entry.photo.is_video else self._photos


def gives_way(uploading: Entry, new: Entry) -> bool:
    """Whether what is being uploaded should be interrupted for a new one: a video may take an hour."""
    return uploading.photo.is_video and not new.photo.is_video
