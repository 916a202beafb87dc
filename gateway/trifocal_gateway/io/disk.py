"""The few file operations that durability hangs on, in one place, so that tests can let each of them fail."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

try:
    from fcntl import F_FULLFSYNC, fcntl  # type: ignore[attr-defined, unused-ignore] # macOS: fsync stops at the drive
except ImportError:
    F_FULLFSYNC = None

_data_sync = getattr(os, "fdatasync", os.fsync)
_WRITE_THROUGH: int = getattr(os, "RWF_DSYNC", 0)

BLOCK_BYTES = 1024 * 1024


class Disk:
    """Files by path and descriptor. Everything raises OSError; only what was synced survives a power cut."""

    def open(self, path: Path, fresh: bool = False) -> int:
        """A descriptor for reading and writing at offsets; the file is created, for its owner only. `fresh`: empty."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (os.O_TRUNC if fresh else 0), 0o600)

    def close(self, descriptor: int) -> None:
        """Give the descriptor back."""
        os.close(descriptor)

    def read(self, path: Path) -> bytes:
        """All of a file; empty when there is none."""
        with suppress(FileNotFoundError):
            return path.read_bytes()
        return b""

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        """Put all of `data` at `offset`. After an error some of it may be there."""
        written = os.pwrite(descriptor, data, offset)
        while written < len(data):
            written += os.pwrite(descriptor, memoryview(data)[written:], offset + written)

    def sync(self, descriptor: int) -> None:
        """The bytes, and the size that reading them needs, are on the medium when this returns."""
        if F_FULLFSYNC is not None:
            fcntl(descriptor, F_FULLFSYNC)
        else:
            _data_sync(descriptor)

    def write_durably(self, descriptor: int, data: bytes, offset: int) -> None:
        """Put all of `data` at `offset` on the medium, in one call where the system has one."""
        if _WRITE_THROUGH and os.pwritev(descriptor, (data,), offset, _WRITE_THROUGH) == len(data):
            return
        self.write(descriptor, data, offset)
        self.sync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file its new name, taking the place of what had it; durable after `sync_folder`."""
        old.replace(new)

    def remove(self, path: Path) -> None:
        """Remove a file; none there is fine."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Names made, changed and removed in this folder are on the medium when this returns."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, sorted."""
        return sorted(os.listdir(folder))  # noqa: PTH208 - Path.iterdir would build a Path for each

    def size(self, path: Path) -> int:
        """Bytes in a file; 0 when there is none."""
        with suppress(FileNotFoundError):
            return path.stat().st_size
        return 0

    def digest(self, path: Path) -> tuple[int, str]:
        """Size and sha256 of a file."""
        size, sha256 = 0, hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                size += len(block)
                sha256.update(block)
        return size, sha256.hexdigest()

    def age_order(self, path: Path) -> float:
        """Grows with the time of the last change; says nothing else."""
        return path.stat().st_mtime

    def free_bytes(self, folder: Path) -> int:
        """Room that is left for us."""
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize


def write_whole(disk: Disk, path: Path, data: bytes) -> None:
    """A file with exactly this content, or the old one: written aside, synced, renamed, the folder synced."""
    aside = path.with_name(path.name + ".new")
    descriptor = disk.open(aside, fresh=True)
    try:
        disk.write(descriptor, data, 0)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
    disk.rename(aside, path)
    disk.sync_folder(path.parent)
