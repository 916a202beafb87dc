"""One process owns these files: an advisory lock that the system lets go when the process ends, however it ends."""

import fcntl
import os
from pathlib import Path

from trifocal_gateway.errors import StorageLocked, storage_error


class FileLock:
    """Held from construction until `release`."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises StorageLocked when another holds it, StorageError when the file cannot be opened."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise storage_error(error, "opening the lock file") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise StorageLocked(f"another process uses {path.with_suffix('').name}") from error

    def release(self) -> None:
        """Let others have it."""
        os.close(self._file)
