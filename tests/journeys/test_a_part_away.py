"""Whatever part is away for a while, killed or stopped, no photo is lost, doubled or out of order."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools.bench.kills import Parts, Victim, draw_pictures, kill_run

pytestmark = pytest.mark.journey


def test_three_presses_without_a_cloud_arrive_once_each_and_in_order(tmp_path: Path) -> None:
    made = draw_pictures(tmp_path / "pictures", 3)
    with Parts(tmp_path) as parts:
        parts.kill("cloud")
        for _ in made:
            parts.press()
        parts.start("cloud")
        photos = arrived(parts, 3)

    assert [photo["sha256"] for photo in reversed(photos)] == list(made)


def test_glasses_that_lose_power_bring_their_photos_after_the_next_start(tmp_path: Path) -> None:
    made = draw_pictures(tmp_path / "pictures", 2)
    with Parts(tmp_path) as parts:
        parts.kill("gateway")
        for _ in made:
            parts.press()
        await_stored(parts, 2)
        parts.kill("glasses")
        parts.start("glasses")
        parts.start("gateway")
        photos = arrived(parts, 2)

    assert [photo["sha256"] for photo in reversed(photos)] == list(made)


@pytest.mark.parametrize("victim", ["gateway", "cloud"])
def test_killed_at_random_instants_nothing_is_lost_nor_doubled_nor_corrupt(victim: Victim, tmp_path: Path) -> None:
    outcome = kill_run(victim, kills=6, photos=6, folder=tmp_path, seed=1)

    assert (outcome.lost, outcome.doubled, outcome.corrupt) == (0, 0, 0)
    assert outcome.photos == 6


def arrived(parts: Parts, count: int) -> list[dict[str, Any]]:
    """The gallery once it holds as many photos as expected."""
    return until(parts.gallery, lambda photos: len(photos) >= count)


def await_stored(parts: Parts, count: int) -> None:
    """Wait until the glasses hold as many photos on their flash."""
    until(parts.glasses_state, lambda state: int(state["storedPhotos"]) >= count)


def until(ask: Callable[[], Any], good: Callable[[Any], bool], seconds: float = 60) -> Any:
    """Ask until the answer is good, at most so long; the last answer."""
    end = time.monotonic() + seconds
    while not good(answer := ask()) and time.monotonic() < end:
        pass
    return answer
