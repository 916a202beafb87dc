"""The key to the glasses, in a file that only its owner may read."""

from pathlib import Path

import structlog

from trifocal_gateway.errors import StorageError
from trifocal_gateway.io.disk import Disk, write_whole
from trifocal_shared.keys import KEY_BYTES, unhex

log = structlog.get_logger()


class OwnerKey:
    """The one key of a gateway, in its folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "owner.key"

    def read(self) -> bytes:
        """The key; empty when there is none. Raises StorageError: there is one that cannot be read."""
        try:
            text = self._path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return b""
        except (OSError, ValueError) as error:
            raise StorageError(f"the key in {self._path.name} cannot be read") from error
        key = unhex(text, KEY_BYTES)
        if not key:
            raise StorageError(f"there is no key in {self._path.name}")
        return key

    def kept(self, key: bytes) -> bool:
        """Make it durable in the place of the one before. False: the disk did not take it, and that one stays."""
        try:
            write_whole(Disk(), self._path, key.hex().encode() + b"\n")
        except OSError as error:
            log.warning("the glasses cannot be paired with", why=str(error))
            return False
        log.info("paired: these glasses are ours")
        return True
