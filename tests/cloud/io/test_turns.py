"""Turns: the same thing one after the other, different things at once."""

import asyncio

import pytest

from trifocal_cloud.io.turns import Turns


async def test_the_same_key_waits_and_another_does_not() -> None:
    turns, order = Turns(), list[str]()
    free = asyncio.Event()

    async def first() -> None:
        async with turns.holding("a"):
            order.append("first in")
            await free.wait()
            order.append("first out")

    async def second(key: str) -> None:
        async with turns.holding(key):
            order.append(key)

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        group.create_task(second("a"))
        await group.create_task(second("b"))
        free.set()
    assert order == ["first in", "b", "first out", "a"]


async def test_a_failure_and_a_cancelled_wait_give_the_turn_on() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="x"):
        async with turns.holding("a"):
            raise ValueError("x")

    async def waits() -> None:
        async with turns.holding("a"):
            pass

    async with turns.holding("a"):
        waiting = asyncio.create_task(waits())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5), turns.holding("a"):
        pass


async def test_nothing_is_kept_for_keys_that_nobody_holds() -> None:
    turns = Turns()
    async with turns.holding("a"):
        assert turns.held == 1
    assert turns.held == 0


async def test_a_wider_turn_lets_so_many_in() -> None:
    turns = Turns(2)
    async with turns.holding("a"), turns.holding("a"):
        third = asyncio.create_task(asyncio.wait_for(turns.holding("a").__aenter__(), 0.01))
        with pytest.raises(TimeoutError):
            await third
    assert turns.held == 0
