"""The snapshot of a journal: what stock TinyDB writes, with one document on each line, so that a damaged one costs
only itself. `TinyDB(path)` opens it as it is.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from trifocal_gateway.errors import storage_error
from trifocal_gateway.io.disk import Disk

Documents = dict[str, dict[str, object]]
Tables = dict[str, Documents]

_encode = json.JSONEncoder(separators=(",", ":")).encode
_BLOCK_BYTES = 64 * 1024
_TABLE_LINE = re.compile(r'^[{,]?(".*"):\{$')
_DOCUMENT_LINE = re.compile(r'^,?(".*?"):(\{.*\})$')


def write_snapshot(path: Path, tables: Tables, disk: Disk) -> int:
    """Put `tables` in the place of the snapshot at `path`: all of it or none. Its size. Raises StorageError."""
    aside = path.with_name(path.name + ".new")
    try:
        file = disk.open(aside, fresh=True)
        try:
            size = 0
            for block in _blocks(tables):
                disk.write(file, block, size)
                size += len(block)
            disk.sync(file)
        finally:
            disk.close(file)
        disk.rename(aside, path)
        disk.sync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, "writing the snapshot") from error
    return size


def _blocks(tables: Tables) -> Iterator[bytes]:
    # Document by document, so that a thread doing this lets the event loop's thread in between.
    lines: list[str] = ["{" if tables else "{}"]
    size = 0
    for number, (name, documents) in enumerate(tables.items()):
        lines.append(("," if number else "") + _encode(name) + ":{")
        for place, (key, document) in enumerate(documents.items()):
            lines.append(("," if place else "") + _encode(key) + ":" + _encode(document))
            size += len(lines[-1])
            if size > _BLOCK_BYTES:
                yield ("\n".join(lines) + "\n").encode()
                lines, size = [], 0
        lines.append("}")
    lines.append("}\n" if tables else "")
    yield "\n".join(lines).encode()


def parse_snapshot(data: bytes) -> tuple[Tables, bool]:
    """What a snapshot says, and whether it was whole; of a damaged one every line that can still be read."""
    if not data.strip(b"\0 \n"):
        return {}, not data.strip()
    try:
        tables = json.loads(data)
    except ValueError:
        return _salvage(data.decode(errors="replace")), False
    return (tables, True) if _is_tables(tables) else ({}, False)


def _is_tables(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(table, dict) and all(isinstance(document, dict) for document in table.values())
        for table in value.values()
    )


def _salvage(text: str) -> Tables:
    tables: Tables = {}
    current: Documents | None = None
    for line in text.split("\n"):
        if heading := _TABLE_LINE.match(line):
            name = _value(heading[1])
            current = tables.setdefault(name, {}) if isinstance(name, str) else None
        elif current is not None and (found := _DOCUMENT_LINE.match(line)):
            key, document = _value(found[1]), _value(found[2])
            if isinstance(key, str) and isinstance(document, dict):
                current[key] = document
    return tables


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
