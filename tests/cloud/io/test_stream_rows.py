"""Streams that run are found again as they were, and those that have ended are not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from trifocal_cloud import stream_words as words
from trifocal_cloud.io.stream_rows import StreamRows
from trifocal_cloud.stream import Stream, Wishes
from trifocal_cloud.testing import ANN, House, eventually


@pytest.fixture
async def kept(house: House) -> AsyncIterator[StreamRows]:
    found = StreamRows(house.cloud.database)
    running = asyncio.create_task(found.run())
    yield found
    running.cancel()
    await asyncio.wait([running])


def stream(stream_id: str = "s1") -> Stream:
    wishes = Wishes({"width": 640}, {"bitrate": 64_000}, {"durationLimit": 60})
    return Stream(stream_id, ANN, "com.example.cam", wishes, 7, "rtmp://a/live/key", ["com.example.cam"])


async def test_a_stream_comes_back_as_it_was(kept: StreamRows) -> None:
    async def there() -> bool:
        return await kept.load() == [stream()]

    kept.keep(stream())
    kept.keep(stream())
    await eventually(there)


async def test_one_that_was_to_end_still_is(kept: StreamRows) -> None:
    async def there() -> bool:
        return [found.status for found in await kept.load()] == [words.STOPPING]

    ending = stream()
    ending.status = words.STOPPING
    kept.keep(ending)
    await eventually(there)


async def test_the_last_word_counts_also_when_nobody_writes_any_more(house: House) -> None:
    rows = StreamRows(house.cloud.database)
    rows.keep(stream())
    rows.keep(stream("s2"))
    rows.forget("s1")
    rows.forget("never there")
    await rows.close()
    assert [found.stream_id for found in await rows.load()] == ["s2"]
