import os
from pathlib import Path

import pytest

from trifocal_gateway.io import disk as module
from trifocal_gateway.io.disk import Disk, write_whole
from trifocal_gateway.testing import MemoryDisk


@pytest.fixture(params=[Disk, MemoryDisk])
def disk(request: pytest.FixtureRequest) -> Disk:
    made: Disk = request.param()
    return made


def test_bytes_go_where_they_are_put(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = disk.open(path)
    disk.write(file, b"hello", 0)
    disk.write_durably(file, b"J", 0)
    disk.write(file, b"!", 6)
    disk.sync(file)
    disk.close(file)
    assert disk.read(path) == b"Jello\0!"


def test_a_file_that_is_not_there_reads_as_empty_and_may_be_removed(disk: Disk, tmp_path: Path) -> None:
    assert disk.read(tmp_path / "nothing") == b""
    disk.remove(tmp_path / "nothing")


def test_a_rename_takes_the_place_of_what_was_there(disk: Disk, tmp_path: Path) -> None:
    write_whole(disk, tmp_path / "a", b"old")
    write_whole(disk, tmp_path / "b", b"new")
    disk.rename(tmp_path / "b", tmp_path / "a")
    disk.sync_folder(tmp_path)
    assert disk.names(tmp_path) == ["a"]
    assert disk.read(tmp_path / "a") == b"new"


def test_a_file_can_be_begun_anew(disk: Disk, tmp_path: Path) -> None:
    write_whole(disk, tmp_path / "a", b"content")
    disk.close(disk.open(tmp_path / "a", fresh=True))
    assert disk.read(tmp_path / "a") == b""


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    write_whole(Disk(), tmp_path / "a", b"photo")
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


def test_a_short_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, offset: whole(file, bytes(data)[:2], offset))
    disk = Disk()
    file = disk.open(tmp_path / "a")
    disk.write(file, b"seven b", 0)
    disk.close(file)
    assert (tmp_path / "a").read_bytes() == b"seven b"


def test_without_a_write_through_call_it_writes_and_syncs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(module, "_WRITE_THROUGH", 0)
    monkeypatch.setattr(module, "_data_sync", synced.append)
    disk = Disk()
    file = disk.open(tmp_path / "a")
    disk.write_durably(file, b"data", 0)
    disk.close(file)
    assert synced == [file]
    assert (tmp_path / "a").read_bytes() == b"data"
