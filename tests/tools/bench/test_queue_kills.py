from pathlib import Path

import pytest
from tinydb import TinyDB

from trifocal_tools.bench import queue_kills
from trifocal_tools.bench.queue_kills import JOURNAL, STOCK, acknowledged, killed, work_until_killed


def test_what_was_said_tells_what_must_be_there_and_what_must_not() -> None:
    said = ['["there", 1]', '["there", 2]', '["removing", 1]', '["gone", 1]', '["there", 3]', '["removing", 2]']
    assert acknowledged(said) == ({3}, {1})


def test_our_queue_survives_being_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_kills, "LONGEST_LIFE_S", 0.15)
    assert killed(JOURNAL, tmp_path, 2) == {"unreadable": 0, "acknowledged lost": 0, "removed come back": 0}
    assert (tmp_path / "killed-journal.json.log").stat().st_size > 0


def test_a_child_says_what_it_has_done(tmp_path: Path) -> None:
    said = work_until_killed(STOCK, tmp_path / "queue.json", 0.05)
    assert said[0] == '["there", 1]'


LOSSES = [
    (["there"], [], "acknowledged lost"),
    (["there", "removing", "gone"], [1], "removed come back"),
]


@pytest.mark.parametrize(("words", "held", "fault"), LOSSES)
def test_every_loss_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], held: list[int], fault: str
) -> None:
    def work(kind: str, path: Path, life_s: float) -> list[str]:
        with TinyDB(path) as database:
            database.truncate()
            database.insert_multiple([{} for _ in held])
        return [f'["{word}", 1]' for word in words]

    monkeypatch.setattr(queue_kills, "work_until_killed", work)
    found = killed(STOCK, tmp_path, 3)
    assert found.pop(fault) == 3
    assert set(found.values()) == {0}


def test_an_unreadable_queue_is_counted_and_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(kind: str, path: Path, life_s: float) -> list[str]:
        path.write_text('{"_default": {}} trailing')
        return []

    monkeypatch.setattr(queue_kills, "work_until_killed", work)
    assert killed(STOCK, tmp_path, 2)["unreadable"] == 2
