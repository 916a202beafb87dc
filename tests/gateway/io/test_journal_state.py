import json
from json import encoder
from pathlib import Path

import pytest

from trifocal_gateway.io.disk import write_whole
from trifocal_gateway.io.journal_log import Log, Scan
from trifocal_gateway.io.journal_state import (
    apply_changes,
    decode_changes,
    difference,
    encode_json,
    normalised,
    recover,
)
from trifocal_gateway.io.journal_table import Change
from trifocal_gateway.io.snapshot import Tables, write_snapshot
from trifocal_gateway.testing import MemoryDisk

SNAPSHOT, LOG = Path("/q/queue.json"), Path("/q/queue.json.log")


def state() -> Tables:
    return {"a": {"1": {"n": 1}, "2": {"n": 2}}, "b": {}}


CHANGES: list[list[Change]] = [
    [["a", "1", {"n": 9}]],
    [["a", "1", None]],
    [["a", "7", None]],
    [["new", "1", {}]],
    [["a", None, {"5": {}}]],
    [["a", None, None]],
    [["a", "1", None], ["a", "1", {"n": 3}], ["new", "1", {}], ["new", None, None], ["b", "1", {"x": []}]],
]


@pytest.mark.parametrize("changes", CHANGES)
def test_changes_can_be_taken_back(changes: list[Change]) -> None:
    tables = state()
    undo = apply_changes(tables, changes)
    apply_changes(tables, undo)
    assert tables == state()


def test_changes_set_remove_replace_and_drop() -> None:
    tables = state()
    apply_changes(tables, [["a", "1", None], ["a", "3", {"n": 3}], ["b", None, None], ["c", None, {"1": {}}]])
    assert tables == {"a": {"2": {"n": 2}, "3": {"n": 3}}, "c": {"1": {}}}


def test_replaying_twice_gives_the_same() -> None:
    once, twice = state(), state()
    for changes in CHANGES:
        apply_changes(once, json.loads(json.dumps(changes)))
    for _ in range(2):
        for changes in CHANGES:
            apply_changes(twice, json.loads(json.dumps(changes)))
    assert once == twice


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "[[]]", '[["a","1"]]', '[[1,"1",{}]]', '[["a",1,{}]]', '[["a","1",[]]]', "[" * 9]
)
def test_anything_else_than_changes_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json.JSONDecodeError is one too
        decode_changes(text)


@pytest.mark.parametrize(
    "new",
    [
        {},
        {"a": {"1": {"n": 1}, "2": {"n": 2}}, "b": {}},
        {"a": {"2": {"n": 3}, "4": {}}},
        {"c": {1: {"n": 1}}, "b": {"1": {}}},
    ],
)
def test_the_difference_makes_the_one_of_the_other(new: dict[str, dict[object, dict[str, object]]]) -> None:
    tables = state()
    apply_changes(tables, difference(tables, new))
    assert tables == json.loads(json.dumps(new))


def test_there_is_no_difference_to_itself() -> None:
    tables = state()
    assert difference(tables, dict(tables)) == []


def test_memory_takes_what_a_replay_would_read() -> None:
    inner = [1]
    plain: list[Change] = [["a", "1", {"n": inner, "t": "x", "deep": {"m": [None, True, 2.5]}}]]
    odd: list[Change] = [["a", "1", {"t": (1, 2), 3: "key"}]]
    for changes in (plain, odd):
        text = encode_json(changes)
        assert normalised(changes, text) == json.loads(text)
    kept = normalised(plain, encode_json(plain))
    inner.append(2)
    assert kept[0][2]["n"] == [1]


def test_canary_the_encoder_of_the_standard_library_is_as_we_use_it() -> None:
    assert encoder.c_make_encoder is not None, "the slow path is taken; see journal_state"
    for value in (CHANGES, ['ü"\\\n\x00\u2028', 1.5, 10**20, None, True, {"k": []}]):
        assert encode_json(value) == json.dumps(value, separators=(",", ":"))
    with pytest.raises(TypeError):
        encode_json([object()])


def disk_with(bodies: list[bytes], tables: Tables | None = None) -> MemoryDisk:
    disk = MemoryDisk()
    if tables is not None:
        write_snapshot(SNAPSHOT, tables, disk)
    log = Log(LOG, Scan(b""), disk)
    for body in bodies:
        log.append(body)
    return disk


def test_the_log_is_replayed_over_the_snapshot() -> None:
    disk = disk_with([b'[["a","1",{"n":5}]]', b'[["a","2",null]]'], state())
    tables, size, found = recover(SNAPSHOT, LOG, Scan(disk.read(LOG)), disk)
    assert tables == {"a": {"1": {"n": 5}}, "b": {}}
    assert size == len(disk.read(SNAPSHOT))
    assert (found.replayed, found.torn_bytes, found.quarantined) == (2, 0, [])


def test_a_line_that_says_nothing_sensible_is_kept_aside() -> None:
    disk = disk_with([b'[["a","1",{"n":5}]]', b'"nonsense"', b'[["a","2",{}]]'])
    tables, _, found = recover(SNAPSHOT, LOG, Scan(disk.read(LOG)), disk)
    assert tables == {"a": {"1": {"n": 5}, "2": {}}}
    assert [path.name for path in found.quarantined] == ["queue.json.log.damaged-1"]
    assert b"nonsense" in disk.read(found.quarantined[0])


def test_a_damaged_snapshot_is_kept_aside_and_does_not_overwrite_an_earlier_one() -> None:
    disk = disk_with([b'[["a","1",{}]]'])
    write_whole(disk, SNAPSHOT, b"{damaged")
    write_whole(disk, SNAPSHOT.with_name("queue.json.damaged-1"), b"earlier")
    tables, _, found = recover(SNAPSHOT, LOG, Scan(disk.read(LOG)), disk)
    assert tables == {"a": {"1": {}}}
    assert [path.name for path in found.quarantined] == ["queue.json.damaged-2"]
    assert disk.read(found.quarantined[0]) == b"{damaged"
