"""The flash port of `PhotoStore`: one flat folder of files. Any power cut leaves a file as before or, under a
temporary name, torn. Wants a file system whose rename replaces in one step: littlefs, or any of a real computer.
"""

import os


class Flash:
    """Files in a folder, by name. Everything raises OSError."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def names(self) -> "list[str]":
        """All files, in no order."""
        return os.listdir(self._folder)

    def write(self, name: str, parts: "tuple[bytes | bytearray, ...]") -> None:
        """Make a file of these parts; it lies on the flash when this returns."""
        with open(self._path(name), "wb") as file:
            for part in parts:  # noqa: FURB122 - MicroPython's files have no writelines
                file.write(part)
            self.sync(file)

    def create(self, name: str):  # type: ignore[no-untyped-def]
        """A new file that grows: `write`, `close`."""
        file = open(self._path(name), "wb")  # noqa: SIM115 - whoever asks for it closes it
        self._settle()
        return file

    def sync(self, file) -> None:  # type: ignore[no-untyped-def]
        """What was written to this file lies on the flash when this returns."""
        file.flush()
        if hasattr(os, "fsync"):
            os.fsync(file.fileno())
        # On a device a flush is what commits; ports with caches of their own have sync.
        elif hasattr(os, "sync"):
            os.sync()

    def rename(self, old: str, new: str) -> None:
        """`new` is the file that was `old`, whatever `new` was before."""
        os.rename(self._path(old), self._path(new))
        self._settle()

    def remove(self, name: str) -> None:
        """The file is no more."""
        os.remove(self._path(name))

    def read(self, name: str, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset`; fewer where the file ends."""
        with open(self._path(name), "rb") as file:
            file.seek(offset)
            return file.read(count)

    def open(self, name: str):  # type: ignore[no-untyped-def]
        """The file for reading: `seek`, `readinto`, `close`."""
        return open(self._path(name), "rb")

    def size(self, name: str) -> int:
        """Bytes in the file."""
        return os.stat(self._path(name))[6]

    def free(self) -> int:
        """Bytes of room."""
        found = os.statvfs(self._folder)
        return found[1] * found[4]

    def _settle(self) -> None:
        """The names in the folder lie on the disk; a device's own file systems see to that."""
        if hasattr(os, "fsync"):
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _path(self, name: str) -> str:
        return self._folder + "/" + name
