import inspect
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinydb import TinyDB, where
from tinydb.operations import delete, increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from trifocal_gateway.io.journal import JournalDB
from trifocal_gateway.io.journal_table import NotPlainError, Overlay, clone


@pytest.fixture
def db(tmp_path: Path) -> Any:
    with JournalDB(tmp_path / "queue.json") as opened:
        yield opened


IDS = st.integers(1, 6)
TAGS = st.lists(st.text(max_size=3), max_size=2)
DOCUMENTS = st.fixed_dictionaries({"n": st.integers(0, 4)}, optional={"tags": TAGS})
STEPS = st.one_of(
    st.tuples(st.just("insert"), DOCUMENTS),
    st.tuples(st.just("insert_multiple"), st.lists(DOCUMENTS, max_size=3)),
    st.tuples(st.just("insert_at"), IDS, DOCUMENTS),
    st.tuples(st.just("upsert_at"), IDS, DOCUMENTS),
    st.tuples(st.just("upsert_where"), st.integers(0, 4), DOCUMENTS),
    st.tuples(st.just("update_all"), DOCUMENTS),
    st.tuples(st.just("update_where"), st.integers(0, 4), DOCUMENTS),
    st.tuples(st.just("update_ids"), st.lists(IDS, max_size=3), DOCUMENTS),
    st.tuples(st.just("increment"), st.integers(0, 4)),
    st.tuples(st.just("update_multiple"), st.integers(0, 4)),
    st.tuples(st.just("remove_where"), st.integers(0, 4)),
    st.tuples(st.just("remove_ids"), st.lists(IDS, max_size=3, unique=True)),
    st.tuples(st.just("truncate")),
    st.tuples(st.just("drop_table")),
)


def perform(db: TinyDB, step: tuple[Any, ...]) -> object:  # noqa: PLR0912 - one line for each of TinyDB's verbs
    match step:
        case ("insert", document):
            return db.insert(document)
        case ("insert_multiple", documents):
            return db.insert_multiple(documents)
        case ("insert_at", doc_id, document):
            try:
                return db.insert(Document(document, doc_id))
            except ValueError as error:
                return str(error)
        case ("upsert_at", doc_id, document):
            return db.upsert(Document(document, doc_id))
        case ("upsert_where", n, document):
            return db.upsert(document, where("n") == n)
        case ("update_all", document):
            return db.update(document)
        case ("update_where", n, document):
            return db.update(document, where("n") == n)
        case ("update_ids", doc_ids, document):
            return db.update(document, doc_ids=doc_ids)
        case ("increment", n):
            return db.update(increment("n"), where("n") == n)
        case ("update_multiple", n):
            return db.update_multiple([({"many": n}, where("n") == n), (delete("n"), where("n") == 4)])
        case ("remove_where", n):
            return db.remove(where("n") == n)
        case ("remove_ids", doc_ids):
            return db.remove(doc_ids=doc_ids)
        case ("truncate",):
            db.truncate()
        case ("drop_table",):
            db.drop_table("_default")
    return None


def content(db: TinyDB) -> list[tuple[int, dict[str, Any]]]:
    return sorted((document.doc_id, dict(document)) for document in db)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_it_does_what_stock_tinydb_does_and_a_restart_changes_nothing(steps: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stock = TinyDB(storage=MemoryStorage)
        ours = JournalDB(os.path.join(folder, "queue.json"))  # noqa: PTH118
        for step in steps:
            assert perform(ours, step) == perform(stock, step), step
            assert content(ours) == content(stock)
            assert len(ours) == len(stock)
        ours.close()
        with JournalDB(os.path.join(folder, "queue.json")) as again:  # noqa: PTH118
            assert content(again) == content(stock)


def test_reading_by_id_by_ids_and_by_condition(db: Any) -> None:
    ids = db.insert_multiple([{"n": n} for n in range(4)])
    assert db.get(doc_id=ids[2]) == {"n": 2}
    assert db.get(doc_id=99) is None
    assert [found.doc_id for found in db.get(doc_ids=[ids[3], 99, ids[0]])] == [ids[3], ids[0]]
    assert db.get(where("n") == 1).doc_id == ids[1]
    assert db.get(where("n") == 9) is None
    assert db.contains(doc_id=ids[0])
    assert not db.contains(where("n") == 9)
    assert db.count(where("n") > 1) == 2
    with pytest.raises(RuntimeError):
        db.get()


def test_what_is_returned_can_be_changed_without_changing_anything(db: Any) -> None:
    given_in = {"tags": ["a"]}
    doc_id = db.insert(given_in)
    given_in["tags"].append("b")
    tagged = where("tags").exists()
    for found in (db.get(doc_id=doc_id), db.all()[0], db.search(tagged)[0], db.get(tagged)):
        found["tags"].append("c")
    assert db.search(tagged) == [{"tags": ["a"]}]


def test_an_updater_that_raises_changes_nothing(db: Any) -> None:
    db.insert_multiple([{"n": 1, "deep": {"x": 1}}, {"n": 2}])

    def spoil(document: Any) -> None:
        document["n"] = 7
        if "deep" in document:
            document["deep"]["x"] = 7
        else:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        db.update(spoil)
    assert db.all() == [{"n": 1, "deep": {"x": 1}}, {"n": 2}]


def test_what_json_cannot_say_is_refused_and_changes_nothing(db: Any) -> None:
    with pytest.raises(TypeError):
        db.insert({"n": object()})
    assert db.all() == []


def test_an_update_that_changes_nothing_writes_nothing(db: Any, tmp_path: Path) -> None:
    db.insert({"n": 1})
    before = (tmp_path / "queue.json.log").read_bytes()
    db.update({"n": 1})
    db.remove(where("n") == 2)
    assert (tmp_path / "queue.json.log").read_bytes() == before


def test_only_matching_documents_are_copied(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    db.insert_multiple([{"n": n} for n in range(50)])
    copied: list[Any] = []
    original = Overlay.__getitem__
    monkeypatch.setattr(Overlay, "__getitem__", lambda self, key: copied.append(key) or original(self, key))
    db.update({"seen": True}, where("n") == 7)
    db.remove(where("n") == 8)
    assert copied == [8]


def test_clone_shares_nothing_and_refuses_what_json_would_change() -> None:
    value = {"a": [1, {"b": [None]}], "c": 2.5}
    copy = clone(value)
    assert copy == value
    assert copy["a"] is not value["a"]
    assert copy["a"][1]["b"] is not value["a"][1]["b"]
    for odd in ((1,), {1: 2}, {"a": {1}}, [b""], object()):
        with pytest.raises(NotPlainError):
            clone(odd)


def test_an_overlay_looks_like_the_table_with_the_changes_made() -> None:
    beneath = {"1": {"n": 1}, "2": {"n": 2}, "3": {"n": 3}}
    overlay = Overlay(beneath)
    overlay[1]["n"] = 10
    del overlay[2]
    overlay[4] = {"n": 4}
    assert dict(overlay) == {1: {"n": 10}, 3: {"n": 3}, 4: {"n": 4}}
    assert len(overlay) == 3
    assert 2 not in overlay
    for gone in (2, 99):
        with pytest.raises(KeyError):
            overlay[gone]
        with pytest.raises(KeyError):
            del overlay[gone]
    assert beneath == {"1": {"n": 1}, "2": {"n": 2}, "3": {"n": 3}}
    assert overlay.changes("t") == [["t", "1", {"n": 10}], ["t", "2", None], ["t", "4", {"n": 4}]]


def test_a_cleared_overlay_holds_only_what_came_after() -> None:
    overlay = Overlay({"1": {"n": 1}})
    overlay.clear()
    overlay[2] = {"n": 2}
    assert dict(overlay) == {2: {"n": 2}}
    with pytest.raises(KeyError):
        overlay[1]
    assert overlay.changes("t") == [["t", None, {"2": {"n": 2}}]]


def test_canary_the_private_parts_of_tinydb_are_as_we_use_them() -> None:
    source = inspect.getsource(Table)
    assert "self._update_table(" in source
    assert source.count("self._storage.write(") == 1, "a mutation goes past _update_table"
    assert list(inspect.signature(Table._update_table).parameters) == ["self", "updater"]
    assert list(inspect.signature(Table._read_table).parameters) == ["self"]
    assert {"_storage", "_name", "_query_cache", "_next_id"} <= set(vars(TinyDB(storage=MemoryStorage).table("t")))
    assert TinyDB.table_class is Table
    assert inspect.signature(Table.update).parameters.keys() == {"self", "fields", "cond", "doc_ids"}
    assert inspect.signature(Table.remove).parameters.keys() == {"self", "cond", "doc_ids"}
