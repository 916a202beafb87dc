"""Sends stored photos to the gateway, one at a time, oldest first; the receiver drives.

    IDLE ── link up, photo stored ──▶ ANNOUNCED ── file_have ──▶ SENDING ── transfer_complete true ──▶ deleted, next
                                         ▲                          │
                                         └── 3 s without a word, ───┘
                                             transfer_complete false

ANNOUNCED repeats `file_announce` with growing waits until `file_have` names the offset to begin at: 0, or wherever
an earlier attempt got to. SENDING keeps at most `window` bytes beyond the last offset in flight. A greater offset
acknowledges; the same or a lesser one asks for what follows it again, and is obeyed at most every `REWIND_MS`, since
a bad link repeats messages too. Silence leads back to ANNOUNCED. Packs are 400 bytes; an offset counts from the
beginning of the pack it lies in.

A photo is deleted on `transfer_complete` true and on nothing else. False starts it anew; after the third time the
bytes on flash are checked: rotten ones are set aside, sound ones wait (a minute, then longer) while others go first.
A link that goes down stops everything; a link that comes up announces again. Words about other files change nothing,
except that a stored file which the far end has durably may go.

Packs are not read here: an event names them, and `packs()` reads a few at a time, so that no photo lies in memory.
"""

from trifocal_firmware.store import Photo, PhotoStore, number_of
from trifocal_shared.frame import PHOTO, encode_file_packet
from trifocal_shared.messages import FileAnnounce

PACK = 400
"""Data bytes in a file packet (PROTOCOL-device §2.9)."""

DEFAULT_WINDOW = 16 * PACK
MOST_WINDOW = 64 * PACK
"""What a board's link queue holds at most, whatever the receiver asks for."""

ANNOUNCE_MS = 1_000
ANNOUNCE_CAP_MS = 30_000
STALL_MS = 3_000
"""No word for so long while packs are in flight, or all are sent: ask where the receiver stands (§2.9: 3 s)."""

RUN = 4
"""Packs read from flash at once: opening a file costs a device more than reading it."""

REWIND_MS = 250
MOST_RESTARTS = 3
POSTPONE_MS = 60_000
POSTPONE_CAP_MS = 3_600_000

IDLE = 0
ANNOUNCED = 1
SENDING = 2

# Events, as tuples:
#   ("announce", photo)
#   ("started", photo)                  the receiver has answered
#   ("packs", photo, first, end)        indices; read them with `packs()`
#   ("delivered", photo)                the far end has it, it is deleted here
#   ("rotten", photo)                   its bytes are not what they were; it is set aside


class PhotoSender:
    """The glasses' end of the photo transfer."""

    def __init__(self, store: PhotoStore) -> None:
        self.state = IDLE
        self.photo: Photo | None = None
        self._store = store
        self._number = 0  # the photo that `_restarts` counts for
        self._up = False
        self._acked = 0
        self._sent = 0
        self._window = DEFAULT_WINDOW
        self._rewound = -REWIND_MS
        self._restarts = 0
        self._postponed: dict[int, tuple[int, int]] = {}  # number -> when, wait
        self._deadline: int | None = None
        self._wait = ANNOUNCE_MS  # doubles with each announcement that nobody answers; one pair needs no jitter
        self._events: list[tuple[object, ...]] = []

    def link_up(self, now: int) -> None:
        """The gateway listens, perhaps a new one: announce what there is."""
        self._up = True
        self._wait = ANNOUNCE_MS
        self._begin(now)

    def link_down(self) -> None:
        """Nobody listens: wait."""
        self._up = False
        self.state = IDLE
        self._deadline = None

    def stored(self, now: int) -> None:
        """There is one more photo in the store."""
        if self._up and self.state == IDLE:
            self._begin(now)

    def have(self, file_name: str, offset: int, window: int, now: int) -> None:
        """The receiver holds `offset` bytes of the file and takes `window` more (0: its default)."""
        photo = self.photo
        if self.state == IDLE or photo is None or photo.file_name != file_name or not 0 <= offset <= photo.size:
            return
        if offset < photo.size:
            offset -= offset % PACK
        if self.state == ANNOUNCED:
            self.state = SENDING
            self._acked = self._sent = offset
            self._events.append(("started", photo))
        elif offset > self._acked:
            self._acked = offset
            self._sent = max(self._sent, offset)
        elif offset < self._sent and now - self._rewound >= REWIND_MS:
            self._rewound = now
            self._acked = self._sent = offset
        self._wait = ANNOUNCE_MS
        self._window = min(max(window - window % PACK, PACK), MOST_WINDOW) if window > 0 else DEFAULT_WINDOW
        self._push(photo, now)

    def completed(self, file_name: str, success: bool, now: int) -> None:
        """The receiver has the file durably, or could not use what it got."""
        number = number_of(file_name)
        current = self.photo is not None and self.photo.number == number and self.state != IDLE
        if success:
            self._delete(number, current, now)
        elif current:
            self._restart(now)

    def unreadable(self, number: int, now: int) -> None:
        """The flash did not give the bytes of this photo: let others go first."""
        if self.photo is not None and self.photo.number == number:
            self._postpone(self.photo, now)
            self._begin(now)

    def deadline(self) -> "int | None":
        """When to say something again."""
        return self._deadline

    def timeout(self, now: int) -> None:
        """Announce again, or go back to a postponed photo."""
        if self._deadline is not None and now >= self._deadline:
            self._begin(now)

    def events(self) -> "list[tuple[object, ...]]":
        """Drain what is to be said."""
        events, self._events = self._events, []
        return events

    def _begin(self, now: int) -> None:
        self.state = IDLE
        self._deadline = None
        photo = self._choose(now) if self._up else None
        if photo is None:
            return
        if photo.number != self._number:
            self._number = photo.number
            self._restarts = 0
            self._wait = ANNOUNCE_MS
        self.photo = photo
        self.state = ANNOUNCED
        self._events.append(("announce", photo))
        self._deadline = now + self._wait
        self._wait = min(self._wait * 2, ANNOUNCE_CAP_MS)

    def _choose(self, now: int) -> "Photo | None":
        soonest: int | None = None
        for number in self._store.numbers():
            due = self._postponed.get(number, (now, 0))[0]
            if due <= now:
                photo = self._store.load(number)
                if photo is not None:
                    return photo
            elif soonest is None or due < soonest:
                soonest = due
        self.photo = None
        self._deadline = soonest
        return None

    def _push(self, photo: Photo, now: int) -> None:
        end = min(photo.size, self._acked + self._window)
        if self._sent < end:
            self._events.append(("packs", photo, self._sent // PACK, (end + PACK - 1) // PACK))
            self._sent = end
        self._deadline = now + STALL_MS

    def _delete(self, number: int, current: bool, now: int) -> None:
        photo = self._store.load(number)
        if photo is not None:
            try:
                self._store.delete(number)
                self._postponed.pop(number, None)
                self._events.append(("delivered", photo))
            except OSError:
                self._postpone(photo, now)
        if current:
            self._begin(now)

    def _restart(self, now: int) -> None:
        photo = self.photo
        self._restarts += 1
        if photo is not None and self._restarts >= MOST_RESTARTS:
            self._number = 0
            self._judge(photo, now)
        self._begin(now)

    def _judge(self, photo: Photo, now: int) -> None:
        try:
            sound = self._store.sound(photo)
        except OSError:
            sound = True  # unreadable now is not rotten
        if sound:
            self._postpone(photo, now)
        else:
            self._store.set_aside(photo.number)
            self._events.append(("rotten", photo))

    def _postpone(self, photo: Photo, now: int) -> None:
        wait = min(self._postponed.get(photo.number, (0, POSTPONE_MS // 2))[1] * 2, POSTPONE_CAP_MS)
        self._postponed[photo.number] = (now + wait, wait)


def packs(store: PhotoStore, photo: Photo, first: int, end: int):  # type: ignore[no-untyped-def]
    """The frames of packs `first` to `end` of a photo, read as they are asked for. Raises OSError."""
    for start in range(first, end, RUN):
        begin = start * PACK
        count = min(photo.size, min(end, start + RUN) * PACK) - begin
        data = store.read(photo, begin, count)
        if len(data) != count:
            raise OSError("the file is shorter than it was")
        for at in range(0, count, PACK):
            yield encode_file_packet(PHOTO, start + at // PACK, photo.size, photo.file_name, data[at : at + PACK])


def announcement(photo: Photo, boot_id: str, epoch_ms: int, now: int) -> FileAnnounce:
    """What is said of a stored photo. `epoch_ms` is the wall clock now, 0 unknown."""
    age_ms = now - photo.uptime if photo.boot_id == boot_id else -1
    taken_at = photo.at
    if taken_at == 0 and age_ms >= 0 and epoch_ms > 0:
        taken_at = epoch_ms - age_ms  # the clock was set after the photo was taken
    return FileAnnounce(
        file_name=photo.file_name,
        request_id=photo.request_id,
        size=photo.size,
        sha256=photo.sha256,
        press_id=photo.press_id,
        timestamp=taken_at,
        age_ms=age_ms,
    )
