"""Streams by the names of the streaming plan."""

import asyncio
from typing import Any

from trifocal_sdk import Video


async def test_a_stream_is_requested_and_stopped(pair: Any) -> None:
    streaming = pair.here.streaming
    assert (streaming.is_streaming, streaming.get_stream_status()) == (False, None)
    live = asyncio.create_task(streaming.request_stream("rtmp://media.example/k", video=Video(bitrate=2_000_000)))
    request = await pair.there.expect("rtmp_stream_request")
    assert request["video"] == {"bitrate": 2_000_000}
    await pair.there.rtmp_status("active")
    assert (await live).live
    assert streaming.is_streaming
    assert streaming.get_stream_status().status == "active"
    stop = asyncio.create_task(streaming.stop_stream())
    await pair.there.expect("rtmp_stream_stop")
    await pair.there.rtmp_status("stopped")
    await stop
    assert (streaming.is_streaming, streaming.get_stream_status().status) == (False, "stopped")


async def test_status_comes_by_subscription(pair: Any) -> None:
    heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stop = pair.here.streaming.on_status(lambda status: heard.set_result(status.status))
    await pair.there.subscribed("rtmp_stream_status")
    await pair.there.rtmp_status("initializing")
    assert await asyncio.wait_for(heard, 5) == "initializing"
    stop()
    await pair.there.until(lambda: pair.there.subscriptions == [])


async def test_updates_can_be_subscribed_to_apart(pair: Any) -> None:
    pair.here.streaming.subscribe_to_status_updates()
    await pair.there.subscribed("rtmp_stream_status")
    pair.here.streaming.unsubscribe_from_status_updates()
    await pair.there.until(lambda: pair.there.subscriptions == [])


async def test_the_owner_hears_each_status_once(pair: Any) -> None:
    heard: list[tuple[str, str]] = []
    last = asyncio.Event()

    def listener(status: Any) -> None:
        heard.append((status.app_id, status.status))
        if status.status == "busy":
            last.set()

    pair.here.streaming.on_status(listener)
    ours = {"status": "active", "streamId": "s1", "appId": "com.example.cam"}
    await pair.there.rtmp_status("active", appId="com.example.cam")
    await pair.there.happens("rtmp_stream_status", ours)
    await pair.there.happens("rtmp_stream_status", {"status": "busy", "appId": "com.example.other"})
    await asyncio.wait_for(last.wait(), 5)
    assert heard == [("com.example.cam", "active"), ("com.example.other", "busy")]
    assert pair.here.streaming.is_streaming
