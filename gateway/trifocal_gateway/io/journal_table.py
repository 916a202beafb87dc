"""TinyDB's Table over a journal: what an update touches is copied, the rest is never looked at.

Stock TinyDB hands each update a copy of the whole table and writes the whole database. Here the updater gets an
`Overlay`; what it changed becomes one transaction of the journal, and an updater that raises has changed nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, cast

from tinydb.queries import QueryLike
from tinydb.table import Document, Table

Change = list[Any]
"""[table, id, document] sets, [table, id, None] removes, [table, None, documents] replaces a table, None drops it."""

_SCALARS = frozenset((str, int, float, bool, type(None)))


class NotPlainError(ValueError):
    """A value that JSON would give back as something else: a tuple, a key that is no string, a subclass."""


def clone(value: Any) -> Any:
    """A copy of a JSON value that shares nothing that can be changed. Raises NotPlainError."""
    kind = type(value)
    if kind is dict:
        copy = {}
        for key, item in value.items():
            if type(key) is not str:
                raise NotPlainError
            copy[key] = item if type(item) in _SCALARS else clone(item)
        return copy
    if kind is list:
        return [item if type(item) in _SCALARS else clone(item) for item in value]
    if kind in _SCALARS:
        return value
    raise NotPlainError


class Overlay(MutableMapping[int, Any]):
    """The table as an updater sees it, by integer id; the documents beneath stay as they are."""

    def __init__(self, beneath: Mapping[str, Any]) -> None:
        self._beneath = beneath
        self._touched: dict[int, Any] = {}
        self._cleared = False

    def __getitem__(self, key: int) -> Any:
        if key in self._touched:
            if (found := self._touched[key]) is None:
                raise KeyError(key)
            return found
        if self._cleared:
            raise KeyError(key)
        found = self._touched[key] = clone(self._beneath[str(key)])
        return found

    def __setitem__(self, key: int, document: Any) -> None:
        self._touched[key] = document

    def __delitem__(self, key: int) -> None:
        if key not in self:
            raise KeyError(key)
        self._touched[key] = None

    def __contains__(self, key: object) -> bool:
        if key in self._touched:
            return self._touched[key] is not None
        return not self._cleared and str(key) in self._beneath

    def __iter__(self) -> Iterator[int]:
        if not self._cleared:
            yield from (key for key in map(int, self._beneath) if self._touched.get(key, self) is not None)
        for key, document in self._touched.items():
            if document is not None and (self._cleared or str(key) not in self._beneath):
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Remove everything, without touching each."""
        self._touched.clear()
        self._cleared = True

    def changes(self, table: str) -> list[Change]:
        """What was really changed, in order."""
        if self._cleared:
            return [
                [table, None, {str(key): document for key, document in self._touched.items() if document is not None}]
            ]
        changes: list[Change] = []
        for key, document in self._touched.items():
            name = str(key)
            if document != self._beneath.get(name):
                changes.append([table, name, document])
        return changes


class JournalTable(Table):
    """A TinyDB table whose every change costs the same, however many documents there are.

    What it returns are copies: changing them changes nothing here. Needs a `JournalStorage`.
    """

    _seen_rollbacks = 0

    def _read_table(self) -> dict[str, Mapping[Any, Any]]:
        return cast("dict[str, Mapping[Any, Any]]", self._storage.table(self._name))  # type: ignore[attr-defined]

    def _update_table(self, updater: Callable[[dict[int, Mapping[Any, Any]]], None]) -> None:
        overlay = Overlay(self._read_table())
        updater(cast("dict[int, Mapping[Any, Any]]", overlay))
        self._storage.apply(overlay.changes(self._name))  # type: ignore[attr-defined]
        self.clear_cache()

    def __iter__(self) -> Iterator[Document]:
        for key, document in self._read_table().items():
            yield Document(clone(document), int(key))

    def search(self, cond: QueryLike) -> list[Document]:
        """All documents for which `cond` holds."""
        rollbacks: int = self._storage.rollbacks  # type: ignore[attr-defined]
        if rollbacks != self._seen_rollbacks:
            self.clear_cache()
            self._seen_rollbacks = rollbacks
        return [Document(clone(dict(found)), found.doc_id) for found in super().search(cond)]

    def get(  # one signature instead of TinyDB's six overloads of the same
        self, cond: QueryLike | None = None, doc_id: int | None = None, doc_ids: Iterable[int] | None = None
    ) -> Any:
        """The document with this id or the first for which `cond` holds, or None; with `doc_ids` a list of those."""
        documents = self._read_table()
        if doc_id is not None:
            found = documents.get(str(doc_id))
            return None if found is None else Document(clone(found), doc_id)
        if doc_ids is not None:
            wanted = dict.fromkeys(doc_ids)
            return [Document(clone(documents[str(key)]), key) for key in wanted if str(key) in documents]
        if cond is None:
            raise RuntimeError("You have to pass either cond or doc_id or doc_ids")
        return next((Document(clone(found), int(key)) for key, found in documents.items() if cond(found)), None)

    def update(
        self,
        fields: Mapping[Any, Any] | Callable[[MutableMapping[Any, Any]], None],
        cond: QueryLike | None = None,
        doc_ids: Iterable[int] | None = None,
    ) -> list[int]:
        """As TinyDB's; only the documents for which `cond` holds are copied."""
        if doc_ids is None and cond is not None:
            doc_ids = self._matching(cond)
        return super().update(fields, None, doc_ids)

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        """As TinyDB's; no document is copied."""
        if doc_ids is None and cond is not None:
            doc_ids = self._matching(cond)
        return super().remove(None, doc_ids)

    def _matching(self, cond: QueryLike) -> list[int]:
        return [int(key) for key, document in self._read_table().items() if cond(document)]
