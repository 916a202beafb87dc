"""Videos as browsers play them: made of what the glasses sent when they are first looked at, and kept beside it.

Glasses without a video encoder send pictures in an AVI, which no browser plays. A process of its own makes an MP4 and a
still of it, one video at a time, within a time limit; the original stays what it was.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

import structlog

from trifocal_cloud.io.blobs import Blobs
from trifocal_cloud.io.tables import PhotoRow

LIMIT_S = 300.0

log = structlog.get_logger()


class UnplayableError(Exception):
    """There is nothing to be seen in this video."""


class Videos:
    """`folder` is for what is being worked on; it is emptied when the cloud starts."""

    def __init__(self, blobs: Blobs, folder: Path, limit_s: float = LIMIT_S) -> None:
        self._blobs = blobs
        self._folder = folder
        self._limit_s = limit_s
        self._turn = asyncio.Semaphore(1)
        folder.mkdir(parents=True, exist_ok=True)
        for litter in folder.iterdir():
            litter.unlink()

    async def make(self, row: PhotoRow, video_key: str, still_key: str) -> None:
        """Keep the MP4 and the JPEG of this video under these keys. Raises UnplayableError, BlobMissingError."""
        paths = [self._folder / f"{row.photo_id}.{part}" for part in ("original", "mp4", "jpg")]
        async with self._turn:
            try:
                await self._fetch(row.blob_key, paths[0])
                await self._run(*paths)
                await self._blobs.put(video_key, paths[1])
                await self._blobs.put(still_key, paths[2])
            finally:
                for path in paths:
                    path.unlink(missing_ok=True)

    async def _fetch(self, key: str, path: Path) -> None:
        pieces = await self._blobs.stream(key)
        with path.open("wb") as file:
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)

    async def _run(self, source: Path, video: Path, still: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "trifocal_cloud.io.transcode",
            str(source),
            str(video),
            str(still),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(self._limit_s):
                _, said = await process.communicate()
        except TimeoutError as error:
            raise UnplayableError("it took too long") from error
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0:
            words = said.decode(errors="replace").strip()[-200:]
            log.info("a video cannot be played", source=source.name, ended=process.returncode, why=words)
            raise UnplayableError(words)
