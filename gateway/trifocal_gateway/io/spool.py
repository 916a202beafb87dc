"""The bytes of photos beside the queue.

    <name>-<sum>.part    bytes of a photo on its way in, as many as have come
    <name>.whole         a photo, complete and verified; it came to this name by renaming
    <name>.json          what is known of it, written before that, so that a whole file can always be queued again

`name` is made of the request id: what could be a path is replaced, and a sum of the id keeps different ids apart. The
part's name carries the photo's sha256 too, so that bytes of another photo are never continued.

Promises: when `finish` returns, the photo survives power loss. When anything raises StorageError, nothing that was
whole before is harmed. Parts survive a restart, at most `MOST_PARTS` of them; what is wrong in one shows in its sum.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from trifocal_gateway.errors import CorruptPhoto, StorageError, StorageFull, storage_error
from trifocal_gateway.io.disk import Disk
from trifocal_gateway.queue_entry import QueuedPhoto, photo_of
from trifocal_shared.messages import FileAnnounce

MOST_PARTS = 4
SPARE_BYTES = 8 * 1024 * 1024
"""Room that photos leave to the journal."""

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]")
PART, WHOLE, NOTE = ".part", ".whole", ".json"


def safe_name(request_id: str) -> str:
    """A file name without its ending: the same for the same id, another one for another, never a path."""
    digest = hashlib.sha256(request_id.encode(errors="surrogatepass")).hexdigest()[:16]
    return f"{_NOT_PLAIN.sub('_', request_id)[:48]}-{digest}"


class Spool:
    """The folder of photos. Parts are known by the file name under which the glasses send them."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        """Raises StorageError when the folder cannot be made."""
        self._folder = folder
        self._disk = disk or Disk()
        self._parts: dict[str, tuple[Path, int]] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise storage_error(error, "making the spool's folder") from error

    def recover(self, queued: set[str]) -> list[QueuedPhoto]:
        """On start: remove litter; whole photos that are not among the `queued` ids. Raises StorageError.

        A whole file without a note was never acknowledged to anybody; the glasses still have the photo.
        """
        try:
            names = self._disk.names(self._folder)
            kept = {safe_name(request_id) for request_id in queued}
            found = [
                photo for name in names if name.endswith(WHOLE) and (photo := self._orphan(name, kept)) is not None
            ]
            for name in self._litter(names, kept | {safe_name(photo.request_id) for photo in found}):
                self._disk.remove(self._folder / name)
        except OSError as error:
            raise storage_error(error, "looking through the spool") from error
        return found

    def part(self, announce: FileAnnounce) -> int:
        """Open the part of this photo and say how many bytes of it are there. Raises StorageError, StorageFull."""
        self._close(announce.file_name)
        path = self._folder / f"{safe_name(announce.request_id)}-{announce.sha256[:16]}{PART}"
        try:
            have = self._disk.size(path)
            if self._disk.free_bytes(self._folder) < announce.size - have + SPARE_BYTES:
                raise StorageFull("there is no room for the photo")
            self._parts[announce.file_name] = (path, self._disk.open(path))
        except OSError as error:
            raise storage_error(error, "opening a part") from error
        return have

    def write(self, file_name: str, offset: int, data: bytes) -> None:
        """Put bytes of an opened part where they belong. Raises StorageError; the part is gone then."""
        part = self._parts.get(file_name)
        if part is None:
            raise StorageError("this part is not open")
        try:
            self._disk.write(part[1], data, offset)
        except OSError as error:
            self.drop(file_name)
            raise storage_error(error, "writing a part") from error

    def drop(self, file_name: str) -> None:
        """Remove an opened part; that it cannot be removed is no trouble now."""
        if (path := self._close(file_name)) is not None:
            self._remove_quietly(path)

    def finish(self, announce: FileAnnounce, taken_at_ms: int) -> QueuedPhoto:
        """Verify an opened part and make it a whole photo, durably. Raises CorruptPhoto, StorageError; it is gone then.

        Takes the time of a few syncs: call it off the event loop.
        """
        photo = QueuedPhoto(
            announce.request_id,
            announce.sha256,
            announce.size,
            announce.media_type,
            announce.press_id,
            max(0, taken_at_ms),
        )
        part = self._parts.get(announce.file_name)
        if part is None:
            raise StorageError("this part is not open")
        try:
            self._finish(photo, *part)
        except OSError as error:
            self.drop(announce.file_name)
            self._remove_quietly(self._path(photo.request_id, NOTE))
            raise storage_error(error, "storing a photo") from error
        except CorruptPhoto:
            self.drop(announce.file_name)
            raise
        self._close(announce.file_name)
        return photo

    def path(self, request_id: str) -> Path:
        """Where a whole photo lies."""
        return self._path(request_id, WHOLE)

    def remove(self, request_id: str) -> None:
        """A photo is not needed any more. Raises StorageError; `recover` finds it again then."""
        try:
            self._disk.remove(self._path(request_id, WHOLE))
            self._disk.remove(self._path(request_id, NOTE))
        except OSError as error:
            raise storage_error(error, "removing a photo") from error

    def close(self) -> None:
        """Give open parts back; their bytes stay."""
        for file_name in list(self._parts):
            self._close(file_name)

    def _finish(self, photo: QueuedPhoto, path: Path, file: int) -> None:
        if self._disk.digest(path) != (photo.size, photo.sha256):
            raise CorruptPhoto("the bytes are not the ones that were announced")
        note = self._disk.open(self._path(photo.request_id, NOTE), fresh=True)
        try:
            text = json.dumps(asdict(photo)).encode()
            self._disk.write(note, text, 0)
            self._disk.sync(note)
        finally:
            self._disk.close(note)
        self._disk.sync(file)
        self._disk.rename(path, self._path(photo.request_id, WHOLE))
        self._disk.sync_folder(self._folder)

    def _orphan(self, name: str, queued: set[str]) -> QueuedPhoto | None:
        stem = name.removesuffix(WHOLE)
        if stem in queued:
            return None
        photo = _photo(self._disk.read(self._folder / (stem + NOTE)))
        if photo is None or safe_name(photo.request_id) != stem:
            return None
        return photo if self._disk.digest(self._folder / name) == (photo.size, photo.sha256) else None

    def _litter(self, names: list[str], kept: set[str]) -> Iterator[str]:
        parts = sorted(
            (name for name in names if name.endswith(PART)),
            key=lambda name: self._disk.age_order(self._folder / name),
        )
        yield from parts[:-MOST_PARTS]
        yield from (name for name in names if name.endswith((WHOLE, NOTE)) and name[: name.rindex(".")] not in kept)

    def _path(self, request_id: str, ending: str) -> Path:
        return self._folder / (safe_name(request_id) + ending)

    def _close(self, file_name: str) -> Path | None:
        part = self._parts.pop(file_name, None)
        if part is None:
            return None
        self._disk.close(part[1])
        return part[0]

    def _remove_quietly(self, path: Path) -> None:
        try:
            self._disk.remove(path)
        except OSError:
            return  # litter; `recover` tries again


def _photo(note: bytes) -> QueuedPhoto | None:
    try:
        row = json.loads(note)
    except ValueError:
        return None
    return photo_of(row) if isinstance(row, dict) else None
