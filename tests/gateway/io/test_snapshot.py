import errno
import json
from pathlib import Path

import pytest
from tinydb import TinyDB

from trifocal_gateway.errors import StorageError
from trifocal_gateway.io.disk import Disk
from trifocal_gateway.io.snapshot import Tables, parse_snapshot, write_snapshot
from trifocal_gateway.testing import MemoryDisk

TABLES: Tables = {
    "_default": {"1": {"a": 'quo"te', "b": [1, 2.5, None, True]}, "2": {}, "7": {"c": {"deep": "ü\n"}}},
    "empty": {},
    'odd "name"': {"3": {"x": "}:{"}},
}


@pytest.mark.parametrize("tables", [TABLES, {}, {"only": {}}])
def test_what_was_written_is_read_again(tables: Tables, tmp_path: Path) -> None:
    path = tmp_path / "queue.json"
    size = write_snapshot(path, tables, Disk())
    data = path.read_bytes()
    assert len(data) == size
    assert json.loads(data) == tables
    assert parse_snapshot(data) == (tables, True)


def test_stock_tinydb_opens_it(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "queue.json", TABLES, Disk())
    with TinyDB(tmp_path / "queue.json") as stock:
        assert stock.tables() == set(TABLES)
        assert stock.get(doc_id=7) == {"c": {"deep": "ü\n"}}
        stock.insert({"n": 8})
    assert parse_snapshot((tmp_path / "queue.json").read_bytes())[1]


def test_many_documents_are_written_in_several_blocks(tmp_path: Path) -> None:
    tables: Tables = {"t": {str(n): {"text": "x" * 100, "n": n} for n in range(3000)}}
    write_snapshot(tmp_path / "q", tables, Disk())
    assert parse_snapshot((tmp_path / "q").read_bytes()) == (tables, True)


def test_no_file_is_an_empty_state() -> None:
    assert parse_snapshot(b"") == ({}, True)


def test_a_file_of_zeros_is_damaged() -> None:
    assert parse_snapshot(bytes(100)) == ({}, False)


@pytest.mark.parametrize("text", [b"[]", b"1", b'{"t": []}', b'{"t": {"1": 5}}'])
def test_another_shape_is_damaged(text: bytes) -> None:
    assert parse_snapshot(text) == ({}, False)


def test_a_damaged_line_costs_its_document_only(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "q", TABLES, Disk())
    data = (tmp_path / "q").read_bytes().replace(b'"7":{"c"', b'"7":\xff"c"')
    tables, whole = parse_snapshot(data)
    assert not whole
    assert tables == TABLES | {"_default": {"1": TABLES["_default"]["1"], "2": {}}}


def test_of_a_cut_file_the_beginning_is_kept(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "q", TABLES, Disk())
    data = (tmp_path / "q").read_bytes()
    tables, whole = parse_snapshot(data[: data.index(b"}:{")])
    assert not whole
    assert tables == TABLES | {'odd "name"': {}}


@pytest.mark.parametrize("operation", ["open", "write", "sync", "rename", "sync_folder"])
def test_a_failing_disk_is_a_typed_error_and_leaves_a_whole_snapshot(operation: str) -> None:
    disk, path = MemoryDisk(), Path("/q")
    write_snapshot(path, {"t": {"1": {}}}, disk)
    disk.fault = lambda what, _: errno.EIO if what == operation else None
    with pytest.raises(StorageError):
        write_snapshot(path, TABLES, disk)
    disk.fault = lambda *_: None
    assert parse_snapshot(disk.read(path))[1]
