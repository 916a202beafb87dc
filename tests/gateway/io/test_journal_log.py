import errno
from pathlib import Path

import pytest

from trifocal_gateway.errors import StorageError, StorageFull
from trifocal_gateway.io.disk import write_whole
from trifocal_gateway.io.journal_log import ROOM_BYTES, Log, Scan
from trifocal_gateway.testing import MemoryDisk

PATH = Path("/queue/log")
BODIES = [b'[["_default","1",{"n":1}]]', b"[]", b"x" * 900, b'["last"]']


def written(bodies: list[bytes]) -> tuple[MemoryDisk, Log]:
    disk = MemoryDisk()
    log = Log(PATH, Scan(b""), disk)
    for body in bodies:
        log.append(body)
    return disk, log


def test_lines_are_read_again_in_order() -> None:
    disk, log = written(BODIES)
    scan = Scan(disk.read(PATH))
    assert scan.bodies == BODIES
    assert scan.end == log.end
    assert not scan.damaged
    assert not scan.torn_bytes


def test_zeros_lie_ahead_so_that_an_append_changes_no_size() -> None:
    disk, log = written(BODIES)
    size = len(disk.read(PATH))
    assert size == ROOM_BYTES
    log.append(b"one more")
    assert len(disk.read(PATH)) == size


def test_room_is_made_for_a_line_longer_than_all_the_room() -> None:
    body = b"y" * (2 * ROOM_BYTES)
    disk, log = written([*BODIES, body])
    log.append(b"after")
    assert Scan(disk.read(PATH)).bodies == [*BODIES, body, b"after"]


@pytest.mark.parametrize("cut", range(1, 20, 3))
def test_a_torn_last_line_is_wiped_and_lines_go_on_in_its_place(cut: int) -> None:
    disk, log = written(BODIES)
    data = disk.read(PATH)[: log.end - cut]
    scan = Scan(data)
    assert scan.bodies == BODIES[:-1]
    assert not scan.damaged
    write_whole(disk, PATH, data)
    again = Log(PATH, scan, disk)
    again.append(b"new")
    assert Scan(disk.read(PATH)).bodies == [*BODIES[:-1], b"new"]
    assert Scan(disk.read(PATH)).torn_bytes == 0


def test_a_last_line_whose_beginning_is_missing_is_torn_too() -> None:
    disk, log = written(BODIES)
    data = bytearray(disk.read(PATH)[: log.end])
    data[-20:-10] = bytes(10)
    scan = Scan(bytes(data))
    assert scan.bodies == BODIES[:-1]
    assert scan.torn_bytes
    assert not scan.damaged


def test_every_damaged_byte_before_the_last_line_costs_that_line_only() -> None:
    disk, log = written(BODIES)
    whole = disk.read(PATH)[: log.end]
    last = len(whole) - len(BODIES[-1]) - 12
    for at in range(last):
        data = bytearray(whole)
        data[at] ^= 0x55
        scan = Scan(bytes(data))
        assert scan.damaged, at
        assert len(scan.bodies) == len(BODIES) - 1, at
        assert all(body in BODIES for body in scan.bodies)


def test_a_page_of_zeros_in_the_middle_is_not_taken_for_the_end() -> None:
    disk, log = written(BODIES)
    data = bytearray(disk.read(PATH))
    data[100:600] = bytes(500)
    scan = Scan(bytes(data))
    assert scan.bodies == [*BODIES[:2], BODIES[3]]
    assert len(scan.damaged) == 1
    assert scan.end == log.end


def test_several_unreadable_lines_at_the_end_are_damage_not_a_torn_line() -> None:
    disk, log = written([b"one", b"two", b"three"])
    data = bytearray(disk.read(PATH)[: log.end])
    first = data.index(b"\n") + 1
    data[first] = data[first + 16] = ord("?")
    scan = Scan(bytes(data))
    assert scan.bodies == [b"one"]
    assert scan.damaged
    assert scan.torn_bytes


def test_what_looks_like_a_line_inside_a_body_is_not_one() -> None:
    inner = written([b"evil"])[0].read(PATH).rstrip(b"\0\n")
    disk, log = written([b'["' + inner + b'"]', b"good"])
    scan = Scan(disk.read(PATH)[: log.end])
    assert scan.bodies == [b'["' + inner + b'"]', b"good"]


def test_a_full_disk_is_noticed_before_anything_is_written() -> None:
    disk, log = written(BODIES)
    disk.fault = lambda operation, _: errno.ENOSPC if operation == "write" else None
    with pytest.raises(StorageFull):
        log.append(b"z" * ROOM_BYTES)
    disk.fault = lambda *_: None
    assert not log.broken
    log.append(b"fits")
    assert Scan(disk.read(PATH)).bodies == [*BODIES, b"fits"]


@pytest.mark.parametrize("operation", ["write", "sync"])
def test_after_an_error_while_writing_the_log_goes_on_only_when_started_anew(operation: str) -> None:
    disk, log = written(BODIES)
    disk.fault = lambda what, _: errno.EIO if what == operation else None
    with pytest.raises(StorageError):
        log.append(b"lost")
    disk.fault = lambda *_: None
    with pytest.raises(StorageError, match="anew"):
        log.append(b"refused")
    log.start_anew()
    log.append(b"new")
    assert Scan(disk.read(PATH)).bodies == [b"new"]


@pytest.mark.parametrize("operation", ["open", "write", "sync", "rename"])
def test_a_log_that_cannot_be_started_anew_stays_as_it_is(operation: str) -> None:
    disk, log = written(BODIES)
    disk.fault = lambda what, _: errno.EIO if what == operation else None
    with pytest.raises(StorageError):
        log.start_anew()
    disk.fault = lambda *_: None
    log.append(b"more")
    assert Scan(disk.read(PATH)).bodies == [*BODIES, b"more"]


def test_a_new_log_whose_name_may_not_be_durable_takes_no_line() -> None:
    disk, log = written(BODIES)
    disk.fault = lambda what, _: errno.EIO if what == "sync_folder" else None
    with pytest.raises(StorageError):
        log.start_anew()
    assert log.broken
    disk.fault = lambda *_: None
    log.start_anew()
    log.append(b"more")
    assert Scan(disk.read(PATH)).bodies == [b"more"]


def test_a_log_that_cannot_be_opened_is_a_typed_error() -> None:
    disk = MemoryDisk()
    disk.fault = lambda what, _: errno.EACCES if what == "open" else None
    with pytest.raises(StorageError):
        Log(PATH, Scan(b""), disk)
    log = Log(PATH, Scan(b""), MemoryDisk())
    log.close()
