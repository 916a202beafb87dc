"""Photos on flash, kept through power loss until the far end has them durably.

One file holds one photo: a header line of JSON, then the JPEG. It is written aside as `000000042.tmp` and becomes
`000000042.photo` by one atomic rename, so that at any instant a photo is either whole or not there. Numbers rise and
are never used twice, even when the store has been emptied: the far end may still know a name. The file `counter`
holds a number that no photo has reached; it moves on in blocks, for the flash's wear, and a restart skips what is
left of a block.

On start: torn files go, whole ones are listed in the order of their numbers. A file whose header or length is wrong is
set aside as `.bad` and counted; it hides no other. A lost counter begins far away, at a place given by the boot id.

It refuses (`StorageFull`) before anything is written, and whenever the flash says that it is full; what was stored
before is untouched. The flash is a port with `write`, `rename`, `remove`, `read`, `open`, `size`, `names` and `free`
(see io/flash.py); its OSErrors come through. One file is held open at most: the photo that is read piece by piece.
"""

import hashlib
import json

PHOTO = ".photo"
TEMPORARY = ".tmp"
BAD = ".bad"
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


class Photo:
    """What is known of a stored photo. `at` is epoch ms, 0 unknown; `uptime` is the clock of that `boot_id`."""

    def __init__(self, request_id: str, press_id: str, at: int, uptime: int, boot_id: str) -> None:
        self.number = 0
        self.request_id = request_id
        self.press_id = press_id
        self.at = at
        self.uptime = uptime
        self.boot_id = boot_id
        self.size = 0
        self.sha256 = ""
        self.start = 0  # where the JPEG begins in the file

    @property
    def file_name(self) -> str:
        """Its name on the link; 14 characters, for ever its own."""
        return "P%09d.jpg" % self.number


class PhotoStore:
    """All photos on one flash."""

    def __init__(self, flash, boot_id: str) -> None:  # type: ignore[no-untyped-def]
        self.bad = 0
        self._flash = flash
        self._boot_id = boot_id
        self._numbers: list[int] = []
        self._next = 0
        self._reserved = 0
        self._file = None  # of the photo `_reading`, at the byte `_at` of the JPEG
        self._reading = 0
        self._at = 0
        self._start()

    @property
    def count(self) -> int:
        """Photos stored."""
        return len(self._numbers)

    def numbers(self) -> "list[int]":
        """Numbers of the stored photos, oldest first."""
        return self._numbers[:]

    def room(self, size: int) -> bool:
        """Whether a photo of `size` bytes would find room."""
        return bool(self._flash.free() >= size + HEADER_MAX + SPARE)

    def add(self, photo: Photo, picture: "bytes | bytearray") -> None:
        """Make the picture durable; sets the photo's number, size and checksum. Raises StorageFull, OSError."""
        if not self.room(len(picture)):
            raise StorageFull
        photo.number = self._take_number()
        photo.size = len(picture)
        digest = hashlib.sha256(picture)
        photo.sha256 = digest.digest().hex()  # MicroPython has no hexdigest
        header = (json.dumps(_to_header(photo)) + "\n").encode()
        photo.start = len(header)
        self._put(_stem(photo.number) + TEMPORARY, _stem(photo.number) + PHOTO, (header, picture))
        self._numbers.append(photo.number)

    def load(self, number: int) -> "Photo | None":
        """The photo with this number; None when it is not there or turns out bad (and is set aside then)."""
        if number not in self._numbers:
            return None
        name = _stem(number) + PHOTO
        try:
            head = self._flash.read(name, 0, HEADER_MAX)
            photo = _from_header(number, head[: head.find(b"\n") + 1])
            if photo is not None and photo.start + photo.size == self._flash.size(name):
                return photo
        except OSError:
            pass  # unreadable is as bad as broken
        self.set_aside(number)
        return None

    def read_into(self, photo: Photo, offset: int, buffer: memoryview) -> int:
        """Fill the buffer from the JPEG; how many bytes there were. Raises OSError.

        Reading on where the last piece ended takes no memory.
        """
        if self._reading != photo.number:
            self.close()
            self._file = self._flash.open(_stem(photo.number) + PHOTO)
            self._reading = photo.number
            self._at = -1
        if self._at != offset:
            self._file.seek(photo.start + offset)  # type: ignore[attr-defined]
        count: int = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._at = offset + count
        return count

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
        """The far end has it: let it go. False when it is not there. Raises OSError."""
        if number not in self._numbers:
            return False
        self.close()
        self._flash.remove(_stem(number) + PHOTO)
        self._numbers.remove(number)
        return True

    def erase(self) -> None:
        """No photo is left, nor one that was set aside. Raises OSError: some are."""
        self.close()
        for name in self._flash.names():
            if _number(name):
                self._flash.remove(name)
                if name.endswith(PHOTO) and _number(name) in self._numbers:  # one set aside in vain keeps its name
                    self._numbers.remove(_number(name))
        self.bad = 0

    def set_aside(self, number: int) -> None:
        """This file is of no use to anybody: keep it as `.bad` for whoever wants to look, out of the others' way."""
        self.close()
        self._numbers.remove(number)
        self.bad += 1
        try:
            self._flash.rename(_stem(number) + PHOTO, _stem(number) + BAD)
        except OSError:
            pass  # looked at again after the next start

    def _start(self) -> None:
        highest = 0
        for name in self._flash.names():
            number = _number(name)
            if name.endswith(TEMPORARY):
                self._flash.remove(name)
            elif number:
                highest = max(highest, number)
                if name.endswith(PHOTO):
                    self._numbers.append(number)
                else:
                    self.bad += 1
        self._numbers.sort()
        self._next = self._reserved = self._read_counter(highest)
        for number in self.numbers():
            self.load(number)

    def _read_counter(self, number: int) -> int:
        try:
            counter = int(self._flash.read(COUNTER, 0, 16).decode())
        except (OSError, ValueError):
            counter = 0
        if counter > number:
            return counter
        # Never on the first start; else only where somebody has tampered with the flash, or it is worn out.
        return 1 if number == 0 and not self.bad else max(number + 1, int(self._boot_id, 16) % 900_000_000)

    def _take_number(self) -> int:
        if self._next >= self._reserved:
            self._put(COUNTER + TEMPORARY, COUNTER, (str(self._next + BLOCK).encode(),))
            self._reserved = self._next + BLOCK
        number = self._next
        self._next += 1
        return number

    def _put(self, temporary: str, name: str, parts: "tuple[bytes | bytearray, ...]") -> None:
        try:
            self._flash.write(temporary, parts)
            self._flash.rename(temporary, name)
            return
        except OSError as error:
            full = error.errno == NO_SPACE
        self._clean(temporary)
        # Not `raise … from`: MicroPython keeps no chain of exceptions and says so on the console each time.
        raise StorageFull if full else OSError("the flash took no photo")

    def _clean(self, temporary: str) -> None:
        try:
            self._flash.remove(temporary)
        except OSError:
            pass  # it was never made, or goes on the next start


def _stem(number: int) -> str:
    return "%09d" % number


def _number(name: str) -> int:
    stem, _, kind = name.partition(".")
    number = _whole(stem)
    return number if stem == _stem(number) and "." + kind in (PHOTO, BAD) else 0


def number_of(file_name: str) -> int:
    """The number in a name that `Photo.file_name` gave, or 0 for any other text."""
    number = _whole(file_name[1:10])
    return number if file_name == "P%09d.jpg" % number else 0


def _whole(text: str) -> int:
    try:
        return max(0, int(text))
    except ValueError:  # asked rather than tested: `isdigit` says yes to more than `int` takes
        return 0


def _to_header(photo: Photo) -> "dict[str, object]":
    return {
        "file_name": photo.file_name,
        "request_id": photo.request_id,
        "press_id": photo.press_id,
        "size": photo.size,
        "sha256": photo.sha256,
        "at": photo.at,
        "uptime": photo.uptime,
        "boot_id": photo.boot_id,
    }


def _from_header(number: int, line: bytes) -> "Photo | None":
    try:
        header = json.loads(line)
        values = [header[name] for name in ("request_id", "press_id", "sha256", "boot_id", "size", "at", "uptime")]
    except (ValueError, KeyError, TypeError):
        return None
    if [type(value) for value in values] != [str, str, str, str, int, int, int] or values[4] <= 0:
        return None
    photo = Photo(values[0], values[1], values[5], values[6], values[3])
    photo.number = number
    photo.sha256 = values[2]
    photo.size = values[4]
    photo.start = len(line)
    return photo
