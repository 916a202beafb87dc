"""Uploads that are not whole yet, as files: the bytes in one, what is known of them in another beside it.

How far an upload has come is the size of its file, of which every byte was synced before it counted. All calls block:
they are for threads.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from trifocal_cloud import media

BYTES, ABOUT, ASIDE = ".part", ".json", ".new"
BLOCK_BYTES = 2**20

_sync_data = getattr(os, "fdatasync", os.fsync)


@dataclass
class About:
    """What is known of an upload. `expires_at` is epoch ms; `answer` is what the whole was answered with."""

    upload_id: str
    user: str
    length: int
    expires_at: int
    metadata: dict[str, Any]
    answer: dict[str, Any] = field(default_factory=dict)


class PartialFiles:
    """The files in one folder. Everything raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> Iterator[tuple[About, int]]:
        """Every upload that is here, and how many bytes of it; litter is removed on the way."""
        for path in sorted(self._folder.iterdir()):
            if path.suffix == ABOUT and (about := _read(path)) is not None:
                if about.answer:
                    self.drop_bytes(about.upload_id)
                yield about, self._settled(about.upload_id)
            elif path.suffix != BYTES or not path.with_suffix(ABOUT).exists():
                path.unlink(missing_ok=True)

    def keep(self, about: About) -> None:
        """What is known is durable when this returns, and so is that there is such an upload."""
        aside = self._path(about.upload_id, ASIDE)
        with aside.open("w", encoding="utf-8") as file:
            json.dump(asdict(about), file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._path(about.upload_id, ABOUT))
        if os.name == "posix":
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def write(self, upload_id: str, data: bytes, offset: int) -> None:
        """These bytes are at their place, and durable when this returns."""
        with self._path(upload_id, BYTES).open("r+b" if offset else "wb") as file:
            file.seek(offset)
            file.write(data)
            file.flush()
            _sync_data(file.fileno())

    def cut(self, upload_id: str, size: int) -> None:
        """The bytes from there on are not there."""
        with contextlib.suppress(FileNotFoundError):
            os.truncate(self._path(upload_id, BYTES), size)

    def looked_at(self, upload_id: str) -> tuple[str, str]:
        """The sha256 of the bytes, and what type they are; empty when that is none that is taken in."""
        sha256 = hashlib.sha256()
        with self.path(upload_id).open("rb") as file:
            head = file.read(media.HEAD_BYTES)
            file.seek(0)
            while block := file.read(BLOCK_BYTES):
                sha256.update(block)
        return sha256.hexdigest(), media.sniff(head) or ""

    def path(self, upload_id: str) -> Path:
        """Where the bytes are."""
        return self._path(upload_id, BYTES)

    def drop_bytes(self, upload_id: str) -> None:
        """They are elsewhere by now."""
        self._path(upload_id, BYTES).unlink(missing_ok=True)

    def remove(self, upload_id: str) -> None:
        """Nothing of it is left: first what tells of it, for bytes alone are litter."""
        for ending in (ABOUT, BYTES):
            self._path(upload_id, ending).unlink(missing_ok=True)

    def _settled(self, upload_id: str) -> int:
        """How many bytes are there; what the last run wrote and did not sync is durable or gone after this."""
        try:
            with self._path(upload_id, BYTES).open("r+b") as file:
                os.fsync(file.fileno())
                return file.seek(0, os.SEEK_END)
        except FileNotFoundError:
            return 0

    def _path(self, upload_id: str, ending: str) -> Path:
        return self._folder / (upload_id + ending)


def _read(path: Path) -> About | None:
    try:
        about = About(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return about if about.upload_id == path.stem else None
