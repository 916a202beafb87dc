"""The feed: whoever waits hears at once, nobody polls, and not too many wait."""

import asyncio

import pytest

from trifocal_cloud.io.feed import LISTENER_LIMIT, Feed
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.testing import ANN, BOB, EPOCH_MS
from trifocal_shared.testing import VirtualClock


@pytest.fixture
def feed() -> Feed:
    return Feed(VirtualClock(0, EPOCH_MS))  # type: ignore[arg-type]


async def test_numbers_begin_at_the_present_instant(feed: Feed) -> None:
    assert feed.publish(ANN, "step") == {"id": EPOCH_MS, "at": EPOCH_MS, "kind": "step"}
    assert feed.publish(ANN, "step", 5)["at"] == 5
    assert feed.ring(BOB).after(0) == []


async def test_whose_events_somebody_listens_to_is_known(feed: Feed) -> None:
    feed.publish(BOB, "step")
    assert feed.hearers() == []
    with feed.listening(ANN), feed.listening(ANN):
        assert feed.hearers() == [ANN]
    assert feed.hearers() == []


async def test_waiting_ends_when_it_is_so(feed: Feed) -> None:
    seen: list[int] = []

    def third() -> bool:
        seen.append(len(feed.ring(ANN).after(0)))
        return seen[-1] >= 2

    waiting = asyncio.create_task(feed.until(ANN, third, 10))
    for _ in range(2):
        await asyncio.sleep(0)
        feed.publish(BOB, "step")
        feed.publish(ANN, "step")
    await waiting
    assert seen == [0, 1, 2]


async def test_waiting_ends_when_its_time_is_over(feed: Feed) -> None:
    await feed.until(ANN, lambda: False, 0.01)
    assert feed.listeners(ANN) == 0


async def test_waiting_ends_when_the_cloud_closes(feed: Feed) -> None:
    waiting = asyncio.create_task(feed.until(ANN, lambda: False, 10))
    await asyncio.sleep(0)
    feed.close()
    await waiting


async def test_only_so_many_wait(feed: Feed) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(LISTENER_LIMIT):
            group.create_task(feed.until(ANN, lambda: False, 10))
        await asyncio.sleep(0)
        with pytest.raises(RefusedError):
            await feed.until(ANN, lambda: False, 10)
        with feed.listening(BOB):
            pass
        feed.close()
