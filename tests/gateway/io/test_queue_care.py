import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from tinydb.table import Document

from trifocal_gateway.errors import StorageLocked
from trifocal_gateway.io.journal import JournalDB
from trifocal_gateway.io.queue_care import QueueCare, looked_at
from trifocal_gateway.io.spool import Spool, safe_name
from trifocal_gateway.queue_entry import DEAD, QUEUED, Entry, QueuedPhoto


def photo(number: int, media_type: str = "photo") -> QueuedPhoto:
    data = b"picture %d" % number
    return QueuedPhoto(f"local_{number}", hashlib.sha256(data).hexdigest(), len(data), media_type)


def laid(folder: Path) -> JournalDB:
    """One photo that waits, one that is dead, a dead video, and a row that makes no sense; their bytes in the spool."""
    db = JournalDB(folder / "queue.json")
    entries = [
        Entry(1, photo(1)),
        Entry(2, photo(2), DEAD, 3, "not_an_image"),
        Entry(3, photo(3, "video"), DEAD, 1, "too_large"),
    ]
    for entry in entries:
        db.upsert(Document(entry.row(), entry.sequence))
        name = safe_name(entry.photo.request_id)
        (folder / "spool").mkdir(exist_ok=True)
        (folder / "spool" / f"{name}.whole").write_bytes(b"picture %d" % entry.sequence)
        (folder / "spool" / f"{name}.json").write_text(json.dumps(asdict(entry.photo)))
    db.upsert(Document({"request_id": 7}, 4))
    return db


def names(entries: list[Entry]) -> list[str]:
    return [entry.photo.request_id for entry in entries]


ALL = ["local_1", "local_2", "local_3", "malformed-4"]


def test_a_gateway_at_work_can_be_looked_at(tmp_path: Path) -> None:
    db = laid(tmp_path)
    assert names(looked_at(tmp_path)) == ALL
    db.storage.compact()  # type: ignore[attr-defined]
    assert names(looked_at(tmp_path)) == ALL
    db.remove(doc_ids=[1])
    found = looked_at(tmp_path)
    assert names(found) == ALL[1:]
    assert (found[0].state, found[0].attempts, found[0].reason) == (DEAD, 3, "not_an_image")
    with pytest.raises(StorageLocked):
        QueueCare(tmp_path)
    db.close()


def test_nothing_there_is_an_empty_queue(tmp_path: Path) -> None:
    assert looked_at(tmp_path / "nowhere") == []
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("torn", [b"00000000 5 what", b"\xff\xff", b"12345678 ff []\n"])
def test_a_torn_log_is_read_as_far_as_it_says_something(tmp_path: Path, torn: bytes) -> None:
    laid(tmp_path).close()
    log = tmp_path / "queue.json.log"
    log.write_bytes(log.read_bytes().rstrip(b"\0") + torn)
    before = log.read_bytes()
    assert names(looked_at(tmp_path)) == ALL
    assert log.read_bytes() == before


def test_what_is_tried_again_is_as_new(tmp_path: Path) -> None:
    laid(tmp_path).close()
    care = QueueCare(tmp_path)
    assert names(care.retry(care.chosen((), dead=True))) == ["local_2", "local_3"]
    care.close()
    found = {entry.photo.request_id: entry for entry in looked_at(tmp_path)}
    assert found["local_2"] == Entry(2, photo(2), QUEUED)
    assert found["local_3"] == Entry(3, photo(3, "video"), QUEUED)
    assert found["malformed-4"].state == DEAD


def test_what_is_dropped_is_gone_with_its_bytes(tmp_path: Path) -> None:
    laid(tmp_path).close()
    care = QueueCare(tmp_path)
    care.drop(care.chosen(["local_2", "malformed-4"], dead=False))
    assert names(care.entries()) == ["local_1", "local_3"]
    care.close()
    assert Spool(tmp_path / "spool").recover({"local_1", "local_3"}) == []
    left = {path.stem for path in (tmp_path / "spool").iterdir()}
    assert left == {safe_name("local_1"), safe_name("local_3")}


def test_what_is_exported_stays(tmp_path: Path) -> None:
    laid(tmp_path).close()
    Spool(tmp_path / "spool").path("local_2").unlink()
    care = QueueCare(tmp_path)
    copies = list(care.export(care.entries(), tmp_path / "out" / "side"))
    care.close()
    assert [path.suffix for path in copies] == [".jpg", ".mp4"]
    assert [path.read_bytes() for path in copies] == [b"picture 1", b"picture 3"]
    assert names(looked_at(tmp_path)) == ALL


def test_who_is_not_here_is_said(tmp_path: Path) -> None:
    laid(tmp_path).close()
    care = QueueCare(tmp_path)
    with pytest.raises(KeyError, match="local_9"):
        care.chosen(["local_1", "local_9"], dead=False)
    care.close()
