"""The report of the link bench: what is compared with what, and which aims are met."""

import itertools

import pytest

from trifocal_tools import bench
from trifocal_tools.bench import link
from trifocal_tools.bench.air import LIMIT
from trifocal_tools.failure import MISSING, Failure


def samples(share: float = 0.96, press: float = 280.0) -> link.Samples:
    found = link.Samples(presses={"packs": [press], "k900": [310.0]}, resumed=[100.0, 200.0, 120.0], twice=[9_000.0])
    for interval, loss, profile in itertools.product(link.INTERVALS, link.LOSSES, link.PROFILES):
        found.rates[profile, interval, loss] = [LIMIT / 1_000 * (1 - loss / 100) * share]
    return found


def test_shares_are_of_what_that_air_carries() -> None:
    rows = {row["name"]: row for row in link.summed_up(samples())["rows"]}
    assert rows["what the air carries, 5 % lost"]["median"] == pytest.approx(168.9)
    row = rows["packs, 50 ms, 5 % lost"]
    assert (row["ratio"], row["to"]) == (pytest.approx(0.96, rel=0.001), "what the air carries, 5 % lost")
    assert len(rows) == 3 * (1 + 4) + 4


def test_every_aim_is_judged() -> None:
    good = link.summed_up(samples())["aims"]
    assert len(good) == 9
    assert all(aim["met"] for aim in good)
    bad = link.summed_up(samples(share=0.93, press=321.0))["aims"]
    assert [aim["met"] for aim in bad] == [False] * 7 + [True] * 2


def test_without_micropython_it_is_cpython(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def on(python: str, folder: object, quick: bool) -> link.Samples:
        asked.append(python)
        if python == "micropython":
            raise Failure("no Node", MISSING)
        return samples()

    monkeypatch.setattr(link, "_on", on)
    assert bench.run("link", quick=True)["bench"] == "link"
    assert asked == ["micropython", "cpython"]


def test_another_failure_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def on(python: str, folder: object, quick: bool) -> link.Samples:
        raise Failure("a photo did not arrive")

    monkeypatch.setattr(link, "_on", on)
    with pytest.raises(Failure, match="did not arrive"):
        link.run(quick=True)
