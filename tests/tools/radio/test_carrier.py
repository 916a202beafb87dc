"""Things over the air in the loop's time, which is counted here: late, in order, or never."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from trifocal_tools import virtual_time
from trifocal_tools.radio.air import Air
from trifocal_tools.radio.carrier import Carrier, now_us

Test = Callable[[], Coroutine[Any, Any, None]]


def counted(test: Test) -> Callable[[], None]:
    """The test is a coroutine in time that is counted."""
    run = lambda: virtual_time.run(test)  # noqa: E731
    run.__name__ = test.__name__
    return run


@counted
async def test_without_air_all_arrives_at_once() -> None:
    came: list[int] = []
    carrier = Carrier(None)
    for number in range(3):
        carrier.carry(True, 251, lambda number=number: came.append(number))  # type: ignore[misc]
    assert (came, carrier.under_way) == ([0, 1, 2], 0)


@counted
async def test_with_air_each_takes_its_time() -> None:
    came: list[int] = []
    carrier = Carrier(Air(lambda: 1.0))
    for _ in range(3):
        carrier.carry(True, 251, lambda: came.append(now_us()))
    assert carrier.under_way == 3
    await virtual_time.passes(1)
    assert came == [1_392, pytest.approx(2 * 1_392, abs=1), pytest.approx(3 * 1_392, abs=1)]
    assert carrier.under_way == 0


@counted
async def test_latency_that_is_taken_away_lets_nothing_overtake() -> None:
    came: list[str] = []
    carrier = Carrier(None)
    carrier.latency_s = 1.0
    carrier.carry(True, 20, lambda: came.append("first"))
    carrier.carry(False, 20, lambda: came.append("the other way"))
    carrier.latency_s = 0.0
    carrier.carry(True, 20, lambda: came.append("second"))
    assert came == []
    await virtual_time.passes(0.9)
    assert (came, carrier.under_way) == ([], 3)
    await virtual_time.passes(0.2)
    assert carrier.under_way == 0
    assert [word for word in came if word != "the other way"] == ["first", "second"]


@counted
async def test_what_is_under_way_when_it_is_cut_never_comes() -> None:
    came: list[str] = []
    carrier = Carrier(Air(lambda: 1.0))
    carrier.carry(True, 20, lambda: came.append("on the air"))
    late = Carrier(None)
    late.latency_s = 1.0
    late.carry(True, 20, lambda: came.append("late"))
    for each in (carrier, late):
        each.cut()
        assert each.under_way == 0
    await virtual_time.passes(10)
    assert came == []
    carrier.carry(True, 20, lambda: came.append("after it"))
    await virtual_time.passes(1)
    assert came == ["after it"]
    assert asyncio.get_running_loop().time() == 11
