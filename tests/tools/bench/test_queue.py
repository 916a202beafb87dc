from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools.bench import queue, queue_kills
from trifocal_tools.bench.kills import Outcome
from trifocal_tools.bench.queue_stores import OURS, SQLITE, STOCK

SCRATCH = queue.scratch


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextmanager
    def here() -> Iterator[Path]:
        yield tmp_path

    monkeypatch.setattr(queue, "scratch", here)
    for name, value in (
        ("SIZES", (2, 3)),
        ("QUICK_S", 0.0),
        ("FULL_S", 0.0),
        ("TURNS", 2),
        ("ROUNDS_PER_START", 1),
        ("LATE_PHOTOS", 2),
        ("PRODUCERS", 2),
        ("GROUP_ROUNDS", 1),
        ("QUICK_GROUP_ROUNDS", 1),
        ("MANY", 5),
    ):
        monkeypatch.setattr(queue, name, value)


def names(found: dict[str, Any]) -> list[str]:
    return [one["name"] for one in found["rows"]]


def test_the_report_has_every_store_at_every_size_and_every_aim() -> None:
    found = queue.run(quick=True)
    assert found["bench"] == "queue"
    assert names(found)[:6] == [f"operation at {size}: {name}" for size in (2, 3) for name in (OURS, SQLITE, STOCK)]
    assert len(names(found)) == 10
    assert [aim.get("at_least", aim.get("at_most")) for aim in found["aims"]] == [150, 1.3, 1.25, 8]
    assert all(one["median"] > 0 and one["min"] <= one["median"] <= one["max"] for one in found["rows"])


def test_the_full_report_has_each_verb_alone_too() -> None:
    found = names(queue.run(quick=False))
    assert len(found) == 30
    assert f"remove at 3: {SQLITE}" in found


def test_aims_are_judged_by_medians() -> None:
    whole = {
        (OURS, 2): [10.0, 11.0, 900.0],
        (SQLITE, 2): [20.0],
        (STOCK, 2): [100.0],
        (OURS, 3): [12.0],
        (SQLITE, 3): [18.0],
        (STOCK, 3): [3600.0],
    }
    found = queue.summed_up(whole, {}, {(OURS, 3): [10.0], (SQLITE, 3): [9.0]}, ([100.0], [700.0]))
    assert [(aim["value"], aim["met"]) for aim in found["aims"]] == [
        (300, True),
        (1.5, True),
        (1.091, True),
        (7, False),
    ]


def test_the_scratch_folder_goes_again() -> None:
    with SCRATCH() as folder:
        (folder / "file").write_text("x")
    assert not folder.exists()


def kill_with(monkeypatch: pytest.MonkeyPatch, lost: int, quick: bool) -> dict[str, Any]:
    losses = {queue_kills.JOURNAL: lost, queue_kills.STOCK: 4}

    def killed(kind: str, folder: Path, times: int) -> dict[str, int]:
        return {"unreadable": losses[kind], "acknowledged lost": 0, "removed come back": 0}

    def kill_run(victim: Any, kills: int, photos: int, folder: Path) -> Outcome:
        return Outcome(victim, kills, photos, lost, 0, 0, 1.0)

    monkeypatch.setattr(queue.queue_kills, "killed", killed)
    monkeypatch.setattr(queue.kills, "kill_run", kill_run)
    return queue.kill(quick)


def test_nothing_of_ours_may_be_lost_whatever_the_peer_loses(monkeypatch: pytest.MonkeyPatch) -> None:
    found = kill_with(monkeypatch, 0, quick=False)
    assert [aim["met"] for aim in found["aims"]] == [True, True]
    assert f"{STOCK}, 200 kills: unreadable" in names(found)
    assert "gateway killed 200 times, 50 photos: lost" in names(found)


def test_a_loss_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [aim["met"] for aim in kill_with(monkeypatch, 1, quick=False)["aims"]] == [False, False]


def test_quickly_only_the_queues_process_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = kill_with(monkeypatch, 0, quick=True)
    assert len(found["rows"]) == 6
    assert len(found["aims"]) == 1
