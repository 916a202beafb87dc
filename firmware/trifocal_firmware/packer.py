"""Reads a photo from flash and puts it on the link piece by piece, out of one buffer and without taking memory.

`aim` says which bytes of which photo are to go; `pump` sends them until all are gone or the link is full, and is called
again when the link has room. Aiming on where the last range ends goes on with it, aiming elsewhere leaves what was not
sent. The buffer holds one whole frame, in one of two shapes whose constant bytes are written once for each photo:

    file packets    400 bytes in the frame of PROTOCOL-device §2.9, as MentraOS's glasses send them
    packs           486 bytes in a pack (see `trifocal_shared.pack`), framed, or bare where the link says so

`write(frame)` gets a memoryview that is good until it returns; False says that the link is full and took nothing.
"""

import struct

from trifocal_firmware.note import Photo
from trifocal_firmware.store import PhotoStore
from trifocal_shared.frame import NAME_BYTES, PHOTO, VIDEO
from trifocal_shared.frame import PACK as PACK_FRAME
from trifocal_shared.pack import DATA_BYTES, PIECE
from trifocal_shared.pack import HEAD as PIECE_HEAD

PACKET = 400
"""Data bytes in a file packet (PROTOCOL-device §2.9)."""

FRAME_HEAD = 5
PACKET_HEAD = 29
PACK_HEAD = FRAME_HEAD + PIECE_HEAD
TAIL = 3  # a sum and "$$"


class Packer:
    """One photo at a time. `bare` links carry packs without a frame."""

    def __init__(self, store: PhotoStore, write, bare: bool = False) -> None:  # type: ignore[no-untyped-def]
        self._store = store
        self._write = write
        self._bare = bare
        self._buffer = bytearray(PACK_HEAD + DATA_BYTES + TAIL)
        self._view = memoryview(self._buffer)
        self._photo: Photo | None = None
        self._packs = False
        self._piece = 0  # bytes of data in a full piece
        self._next = 0
        self._end = 0
        self._ready = False  # the buffer holds the piece at `_next`
        self._data = self._summed = self._sent = self._view  # parts of the buffer: read into, summed up, written
        self._sum_at = 0

    def aim(self, photo: Photo, begin: int, end: int, packs: bool) -> None:
        """Send these bytes next, as packs or as file packets; `begin` of a file packet is a multiple of 400."""
        if self._photo is None or self._photo.number != photo.number or self._packs != packs:
            self._shape(photo, packs)
        elif begin != self._end:
            self._ready = False
        elif self._next < begin:
            begin = self._next
        self._next = begin
        self._end = end

    def stop(self) -> None:
        """Nobody listens any more."""
        self._photo = None
        self._next = self._end = 0
        self._store.close()

    def pump(self) -> int:
        """Send while the link takes it; 0, or the number of the photo that the flash does not give: then it stops."""
        photo = self._photo
        while self._next < self._end and photo is not None:
            if not self._ready and not self._fill(photo):
                self.stop()
                return photo.number
            if not self._write(self._sent):
                break
            self._ready = False
            self._next += len(self._data)
        return 0

    def _shape(self, photo: Photo, packs: bool) -> None:
        buffer = self._buffer
        self._photo = photo
        self._packs = packs
        self._ready = False
        self._piece = DATA_BYTES if packs else PACKET
        buffer[:2] = b"##"
        if packs:
            buffer[2] = PACK_FRAME
            buffer[FRAME_HEAD] = PIECE
        else:
            name = photo.file_name.encode()
            buffer[2] = VIDEO if photo.interval else PHOTO
            buffer[7:11] = photo.size.to_bytes(4, "big")
            buffer[11:PACKET_HEAD] = name + bytes(NAME_BYTES + 2 - len(name))
        self._cut(self._piece)

    def _cut(self, count: int) -> None:
        """The parts of the buffer for a piece of so many bytes; only the last one of a photo is shorter."""
        start = PACK_HEAD if self._packs else PACKET_HEAD
        end = start + count
        length = PIECE_HEAD + count if self._packs else count
        self._buffer[3:5] = length.to_bytes(2, "big")
        self._buffer[end + 1 : end + TAIL] = b"$$"
        self._data = self._view[start:end]
        self._summed = self._view[FRAME_HEAD:end] if self._packs else self._data
        self._sent = self._view[FRAME_HEAD:end] if self._packs and self._bare else self._view[: end + TAIL]
        self._sum_at = end

    def _fill(self, photo: Photo) -> bool:
        offset = self._next
        count = min(self._piece, photo.size - offset)
        if count != len(self._data):
            self._cut(count)
        if self._packs:
            struct.pack_into(">II", self._buffer, FRAME_HEAD + 1, photo.number, offset)
        else:
            struct.pack_into(">H", self._buffer, FRAME_HEAD, offset // PACKET & 0xFFFF)
        try:
            self._ready = self._store.read_into(photo, offset, self._data) == count
        except OSError:
            return False
        self._buffer[self._sum_at] = sum(self._summed) & 0xFF
        return self._ready
