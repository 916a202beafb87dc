import errno
from pathlib import Path
from random import Random

import pytest

from trifocal_gateway.io.disk import write_whole
from trifocal_gateway.testing import SECTOR, MemoryDisk, PowerCut

PATH = Path("/queue/log")


def test_what_was_synced_survives_and_the_rest_may_not() -> None:
    outcomes = set()
    for seed in range(20):
        disk = MemoryDisk()
        file = disk.open(PATH)
        disk.write(file, b"a" * SECTOR, 0)
        disk.sync(file)
        disk.sync_folder(PATH.parent)
        disk.write(file, b"b" * SECTOR, SECTOR)
        disk.restore(Random(seed))
        data = disk.read(PATH)
        assert data[:SECTOR] == b"a" * SECTOR
        outcomes.add(data[SECTOR:])
    assert {b"", b"b" * SECTOR} <= outcomes


def test_names_are_durable_only_after_the_folder_was_synced() -> None:
    survived = set()
    for seed in range(20):
        disk = MemoryDisk()
        disk.close(disk.open(PATH))
        disk.restore(Random(seed))
        survived.add(disk.names(PATH.parent) == ["log"])
    assert survived == {True, False}


def test_a_write_under_way_may_be_torn_between_sectors() -> None:
    outcomes = set()
    for seed in range(40):
        disk = MemoryDisk()
        file = disk.open(PATH)
        disk.write(file, bytes(2 * SECTOR), 0)
        disk.sync(file)
        disk.sync_folder(PATH.parent)
        disk.cut_at = disk.steps + 1
        with pytest.raises(PowerCut):
            disk.write(file, b"x" * (2 * SECTOR), 0)
        disk.restore(Random(seed))
        data = disk.read(PATH)
        outcomes.add((data[0], data[SECTOR]))
    assert outcomes == {(0, 0), (0, 120), (120, 0), (120, 120)}


def test_a_fault_fails_the_operation_with_its_errno() -> None:
    disk = MemoryDisk()
    file = disk.open(PATH)
    disk.fault = lambda operation, _: errno.ENOSPC if operation == "write" else None
    with pytest.raises(OSError, match="No space left") as caught:
        disk.write(file, b"x", 0)
    assert caught.value.errno == errno.ENOSPC
    assert disk.read(PATH) == b""


def test_it_keeps_files_like_a_disk() -> None:
    disk = MemoryDisk()
    write_whole(disk, PATH, b"content")
    assert disk.read(PATH) == b"content"
    file = disk.open(PATH)
    disk.write(file, b"!", 9)
    assert disk.read(PATH) == b"content\0\0!"
    disk.close(file)
    disk.close(disk.open(PATH, fresh=True))
    assert disk.read(PATH) == b""
    disk.remove(PATH)
    assert disk.names(PATH.parent) == []
