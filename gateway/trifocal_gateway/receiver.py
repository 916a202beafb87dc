"""The gateway's end of the photo transfer: one file at a time, driven from here (PROTOCOL-device §2.9).

    IDLE ── announced ──▶ CHECKING ── begin ──▶ RECEIVING ── last byte ──▶ STORING ── stored ──▶ IDLE
                             │ ▲                    │                        │
                             │ └── retry is due ── PAUSED ◀── store_failed ──┤
                             └── already_queued, refused ──▶ IDLE ◀─ corrupt ┘

An announced file is asked for with `file_have`, which names the first byte that is wanted: 0, or wherever an earlier
attempt got to. Each eighth pack is acknowledged the same way. A gap, or 300 ms of silence, asks again from the first
missing byte, at growing waits; packs that came early are kept meanwhile, as many as a window holds. After a minute
without progress the file is let be until it is announced again. The glasses announce until they hear the end, so
nothing here needs to outlive the link: the parts lie in the spool, and `begin` says how much of one is there.

It promises
- `transfer_complete` true is said of a file only after `stored` or `already_queued`, that is when it is durable here;
- false is said when the glasses must start anew, or when the announcement itself can never be fulfilled. Such a
  refusal ends the request, once, with a reason;
- a disk that is full loses nothing: the glasses keep the file, and it is tried again after growing waits;
- a packet that was damaged, repeated, early, late or about another file is counted and does no harm.

What is expected of the storage behind it: `CheckQueued` is answered with `already_queued` or `begin` (the size of the
part that is there), or `store_failed`; `WritePart` is answered only when it fails, with `store_failed`; `Store` (size
and sum to be verified, the part renamed, the entry queued, all synced) is answered with `stored` or `store_failed`,
whose reason `corrupt` says that the bytes are not what was announced. Events are to be carried out in their order.
"""

from dataclasses import dataclass

from trifocal_gateway.announcement import refusal, same, wire_name
from trifocal_gateway.names import LONGEST_FILE_NAME, LONGEST_REQUEST_ID
from trifocal_gateway.photos import failure
from trifocal_shared import reasons
from trifocal_shared.backoff import Backoff
from trifocal_shared.frame import FilePacket
from trifocal_shared.message import Message
from trifocal_shared.messages import FileAnnounce, FileHave, PhotoStatus, TransferComplete

PACK = 400
"""Data bytes in every file packet but the last."""

DEFAULT_WINDOW = 16 * PACK
ACK_EVERY = 8
ASK_MS = 300
ASK_CAP_MS = 5_000
GIVE_UP_MS = 60_000
PAUSE_MS = 2_000
PAUSE_CAP_MS = 300_000
MOST_REFUSED = 64

IDLE, CHECKING, RECEIVING, STORING, PAUSED = "idle", "checking", "receiving", "storing", "paused"


@dataclass(frozen=True)
class CheckQueued:
    """Is this file here already, or how much of it?"""

    announce: FileAnnounce


@dataclass(frozen=True)
class WritePart:
    """Write these bytes of the part."""

    file_name: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class DropPart:
    """What was received of this file is of no use."""

    file_name: str


@dataclass(frozen=True)
class Store:
    """Every byte was written: verify it, make it durable and queue it."""

    announce: FileAnnounce


@dataclass(frozen=True)
class Send:
    """To the glasses."""

    message: Message


@dataclass(frozen=True)
class Refused:
    """This file will never be taken: the last word about its request."""

    status: PhotoStatus


Event = CheckQueued | WritePart | DropPart | Store | Send | Refused


class Receiver:
    """See the top of the file. `window` is how many bytes the glasses may have in flight, 0 for their default."""

    def __init__(self, window: int = 0) -> None:
        self.state = IDLE
        self.announce: FileAnnounce | None = None
        self.have = 0
        self.counts = {"unannounced": 0, "repeated": 0, "early": 0, "misshapen": 0, "refused": 0, "corrupt": 0}
        self._window = window
        self._early: dict[int, bytes] = {}
        self._acked = 0
        self._asked_at = 0
        self._heard_at = 0
        self._moved_at = 0
        self._ask_at: int | None = None
        self._retry_at = 0
        self._asking = Backoff(ASK_MS, cap_ms=ASK_CAP_MS)
        self._pausing = Backoff(PAUSE_MS, cap_ms=PAUSE_CAP_MS)
        self._refused: dict[str, None] = {}
        self._left = False  # the link was lost while the file was being stored
        self._events: list[Event] = []

    def announced(self, announce: FileAnnounce, now: int) -> None:
        """A file lies whole on the glasses."""
        reason = refusal(announce)
        if reason:
            self._refuse(announce, reason)
        elif self.state == STORING:
            self._left = False  # one at a time; what is announced now will be announced again
        elif self.state == RECEIVING and same(announce, self.announce):
            self._ask(now)
        elif now < self._retry_at:
            self.state, self.announce = PAUSED, announce
        elif self.state != CHECKING or not same(announce, self.announce):
            self._check(announce)

    def already_queued(self, file_name: str, now: int) -> None:
        """This file is durable here."""
        if self._at(CHECKING, file_name):
            self._complete(file_name, True)

    def begin(self, file_name: str, have_bytes: int, now: int) -> None:
        """This file is not here whole; `have_bytes` of it are."""
        announce = self.announce
        if announce is None or not self._at(CHECKING, file_name):
            return
        if not 0 <= have_bytes <= announce.size:
            self._events.append(DropPart(file_name))
            self._pause(now)
            return
        self.have = have_bytes if have_bytes == announce.size else have_bytes - have_bytes % PACK
        self._early = {}
        self._heard_at = self._moved_at = now
        self._asking.reset()
        self.state = RECEIVING
        self._advance(now, True)

    def packet(self, packet: FilePacket, now: int) -> None:
        """A piece of a file."""
        announce = self.announce
        if self.state != RECEIVING or announce is None or packet.name != wire_name(announce.file_name):
            self.counts["unannounced"] += 1
            return
        # Packs are counted in 16 bits; of a longer file, the one nearest to what is awaited is meant.
        awaited = self.have // PACK
        offset = (awaited + (packet.index - awaited + 0x8000) % 0x10000 - 0x8000) * PACK
        if not 0 <= offset < announce.size or len(packet.data) != min(PACK, announce.size - offset):
            self.counts["misshapen"] += 1
            return
        self._heard_at = now
        if offset < self.have or offset in self._early:
            self.counts["repeated"] += 1
        elif offset == self.have:
            self._take(announce.file_name, packet.data)
            self._moved_at = now
            self._asking.reset()
            self._advance(now, False)
        else:
            self._early_packet(offset, packet.data, now)

    def stored(self, file_name: str, now: int) -> None:
        """This file is durable now."""
        if self._at(STORING, file_name):
            self._pausing.reset()
            self._complete(file_name, True)

    def store_failed(self, file_name: str, reason: str, now: int) -> None:
        """It could not be checked, written or stored, for one of `trifocal_shared.reasons`."""
        if self.announce is None or self.announce.file_name != file_name or self.state in (IDLE, PAUSED):
            return
        if reason == reasons.CORRUPT:
            self.counts["corrupt"] += 1
            self._events.append(DropPart(file_name))
            self._complete(file_name, False)
            return
        self._pause(now)

    def link_lost(self, now: int) -> None:
        """Nothing more comes; a file that is being stored is stored all the same."""
        if self.state == STORING:
            self._left = True
        else:
            self._rest()

    def deadline(self) -> int | None:
        """When to ask again."""
        if self.state == PAUSED:
            return self._retry_at
        return self._ask_at if self.state == RECEIVING else None

    def timeout(self, now: int) -> None:
        """Ask again, let the file be, or try the storage again."""
        if self.state == PAUSED and now >= self._retry_at and self.announce is not None:
            self._check(self.announce)
        elif self.state == RECEIVING and self._ask_at is not None and now >= self._ask_at:
            if now - self._moved_at >= GIVE_UP_MS:
                self._rest()
            elif now - self._heard_at >= ASK_MS or self._early:
                self._ask(now)
            else:
                self._ask_at = self._heard_at + ASK_MS

    def events(self) -> list[Event]:
        """Drain what is to be done, in this order."""
        events, self._events = self._events, []
        return events

    def _at(self, state: str, file_name: str) -> bool:
        return self.state == state and self.announce is not None and self.announce.file_name == file_name

    def _check(self, announce: FileAnnounce) -> None:
        self.state, self.announce = CHECKING, announce
        self._early = {}
        self._events.append(CheckQueued(announce))

    def _take(self, file_name: str, data: bytes) -> None:
        while data:
            self._events.append(WritePart(file_name, self.have, data))
            self.have += len(data)
            data = self._early.pop(self.have, b"")

    def _advance(self, now: int, begun: bool) -> None:
        """Bytes have come: finish, acknowledge, or wait for more."""
        announce = self.announce
        assert announce is not None
        if self.have == announce.size:
            self.state = STORING
            self._events.append(Store(announce))
        elif begun or self.have - self._acked >= ACK_EVERY * PACK:
            self._say_have(now)
            self._ask_at = now + ASK_MS
        else:
            self._ask_at = now + ASK_MS

    def _early_packet(self, offset: int, data: bytes, now: int) -> None:
        self.counts["early"] += 1
        if offset < self.have + (self._window or DEFAULT_WINDOW):
            self._early[offset] = data
        if now - self._asked_at >= ASK_MS:
            self._ask(now)

    def _ask(self, now: int) -> None:
        """Ask for what follows the first missing byte."""
        self._say_have(now)
        self._asked_at = now
        self._ask_at = now + self._asking.next(1.0)

    def _say_have(self, now: int) -> None:
        assert self.announce is not None
        self._acked = self.have
        message = FileHave(file_name=self.announce.file_name, offset=self.have, window=self._window)
        self._events.append(Send(message))

    def _refuse(self, announce: FileAnnounce, reason: str) -> None:
        self.counts["refused"] += 1
        request_id = announce.request_id
        if 0 < len(request_id) <= LONGEST_REQUEST_ID and request_id not in self._refused:
            self._refused[request_id] = None
            if len(self._refused) > MOST_REFUSED:
                del self._refused[next(iter(self._refused))]
            self._events.append(Refused(failure(request_id, announce.press_id, reason)))
        if len(announce.file_name) <= LONGEST_FILE_NAME:
            self._events.append(Send(TransferComplete(file_name=announce.file_name, success=False)))

    def _complete(self, file_name: str, success: bool) -> None:
        self._events.append(Send(TransferComplete(file_name=file_name, success=success)))
        self._rest()

    def _pause(self, now: int) -> None:
        self._early = {}
        self._retry_at = now + self._pausing.next(1.0)
        self.state = PAUSED
        if self._left:
            self._rest()

    def _rest(self) -> None:
        self.state, self.announce, self._early, self._ask_at, self._left = IDLE, None, {}, None, False
