"""Recordings on flash: one that grows, and those that are made into videos afterwards.

    000000042.reel     a line that says what is known, then the chunks of the frames; it is only ever appended to
    000000042.index    the index, made when the recording has ended
    000000042.video    a line that says everything; with it the video is there, as `head + chunks + index`

Nothing is changed in place, for littlefs would write all that follows anew. A reel without a `.video` was cut off by
power loss: it is made into a video just like one that has ended, from the frames that lie there whole. What `flush`
has written down survives; what came after it may be lost, and what is torn is left out.

The making takes long for a long recording, so it is done in small steps, each some `SLICE` bytes or `ENTRIES` frames.
"""

import hashlib

from trifocal_firmware import avi
from trifocal_firmware.note import INDEX, REEL, Photo, from_line, stem, to_line
from trifocal_firmware.store import HEADER_MAX, TEMPORARY, PhotoStore, StorageFull

SLICE = 4_096
ENTRIES = 32

LEAST_ROOM = 1_048_576
"""Bytes of room without which no recording is begun: some seconds at least."""

MOST_BYTES = 96_000_000
"""A gateway takes no larger file (PROTOCOL-device §6.2 and a little less)."""


class Reels:
    """All recordings that are not videos yet."""

    def __init__(self, store: PhotoStore) -> None:
        self._store = store
        self._flash = store.flash
        self._file = None
        self._room = 0
        self._work = None
        self.waiting: list[Photo] = []
        """What is to be made into videos, oldest first."""
        for number in store.unfinished[:]:
            name = stem(number) + REEL
            head = self._flash.read(name, 0, HEADER_MAX)
            photo = from_line(number, head)
            if photo is not None:
                self.waiting.append(photo)
            elif b"\n" in head:
                store.set_aside(number)
            else:
                self._flash.remove(name)  # the power went before anything was said of it

    @property
    def full(self) -> bool:
        """Whether the recording takes no more."""
        return self._room <= 0

    def begin(self, photo: Photo) -> None:
        """A recording begins; sets the photo's number. Raises StorageFull, OSError."""
        if not self._store.room(LEAST_ROOM):
            raise StorageFull
        self._room = min(self._flash.free() - LEAST_ROOM // 2, MOST_BYTES)
        photo.number = self._store.take_number()
        self._file = self._flash.create(stem(photo.number) + REEL)
        line = to_line(photo)
        photo.start = len(line)
        self._write(line)

    def add(self, photo: Photo, jpeg: "bytes | bytearray") -> None:
        """The next frame; an empty one repeats the one before. Raises OSError."""
        size = len(jpeg)
        self._write(avi.chunk(size))
        self._write(jpeg)
        if size & 1:
            self._write(b"\0")
        self._room -= avi.ENTRY
        photo.frames += 1

    def flush(self) -> None:
        """What was added survives from here on. Raises OSError."""
        self._flash.sync(self._file)

    def close(self) -> None:
        """Nothing more comes; without `end` it becomes a video after the next start."""
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        except OSError:
            pass  # what lies there is taken as it is

    def forget(self) -> None:
        """Nothing of all this is wanted any more; its files are gone, or will be."""
        self.close()
        self.waiting = []
        self._work = None

    def end(self, photo: Photo) -> None:
        """Nothing more comes: what there is becomes a video."""
        self.close()
        self.waiting.append(photo)

    def step(self) -> "Photo | None":
        """Do a little for the oldest that waits; returns it when that is done, without frames when it held none.

        Raises StorageFull, OSError: the reel waits for the next start then.
        """
        photo = self.waiting[0]
        if self._work is None:
            self._work = self._made(photo)
        try:
            if next(self._work, False):  # type: ignore[call-overload]
                return None
        except (StorageFull, OSError):
            self._done()
            raise
        self._done()
        return photo

    def _done(self) -> None:
        self._work = None
        self.waiting.pop(0)
        self._store.close()

    def _write(self, data: "bytes | bytearray") -> None:
        self._room -= len(data)
        if data:
            self._file.write(data)  # type: ignore[attr-defined]

    def _made(self, photo: Photo):  # type: ignore[no-untyped-def]
        begin = stem(photo.number)
        yield from self._index(photo, begin)
        if not photo.frames:
            self._flash.remove(begin + INDEX)
            self._flash.remove(begin + REEL)
            return
        photo.size = avi.HEAD + photo.film + avi.INDEX_HEAD + photo.frames * avi.ENTRY
        digest = hashlib.sha256(b"")
        buffer = memoryview(bytearray(SLICE))
        at = 0
        while at < photo.size:
            count = self._store.read_into(photo, at, buffer)
            if count <= 0:
                raise OSError("the flash gave no more")
            digest.update(buffer[:count])
            at += count
            yield True
        photo.sha256 = digest.digest().hex()
        self._store.add_video(photo)

    def _index(self, photo: Photo, begin: str):  # type: ignore[no-untyped-def]
        name = begin + REEL
        reel = self._flash.open(name)
        index = self._flash.create(begin + TEMPORARY)
        try:
            left = self._flash.size(name) - photo.start
            head = bytearray(avi.CHUNK_HEAD)
            photo.frames = photo.film = 0
            while True:
                reel.seek(photo.start + photo.film)
                size = avi.frame_size(head) if reel.readinto(head) == avi.CHUNK_HEAD else -1
                whole = avi.CHUNK_HEAD + size + (size & 1)
                if size < 0 or whole > left:
                    break
                if size and not photo.width:
                    photo.width, photo.height = avi.measures(reel.read(1_024))
                index.write(avi.entry(photo.film, size))
                photo.frames += 1
                photo.film += whole
                left -= whole
                if photo.frames % ENTRIES == 0:
                    yield True
            self._flash.sync(index)
        finally:
            reel.close()
            index.close()
        self._flash.rename(begin + TEMPORARY, begin + INDEX)
