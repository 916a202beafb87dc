"""Recorder: the films of one stream on a disk, written by threads, so that a slow disk holds nobody up.

Films are `NAME-1.mp4`, `NAME-2.mp4`, … once they are finished; until then they end in `.part`. What was written is
durable every second or so. After a crash `recover` finishes what it finds, up to the last fragment that is whole; after
a write that failed the same is done at once.
"""

import asyncio
import contextlib
import os
from pathlib import Path

import structlog

from trifocal_cloud.live.packager import Made
from trifocal_cloud.live.recording import Recording, Survey

WRITE_BYTES = 128 * 1024
"""So much is gathered before it is written."""
MOST_WAITING_BYTES = 32 * 2**20
"""A disk that is further behind than this has failed."""
PART = ".part"

log = structlog.get_logger("trifocal.recorder")


class Recorder:
    """Parts in, files out. `failed` says why nothing more is recorded."""

    def __init__(self, folder: Path, name: str) -> None:
        self.failed = ""
        self.files: list[Path] = []
        """Films that are finished."""
        self._folder = folder
        self._name = name
        self._recording = Recording()
        self._number = 1
        self._written = 0
        self._waiting = 0
        self._broken = False
        """Whether a write has failed: nothing may follow the gap that it left."""
        self._jobs: asyncio.Queue[tuple[int, list[bytes | memoryview], bool]] = asyncio.Queue()
        self._worker = asyncio.create_task(self._work())

    def add(self, made: Made) -> None:
        """A part was made."""
        if self.failed:
            return
        recording = self._recording
        recording.add(made)
        if recording.over:
            self._hand_over(finished=True)
            self._recording = recording = Recording()
            self._number += 1
            self._written = 0
            recording.add(made)
        if recording.bytes - self._written >= WRITE_BYTES:
            self._hand_over(finished=False)

    async def finish(self) -> list[Path]:
        """Nothing more is recorded; the films, once they are durable under their names."""
        self._hand_over(finished=True)
        await self._jobs.join()
        self._worker.cancel()
        await asyncio.wait([self._worker])
        return self.files

    def _hand_over(self, finished: bool) -> None:
        size = self._recording.bytes - self._written
        self._written = self._recording.bytes
        self._waiting += size
        if self._waiting > MOST_WAITING_BYTES and not self.failed:
            self._fail("the disk is too slow")
        self._jobs.put_nowait((self._number, self._recording.data_to_write(), finished))

    async def _work(self) -> None:
        while True:
            number, data, finished = await self._jobs.get()
            path = self._folder / f"{self._name}-{number}.mp4{PART}"
            try:
                if not self._broken and (data or path.exists()):
                    await asyncio.to_thread(_write, path, data, finished)
                    if finished:
                        self.files.append(path.with_suffix(""))
            except OSError as error:
                self._broken = True
                self._fail(str(error))
                with contextlib.suppress(OSError):
                    self.files += await asyncio.to_thread(_finished, path)
            finally:
                self._waiting -= sum(map(len, data))
                self._jobs.task_done()

    def _fail(self, why: str) -> None:
        self.failed = why
        log.error("recording has stopped", stream=self._name, reason=why)


def recover(folder: Path) -> list[Path]:
    """Finish the films that a crash left unfinished; those of which nothing can be played are removed."""
    return [film for path in sorted(folder.glob(f"*.mp4{PART}")) for film in _finished(path)]


def _finished(path: Path) -> list[Path]:
    """The film as far as it is whole, if any of it is."""
    whole = _surveyed(path)
    if whole == 0:
        path.unlink()
        return []
    os.truncate(path, whole)
    _write(path, [], True)
    return [path.with_suffix("")]


def _surveyed(path: Path) -> int:
    survey = Survey(path.stat().st_size)
    with path.open("rb") as file:
        while survey.at is not None:
            file.seek(survey.at)
            survey.head(file.read(8))
    return survey.whole


def _write(path: Path, data: list[bytes | memoryview], finished: bool) -> None:
    with path.open("ab") as file:
        file.writelines(data)
        file.flush()
        os.fsync(file.fileno())
    if finished:
        path.replace(path.with_suffix(""))
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
