"""A queue at work in a process of its own, which is killed at random instants; then what is left is compared.

The child says what it is about to do, does it, and says that it was acknowledged. After the kill the queue must hold
what was acknowledged; of the one operation that was under way, either outcome is right.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from tinydb import TinyDB

from trifocal_gateway.io.journal import JournalDB
from trifocal_tools.bench.queue_stores import TinyStore

JOURNAL, STOCK = "journal", "stock"

BACKLOG = 100
LONGEST_LIFE_S = 0.4
"""After the child began to work."""


def opened(kind: str, path: Path) -> TinyDB:
    """The queue's database. Raises ValueError when stock TinyDB cannot read its own file."""
    return JournalDB(path) if kind == JOURNAL else TinyDB(path)


def killed(kind: str, folder: Path, times: int, seed: int = 1) -> dict[str, int]:
    """After how many of so many kills the queue was unreadable, or did not hold what was acknowledged."""
    chance = random.Random(seed)  # noqa: S311 - instants, not secrets
    path = folder / f"killed-{kind}.json"
    found = {"unreadable": 0, "acknowledged lost": 0, "removed come back": 0}
    for _ in range(times):
        said = work_until_killed(kind, path, chance.uniform(0, LONGEST_LIFE_S))
        try:
            with opened(kind, path) as database:
                held = {document.doc_id for document in database}
        except ValueError:
            found["unreadable"] += 1
            path.unlink()
            continue
        sure, gone = acknowledged(said)
        found["acknowledged lost"] += not sure <= held
        found["removed come back"] += bool(gone & held)
    return found


def work_until_killed(kind: str, path: Path, life_s: float) -> list[str]:
    """Run a child on the queue, kill it `life_s` after its first word; everything it said."""
    command = [sys.executable, "-m", "trifocal_tools.bench.queue_kills", kind, str(path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    pipe = child.stdout.fileno()
    said = b""
    end = time.monotonic() + 30
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([pipe], [], [], left)
        piece = os.read(pipe, 65_536) if ready else b""
        if ready and not piece:
            break
        if piece and not said:
            end = time.monotonic() + life_s
        said += piece
    os.kill(child.pid, signal.SIGKILL)
    said += child.stdout.read()
    child.wait()
    child.stdout.close()
    return [line for line in said.decode().split("\n")[:-1] if line]


def acknowledged(said: list[str]) -> tuple[set[int], set[int]]:
    """Which ids must be in the queue, and which must not; the one that was being worked on is in neither."""
    sure: set[int] = set()
    gone: set[int] = set()
    for line in said:
        verb, number = json.loads(line)
        if verb == "there":
            sure.add(number)
        elif verb == "removing":
            sure.discard(number)
        else:
            gone.add(number)
    return sure, gone


def main(kind: str, path: str) -> None:
    """Insert, update and remove until killed; say what was acknowledged."""
    database = opened(kind, Path(path))
    store = TinyStore(database)

    def say(verb: str, number: int) -> None:
        os.write(1, (json.dumps([verb, number]) + "\n").encode())

    for document in database:
        say("there", document.doc_id)
    while True:
        number = database.insert({"filling": "x" * 250, "state": "queued"})
        say("there", number)
        store = store if len(database) < BACKLOG else TinyStore(database)
        if len(database) >= BACKLOG:
            oldest = min(document.doc_id for document in database)
            store.update()
            say("removing", oldest)
            store.remove()
            say("gone", oldest)


if __name__ == "__main__":
    main(*sys.argv[1:])
