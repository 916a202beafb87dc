"""The bytes: files under one directory, reached by key, durable once put."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import obstore
from obstore.store import LocalStore

CHUNK_BYTES = 256 * 1024


def thumbnail_key(photo_id: str) -> str:
    """Where the small picture of a photo, or the still of a video, lies."""
    return f"thumbnails/{photo_id}"


def video_key(photo_id: str) -> str:
    """Where a video lies as browsers play it."""
    return f"videos/{photo_id}"


class BlobMissingError(Exception):
    """There are no bytes under this key."""


class Blobs:
    """Keys are slash-separated words of ours, never anything a client said."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder.resolve()
        self._store = LocalStore(prefix=str(self._folder))

    async def put(self, key: str, content: Path | bytes) -> None:
        """Keep these bytes under `key`, replacing what was there; durable on return. Raises OSError (disk full)."""
        await obstore.put_async(self._store, key, content)
        await asyncio.to_thread(self._settle, key)

    async def get(self, key: str) -> bytes:
        """All the bytes under `key`. Raises BlobMissingError."""
        try:
            found = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise BlobMissingError(key) from error
        return bytes(await found.bytes_async())

    async def size(self, key: str) -> int:
        """How many bytes there are under `key`. Raises BlobMissingError."""
        try:
            return int((await obstore.head_async(self._store, key))["size"])
        except FileNotFoundError as error:
            raise BlobMissingError(key) from error

    async def stream(self, key: str, part: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        """The bytes under `key`, or those from the first to before the second place of `part`, in pieces.

        Raises BlobMissingError before the first piece.
        """
        try:
            found = await obstore.get_async(self._store, key, options={"range": part} if part else None)
        except FileNotFoundError as error:
            raise BlobMissingError(key) from error

        async def pieces() -> AsyncIterator[bytes]:
            async for piece in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(piece)

        return pieces()

    async def delete(self, key: str) -> None:
        """Remove the bytes under `key`; nothing happens when there are none."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    def _settle(self, key: str) -> None:
        """The store renames into place but does not fsync: the file, then every directory down to it."""
        path = self._folder / key
        _fsync(path)
        if os.name != "posix":  # Windows cannot open a directory, and writes its entries down by itself
            return
        for folder in path.parents:
            _fsync(folder)
            if folder == self._folder:
                break


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
