"""Photos and videos on flash, kept through power loss until the far end has them durably.

One file holds one photo: a line that says what is known of it, then the JPEG. It is written aside as `000000042.tmp`
and becomes `000000042.photo` by one atomic rename, so that at any instant a photo is either whole or not there. A video
lies in three files (see `reel`) and is there with the last one. Numbers rise and are never used twice, even when the
store has been emptied: the far end may still know a name. The file `counter` holds a number that no photo has reached;
it moves on in blocks, for the flash's wear, and a restart skips what is left of a block.

On start: torn files go, whole ones are listed in the order of their numbers, recordings that were cut off are
`unfinished`. A file whose first line or length is wrong is set aside as `.bad` and counted; it hides no other. A lost
counter begins far away, at a place given by the boot id.

It refuses (`StorageFull`) before anything is written, and whenever the flash says that it is full; what was stored
before is untouched. The flash is a port with `write`, `create`, `sync`, `rename`, `remove`, `read`, `open`, `size`,
`names` and `free` (see io/flash.py); its OSErrors come through. One file is held open at most: the one that is read
piece by piece.
"""

import hashlib

from trifocal_firmware import avi
from trifocal_firmware.note import BAD, INDEX, PHOTO, REEL, VIDEO, Photo, from_line, number_in, stem, to_line

TEMPORARY = ".tmp"
COUNTER = "counter"

BLOCK = 32
"""Numbers reserved by one write of the counter."""

HEADER_MAX = 2048
"""Longer than any header: ids are bounded where they come in."""

SPARE = 65_536
"""Bytes of flash left alone: a file system that is full to the brim is slow and cannot rename."""

NO_SPACE = 28  # ENOSPC, on every platform


class StorageFull(Exception):  # noqa: N818 - it is a refusal, not a fault
    """There is no room for this photo."""


class PhotoStore:
    """All photos and videos on one flash."""

    def __init__(self, flash, boot_id: str) -> None:  # type: ignore[no-untyped-def]
        self.bad = 0
        self.flash = flash
        self.unfinished: list[int] = []
        """Numbers of the recordings that power loss has cut off."""
        self._boot_id = boot_id
        self._numbers: list[int] = []
        self._videos: list[int] = []  # those of `_numbers` that are videos
        self._next = 0
        self._reserved = 0
        self._file = None  # of `_reading`, at the byte `_at`
        self._reading = 0
        self._kind = ""
        self._at = 0
        self._start()

    @property
    def count(self) -> int:
        """Photos and videos stored."""
        return len(self._numbers)

    def numbers(self) -> "list[int]":
        """Numbers of what is stored, oldest first."""
        return self._numbers[:]

    def is_video(self, number: int) -> bool:
        """Whether what is stored under this number is a video."""
        return number in self._videos

    def room(self, size: int) -> bool:
        """Whether a photo of `size` bytes would find room."""
        return bool(self.flash.free() >= size + HEADER_MAX + SPARE)

    def add(self, photo: Photo, picture: "bytes | bytearray") -> None:
        """Make the picture durable; sets the photo's number, size and checksum. Raises StorageFull, OSError."""
        if not self.room(len(picture)):
            raise StorageFull
        photo.number = self.take_number()
        photo.size = len(picture)
        digest = hashlib.sha256(picture)
        photo.sha256 = digest.digest().hex()  # MicroPython has no hexdigest
        line = to_line(photo)
        photo.start = len(line)
        self._put(stem(photo.number) + TEMPORARY, stem(photo.number) + PHOTO, (line, picture))
        self._numbers.append(photo.number)

    def add_video(self, photo: Photo) -> None:
        """Its frames and its index lie on flash: now it is there. Raises StorageFull, OSError."""
        self._put(stem(photo.number) + TEMPORARY, stem(photo.number) + VIDEO, (to_line(photo),))
        self._numbers.append(photo.number)
        self._numbers.sort()
        self._videos.append(photo.number)
        if photo.number in self.unfinished:
            self.unfinished.remove(photo.number)

    def take_number(self) -> int:
        """A number that was never used before. Raises StorageFull, OSError."""
        if self._next >= self._reserved:
            self._put(COUNTER + TEMPORARY, COUNTER, (str(self._next + BLOCK).encode(),))
            self._reserved = self._next + BLOCK
        number = self._next
        self._next += 1
        return number

    def load(self, number: int) -> "Photo | None":
        """What is stored under this number; None when it is not there or turns out bad (and is set aside then)."""
        if number not in self._numbers:
            return None
        name = self._name(number)
        try:
            photo = from_line(number, self.flash.read(name, 0, HEADER_MAX))
            if photo is not None and self._is_whole(photo, name):
                return photo
        except OSError:
            pass  # unreadable is as bad as broken
        self.set_aside(number)
        return None

    def read_into(self, photo: Photo, offset: int, buffer: memoryview) -> int:
        """Fill the buffer from the JPEG or the AVI; how many bytes there were. Raises OSError.

        Reading on where the last piece ended takes no memory.
        """
        if not photo.interval:
            return self._read(photo.number, PHOTO, photo.start + offset, buffer)
        begin = offset - avi.HEAD
        if 0 <= begin <= photo.film - len(buffer):
            return self._read(photo.number, REEL, photo.start + begin, buffer)
        return self._read_edge(photo, offset, buffer)

    def close(self) -> None:
        """Nothing more is read for now."""
        self._reading = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def sound(self, photo: Photo) -> bool:
        """Whether the bytes on flash still are what was stored."""
        digest = hashlib.sha256(b"")
        buffer = memoryview(bytearray(1024))
        offset = 0
        while offset < photo.size:
            count = self.read_into(photo, offset, buffer)
            if count <= 0:
                break
            digest.update(buffer[:count])
            offset += count
        self.close()
        return digest.digest().hex() == photo.sha256

    def delete(self, number: int) -> bool:
        """The far end has it: let it go. False when it is not there. Raises OSError.

        A video's frames go first: one without frames is known for gone, frames alone would be for a recording cut off.
        """
        if number not in self._numbers:
            return False
        self.close()
        name = self._name(number)
        if number in self._videos:
            self.flash.remove(stem(number) + REEL)
            self._clean(stem(number) + INDEX)
            self._videos.remove(number)
        self.flash.remove(name)
        self._numbers.remove(number)
        return True

    def erase(self) -> None:
        """No photo or video is left, nor one that was set aside. Raises OSError: some are."""
        self.close()
        for name in self.flash.names():
            number = number_in(name)
            if number:
                self.flash.remove(name)
                if name == self._name(number) and number in self._numbers:  # one set aside in vain keeps its name
                    self._numbers.remove(number)
                    if number in self._videos:
                        self._videos.remove(number)
        self.bad = 0

    def set_aside(self, number: int) -> None:
        """This file is of no use to anybody: keep it as `.bad` for whoever wants to look, out of the others' way."""
        self.close()
        self.bad += 1
        try:
            self.flash.rename(self._name(number), stem(number) + BAD)
        except OSError:
            pass  # looked at again after the next start
        if number in self._numbers:
            self._numbers.remove(number)

    def _name(self, number: int) -> str:
        kind = REEL if number in self.unfinished else VIDEO if number in self._videos else PHOTO
        return stem(number) + kind

    def _is_whole(self, photo: Photo, name: str) -> bool:
        size = self.flash.size
        if not photo.interval:
            return bool(photo.start + photo.size == size(name))
        begin = stem(photo.number)
        index = photo.frames * avi.ENTRY
        return bool(size(begin + REEL) >= photo.start + photo.film and size(begin + INDEX) == index)

    def _read(self, number: int, kind: str, at: int, buffer: memoryview) -> int:
        if self._reading != number or self._kind != kind:
            self.close()
            self._file = self.flash.open(stem(number) + kind)
            self._reading = number
            self._kind = kind
            self._at = -1
        if self._at != at:
            self._file.seek(at)  # type: ignore[attr-defined]
        count: int = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._at = at + count
        return count

    def _read_edge(self, photo: Photo, offset: int, buffer: memoryview) -> int:
        """The head, the index, and where they meet the frames."""
        done = 0
        while done < len(buffer):
            rest = buffer[done:]
            begin = offset + done - avi.HEAD
            entries = begin - photo.film - avi.INDEX_HEAD
            if begin < 0 or -avi.INDEX_HEAD <= entries < 0:
                piece = (avi.head(photo)[begin:] if begin < 0 else avi.index_head(photo.frames)[entries:])[: len(rest)]
                count = len(piece)
                rest[:count] = piece
            elif entries < 0:
                count = self._read(photo.number, REEL, photo.start + begin, rest[: photo.film - begin])
            else:
                count = self._read(photo.number, INDEX, entries, rest)
            if count <= 0:
                break
            done += count
        return done

    def _start(self) -> None:
        highest = 0
        names = self.flash.names()
        for name in names:
            number = number_in(name)
            begin = stem(number)
            if name.endswith(TEMPORARY):
                self.flash.remove(name)
            elif number:
                highest = max(highest, number)
                if name.endswith(PHOTO):
                    self._numbers.append(number)
                elif name.endswith(BAD):
                    self.bad += 1
                elif begin + BAD in names:
                    pass  # to be looked at together
                elif begin + REEL not in names:
                    self.flash.remove(name)  # the rest of a video that was delivered
                elif name.endswith(VIDEO):
                    self._numbers.append(number)
                    self._videos.append(number)
                elif name.endswith(REEL) and begin + VIDEO not in names:
                    self.unfinished.append(number)
        self._numbers.sort()
        self.unfinished.sort()
        self._next = self._reserved = self._read_counter(highest)
        for number in self.numbers():
            self.load(number)

    def _read_counter(self, number: int) -> int:
        try:
            counter = int(self.flash.read(COUNTER, 0, 16).decode())
        except (OSError, ValueError):
            counter = 0
        if counter > number:
            return counter
        # Never on the first start; else only where somebody has tampered with the flash, or it is worn out.
        return 1 if number == 0 and not self.bad else max(number + 1, int(self._boot_id, 16) % 900_000_000)

    def _put(self, temporary: str, name: str, parts: "tuple[bytes | bytearray, ...]") -> None:
        try:
            self.flash.write(temporary, parts)
            self.flash.rename(temporary, name)
            return
        except OSError as error:
            full = error.errno == NO_SPACE
        self._clean(temporary)
        # Not `raise … from`: MicroPython keeps no chain of exceptions and says so on the console each time.
        raise StorageFull if full else OSError("the flash took no photo")

    def _clean(self, name: str) -> None:
        try:
            self.flash.remove(name)
        except OSError:
            pass  # it was never made, or goes on the next start
