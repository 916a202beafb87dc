"""One answer for whoever waits, and none for anybody else."""

import pytest

from trifocal_cloud.io.awaited import Awaited


async def test_each_gets_its_own_answer_once() -> None:
    awaited: Awaited[str] = Awaited()
    with awaited.answer("a") as first, awaited.answer("b") as second:
        awaited.answered("b", "for b")
        awaited.answered("a", "for a")
        awaited.answered("a", "again")
        awaited.failed("a", ValueError("too late"))
        assert (await first, await second) == ("for a", "for b")


async def test_a_failure_is_raised_where_it_is_waited_for() -> None:
    awaited: Awaited[str] = Awaited()
    with awaited.answer("a") as answer:
        awaited.failed("a", ValueError("no"))
        with pytest.raises(ValueError, match="no"):
            await answer


async def test_nobody_waits_any_more() -> None:
    awaited: Awaited[str] = Awaited()
    awaited.answered("never", "x")
    with awaited.answer("a") as answer:
        assert not answer.done()
    awaited.answered("a", "late")
    awaited.failed("a", ValueError("late"))
