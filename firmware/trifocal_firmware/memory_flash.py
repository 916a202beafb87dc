"""A flash in memory that loses power when a test wants it. Never flashed."""

import io


class PowerCut(Exception):  # noqa: N818 - not the program's error
    """The power is gone; nothing below this line ever happens."""


class GrowingFile:
    """A file of a `MemoryFlash`; what is written is on its way until it is synced or closed."""

    def __init__(self, flash: "MemoryFlash", name: str) -> None:
        self.name = name
        self.pending = b""
        self._flash = flash

    def write(self, data: "bytes | bytearray") -> int:
        """Append."""
        self.pending += bytes(data)
        return len(data)

    def close(self) -> None:
        """Like a sync."""
        if self.pending:
            self._flash.sync(self)


class MemoryFlash:
    """The flash port in memory. Power is cut at instant `cut_at`: each operation has an instant before it and one
    after, a write also one with nothing and one with half of the bytes there.
    """

    def __init__(self, capacity: int = 10_000_000) -> None:
        self.files: dict[str, bytes] = {}
        self.capacity = capacity
        self.cut_at = 0  # never
        self.instants = 0
        self.broken: set[str] = set()  # names that give OSError

    def names(self) -> "list[str]":
        """All files."""
        return list(self.files)

    def create(self, name: str) -> "GrowingFile":
        """A new file that grows."""
        self._touch(name)
        self.files[name] = b""
        return GrowingFile(self, name)

    def sync(self, file: "GrowingFile") -> None:
        """What was written to the file is there when this returns; a cut leaves half of it, or nothing."""
        self._touch(file.name)
        before, data, file.pending = self.files[file.name], file.pending, b""
        if len(data) > self.free():
            raise OSError(28, "no space left on device")
        for whole in (len(data) // 2, len(data)):
            self.files[file.name] = before + data[:whole]
            self._instant()

    def write(self, name: str, parts: "tuple[bytes | bytearray, ...]") -> None:
        """A file of these parts."""
        data = b"".join([bytes(part) for part in parts])
        self._touch(name)
        if len(data) > self.free():
            raise OSError(28, "no space left on device")
        for whole in (0, len(data) // 2, len(data)):
            self.files[name] = data[:whole]
            self._instant()

    def rename(self, old: str, new: str) -> None:
        """In one step."""
        self._touch(old)
        self.files[new] = self.files.pop(old)
        self._instant()

    def remove(self, name: str) -> None:
        """In one step."""
        self._touch(name)
        if name not in self.files:
            raise OSError(2, "no such file")
        del self.files[name]
        self._instant()

    def read(self, name: str, offset: int, count: int) -> bytes:
        """At most `count` bytes."""
        if name not in self.files or name in self.broken:
            raise OSError(5, "input/output error")
        return self.files[name][offset : offset + count]

    def open(self, name: str) -> "io.BytesIO":
        """The file, for reading."""
        return io.BytesIO(self.read(name, 0, len(self.files.get(name, b""))))

    def size(self, name: str) -> int:
        """Bytes in the file."""
        return len(self.files[name])

    def free(self) -> int:
        """Bytes of room."""
        return self.capacity - sum([len(data) for data in self.files.values()])

    def _touch(self, name: str) -> None:
        self._instant()
        if name in self.broken:
            raise OSError(5, "input/output error")

    def _instant(self) -> None:
        self.instants += 1
        if self.instants == self.cut_at:
            raise PowerCut
