"""The report of the link bench: what is compared with what, and which aims are met."""

import itertools
from typing import Any

import pytest

from trifocal_tools import bench
from trifocal_tools.bench import link
from trifocal_tools.bench.link_ends import make_air
from trifocal_tools.failure import MISSING, Failure

BEST = make_air().most_per_second()
WHO = (link.MACHINES, link.CPYTHON, link.MICROPYTHON, link.K900)


def samples(share: float = 0.96, press: float = 280.0) -> link.Samples:
    found = link.Samples(counted=[press], earnest=[press], resumed=[100.0, 200.0, 120.0], twice=[9_000.0])
    for who, interval, loss in itertools.product(WHO, link.INTERVALS, link.LOSSES):
        found.rates[who, interval, loss] = [BEST * (1 - loss / 100) * share]
    return found


def test_shares_are_of_what_that_air_carries() -> None:
    rows = {row["name"]: row for row in link.summed_up(samples())["rows"]}
    assert rows["what the air carries, 5 % lost"]["median"] == pytest.approx(168.9)
    row = rows["micropython, 50 ms, 5 % lost"]
    assert (row["ratio"], row["to"]) == (pytest.approx(0.96, rel=0.001), "what the air carries, 5 % lost")
    assert len(rows) == 3 * (1 + 8) + 4


def test_every_aim_is_judged() -> None:
    good = link.summed_up(samples())["aims"]
    assert len(good) == 3 * 6 + 4
    assert all(aim["met"] for aim in good)
    bad = link.summed_up(samples(share=0.93, press=321.0))["aims"]
    assert [aim["met"] for aim in bad] == [False] * 20 + [True] * 2


def test_the_worst_round_counts() -> None:
    found = samples()
    found.rates[link.CPYTHON, 15, 0] += [0.9 * BEST, 0.97 * BEST]
    assert not all(aim["met"] for aim in link.summed_up(found)["aims"])


@pytest.mark.parametrize(("interval", "loss"), [(15, 0), (50, 5)])
def test_the_machines_alone_come_as_near_as_the_chain_must(interval: int, loss: int) -> None:
    assert link.modelled(interval, loss, 1) / BEST / (1 - loss / 100) > 0.95


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose rates are asked for; nothing else is measured."""
    asked: list[str] = []

    def measure(how: Any, python: str, **_: Any) -> Any:
        if how is not link._rate:
            return ([1.0], 1.0) if how.func is link.absences else [1.0]
        asked.append(python)
        if python == link.MICROPYTHON:
            raise Failure("no Node", MISSING)
        return 0.96 * BEST

    async def housed(*_: Any, **__: Any) -> list[float]:
        return [1.0]

    monkeypatch.setattr(link, "_counted", measure)
    monkeypatch.setattr(link, "_housed", housed)
    monkeypatch.setattr(link, "modelled", lambda *_: BEST)
    return asked


def test_without_micropython_it_is_cpython_and_asked_for_once(counted: list[str]) -> None:
    said = bench.run("link", quick=True)
    assert counted.count(link.MICROPYTHON) == 1
    assert counted.count(link.CPYTHON) == 2 * len(link.INTERVALS) * len(link.LOSSES)
    assert any(row["name"] == "press to whole, 40 kB, cpython, in earnest" for row in said["rows"])


def test_another_failure_is_one(counted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(*_: Any, **__: Any) -> Any:
        raise Failure("a photo did not arrive")

    monkeypatch.setattr(link, "_counted", measure)
    with pytest.raises(Failure, match="did not arrive"):
        link.run(quick=True)
