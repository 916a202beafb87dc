import asyncio
from array import array
from typing import Any

import pytest

from trifocal_tools.bench import route_load
from trifocal_tools.bench.route_ends import Pair
from trifocal_tools.bench.route_load import Load, LoadError, Target, obeyed, summed_up


def heard(*latencies_ns: int) -> Pair:
    pair = Pair(0, "ann")
    pair.latencies_ns = array("Q", latencies_ns)
    return pair


def test_half_and_ninety_nine_percent_are_of_all_pairs_together() -> None:
    pairs = [heard(*range(1000, 51_000, 1000)), heard(*range(51_000, 101_000, 1000))]
    assert summed_up(pairs) == {"messages": 100, "p50_us": 51.0, "p99_us": 100.0}


def test_a_window_in_which_nothing_arrives_is_an_error() -> None:
    with pytest.raises(LoadError, match="no press"):
        summed_up([heard()])


class Deaf(Pair):
    """A pair whose press is lost."""

    def press(self) -> None:
        self.idle.clear()


async def test_a_press_that_is_lost_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_load, "DRAIN_S", 0.01)
    load: Any = Load(Target("http://c"))
    load._pairs = {"ann": Deaf(0, "ann")}
    assert await obeyed(load, {"run": 0.0}) == {"error": "1 presses of 1 pairs never arrived"}


async def test_who_cannot_be_reached_is_said() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    load = Load(Target(f"http://127.0.0.1:{port}"))
    assert "error" in await obeyed(load, {"open": 1})
    assert await obeyed(load, {"drop": True}) == {"dropped": 1}
    await load.close()
