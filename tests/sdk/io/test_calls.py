"""What developers wrote may be plain or asynchronous, may fail, and may never end."""

import asyncio
import logging

import pytest

from trifocal_sdk import PhotoError
from trifocal_sdk.io import calls
from trifocal_sdk.io.calls import Calls


async def test_plain_and_asynchronous_ones_are_called() -> None:
    made, heard = Calls(), []

    async def later(word: str) -> None:
        heard.append(word)

    assert made.call(heard.append, "now") is None
    task = made.call(later, "later")
    assert task is not None
    await task
    assert heard == ["now", "later"]


async def test_what_fails_is_written_down_with_the_way_it_came(caplog: pytest.LogCaptureFixture) -> None:
    made = Calls()

    def broken() -> None:
        raise RuntimeError("now")

    async def broken_later() -> None:
        raise RuntimeError("later")

    made.call(broken)
    made.call(broken_later)
    await made.finish(5)
    errors = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert errors == ["now", "later"]
    assert "broken_later failed" in caplog.text


async def test_an_error_of_ours_takes_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async def unlucky() -> None:
        raise PhotoError("the camera is in use", "CAMERA_BUSY")

    made = Calls()
    made.call(unlucky)
    await made.finish(5)
    (record,) = caplog.records
    assert record.exc_info is None
    assert record.message.endswith("unlucky: PhotoError: the camera is in use (CAMERA_BUSY)")


async def test_too_many_at_once_are_not_begun(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(calls, "MOST", 2)
    made, never, begun = Calls(), asyncio.Event(), []

    async def endless() -> None:
        begun.append(1)
        await never.wait()

    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            made.call(endless)
    await made.finish(0)
    assert len(caplog.records) == 1
    assert len(begun) <= 2
    made.call(begun.append, 1)


async def test_what_takes_too_long_is_cancelled() -> None:
    made, ended = Calls(), []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    task = made.call(endless)
    await asyncio.sleep(0)
    await made.finish(0)
    assert ended == [True]
    assert task is not None
    assert task.cancelled()
    await made.finish(0)


async def test_a_call_may_wait_for_the_others() -> None:
    made = Calls()

    async def ends_all() -> None:
        await made.finish(0)

    task = made.call(ends_all)
    assert task is not None
    await asyncio.wait_for(task, 5)
