"""Streams outlive a lost connection, and end with their session."""

import asyncio
from typing import Any

import pytest

from trifocal_sdk import StreamError


@pytest.fixture
async def live(pair: Any) -> Any:
    """A session whose stream runs."""
    starting = asyncio.create_task(pair.here.camera.start_stream("rtmp://media.example/k"))
    await pair.there.expect("rtmp_stream_request")
    await pair.there.rtmp_status("active")
    await starting
    return pair


async def test_a_second_start_is_refused_without_asking(live: Any) -> None:
    with pytest.raises(StreamError, match="ALREADY_STREAMING"):
        await live.here.camera.start_stream("rtmp://media.example/other")
    assert sum(message["type"] == "rtmp_stream_request" for message in live.there.messages) == 1


async def test_a_stream_that_ended_in_a_gap_is_told_as_stopped(live: Any) -> None:
    ended = asyncio.Event()
    live.here.streaming.on_status(lambda status: ended.set() if status.status == "stopped" else None)
    await live.there.drop()
    await live.there.expect("stream_status_check")
    await live.there.send({"type": "stream_status_check_response", "hasActiveStream": False})
    await asyncio.wait_for(ended.wait(), 5)
    assert not live.here.streaming.is_streaming


async def test_a_stop_is_asked_for_even_where_nothing_is_known_to_run(pair: Any) -> None:
    await pair.here.camera.stop_stream()
    await pair.here.camera.stop_managed_stream()
    await pair.there.expect("rtmp_stream_stop")
    await pair.there.expect("managed_stream_stop")


async def test_the_end_of_the_session_ends_what_waits(pair: Any) -> None:
    calls = [
        asyncio.create_task(call)
        for call in (
            pair.here.camera.start_stream("rtmp://media.example/k"),
            pair.here.camera.start_managed_stream(),
            pair.here.camera.check_existing_stream(),
        )
    ]
    await pair.there.expect("stream_status_check")
    await pair.there.stop()
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [getattr(error, "code", None) for error in errors] == ["SESSION_ENDED"] * 3


async def test_a_disconnect_stops_what_runs(live: Any) -> None:
    await live.here.disconnect()
    assert await live.there.expect("rtmp_stream_stop")
    assert await live.there.expect("ownership_release")


async def test_a_cancelled_stop_leaves_nothing_behind(live: Any) -> None:
    stop = asyncio.create_task(live.here.camera.stop_stream())
    await live.there.expect("rtmp_stream_stop")
    stop.cancel()
    await asyncio.gather(stop, return_exceptions=True)
    await live.there.rtmp_status("stopped")
    live.cloud.answering = True
    assert await live.here.camera.check_existing_stream() is None
    assert not live.here.streaming.is_streaming
