import asyncio
from collections.abc import Callable

import pytest

from trifocal_tools import failure, supervisor
from trifocal_tools.failure import Failure
from trifocal_tools.supervisor import Supervisor

Started = Callable[[], None]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_MS", 1)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE_MS", 1)


async def good(started: Started, stop: asyncio.Event) -> None:
    started()
    await stop.wait()


async def test_parts_start_in_order_and_stop_in_reverse() -> None:
    seen: list[str] = []

    def part(name: str) -> supervisor.Runner:
        async def run(started: Started, stop: asyncio.Event) -> None:
            seen.append(f"{name} up")
            started()
            await stop.wait()
            seen.append(f"{name} down")

        return run

    house = Supervisor()
    await house.start("cloud", part("cloud"))
    await house.start("gateway", part("gateway"))
    assert [one.state for one in house.parts] == ["up", "up"]
    await house.stop()
    assert seen == ["cloud up", "gateway up", "gateway down", "cloud down"]
    assert [one.state for one in house.parts] == ["stopped", "stopped"]


@pytest.mark.parametrize("error", [OSError("disk full"), SystemExit(1), ValueError()])
async def test_a_part_that_never_started_is_not_tried_again(error: BaseException) -> None:
    tries = []

    async def bad(started: Started, stop: asyncio.Event) -> None:
        tries.append(1)
        raise error

    house = Supervisor()
    with pytest.raises(Failure, match="the cloud died: "):
        await house.start("cloud", bad)
    assert len(tries) == 1
    await house.stop()


async def test_a_part_that_dies_later_is_started_again() -> None:
    lives = 0
    again = asyncio.Event()

    async def mortal(started: Started, stop: asyncio.Event) -> None:
        nonlocal lives
        lives += 1
        started()
        if lives == 1:
            raise OSError("tripped")
        again.set()
        await stop.wait()

    house = Supervisor()
    await house.start("gateway", mortal)
    await asyncio.wait_for(again.wait(), 5)
    assert (lives, house.parts[0].state, house.failed.done()) == (2, "up", False)
    await house.stop()


async def test_a_part_that_ends_by_itself_has_died() -> None:
    async def brief(started: Started, stop: asyncio.Event) -> None:
        started()

    house = Supervisor()
    await house.start("glasses", brief)
    with pytest.raises(Failure, match="the glasses died: it ended by itself"):
        await asyncio.wait_for(house.failed, 5)
    assert len(house.parts[0].deaths) == supervisor.MAX_DEATHS
    await house.stop()


async def test_a_failure_is_told_in_its_own_words() -> None:
    async def refuses(started: Started, stop: asyncio.Event) -> None:
        raise Failure("Node.js is not installed", failure.MISSING, "node_missing", "install it")

    house = Supervisor()
    with pytest.raises(Failure, match=r"died: Node\.js is not installed$") as caught:
        await house.start("glasses", refuses)
    assert (caught.value.code, caught.value.word, caught.value.hint) == (failure.MISSING, "node_missing", "install it")
    await house.stop()


async def test_a_part_that_never_becomes_usable_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "START_S", 0.01)

    async def slow(started: Started, stop: asyncio.Event) -> None:
        await stop.wait()

    house = Supervisor()
    with pytest.raises(Failure, match="did not start"):
        await house.start("cloud", slow)
    await house.stop()


async def test_whoever_does_not_stop_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_S", 0.05)
    cancelled = []

    async def deaf(started: Started, stop: asyncio.Event) -> None:
        started()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append("deaf")
            raise

    house = Supervisor()
    await house.start("deaf", deaf)
    await house.start("good", good)
    await house.stop()
    assert cancelled == ["deaf"]
