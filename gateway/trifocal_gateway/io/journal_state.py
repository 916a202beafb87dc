"""The state of a journal as plain dictionaries: changing it, taking that back, and finding it after a crash."""

import json
from collections.abc import Mapping
from json.encoder import c_make_encoder, encode_basestring_ascii  # type: ignore[attr-defined] # see test_journal_state
from pathlib import Path
from typing import Any

from trifocal_gateway.errors import storage_error
from trifocal_gateway.io.disk import Disk, write_whole
from trifocal_gateway.io.journal_log import Scan
from trifocal_gateway.io.journal_table import Change, NotPlainError, clone
from trifocal_gateway.io.snapshot import Tables, parse_snapshot


def apply_changes(tables: Tables, changes: list[Change]) -> list[Change]:
    """Make `changes` in place and return those that take them back. Documents are replaced, never modified."""
    undo: list[Change] = []
    for name, key, document in changes:
        if key is None:
            undo.append([name, None, tables.get(name)])
            if document is None:
                tables.pop(name, None)
            else:
                tables[name] = document
            continue
        if name not in tables:
            undo.append([name, None, None])
            tables[name] = {}
        documents = tables[name]
        undo.append([name, key, documents.get(key)])
        if document is None:
            documents.pop(key, None)
        else:
            documents[key] = document
    undo.reverse()
    return undo


_encoder = json.JSONEncoder(separators=(",", ":"))
if c_make_encoder is None:
    encode_json = _encoder.encode
else:
    # What `encode` makes anew for each call, made once.
    _chunks = c_make_encoder(None, _encoder.default, encode_basestring_ascii, None, ":", ",", False, False, True)

    def encode_json(o: Any) -> str:
        """The compact JSON text of a value. Raises TypeError, ValueError; RecursionError for one inside itself."""
        return "".join(_chunks(o, 0))


def normalised(changes: list[Change], text: str) -> list[Change]:
    """`changes` as a replay of `text` would read them, sharing nothing with anybody."""
    try:
        return [[name, key, clone(document)] for name, key, document in changes]
    except NotPlainError:
        return decode_changes(text)


def decode_changes(text: str | bytes) -> list[Change]:
    """The changes in a line's body. Raises ValueError when it is anything else."""
    changes = json.loads(text)
    if not isinstance(changes, list) or not all(_is_change(change) for change in changes):
        raise ValueError("not a list of changes")
    return changes


def _is_change(change: object) -> bool:
    if not isinstance(change, list) or len(change) != 3 or not isinstance(change[0], str):
        return False
    return (change[1] is None or isinstance(change[1], str)) and (change[2] is None or isinstance(change[2], dict))


def difference(old: Tables, new: Mapping[str, Mapping[Any, Any]]) -> list[Change]:
    """The changes that make `new` of `old`."""
    changes: list[Change] = [[name, None, None] for name in old if name not in new]
    for name, documents in new.items():
        before = old.get(name)
        if before is None:
            changes.append([name, None, {str(key): document for key, document in documents.items()}])
        elif before is not documents:
            after = {str(key): document for key, document in documents.items()}
            changes += [[name, key, None] for key in before if key not in after]
            changes += [[name, key, document] for key, document in after.items() if before.get(key) != document]
    return changes


class Recovery:
    """What was found on start: replayed lines, torn bytes wiped, and copies of files in which something is damaged."""

    def __init__(self) -> None:
        self.replayed = 0
        self.torn_bytes = 0
        self.quarantined: list[Path] = []


def recover(snapshot: Path, log: Path, scan: Scan, disk: Disk) -> tuple[Tables, int, Recovery]:
    """The state that snapshot and log say together, the snapshot's size, and what was wrong. Raises StorageError.

    A file in which something is damaged is copied aside first; nothing is dropped silently.
    """
    found = Recovery()
    try:
        data = disk.read(snapshot)
        tables, whole = parse_snapshot(data)
        if not whole:
            found.quarantined.append(_copy_aside(snapshot, data, disk))
        damaged = bool(scan.damaged)
        for body in scan.bodies:
            try:
                apply_changes(tables, decode_changes(body))
                found.replayed += 1
            except ValueError:
                damaged = True
        if damaged:
            found.quarantined.append(_copy_aside(log, scan.data, disk))
    except OSError as error:
        raise storage_error(error, "reading the journal") from error
    found.torn_bytes = scan.torn_bytes
    return tables, len(data), found


def _copy_aside(path: Path, data: bytes, disk: Disk) -> Path:
    taken = set(disk.names(path.parent))
    number = 1
    while f"{path.name}.damaged-{number}" in taken:
        number += 1
    copy = path.with_name(f"{path.name}.damaged-{number}")
    write_whole(disk, copy, data.rstrip(b"\0"))
    return copy
