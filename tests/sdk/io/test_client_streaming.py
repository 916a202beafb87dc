"""Streams over HTTP."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from trifocal_sdk import CloudError, ManagedStreamStatus, StreamError, StreamStatus
from trifocal_sdk.io.calls import Calls
from trifocal_sdk.io.client_streaming import ClientStreaming


class FakeEvents:
    """Subscriptions that the test speaks on."""

    def __init__(self) -> None:
        self.streams: tuple[str, ...] = ()
        self.heard: Callable[[str, Any], None] = print

    async def subscribe(self, streams: tuple[str, ...], heard: Callable[[str, Any], None]) -> Callable[[], None]:
        self.streams, self.heard = streams, heard
        return lambda: None


@pytest.fixture
def events() -> FakeEvents:
    """Nothing happens by itself."""
    return FakeEvents()


@pytest.fixture
def streaming(asked: Any, events: FakeEvents) -> ClientStreaming:
    """A client's streams, of one user."""
    return ClientStreaming(asked.rest(), "ann@example.com", events, Calls())  # type: ignore[arg-type]


async def test_a_stream_to_an_address_is_requested(streaming: ClientStreaming, asked: Any) -> None:
    asked.answers = [httpx.Response(200, json={"streamId": "s1"})]
    url = "rtmp://media.example/key"
    assert await streaming.request_rtmp_stream(url, resolution="720p", bitrate=1_500_000) == "s1"
    assert asked.requests[0].url.path == "/api/app/streams/rtmp"
    assert json.loads(asked.requests[0].content) == {
        "rtmpUrl": url,
        "resolution": "720p",
        "bitrate": 1_500_000,
        "userId": "ann@example.com",
    }


async def test_a_stream_through_the_cloud_is_requested(streaming: ClientStreaming, asked: Any) -> None:
    urls = {"hls": "https://media.example/m1.m3u8", "dash": None}
    asked.answers = [httpx.Response(200, json={"streamId": "m1", "accessUrls": urls})]
    stream = await streaming.request_stream()
    assert (stream.stream_id, stream.access_urls.hls, stream.access_urls.dash) == ("m1", urls["hls"], "")
    assert json.loads(asked.requests[0].content) == {"userId": "ann@example.com"}


async def test_a_stream_is_stopped(streaming: ClientStreaming, asked: Any) -> None:
    await streaming.stop_stream("s/1")
    assert (asked.requests[0].method, asked.requests[0].url.raw_path) == ("DELETE", b"/api/app/streams/s%2F1")


@pytest.mark.parametrize(
    ("word", "kind"),
    [("unsupported", StreamError), ("glasses_offline", StreamError), ("app_not_running", CloudError)],
)
async def test_a_refusal_is_of_its_kind(
    streaming: ClientStreaming, asked: Any, word: str, kind: type[Exception]
) -> None:
    asked.answers = [httpx.Response(409, json={"error": word, "message": "these glasses cannot do that"})]
    with pytest.raises(kind, match="these glasses cannot do that"):
        await streaming.request_stream()


async def test_only_the_status_of_that_stream_is_heard(streaming: ClientStreaming, events: FakeEvents) -> None:
    heard: list[Any] = []
    await streaming.on_stream_status_change("s1", heard.append)
    assert events.streams == ("rtmp_stream_status", "managed_stream_status")
    events.heard("rtmp_stream_status", {"streamId": "s1", "status": "active"})
    events.heard("rtmp_stream_status", {"streamId": "s2", "status": "active"})
    events.heard("managed_stream_status", {"streamId": "s1", "status": "stopped"})
    assert heard == [
        StreamStatus(status="active", stream_id="s1"),
        ManagedStreamStatus(status="stopped", stream_id="s1"),
    ]
