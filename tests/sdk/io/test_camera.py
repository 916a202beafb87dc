"""The camera: what is asked for is on the wire, and what comes of it is returned or raised."""

import asyncio
from typing import Any

import pytest

from trifocal_sdk import Audio, NotConnectedError, PhotoTimeoutError, Restream, StreamError, StreamTimeoutError, Video
from trifocal_sdk.testing import PICTURE


async def test_a_photo_is_asked_for_and_comes(pair: Any) -> None:
    photo = asyncio.create_task(pair.here.camera.request_photo(size="full", compress="heavy", save_to_gallery=True))
    request = await pair.there.expect("photo_request")
    assert {key: request[key] for key in ("size", "compress", "saveToGallery")} == {
        "size": "full",
        "compress": "heavy",
        "saveToGallery": True,
    }
    assert request["requestId"].startswith("photo_req_")
    assert await pair.there.deliver_photo(request["requestId"]) == 200
    assert (await photo).content == PICTURE


async def test_two_photos_do_not_meet(pair: Any) -> None:
    photos = [asyncio.create_task(pair.here.camera.request_photo()) for _ in range(2)]
    requests = [await pair.there.expect("photo_request") for _ in range(2)]
    for number, request in reversed(list(enumerate(requests))):
        await pair.there.deliver_photo(request["requestId"], f"picture {number}".encode())
    assert [(await photo).content for photo in photos] == [b"picture 0", b"picture 1"]


async def test_a_photo_that_goes_elsewhere_does_not_come_here(pair: Any) -> None:
    photo = await pair.here.camera.request_photo(custom_webhook_url="https://photos.example/in", auth_token="t")
    request = await pair.there.expect("photo_request")
    assert (request["customWebhookUrl"], request["authToken"]) == ("https://photos.example/in", "t")
    assert (photo.content, photo.size, photo.request_id) == (b"", 0, request["requestId"])
    assert await pair.there.deliver_photo(photo.request_id) == 404


async def test_a_photo_that_does_not_come_times_out(pair: Any) -> None:
    with pytest.raises(PhotoTimeoutError) as caught:
        await pair.here.camera.request_photo(timeout_s=0.02)
    assert await pair.there.deliver_photo(caught.value.request_id) == 404


async def test_a_photo_nobody_waits_for_any_more_is_forgotten(pair: Any) -> None:
    photo = asyncio.create_task(pair.here.camera.request_photo())
    request = await pair.there.expect("photo_request")
    photo.cancel()
    await asyncio.gather(photo, return_exceptions=True)
    assert await pair.there.deliver_photo(request["requestId"]) == 404


@pytest.mark.parametrize("wrong", [{"size": "huge"}, {"compress": "much"}])
async def test_a_photo_of_no_such_kind_is_a_mistake_of_the_caller(pair: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a photo is one of"):
        await pair.here.camera.request_photo(**wrong)


async def test_without_connection_nothing_is_asked(pair: Any) -> None:
    await pair.here.disconnect()
    for call in (
        pair.here.camera.request_photo(),
        pair.here.camera.request_photo(custom_webhook_url="https://photos.example/in"),
        pair.here.camera.start_stream("rtmp://media.example/key"),
        pair.here.camera.stop_stream(),
        pair.here.camera.start_managed_stream(),
        pair.here.camera.check_existing_stream(),
    ):
        with pytest.raises(NotConnectedError):
            await call


async def test_a_stream_is_asked_for_and_goes_live(pair: Any) -> None:
    heard: list[str] = []
    pair.here.camera.on_stream_status(lambda status: heard.append(status.status))
    options = {
        "video": Video(width=1280, height=720, frame_rate=24),
        "audio": Audio(sample_rate=44_100, echo_cancellation=False),
    }
    live = asyncio.create_task(pair.here.camera.start_stream("rtmp://media.example/k", duration_limit_s=60, **options))
    request = await pair.there.expect("rtmp_stream_request")
    assert request["rtmpUrl"] == "rtmp://media.example/k"
    assert request["video"] == {"width": 1280, "height": 720, "frameRate": 24}
    assert request["audio"] == {"sampleRate": 44_100, "echoCancellation": False}
    assert request["stream"] == {"durationLimit": 60}
    await pair.there.rtmp_status("initializing")
    await pair.there.rtmp_status("active", stats={"fps": 24})
    status = await live
    assert (status.stream_id, status.stats) == ("s1", {"fps": 24})
    assert heard == ["initializing", "active"]
    stop = asyncio.create_task(pair.here.camera.stop_stream())
    assert (await pair.there.expect("rtmp_stream_stop"))["streamId"] == "s1"
    await pair.there.rtmp_status("stopped")
    await stop


async def test_options_that_are_not_given_are_not_sent(pair: Any) -> None:
    live = asyncio.create_task(pair.here.camera.start_stream("rtmp://media.example/k"))
    request = await pair.there.expect("rtmp_stream_request")
    assert not {"video", "audio", "stream"} & set(request)
    live.cancel()
    await asyncio.gather(live, return_exceptions=True)
    assert await pair.there.expect("rtmp_stream_stop")


async def test_a_stream_needs_an_address(pair: Any) -> None:
    with pytest.raises(ValueError, match="RTMP address"):
        await pair.here.camera.start_stream("")


async def test_a_stream_that_fails_says_why(pair: Any) -> None:
    live = asyncio.create_task(pair.here.camera.start_stream("rtmp://media.example/k"))
    await pair.there.expect("rtmp_stream_request")
    await pair.there.rtmp_status("error", errorDetails="these glasses cannot do that")
    with pytest.raises(StreamError, match="these glasses cannot do that"):
        await live


async def test_a_stream_that_does_not_begin_is_stopped(pair: Any) -> None:
    with pytest.raises(StreamTimeoutError):
        await pair.here.camera.start_stream("rtmp://media.example/k", timeout_s=0.02)
    assert await pair.there.expect("rtmp_stream_stop")


async def test_a_managed_stream_can_be_watched_and_is_sent_on(pair: Any) -> None:
    heard: list[str] = []
    pair.here.camera.on_managed_stream_status(lambda status: heard.append(status.status))
    places = [Restream("rtmp://a.example/key", "YouTube"), "rtmp://b.example/key"]
    live = asyncio.create_task(pair.here.camera.start_managed_stream(quality="720p", webrtc=False, restream_to=places))
    request = await pair.there.expect("managed_stream_request")
    assert (request["quality"], request["enableWebRTC"]) == ("720p", False)
    assert request["restreamDestinations"] == [
        {"url": "rtmp://a.example/key", "name": "YouTube"},
        {"url": "rtmp://b.example/key"},
    ]
    assert "sessionId" not in request
    await pair.there.managed_status("active")
    status = await live
    assert status.hls_url == "https://media.example/m1.m3u8"
    assert heard == ["active"]
    stop = asyncio.create_task(pair.here.camera.stop_managed_stream())
    await pair.there.expect("managed_stream_stop")
    await pair.there.managed_status("stopped")
    await stop


async def test_a_stream_that_runs_already_is_found(pair: Any) -> None:
    check = asyncio.create_task(pair.here.camera.check_existing_stream())
    await pair.there.expect("stream_status_check")
    info = {"type": "managed", "streamId": "m1", "status": "active"}
    await pair.there.send({"type": "stream_status_check_response", "hasActiveStream": True, "streamInfo": info})
    found = await check
    assert (found.kind, found.stream_id) == ("managed", "m1")
