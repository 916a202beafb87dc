import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from trifocal_tools.bench import rtmp
from trifocal_tools.bench.rtmp import MEASURES, NGINX, OURS, Scale, Side

SCALE = Scale(streams=4, viewers=2, rounds=2, warm_s=0.1, window_s=30.0, hop_s=0.1, fetch_s=0.1)
COST = {OURS: 1.0, NGINX: 2.0}


class Pretended:
    """A server and its load at once: each second of a window costs the server a second or two of processor time."""

    def __init__(self, name: str, told: list[tuple[str, str]]) -> None:
        self.name = name
        self.spent = 0.0
        self.told = told

    def tell(self, **command: Any) -> dict[str, Any]:
        word = next(iter(command))
        self.told.append((self.name, word))
        if word in ("run", "fetch"):
            seconds = command.get("run", command.get("seconds"))
            self.spent += COST[self.name] * seconds
            return {"seconds": seconds, "requests": 1000, "messages": 1, "received": 1}
        if word == "hop":
            return {"hop_ms": COST[self.name], "hop95_ms": 9.0, "join_ms": 5.0}
        return {"part_ms": 230.0, "url": "http://127.0.0.1/part"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    both = {name: Pretended(name, found) for name in (OURS, NGINX)}

    @contextmanager
    def sides(scale: Scale) -> Iterator[dict[str, Side]]:
        yield {
            name: Side(
                number, ["p"] * 4, ["r"] * 4, ["v"] * 4, "" if name == OURS else "u", "h", load, [("p", "h")] * 2
            )  # type: ignore[arg-type]
            for number, (name, load) in enumerate(both.items())
        }

    monkeypatch.setattr(rtmp, "sides", sides)
    monkeypatch.setattr(rtmp, "cpu_s", lambda pid: list(both.values())[pid].spent)
    monkeypatch.setattr(rtmp, "memory_kib", lambda pid: 30 * 1024)
    monkeypatch.setattr(rtmp, "QUICK", SCALE)
    monkeypatch.setattr(rtmp, "FULL", SCALE)
    return found


def test_servers_take_turns_and_both_begin_once(told: list[tuple[str, str]]) -> None:
    rtmp.run(quick=True)
    begun = [name for name, word in told if word == "hop"]
    assert begun == [NGINX, OURS, OURS, NGINX]


def test_every_measure_is_there_beside_the_peers(told: list[tuple[str, str]]) -> None:
    found = rtmp.run(quick=False)
    rows = {row["name"]: row for row in found["rows"]}
    assert len(rows) == 2 * len(MEASURES) - 1
    ingest = rows[f"{MEASURES['ingest'][0]}: {OURS}"]
    assert (ingest["median"], ingest["ratio"]) == (1.0 * 60 / 4, 0.5)
    assert rows[f"{MEASURES['viewer'][0]}: {NGINX}"]["median"] == 2.0 * 60 / 2
    assert rows[f"{MEASURES['part_us'][0]}: {OURS}"]["median"] == pytest.approx(0.1 / 1000 * 1e6)
    json.dumps(found)


def test_the_aims(told: list[tuple[str, str]]) -> None:
    aims = {aim["aim"]: aim for aim in rtmp.run(quick=True)["aims"]}
    assert len(aims) == 9
    assert all(aim["met"] for aim in aims.values())
    assert aims["ingest and HLS, CPU, ours / nginx-rtmp"]["value"] == 0.5
