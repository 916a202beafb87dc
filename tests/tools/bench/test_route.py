import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from trifocal_tools.bench import route
from trifocal_tools.bench.route import NAMES, Stage
from trifocal_tools.bench.route_servers import FASTAPI, FLOOR, NODE, OURS

COST_US = {NODE: 40.0, OURS: 20.0, FASTAPI: 100.0, FLOOR: 10.0}


class Pretended:
    """A server and its load at once: each window has 1000 messages, of which each costs what it costs."""

    def __init__(self, name: str, order: list[str]) -> None:
        self._name = name
        self._order = order
        self._spent_us = 0.0
        self.told: list[dict[str, object]] = []

    def cpu_s(self) -> float:
        return self._spent_us / 1e6

    def tell(self, **command: object) -> dict[str, Any]:
        self.told.append(command)
        if "open" in command:
            return {"opened": command["open"]}
        self._order.append(self._name)
        self._spent_us += 1000 * COST_US[self._name]
        cost = COST_US[self._name]
        return {"messages": 1000, "seconds": 0.5, "p50_us": 2 * cost, "p99_us": 3 * cost}


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who had a window, in order; the servers are pretended."""
    found: list[str] = []

    @contextmanager
    def started(names: tuple[str, ...]) -> Iterator[dict[str, tuple[Pretended, Pretended]]]:
        both = {name: Pretended(name, found) for name in names}
        yield {name: (one, one) for name, one in both.items()}
        assert both[OURS].told[0] == {"open": 1}

    monkeypatch.setattr(route, "started", started)
    for name in ("STAGES", "QUICK_STAGES"):
        monkeypatch.setattr(route, name, (Stage(1, 0.1, 0.0), Stage(100, 0.1, 0.0)))
    monkeypatch.setattr(route, "LEAST", 4)
    return found


def test_windows_take_turns_and_everybody_begins_once(order: list[str]) -> None:
    route.run(quick=True)
    names = list(NAMES)
    assert order[:8] == names + names
    assert order[8:20] == names[1:] + names[:1] + names[2:] + names[:2] + names[3:] + names[:3]


def test_the_report_has_every_measure_of_every_server_beside_nodes(order: list[str]) -> None:
    found = route.run(quick=False)
    assert len(found["rows"]) == 2 * 4 * len(NAMES)
    rows = {row["name"]: row for row in found["rows"]}
    ours = rows[f"CPU per message, 100 pairs: {OURS}"]
    assert (ours["median"], ours["ratio"], ours["to"]) == (20.0, 0.5, f"CPU per message, 100 pairs: {NODE}")
    assert rows[f"messages, 1 pair: {FLOOR}"]["median"] == 2000
    json.dumps(found)


def test_the_aims_are_ratios_of_the_same_rounds(order: list[str]) -> None:
    aims = route.run(quick=True)["aims"]
    assert [(aim["value"], aim["met"]) for aim in aims] == [(0.5, True), (5.0, True), (0.5, True)]
    found = {name: {"cpu_us": [], "p99_us": []} for name in NAMES}
    for weight in (1.0, 1.0, 9.0):
        for name in NAMES:
            found[name]["cpu_us"].append(COST_US[name] * weight * (2 if name == OURS else 1))
            found[name]["p99_us"].append(COST_US[name] * weight)
    worse = route.judged(Stage(1, 0.1, 0.0), found)
    assert [(aim["value"], aim["met"]) for aim in worse] == [(1.0, False), (2.5, False), (0.5, True)]
