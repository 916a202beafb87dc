"""The gateway's end of the photo transfer: one file at a time, driven from here (PROTOCOL-device §2.9, FIRMWARE §6).

    IDLE ── announced ──▶ CHECKING ── begin ──▶ RECEIVING ── last byte ──▶ STORING ── stored ──▶ IDLE
                             │ ▲                    │                        │
                             │ └── retry is due ── PAUSED ◀── store_failed ──┤
                             └── already_queued, refused ──▶ IDLE ◀─ corrupt ┘

An announced file is asked for by a word that names the first byte that is wanted: 0, or wherever an earlier attempt
got to. The same word acknowledges each eighth piece. A gap, or 300 ms of silence, asks again from the first missing
byte, at growing waits; pieces that came early are kept meanwhile, as many as a window holds, and only the gap is asked
for. After a minute without progress the file is let be until it is announced again. The glasses announce until they
hear the end, so nothing here needs to outlive the link: the parts lie in the spool, and `begin` says how much of one
is there.

The glasses choose between two profiles in their announcement. With a `number` the file comes in packs, from any byte;
the word is `Have`, said at the latest 50 ms after a piece. Without one it comes in file packets of 400 bytes, and the
word is `file_have`. The window covers what is under way during two connection intervals, and what lies between two
acknowledgements.

It promises
- `transfer_complete` true is said of a file only after `stored` or `already_queued`, that is when it is durable here;
- false is said when the glasses must start anew, or when the announcement itself can never be fulfilled. Such a
  refusal ends the request, once, with a reason;
- a disk that is full loses nothing: the glasses keep the file, and it is tried again after growing waits;
- a piece that was damaged, repeated, early, late or about another file is counted and does no harm.

What is expected of the storage behind it: `CheckQueued` is answered with `already_queued` or `begin` (the size of the
part that is there), or `store_failed`; `WritePart` is answered only when it fails, with `store_failed`; `Store` (size
and sum to be verified, the part renamed, the entry queued, all synced) is answered with `stored` or `store_failed`,
whose reason `corrupt` says that the bytes are not what was announced. Events are to be carried out in their order.
"""

from trifocal_gateway import pieces
from trifocal_gateway.announcement import refusal, same, wire_name
from trifocal_gateway.incoming import CheckQueued, DropPart, Event, Refused, Send, Store, WritePart
from trifocal_gateway.names import LONGEST_FILE_NAME, LONGEST_REQUEST_ID
from trifocal_gateway.photos import failure
from trifocal_shared import reasons
from trifocal_shared.backoff import Backoff
from trifocal_shared.frame import FilePacket
from trifocal_shared.messages import FileAnnounce, FileHave, TransferComplete
from trifocal_shared.pack import DATA_BYTES, Have, Piece

PACK = 400
"""Data bytes in every file packet but the last."""

PACKET_WINDOW = 16 * PACK
ACK_EVERY = 8
ACK_MS = 50
ASK_MS = 300
ASK_CAP_MS = 5_000
GIVE_UP_MS = 60_000
PAUSE_MS = 2_000
PAUSE_CAP_MS = 300_000
MOST_REFUSED = 64

WINDOW = 2 * 50 * 177_800 // 1_000 + ACK_EVERY * DATA_BYTES
"""Of packs: two intervals of 50 ms, at what 2M PHY carries with data length extension (FIRMWARE §2). No system tells a
central its interval, and glasses put no more on the air than it takes."""

IDLE, CHECKING, RECEIVING, STORING, PAUSED = "idle", "checking", "receiving", "storing", "paused"


class Receiver:
    """See the top of the file."""

    def __init__(self) -> None:
        self.state = IDLE
        self.announce: FileAnnounce | None = None
        self.counts = {"unannounced": 0, "repeated": 0, "early": 0, "misshapen": 0, "refused": 0, "corrupt": 0}
        self._pieces = pieces.Pieces(0, 0, 0)
        self._acked = 0
        self._asked_at = 0
        self._asked_for = -1
        self._heard_at = 0
        self._moved_at = 0
        self._ask_at: int | None = None
        self._ack_at: int | None = None
        self._retry_at = 0
        self._asking = Backoff(ASK_MS, cap_ms=ASK_CAP_MS)
        self._pausing = Backoff(PAUSE_MS, cap_ms=PAUSE_CAP_MS)
        self._refused: dict[str, None] = {}
        self._left = False  # the link was lost while the file was being stored
        self._events: list[Event] = []

    @property
    def have(self) -> int:
        """Bytes of the file at hand that are there."""
        return self._pieces.have

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
        if have_bytes < announce.size and not announce.number:
            have_bytes -= have_bytes % PACK
        self._pieces = pieces.Pieces(announce.size, have_bytes, WINDOW if announce.number else PACKET_WINDOW)
        self._heard_at = self._moved_at = now
        self._asked_for = -1
        self._asking.reset()
        self.state = RECEIVING
        self._advance(announce, True, now)

    def packet(self, packet: FilePacket, now: int) -> None:
        """A piece of a file, as a file packet."""
        announce = self._receiving()
        if announce is None or packet.name != wire_name(announce.file_name):
            self.counts["unannounced"] += 1
            return
        # Packets are counted in 16 bits; of a longer file, the one nearest to what is awaited is meant.
        awaited = self.have // PACK
        offset = (awaited + (packet.index - awaited + 0x8000) % 0x10000 - 0x8000) * PACK
        if len(packet.data) == min(PACK, announce.size - offset):
            self._add(announce, offset, packet.data, now)
        else:
            self.counts["misshapen"] += 1

    def piece(self, piece: Piece, now: int) -> None:
        """A piece of a file, as a pack."""
        announce = self._receiving()
        if announce is None or not 0 < piece.number == announce.number:
            self.counts["unannounced"] += 1
            return
        self._add(announce, piece.offset, piece.data, now)

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
        if self.state != RECEIVING or self._ask_at is None:
            return None
        return self._ask_at if self._ack_at is None else min(self._ask_at, self._ack_at)

    def timeout(self, now: int) -> None:
        """Acknowledge, ask again, let the file be, or try the storage again."""
        if self.state == PAUSED and now >= self._retry_at and self.announce is not None:
            self._check(self.announce)
        if self.state != RECEIVING:
            return
        if self._ack_at is not None and now >= self._ack_at:
            self._say_have()
        if self._ask_at is not None and now >= self._ask_at:
            if now - self._moved_at >= GIVE_UP_MS:
                self._rest()
            elif now - self._heard_at >= ASK_MS or self._pieces.gap:
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
        self._events.append(CheckQueued(announce))

    def _receiving(self) -> FileAnnounce | None:
        return self.announce if self.state == RECEIVING else None

    def _add(self, announce: FileAnnounce, offset: int, data: bytes, now: int) -> None:
        verdict = self._pieces.add(offset, data)
        if verdict != pieces.MISSHAPEN:
            self._heard_at = now
        if verdict == pieces.TAKEN:
            ready = self._pieces.ready()
            self._events += [WritePart(announce.file_name, at, taken) for at, taken in ready]
            self._moved_at = now
            self._asking.reset()
            self._advance(announce, len(ready) > 1, now)
            return
        self.counts[verdict] += 1
        if verdict == pieces.EARLY and (self.have != self._asked_for or now - self._asked_at >= ASK_MS):
            self._ask(now)

    def _advance(self, announce: FileAnnounce, tell: bool, now: int) -> None:
        """Bytes have come: finish, acknowledge, or wait for more. `tell`: the glasses cannot know where to go on."""
        self._ask_at = now + ASK_MS
        if self._pieces.whole:
            self.state = STORING
            self._events.append(Store(announce))
        elif tell or self.have - self._acked >= ACK_EVERY * (DATA_BYTES if announce.number else PACK):
            self._say_have()
        elif announce.number and self._ack_at is None:
            self._ack_at = now + ACK_MS

    def _ask(self, now: int) -> None:
        """Ask for what follows the first missing byte."""
        self._say_have()
        self._asked_at, self._asked_for = now, self.have
        self._ask_at = now + self._asking.next(1.0)

    def _say_have(self) -> None:
        announce, self._acked, self._ack_at = self.announce, self.have, None
        assert announce is not None
        if announce.number:
            wanted = self._pieces.gap or WINDOW
            self._events.append(Send(Have(number=announce.number, offset=self.have, window=wanted)))
        else:
            wanted = self._pieces.gap  # 0 is what the glasses usually send
            self._events.append(Send(FileHave(file_name=announce.file_name, offset=self.have, window=wanted)))

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
        self._retry_at = now + self._pausing.next(1.0)
        self.state = PAUSED
        if self._left:
            self._rest()

    def _rest(self) -> None:
        self.state, self.announce, self._ask_at, self._ack_at, self._left = IDLE, None, None, None, False
