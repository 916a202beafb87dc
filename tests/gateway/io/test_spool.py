import errno
import hashlib
import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_gateway.errors import CorruptPhoto, StorageError, StorageFull
from trifocal_gateway.io.disk import Disk
from trifocal_gateway.io.spool import MOST_PARTS, SPARE_BYTES, Spool, safe_name
from trifocal_gateway.queue_entry import QueuedPhoto
from trifocal_gateway.testing import MemoryDisk, PowerCut
from trifocal_shared.messages import FileAnnounce

DATA = bytes(range(256)) * 10


def announce(request_id: str = "local_1", data: bytes = DATA, file_name: str = "P000000001.jpg") -> FileAnnounce:
    digest = hashlib.sha256(data).hexdigest()
    return FileAnnounce(
        file_name=file_name, request_id=request_id, size=len(data), sha256=digest, press_id="boot-1", timestamp=5
    )


def receive(spool: Spool, message: FileAnnounce, data: bytes = DATA, begin: int = 0) -> None:
    for offset in range(begin, len(data), 400):
        spool.write(message.file_name, offset, data[offset : offset + 400])


@pytest.fixture(params=[Disk, MemoryDisk])
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", request.param())


def test_a_photo_is_whole_after_its_bytes_came_and_were_verified(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    message = announce()
    assert spool.part(message) == 0
    receive(spool, message)
    photo = spool.finish(message, 1_700)
    assert photo == QueuedPhoto("local_1", message.sha256, len(DATA), "photo", "boot-1", 1_700)
    assert spool.path("local_1").read_bytes() == DATA
    assert spool.recover({"local_1"}) == []
    assert spool.path("local_1").exists()
    spool.remove("local_1")
    assert list((tmp_path / "spool").iterdir()) == []


def test_nobody_else_may_read_photos(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.part(announce())
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0


def test_a_part_goes_on_where_it_was_also_after_a_restart(tmp_path: Path) -> None:
    message = announce()
    spool = Spool(tmp_path)
    spool.part(message)
    receive(spool, message, DATA[:1200])
    spool.close()
    again = Spool(tmp_path)
    again.recover(set())
    assert again.part(message) == 1200
    receive(again, message, begin=1200)
    assert again.finish(message, 0).size == len(DATA)


def test_a_part_of_other_bytes_is_not_continued(spool: Spool) -> None:
    spool.part(announce(data=b"other"))
    spool.write("P000000001.jpg", 0, b"oth")
    assert spool.part(announce()) == 0


def test_bytes_that_are_not_what_was_announced_are_dropped(spool: Spool) -> None:
    message = announce()
    spool.part(message)
    receive(spool, message, b"?" + DATA[1:])
    with pytest.raises(CorruptPhoto):
        spool.finish(message, 0)
    assert spool.part(message) == 0
    assert spool.recover(set()) == []


def test_a_part_that_is_too_short_or_too_long_is_corrupt(spool: Spool) -> None:
    for data in (DATA[:-1], DATA + b"!", b""):
        message = announce()
        spool.part(message)
        receive(spool, message, data)
        with pytest.raises(CorruptPhoto):
            spool.finish(message, 0)


def test_without_room_nothing_is_begun(tmp_path: Path) -> None:
    disk = MemoryDisk()
    disk.free = SPARE_BYTES + len(DATA) - 1
    spool = Spool(tmp_path, disk)
    with pytest.raises(StorageFull):
        spool.part(announce())
    assert disk.names(tmp_path) == []


@pytest.mark.parametrize("operation", ["write", "sync", "rename", "sync_folder", "open"])
def test_a_full_disk_is_a_typed_error_and_leaves_no_part(tmp_path: Path, operation: str) -> None:
    disk = MemoryDisk()
    spool = Spool(tmp_path, disk)
    first, second = announce("local_1"), announce("local_2", b"second" * 99, "P000000002.jpg")
    spool.part(first)
    receive(spool, first)
    spool.finish(first, 0)
    spool.part(second)
    disk.fault = lambda what, _: errno.ENOSPC if what == operation else None

    def go_on() -> None:
        receive(spool, second, b"second" * 99)
        spool.finish(second, 0)

    with pytest.raises(StorageFull):
        go_on()
    disk.fault = lambda *_: None
    assert not [name for name in disk.names(tmp_path) if name.endswith(".part")]
    assert [photo.request_id for photo in Spool(tmp_path, disk).recover(set())][:1] == ["local_1"]


def test_what_was_not_opened_cannot_be_written_or_finished(spool: Spool) -> None:
    with pytest.raises(StorageError):
        spool.write("P1", 0, b"x")
    with pytest.raises(StorageError):
        spool.finish(announce(), 0)
    spool.drop("P1")


def test_a_folder_that_cannot_be_made_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        Spool(tmp_path / "file" / "spool")


def test_on_start_whole_photos_without_a_row_are_found_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in (1, 2):
        message = announce(f"local_{number}")
        spool.part(message)
        receive(spool, message)
        spool.finish(message, 7)
    (found,) = Spool(tmp_path).recover({"local_2"})
    assert (found.request_id, found.press_id, found.timestamp) == ("local_1", "boot-1", 7)
    assert Spool(tmp_path).path("local_1").exists()


def test_on_start_litter_is_removed_and_nothing_else(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    message = announce()
    spool.part(message)
    receive(spool, message)
    spool.finish(message, 0)
    for number in range(MOST_PARTS + 2):
        spool.part(announce(f"local_{number + 5}", file_name=f"P{number}"))
    (tmp_path / "stray.json").write_text("{}")
    (tmp_path / "stray.whole").write_text("bytes that nobody acknowledged")
    (tmp_path / "README").write_text("not ours")
    assert Spool(tmp_path).recover({"local_1"}) == []
    names = sorted(path.suffix for path in tmp_path.iterdir())
    assert names == ["", ".json"] + [".part"] * MOST_PARTS + [".whole"]


@pytest.mark.parametrize("note", [b"", b"[]", b"{", b'{"request_id": 3}', b'{"request_id": "other", "sha256": ""}'])
def test_a_whole_file_whose_note_makes_no_sense_is_not_queued(tmp_path: Path, note: bytes) -> None:
    spool = Spool(tmp_path)
    message = announce()
    spool.part(message)
    receive(spool, message)
    spool.finish(message, 0)
    spool.path("local_1").with_suffix(".json").write_bytes(note)
    assert Spool(tmp_path).recover(set()) == []


def test_a_whole_file_that_has_rotted_is_not_queued(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    message = announce()
    spool.part(message)
    receive(spool, message)
    spool.finish(message, 0)
    spool.path("local_1").write_bytes(b"?" + DATA[1:])
    assert Spool(tmp_path).recover(set()) == []


TRICKS = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "a\0b",
    "CON",
    "x" * 5000,
    "ü\ud800",
    "~",
    "-rf",
]


@pytest.mark.parametrize("request_id", TRICKS)
def test_no_request_id_becomes_a_path(tmp_path: Path, request_id: str) -> None:
    path = Spool(tmp_path).path(request_id)
    assert path.resolve().parent == tmp_path.resolve()
    assert len(path.name) < 100
    assert path.name.isascii()


@given(st.lists(st.text(max_size=60), min_size=2, max_size=20, unique=True))
def test_different_ids_have_different_names(ids: list[str]) -> None:
    names = {safe_name(request_id).lower() for request_id in ids}
    assert len(names) == len(ids)


def test_a_power_cut_at_any_step_leaves_the_photo_whole_or_on_the_glasses(tmp_path: Path) -> None:
    message = announce()

    def run(disk: MemoryDisk) -> bool:
        spool = Spool(tmp_path, disk)
        spool.recover(set())
        spool.part(message)
        receive(spool, message)
        spool.finish(message, 0)
        return True

    rehearsal = MemoryDisk()
    run(rehearsal)
    for cut in range(1, rehearsal.steps + 2):
        disk = MemoryDisk(cut)
        acknowledged = False
        with suppress(PowerCut):
            acknowledged = run(disk)
        disk.restore(random.Random(cut))
        found = Spool(tmp_path, disk).recover(set())
        assert [photo.request_id for photo in found] == ["local_1"] or not acknowledged
        for photo in found:
            assert disk.read(Spool(tmp_path, disk).path(photo.request_id)) == DATA
        again = MemoryDisk()
        again.__dict__.update(disk.__dict__)
        assert run(again)


def test_a_photo_that_cannot_be_removed_is_a_typed_error(tmp_path: Path) -> None:
    disk = MemoryDisk()
    spool = Spool(tmp_path, disk)
    disk.fault = lambda what, _: errno.EIO if what == "remove" else None
    with pytest.raises(StorageError):
        spool.remove("local_1")
    disk.fault = lambda what, _: errno.EIO if what == "names" else None
    with pytest.raises(StorageError):
        spool.recover(set())
