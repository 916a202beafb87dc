"""Files that nobody announced, as MentraOS's own glasses send them: their packets alone tell what they are (§2.9).

A file is gathered here, in memory, until it is whole; then its size and sum are known, and it goes the way of announced
files. Which request it answers is told beforehand by the image id that the glasses were given; a file of another
name is a photo that nobody asked for, and gets a `local_` id made of its name.

The number of packets is the file's size by the bytes in each. Where these are fewer than 400, old senders write a size
of 400 for each packet: a size that can be read both ways is believed to be such, unless packets beyond it come within
`SETTLE_MS`. When the last packet comes and others are missing, the glasses hear so and send the whole file again; what
is here already is kept for that. One file at a time; one that stops, is too long or contradicts itself is let go. A
file that comes again because its end was not heard is known by its id and its sum, and ends the same way.
"""

import hashlib
from collections.abc import Iterator

from trifocal_gateway.announcement import LIMITS
from trifocal_gateway.names import is_plain
from trifocal_shared.frame import NAME_BYTES, PHOTO, VIDEO, FilePacket
from trifocal_shared.message import Message
from trifocal_shared.messages import LOCAL_PREFIX, FileAnnounce, FileHave, TransferComplete

PACKET = 400
STALL_MS = 15_000
"""The glasses give up 5 s after their last packet, and begin anew; then nothing more comes."""

SETTLE_MS = 500
MOST_EXPECTED = 64


class Unannounced:
    """One file after the other: `packet` gathers, `next` and `answer` hand a whole one on to a `Receiver`."""

    def __init__(self) -> None:
        self.counts = {"dropped": 0}
        self._expected: dict[str, str] = {}  # image id -> request id
        self._name = ""
        self._kind = self._size = self._piece = self._bytes = self._highest = 0
        self._packets: dict[int, bytes] = {}
        self._heard_at = 0
        self._complained = False
        self._finished: tuple[int, str, int] = (0, "", 0)
        self._failed: list[TransferComplete] = []
        self._whole: tuple[FileAnnounce, bytes] | None = None

    def expect(self, image_id: str, request_id: str) -> None:
        """The glasses were told to send the photo of this request under this image id."""
        self._expected[image_id] = request_id
        if len(self._expected) > MOST_EXPECTED:
            del self._expected[next(iter(self._expected))]

    def packet(self, packet: FilePacket, now: int) -> None:
        """A piece of a file that nobody announced."""
        if not is_plain(packet.name, NAME_BYTES) or not 0 < packet.file_size <= LIMITS["photo"]:
            self.counts["dropped"] += 1
            return
        file = (packet.kind, packet.name, packet.file_size)
        if file == self._finished and packet.index and packet.name != self._name:
            return  # the rest of a repetition that was needed for its beginning only
        if file != (self._kind, self._name, self._size):
            self.counts["dropped"] += bool(self._name)
            self.drop()
            self._kind, self._name, self._size = file
        self._heard_at = now
        self._complained = self._complained and packet.index != 0
        self._bytes += len(packet.data) - len(self._packets.get(packet.index, b""))
        self._packets[packet.index] = packet.data
        self._highest = max(self._highest, packet.index)
        self._piece = max(self._piece, len(packet.data))
        if self._bytes > self._size:
            self._complain()
        elif len(self._packets) >= self._total():
            if not self._is_open():
                self._finish()
        elif packet.index + 1 >= self._total() and not self._complained:
            self._complained = True
            self._failed.append(TransferComplete(file_name=self._name, success=False))

    def drop(self) -> None:
        """What was gathered of a file is of no use."""
        self._name, self._packets, self._complained = "", {}, False
        self._piece = self._bytes = self._highest = 0

    def failed(self) -> list[TransferComplete]:
        """Drain the words that a file must be sent again."""
        failed, self._failed = self._failed, []
        return failed

    def next(self) -> FileAnnounce | None:
        """What would have been announced of a file that is whole; the same until it is answered with an end."""
        return self._whole[0] if self._whole else None

    def answer(self, message: Message) -> Iterator[FilePacket] | None:
        """The receiver's word on that file: the packets it asks for. None: it is a word for the glasses."""
        if self._whole is None or getattr(message, "file_name", "") != self._whole[0].file_name:
            return None
        announce, data = self._whole
        if isinstance(message, FileHave):
            name, kind, size = announce.file_name, PHOTO, len(data)
            pieces = range(message.offset, size, PACKET)
            return (FilePacket(kind, at // PACKET & 0xFFFF, size, name, 0, data[at : at + PACKET]) for at in pieces)
        self._whole = None
        return None

    def deadline(self) -> int | None:
        """When a file is taken as it is, or let go."""
        if not self._name:
            return None
        return self._heard_at + (SETTLE_MS if len(self._packets) >= self._total() else STALL_MS)

    def timeout(self, now: int) -> None:
        """Nothing more has come."""
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return
        if len(self._packets) >= self._total():
            self._finish()
        else:
            self.counts["dropped"] += 1
            self.drop()

    def _is_open(self) -> bool:
        """Whether the size may count 400 bytes for each packet, though there are fewer in it."""
        return self._piece < PACKET and self._size % PACKET == 0

    def _total(self) -> int:
        if self._is_open() and self._highest < self._size // PACKET:
            return self._size // PACKET
        return -(-self._size // self._piece)

    def _complain(self) -> None:
        self.counts["dropped"] += 1
        self._failed.append(TransferComplete(file_name=self._name, success=False))
        self.drop()

    def _finish(self) -> None:
        pieces = [self._packets[index] for index in sorted(self._packets)]
        if self._highest + 1 != len(pieces) or {len(piece) for piece in pieces[:-1]} - {self._piece}:
            self._complain()
            return
        data = b"".join(pieces)
        self._finished = (self._kind, self._name, self._size)
        stem = self._name.split(".", 1)[0]
        announce = FileAnnounce(
            file_name=self._name,
            request_id=self._expected.get(stem, "") or LOCAL_PREFIX + stem,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            media_type="video" if self._kind == VIDEO else "photo",
        )
        self._whole = (announce, data)
        self.drop()
