"""A session as the developer has it."""

import asyncio
from typing import Any

import pytest

from trifocal_sdk import NotConnectedError, StreamType
from trifocal_sdk.testing import ScriptedCloud


async def test_what_the_cloud_knows_is_there_when_the_session_begins(cloud: ScriptedCloud, app: Any) -> None:
    cloud.settings = [{"key": "quality", "value": "hd"}]
    async with cloud.running(app) as there:
        (here,) = app.sessions.values()
        assert here.settings.get("quality") == "hd"
        assert (here.capabilities.model_name, here.capabilities.has_camera) == ("Scripted Glasses", True)
        known = asyncio.Event()
        here.device.on_change(lambda state: known.set())
        await there.send({"type": "device_state_update", "state": {"batteryLevel": 17}})
        await asyncio.wait_for(known.wait(), 5)
        assert (here.device.state.connected, here.device.state.battery_level) == (True, 17)
    assert repr(here) == "AppSession(user_id='ann@example.com')"


async def test_listeners_hear_until_they_are_cleaned_up(pair: Any) -> None:
    heard: list[str] = []
    both = asyncio.Event()
    stop = pair.here.on(StreamType.BUTTON_PRESS, lambda press: heard.append(press.button_id))
    pair.here.on(StreamType.BUTTON_PRESS, lambda press: both.set() if press.button_id == "right" else stop())
    await pair.there.press("left")
    await pair.there.press("right")
    await asyncio.wait_for(both.wait(), 5)
    assert heard == ["left"]


async def test_a_stream_nobody_listens_to_is_not_sent_any_more(pair: Any) -> None:
    stop = pair.here.on(StreamType.BUTTON_PRESS, lambda press: None)
    await pair.there.subscribed("button_press")
    stop()
    stop()
    await pair.there.until(lambda: pair.there.subscriptions == [])


async def test_a_listener_that_takes_its_time_keeps_nobody_waiting(pair: Any) -> None:
    heard: list[str] = []
    both, never = asyncio.Event(), asyncio.Event()

    async def slow(press: Any) -> None:
        heard.append(press.button_id)
        if len(heard) == 2:
            both.set()
        await never.wait()

    pair.here.on(StreamType.BUTTON_PRESS, slow)
    await pair.there.press("left")
    await pair.there.press("right")
    await asyncio.wait_for(both.wait(), 5)
    never.set()
    assert heard == ["left", "right"]


async def test_a_stream_can_be_subscribed_to_without_a_listener(pair: Any) -> None:
    pair.here.subscribe(StreamType.VAD)
    await pair.there.subscribed("VAD")
    pair.here.unsubscribe("VAD")
    await pair.there.until(lambda: pair.there.subscriptions == [])


async def test_the_list_is_sent_whole_and_once(pair: Any) -> None:
    for stream in ("button_press", "touch_event", "VAD"):
        pair.here.on(stream, lambda event: None)
    await pair.there.subscribed("VAD")
    updates = [one["subscriptions"] for one in pair.there.messages if one["type"] == "subscription_update"]
    assert updates == [[], ["button_press", "touch_event", "VAD"]]


async def test_listeners_stay_through_a_new_connection(pair: Any) -> None:
    heard = asyncio.Event()
    lost: list[str] = []
    back = asyncio.Event()
    pair.here.on(StreamType.BUTTON_PRESS, lambda press: heard.set())
    pair.here.events.on_disconnected(lost.append)
    pair.here.events.on_connected(lambda _: back.set())
    await pair.there.subscribed("button_press")
    await pair.there.drop()
    await asyncio.wait_for(back.wait(), 5)
    await pair.there.press()
    await asyncio.wait_for(heard.wait(), 5)
    assert len(lost) == 1


async def test_a_disconnect_is_meant(pair: Any) -> None:
    await pair.here.disconnect()
    release = await pair.there.expect("ownership_release")
    assert release["reason"] == "clean_shutdown"
    await pair.there.until(lambda: not pair.there.connected)
    with pytest.raises(NotConnectedError, match="no connection"):
        pair.here.request_wifi_setup()
    await pair.here.disconnect()


async def test_wifi_can_be_asked_for(pair: Any) -> None:
    pair.here.request_wifi_setup("to stream")
    assert (await pair.there.expect("request_wifi_setup"))["reason"] == "to stream"


async def test_what_the_cloud_says_wrong_harms_nobody(pair: Any, caplog: pytest.LogCaptureFixture) -> None:
    heard = asyncio.Event()
    pair.here.on(StreamType.BUTTON_PRESS, lambda press: heard.set())
    await pair.there.send({"type": "data_stream"})
    await pair.there.send({"type": 7})
    await pair.there.send({"type": "something_new"})
    await pair.there.send({"type": "settings_update", "settings": {}})
    await pair.there.press()
    await asyncio.wait_for(heard.wait(), 5)
    assert pair.here.connected
    assert sum("cannot be understood" in record.message for record in caplog.records) == 3
