"""Sends stored photos to the gateway, one at a time, oldest first; the receiver drives.

    IDLE ── link up, photo stored ──▶ ANNOUNCED ── file_have ──▶ SENDING ── transfer_complete true ──▶ deleted, next
                                         ▲                          │
                                         └── 3 s without a word, ───┘
                                             transfer_complete false

ANNOUNCED repeats `file_announce` with growing waits until `file_have` names the offset to begin at: 0, or wherever
an earlier attempt got to. SENDING keeps at most `window` bytes beyond the last offset in flight. A greater offset
acknowledges; one whose window ends before what was sent asks for just those bytes again; the same or a lesser one
asks for what follows it again, and is obeyed at most every `REWIND_MS`, since a bad link repeats messages too. Silence
leads back to ANNOUNCED.

There are two profiles, told apart by the `protocol` that the gateway says in its handshake. Up to 1 the photo goes as
file packets of 400 bytes (PROTOCOL-device §2.9), and an offset counts from the beginning of the packet it lies in. From
`PACKS_SINCE` on it goes in packs (FIRMWARE §6), from any byte. What is said here is the same in both: ranges of bytes.

A photo is deleted on `transfer_complete` true and on nothing else. False starts it anew; after the third time the
bytes on flash are checked: rotten ones are set aside, sound ones wait (a minute, then longer) while others go first.
A link that goes down stops everything; a link that comes up announces again. Words about other files change nothing,
except that a stored file which the far end has durably may go.

Nothing is read here: an event names the bytes, and `Packer` sends them, so that no photo lies in memory.
"""

from trifocal_firmware.note import Photo, number_of
from trifocal_firmware.packer import PACKET
from trifocal_firmware.store import PhotoStore
from trifocal_shared.messages import PACKS_SINCE, FileAnnounce
from trifocal_shared.pack import DATA_BYTES

DEFAULT_WINDOW = 16  # pieces
MOST_WINDOW = 60
"""Pieces that a board's link queue holds at most, whatever the receiver asks for."""

ANNOUNCE_MS = 1_000
ANNOUNCE_CAP_MS = 30_000
STALL_MS = 3_000
"""No word for so long while packs are in flight, or all are sent: ask where the receiver stands (§2.9: 3 s)."""

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
#   ("packs", photo, begin, end, packs) these bytes, as packs or else as file packets: `Packer.aim`
#   ("delivered", photo)                the far end has it, it is deleted here
#   ("rotten", photo)                   its bytes are not what they were; it is set aside


class PhotoSender:
    """The glasses' end of the photo transfer."""

    def __init__(self, store: PhotoStore) -> None:
        self.state = IDLE
        self.photo: Photo | None = None
        self.packs = False
        self._piece = PACKET
        self._store = store
        self._number = 0  # the photo that `_restarts` counts for
        self._up = False
        self._acked = 0
        self._sent = 0
        self._window = 0
        self._rewound = -REWIND_MS
        self._restarts = 0
        self._postponed: dict[int, tuple[int, int]] = {}  # number -> when, wait
        self._deadline: int | None = None
        self._wait = ANNOUNCE_MS  # doubles with each announcement that nobody answers; one pair needs no jitter
        self._events: list[tuple[object, ...]] = []

    def link_up(self, protocol: int, now: int) -> None:
        """The gateway listens, perhaps a new one, and speaks this protocol: announce what there is."""
        self._up = True
        self.packs = protocol >= PACKS_SINCE
        self._piece = DATA_BYTES if self.packs else PACKET
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

    def have(self, number: int, offset: int, window: int, now: int) -> None:
        """The receiver holds `offset` bytes of this photo and takes `window` more (0: its default)."""
        photo = self.photo
        if self.state == IDLE or photo is None or photo.number != number or not 0 <= offset <= photo.size:
            return
        if offset < photo.size and not self.packs:
            offset -= offset % PACKET
        self._window = max(1, min(window // self._piece, MOST_WINDOW)) if window > 0 else DEFAULT_WINDOW
        if self.state == ANNOUNCED:
            self.state = SENDING
            self._acked = self._sent = offset
            self._events.append(("started", photo))
        elif offset > self._acked and self._sent <= offset + self._window * self._piece:
            self._acked = offset
            self._sent = max(self._sent, offset)
        elif self._acked <= offset < self._sent - self._window * self._piece or (
            offset < self._sent and now - self._rewound >= REWIND_MS
        ):
            self._rewound = now
            self._acked = self._sent = offset
        self._wait = ANNOUNCE_MS
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

    def announcement(self, photo: Photo, boot_id: str, epoch_ms: int, now: int) -> FileAnnounce:
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
            number=photo.number if self.packs else 0,
            media_type="video" if photo.interval else "photo",
        )

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
        end = min(photo.size, self._acked + self._window * self._piece)
        if end < photo.size:
            end = max(self._sent, self._sent + (end - self._sent) // self._piece * self._piece)  # whole pieces
        if self._sent < end:
            self._events.append(("packs", photo, self._sent, end, self.packs))
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
            sound = photo.interval > 0 or self._store.sound(photo)  # to read a whole video here would take too long
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
