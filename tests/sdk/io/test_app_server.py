"""Sessions of an app begin and end, each once, whatever the cloud does."""

import asyncio
import logging
import os
import signal
from typing import Any

import pytest

from trifocal_sdk import AppServer, AppSession, ButtonPress, StreamType
from trifocal_sdk.testing import ScriptedCloud

PACKAGE = "com.example.cam"
ANN = "ann@example.com"
SESSION = f"{ANN}-{PACKAGE}"


async def test_a_session_begins_with_the_webhook(pair: Any) -> None:
    assert pair.app.begun == [pair.here]
    assert (pair.here.id, pair.here.user_id, pair.here.connected) == (SESSION, ANN, True)
    init = pair.there.messages[0]
    assert {key: init[key] for key in ("type", "sessionId", "packageName", "apiKey")} == {
        "type": "tpa_connection_init",
        "sessionId": SESSION,
        "packageName": PACKAGE,
        "apiKey": "key",
    }


async def test_a_stop_ends_it_once(pair: Any) -> None:
    await pair.there.stop("user_disabled")
    await pair.there.stop("user_disabled")
    assert pair.app.ends == [(SESSION, ANN, "user_disabled")]
    assert dict(pair.app.sessions) == {}
    assert not pair.here.connected


async def test_the_close_of_the_cloud_ends_it_once(pair: Any) -> None:
    ended = asyncio.Event()
    pair.app.stopped(lambda _, reason: ended.set())
    await pair.there.drop(1000, "User session ended")
    await asyncio.wait_for(ended.wait(), 5)
    assert pair.app.ends == [(SESSION, ANN, "User session ended")]


async def test_the_clouds_own_word_is_the_reason(pair: Any) -> None:
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    pair.app.stopped(lambda _, reason: ended.set_result(reason))
    await pair.there.send({"type": "app_stopped", "reason": "system_stop"})
    await pair.there.drop(1000, "App stopped")
    assert await asyncio.wait_for(ended, 5) == "system_stop"


async def test_a_socket_that_drops_ends_nothing(pair: Any) -> None:
    await pair.there.subscribed()
    await pair.there.drop()
    await pair.there.back()
    assert (len(pair.app.begun), pair.app.ends, pair.there.connections) == (1, [], 2)


async def test_a_second_request_for_a_session_replaces_it(pair: Any) -> None:
    answer = await pair.there.ask_to_start()
    assert answer.status_code == 200
    assert len(pair.app.begun) == 2
    assert pair.app.ends == [(SESSION, ANN, "switching_clouds")]
    release = await pair.there.expect("ownership_release")
    assert release["reason"] == "switching_clouds"
    assert len(pair.app.sessions) == 1


async def test_many_requests_at_once_leave_one_session(pair: Any) -> None:
    answers = await asyncio.gather(*(pair.there.ask_to_start() for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len(pair.app.sessions) == 1
    assert len(pair.app.begun) == 5
    assert len(pair.app.ends) == 4


@pytest.mark.parametrize("code", ["INVALID_API_KEY", "APP_NOT_STARTED"])
async def test_a_refused_start_is_told_to_who_asked(cloud: ScriptedCloud, app: Any, code: str) -> None:
    cloud.refusal = code
    await app.start()
    answer = await cloud.session(app).ask_to_start()
    assert answer.status_code == 500
    assert code in answer.json()["message"]
    assert (app.begun, app.ends, dict(app.sessions)) == ([], [], {})
    await app.stop()


async def test_decorated_functions_are_called(cloud: ScriptedCloud) -> None:
    app = AppServer(PACKAGE, "key", port=0)
    said: list[Any] = []
    heard, stopped = asyncio.Event(), asyncio.Event()

    @app.started
    async def began(session: AppSession) -> None:
        said.append(("started", session.user_id))

    @app.on(StreamType.BUTTON_PRESS)
    async def pressed(session: AppSession, press: ButtonPress) -> None:
        said.append((session.user_id, press.button_id))
        heard.set()

    @app.on("touch_event:long_press")
    def touched(session: AppSession, touch: Any) -> None:
        said.append(touch.gesture)

    @app.stopped
    def ended(session: AppSession, reason: str) -> None:
        said.append(("stopped", reason))
        stopped.set()

    async with cloud.running(app) as there:
        await there.press("left")
        await asyncio.wait_for(heard.wait(), 5)
        await there.happens("touch_event:long_press", {"gesture_name": "long_press"})
        await there.stop()
        await asyncio.wait_for(stopped.wait(), 5)
    assert said == [("started", ANN), (ANN, "left"), "long_press", ("stopped", "user_disabled")]


async def test_the_first_list_is_whole_when_listeners_are_decorated(cloud: ScriptedCloud) -> None:
    app = AppServer(PACKAGE, "key", port=0)
    app.on(StreamType.BUTTON_PRESS)(lambda session, press: None)
    async with cloud.running(app) as there:
        first = await there.expect("subscription_update")
        assert first["subscriptions"] == ["button_press"]


async def test_what_fails_in_the_app_is_written_down_and_harms_nobody(
    cloud: ScriptedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(AppServer):
        async def on_session(self, session: AppSession, session_id: str, user_id: str) -> None:
            raise RuntimeError("no session today")

        async def on_stop(self, session_id: str, user_id: str, reason: str) -> None:
            raise RuntimeError("no stop today")

    app = Broken(PACKAGE, "key", port=0)
    with caplog.at_level(logging.ERROR, "trifocal_sdk"):
        async with cloud.running(app) as there:
            await there.stop()
            await there.ask_to_start()
            assert len(app.sessions) == 1
    texts = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert texts.count("no session today") == 2
    assert texts.count("no stop today") == 2


async def test_an_app_that_stops_leaves_and_may_be_brought_back(pair: Any) -> None:
    await pair.app.stop()
    await pair.there.until(lambda: not pair.there.connected)
    assert pair.app.ends == [(SESSION, ANN, "the app stops")]
    assert "ownership_release" not in [message["type"] for message in pair.there.messages]


async def test_an_app_goes_to_the_clouds_it_names_and_to_no_other() -> None:
    anywhere = AppServer(PACKAGE, "key")
    somewhere = AppServer(PACKAGE, "key", clouds=("https://cloud.example/", "http://127.0.0.1:8000"))
    for url, everywhere, there in [
        ("wss://cloud.example/app-ws", True, True),
        ("ws://127.0.0.1:8000/app-ws", True, True),
        ("ws://cloud.example/app-ws", True, False),
        ("wss://cloud.example.org/app-ws", True, False),
        ("wss://cloud.example@evil.example/app-ws", True, False),
        ("https://cloud.example/app-ws", False, False),
        ("wss:///app-ws", False, False),
        ("", False, False),
    ]:
        assert (anywhere.allows(url), somewhere.allows(url)) == (everywhere, there), url


async def test_an_app_runs_until_it_is_told_to_end() -> None:
    app = AppServer(PACKAGE, "key", port=0)
    begun = asyncio.Event()
    start = app.start

    async def started() -> None:
        await start()
        begun.set()

    app.start = started  # type: ignore[method-assign]
    running = asyncio.create_task(app.run())
    await asyncio.wait_for(begun.wait(), 5)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 5)


async def test_a_port_that_is_taken_is_told(app: Any) -> None:
    await app.start()
    port = int(app.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        await AppServer(PACKAGE, "key", port=port).start()
    await app.stop()
