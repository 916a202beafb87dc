"""The data directory: made private, owned by one `up` at a time, and what `up` leaves in it for the client commands."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.settings import UP_FILE

PARTS = ("cloud", "gateway", "glasses")
"""Each has a folder of its own there, and one process at a time that may write in it."""


@contextlib.contextmanager
def owned(folder: Path, *parts: str) -> Iterator[Path]:
    """Make the folder and hold these parts of it until the block ends.

    Raises Failure(MISSING) when it cannot be written or another process holds one of them.
    """
    with contextlib.ExitStack() as held:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for part in parts:
                _hold(held.enter_context((folder / f"{part}.lock").open("a+")), folder, part)
        except OSError as error:
            hint = "name another folder with --data-dir"
            raise Failure(
                f"{folder} cannot be written: {error.strerror}", failure.MISSING, "data_dir_unwritable", hint
            ) from error
        yield folder.resolve()


def _hold(lock: TextIO, folder: Path, part: str) -> None:
    if not _lock(lock.fileno()):
        lock.seek(0)
        holder = lock.read().strip()
        hint = "stop that one, or give this one its own folder with --data-dir"
        raise Failure(
            f"the {part} in {folder} is run by another process ({holder})", failure.MISSING, "data_dir_busy", hint
        )
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()


def _lock(descriptor: int) -> bool:
    """Whether the file is ours now; the system takes the lock away when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows: msvcrt locks bytes instead of files
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def announced(folder: Path, what: dict[str, object]) -> Iterator[None]:
    """Leave `up.json` in the folder while the block runs, readable by its owner alone."""
    path = folder / UP_FILE
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(what, file)
    aside.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
