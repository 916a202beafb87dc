"""The scripted cloud behaves as one with working glasses, or as the test says."""

import asyncio
from typing import Any

import httpx
import pytest

from trifocal_sdk import AppServer, PhotoError, Restream, StreamType
from trifocal_sdk.testing import PICTURE, ScriptedCloud


async def test_by_itself_it_answers_as_working_glasses_would(app: Any) -> None:
    async with ScriptedCloud(picture=b"a picture") as cloud, cloud.running(app):
        (session,) = app.sessions.values()
        assert (await session.camera.request_photo()).content == b"a picture"
        assert (await session.camera.start_stream("rtmp://media.example/k")).live
        await session.camera.stop_stream()
        status = await session.camera.start_managed_stream(restream_to=[Restream("rtmp://a.example/k", "A")])
        assert status.hls_url
        assert [(output.name, output.status) for output in status.outputs] == [("A", "active")]
        assert (await session.camera.check_existing_stream()).stream_id == "m1"
        await session.camera.stop_managed_stream()
        assert await session.camera.check_existing_stream() is None


async def test_a_test_says_what_happens(pair: Any) -> None:
    photo = asyncio.create_task(pair.here.camera.request_photo())
    request = await pair.there.expect("photo_request")
    assert await pair.there.fail_photo(request["requestId"], "CAMERA_BUSY", "in use") == 200
    with pytest.raises(PhotoError, match="CAMERA_BUSY"):
        await photo


async def test_messages_are_expected_in_order(pair: Any) -> None:
    pair.here.request_wifi_setup("one")
    pair.here.request_wifi_setup("two")
    assert (await pair.there.expect("request_wifi_setup"))["reason"] == "one"
    assert (await pair.there.expect("request_wifi_setup"))["reason"] == "two"
    with pytest.raises(TimeoutError):
        await pair.there.expect("request_wifi_setup", within_s=0.01)


async def test_a_press_waits_until_somebody_listens(pair: Any) -> None:
    pressing = asyncio.create_task(pair.there.press())
    heard = asyncio.Event()
    pair.here.on(StreamType.BUTTON_PRESS, lambda press: heard.set())
    await asyncio.wait_for(pressing, 5)
    await asyncio.wait_for(heard.wait(), 5)


async def test_a_press_that_nobody_hears_fails_the_test(pair: Any) -> None:
    with pytest.raises(TimeoutError):
        await pair.there.subscribed("button_press", within_s=0.01)


async def test_an_app_that_does_not_begin_fails_the_test(cloud: ScriptedCloud, app: Any) -> None:
    cloud.refusal = "INVALID_API_KEY"
    with pytest.raises(AssertionError, match="INVALID_API_KEY"):
        async with cloud.running(app):
            pass


async def test_nothing_can_be_sent_to_an_app_that_is_gone(pair: Any) -> None:
    await pair.there.stop()
    await pair.there.until(lambda: not pair.there.connected)
    with pytest.raises(RuntimeError, match="not connected"):
        await pair.there.send({"type": "data_stream"})
    await pair.there.drop()


async def test_a_photo_nobody_asked_for_is_not_taken(pair: Any) -> None:
    assert await pair.there.deliver_photo("r1", PICTURE) == 404
    assert await pair.there.fail_photo("r1", "CAMERA_BUSY") == 404


async def test_two_apps_and_two_people_are_apart(cloud: ScriptedCloud) -> None:
    first, second = (AppServer(f"com.example.{name}", "key", port=0) for name in ("one", "two"))
    async with cloud.running(first) as one, cloud.running(second, "bob@example.com") as two:
        assert (one.id, two.id) == ("ann@example.com-com.example.one", "bob@example.com-com.example.two")
        more = cloud.session(first, "bob@example.com")
        assert (await more.ask_to_start()).status_code == httpx.codes.OK
        assert len(first.sessions) == 2
        assert len(second.sessions) == 1
