import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tinydb.table import Document

from trifocal_gateway.io.journal import JournalDB
from trifocal_gateway.io.spool import Spool
from trifocal_gateway.queue_entry import DEAD, Entry, QueuedPhoto
from trifocal_tools import failure

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def db(tmp_path: Path) -> JournalDB:
    """A queue with a photo that waits and a dead one."""
    made = JournalDB(tmp_path / "gateway" / "queue.json")
    for entry in (
        Entry(1, QueuedPhoto("local_1", "0" * 64, 10)),
        Entry(2, QueuedPhoto("local_2", "1" * 64, 20), DEAD, 2, "not_an_image"),
    ):
        made.upsert(Document(entry.row(), entry.sequence))
    whole = Spool(tmp_path / "gateway" / "spool").path("local_2")
    whole.write_bytes(b"no picture")
    return made


def test_the_queue_is_shown_beside_its_gateway(tmp_path: Path, trifocal: Run, db: JournalDB) -> None:
    code, out, _ = trifocal("queue", "list", "--json", "--data-dir", str(tmp_path))
    said = json.loads(out)
    assert code == failure.OK
    assert said["summary"] == {"queued": 1, "uploading": 0, "failed": 0, "dead": 1, "bytes": 30}
    assert [(one["requestId"], one["state"], one["reason"]) for one in said["entries"]] == [
        ("local_1", "queued", ""),
        ("local_2", "dead", "not_an_image"),
    ]
    out = trifocal("queue", "list", "--dead", "--data-dir", str(tmp_path))[1]
    assert out == ("local_2  photo  20 bytes  dead  not_an_image, tried 2 times\n2 queued, 1 of them dead\n")
    db.close()


def test_nothing_is_changed_beside_a_gateway(tmp_path: Path, trifocal: Run, db: JournalDB) -> None:
    for verb in ("retry", "drop", "export"):
        code, out, _ = trifocal("queue", verb, "--dead", "--json", "--data-dir", str(tmp_path))
        assert (code, json.loads(out)["error"]) == (failure.MISSING, "gateway_runs")
    db.close()


def test_the_dead_are_rescued_tried_again_and_dropped(tmp_path: Path, trifocal: Run, db: JournalDB) -> None:
    db.close()
    where = ("--json", "--data-dir", str(tmp_path))
    rescued = tmp_path / "rescued"
    (copy,) = json.loads(trifocal("queue", "export", "--dead", "--to", str(rescued), *where)[1])["exported"]
    assert Path(copy).read_bytes() == b"no picture"
    assert json.loads(trifocal("queue", "retry", "local_2", *where)[1]) == {"retried": ["local_2"]}
    assert json.loads(trifocal("queue", "list", "--dead", *where)[1])["entries"] == []
    assert json.loads(trifocal("queue", "drop", "local_2", *where)[1]) == {"dropped": ["local_2"]}
    assert trifocal("queue", "drop", "local_1", "--data-dir", str(tmp_path))[1] == "local_1\n1 dropped\n"
    assert json.loads(trifocal("queue", "list", *where)[1])["entries"] == []


def test_what_is_not_there_is_said(tmp_path: Path, trifocal: Run, db: JournalDB) -> None:
    db.close()
    where = ("--json", "--data-dir", str(tmp_path))
    code, out, _ = trifocal("queue", "drop", "local_9", *where)
    assert (code, json.loads(out)["error"]) == (failure.FAILED, "not_found")
    assert trifocal("queue", "drop", *where)[0] == failure.USAGE
    code, out, _ = trifocal("queue", "retry", "--dead", "--json", "--data-dir", str(tmp_path / "else"))
    assert (code, json.loads(out)["error"]) == (failure.MISSING, "no_queue")
    assert json.loads(trifocal("queue", "list", "--json", "--data-dir", str(tmp_path / "else"))[1])["entries"] == []
