"""Power cuts at every step, and `kill -9` at random ones."""

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from trifocal_gateway.io.journal import JournalDB
from trifocal_gateway.testing import MemoryDisk, PowerCut, content, opened, storage

CHILD = Path(__file__).with_name("journal_child.py")


def work(db: JournalDB, acked: list[dict[int, dict[str, Any]]]) -> None:
    """Insert, update, remove and group; after each acknowledgement note the state."""
    ids: list[int] = []
    for n in range(14):
        ids.append(db.insert({"n": n, "text": "x" * (n * 37 % 400)}))
        acked.append(content(db))
        db.update({"state": "uploading"}, doc_ids=[ids[n // 2]])
        acked.append(content(db))
        if n % 3 == 2:
            with storage(db).transaction():
                db.remove(doc_ids=[ids[n // 3]])
                db.update({"state": "queued"}, doc_ids=ids[-2:])
            acked.append(content(db))


@pytest.mark.parametrize("compact_bytes", [10**6, 700])
def test_a_power_cut_at_any_step_loses_nothing_acknowledged(tmp_path: Path, compact_bytes: int) -> None:
    states: list[dict[int, dict[str, Any]]] = []
    rehearsal = MemoryDisk()
    with opened(tmp_path, rehearsal, compact_bytes=compact_bytes) as db:
        begin = rehearsal.steps
        work(db, states)
        steps = rehearsal.steps
    for cut in range(begin, steps + 1):
        acked: list[dict[int, dict[str, Any]]] = [{}]
        disk = MemoryDisk()
        db = opened(tmp_path, disk, compact_bytes=compact_bytes)
        disk.cut_at = cut
        with suppress(PowerCut):
            work(db, acked)
        storage(db)._lock.release()
        disk.restore(random.Random(cut))
        with opened(tmp_path, disk) as again:
            allowed = [acked[-1], states[len(acked) - 1] if len(acked) <= len(states) else acked[-1]]
            assert content(again) in allowed, cut
            assert storage(again).recovery.quarantined == [], cut
            again.insert({"goes": "on"})


def test_a_power_cut_while_recovering_changes_nothing(tmp_path: Path) -> None:
    disk = MemoryDisk()
    db = opened(tmp_path, disk)
    for n in range(5):
        db.insert({"n": n})
    expected = content(db)
    storage(db)._lock.release()
    for cut in range(1, 60):
        disk.restore(random.Random(cut))
        disk.steps, disk.cut_at = 0, cut
        with suppress(PowerCut):
            db = opened(tmp_path, disk, compact_bytes=1)
            try:
                storage(db).compact()
            finally:
                storage(db)._lock.release()
        disk.restore(random.Random(cut))
        db = opened(tmp_path, disk)
        assert content(db) == expected
        storage(db)._lock.release()


def test_kill_minus_nine_at_random_moments_loses_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(9)
    held: dict[str, str] = {}
    for _ in range(15):
        child = subprocess.Popen(
            [sys.executable, str(CHILD), str(tmp_path / "queue.json")], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(chance.randrange(1, 60)):
            acknowledge(child.stdout.readline(), held)
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read()
        child.wait()
        child.stdout.close()
        for line in rest.splitlines(keepends=True):
            acknowledge(line, held)
        with opened(tmp_path) as db:
            found = {document["key"]: document["value"] for document in db}
            assert storage(db).recovery.quarantined == []
        # One operation may have become durable without its word getting out.
        assert len(set(held.items()) ^ set(found.items())) <= 2
        assert len(set(held) ^ set(found)) <= 1
        held = found


def acknowledge(line: str, held: dict[str, str]) -> None:
    if not line.endswith("\n"):
        return
    verb, key, value = line.split()
    if verb == "set":
        held[key] = value
    else:
        held.pop(key, None)
