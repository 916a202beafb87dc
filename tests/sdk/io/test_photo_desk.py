"""Who waits for a photo is told of its end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from trifocal_sdk import Photo, PhotoError, PhotoTimeoutError
from trifocal_sdk.io.photo_desk import PhotoDesk
from trifocal_shared.clock import Clock


def photo(request_id: str) -> Photo:
    """A picture."""
    return Photo(b"picture", "image/jpeg", "a.jpg", request_id, datetime(2026, 2, 3, tzinfo=UTC))


@pytest.fixture
async def desk() -> AsyncIterator[PhotoDesk]:
    """A desk that keeps time."""
    made = PhotoDesk(Clock())
    time = asyncio.create_task(made.run())
    yield made
    time.cancel()


async def test_a_picture_finds_who_waits(desk: PhotoDesk) -> None:
    with desk.waiting("r1", "s", 5) as first, desk.waiting("r2", "s", 5) as second:
        assert desk.arrived(photo("r2"))
        assert desk.arrived(photo("r1"))
        assert ((await first).request_id, (await second).request_id) == ("r1", "r2")
    assert not desk.knows("r1")
    assert not desk.arrived(photo("r1"))


async def test_a_failure_is_raised(desk: PhotoDesk) -> None:
    with desk.waiting("r1", "s", 5) as waiting:
        assert desk.failed("r1", "CAMERA_BUSY", "in use")
        with pytest.raises(PhotoError, match="in use"):
            await waiting


async def test_time_runs_out(desk: PhotoDesk) -> None:
    with pytest.raises(PhotoTimeoutError), desk.waiting("r1", "s", 0.01) as waiting:
        await waiting


async def test_the_end_of_a_session_is_the_end_of_its_photos(desk: PhotoDesk) -> None:
    with desk.waiting("r1", "s", 5) as ours, desk.waiting("r2", "t", 5) as theirs:
        desk.session_ended("s")
        with pytest.raises(PhotoError, match="SESSION_ENDED"):
            await ours
        assert not theirs.done()


async def test_who_leaves_is_forgotten(desk: PhotoDesk) -> None:
    with desk.waiting("r1", "s", 5):
        pass
    assert not desk.failed("r1", "CAMERA_BUSY", "")


def test_a_photo_shows_no_bytes() -> None:
    assert "picture" not in repr(photo("r1"))
    assert photo("r1").size == 7
