"""Callbacks over real HTTP: signed, in order, tried again, there after a restart, silent when nobody may hear."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from trifocal_cloud import callbacks as machine
from trifocal_cloud.io import callbacks
from trifocal_cloud.io.callbacks import signature
from trifocal_cloud.testing import ANN, EPOCH_MS, eventually, housed

SECRET = "a-secret-of-the-app"


async def added(app_side: Any, outside: Any, *streams: str) -> str:
    app = app_side.cloud.registry.app("com.example.cam")
    found: str = await app_side.cloud.callbacks.add(app, ANN, streams or ("button_press",), f"{outside.url}/cb", SECRET)
    return found


def answered(*statuses: int) -> Any:
    """Answers with these, and with the last one for ever."""
    left = list(statuses)
    return lambda got: b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % (left.pop(0) if len(left) > 1 else left[0])


async def test_what_happens_is_posted_and_signed(app_side: Any, outside: Any) -> None:
    callback_id = await added(app_side, outside)
    assert app_side.press(raw=b'{"type":"button_press",  "z":[1]}') == 1
    (got,) = await outside.heard()
    assert (got.path, got.headers["content-type"]) == ("/cb", "application/json")
    assert b'"data":{"type":"button_press",  "z":[1]}' in got.body
    said = json.loads(got.body)
    assert (said["type"], said["subscriptionId"], said["userId"]) == ("data_stream", callback_id, ANN)
    assert said["streamType"] == "button_press"
    at, proof = got.headers["x-trifocal-signature"].split(",")
    assert at == f"t={EPOCH_MS // 1000}"
    mac = hmac.new(SECRET.encode(), at[2:].encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert proof == f"v1={mac}"
    assert got.headers["x-trifocal-delivery"]


def test_the_signature_is_a_known_one() -> None:
    mac = hmac.new(b"k", b"12.{}", "sha256").hexdigest()
    assert signature("k", 12, b"{}") == f"t=12,v1={mac}"


async def test_in_order_each_with_an_id_of_its_own(app_side: Any, outside: Any) -> None:
    await added(app_side, outside)
    for number in range(20):
        app_side.press(raw=b"%d" % number)
    got = await outside.heard(20)
    assert [json.loads(one.body)["data"] for one in got] == list(range(20))
    assert len({one.headers["x-trifocal-delivery"] for one in got}) == 20


@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_what_was_not_taken_comes_again_under_the_same_id(app_side: Any, outside: Any, status: int) -> None:
    outside.reply = answered(status, 200)
    await added(app_side, outside)
    app_side.press(raw=b"1")
    app_side.press(raw=b"2")
    await outside.heard()
    await eventually(lambda: app_side.cloud.callbacks._machine.deadline() is not None)
    app_side.house.clock.advance(machine.RETRY_BASE_MS)
    app_side.cloud.callbacks.expire()
    first, again, second = await outside.heard(3)
    assert first.headers["x-trifocal-delivery"] == again.headers["x-trifocal-delivery"]
    assert first.headers["x-trifocal-signature"] != again.headers["x-trifocal-signature"]
    assert [json.loads(one.body)["data"] for one in (again, second)] == [1, 2]


@pytest.mark.parametrize("status", [302, 400, 404, 410])
async def test_what_was_refused_does_not_come_again_and_is_said(
    app_side: Any, outside: Any, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[tuple[str, ...]] = []
    monkeypatch.setattr(app_side.cloud.callbacks, "_failed", lambda *fault: faults.append(fault))
    outside.reply = answered(status, 200)
    await added(app_side, outside)
    app_side.press(raw=b"1")
    app_side.press(raw=b"2")
    got = await outside.heard(2)
    assert [json.loads(one.body)["data"] for one in got] == [1, 2]
    sentence = f"a callback was not taken: its server answered {status}"
    assert faults == [(ANN, "com.example.cam", "delivery_failed", sentence)]


async def test_a_callback_into_forbidden_places_is_not_called(app_side: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[str] = []
    monkeypatch.setattr(app_side.cloud.callbacks, "_failed", lambda *fault: faults.append(fault[3]))
    app = app_side.cloud.registry.app("com.example.cam")
    await app_side.cloud.callbacks.add(app, ANN, ("button_press",), "http://169.254.169.254/", SECRET)
    app_side.press()
    await eventually(lambda: bool(faults))
    assert "169.254.169.254" in faults[0]


async def test_a_server_that_hangs_holds_up_nobody(
    app_side: Any, outside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "POST_S", 0.05)
    first = await added(app_side, outside)
    second = await added(app_side, outside)
    outside.reply = lambda got: None if first.encode() in got.body else answered(200)(got)
    app_side.press(raw=b"1")
    app_side.press(raw=b"2")

    def told() -> list[int]:
        return [json.loads(one.body)["data"] for one in outside.got if second.encode() in one.body]

    await eventually(lambda: told() == [1, 2])


async def test_a_stopped_app_is_not_called(app_side: Any, outside: Any) -> None:
    await added(app_side, outside)
    app_side.run(state="")
    assert app_side.press() == 0
    app_side.run()
    assert app_side.press() == 1


async def test_callbacks_are_there_after_a_restart(app_side: Any, outside: Any) -> None:
    callback_id = await added(app_side, outside, "button_press", "photo_result")
    async with housed(app_side.house.settings.data_dir, app_networks="loopback") as house:
        assert house.cloud.switchboard.relay(ANN, ("button_press",), b"1", EPOCH_MS) == 1
        (got,) = await outside.heard()
    assert json.loads(got.body)["subscriptionId"] == callback_id


async def test_a_removed_callback_is_gone_for_good(app_side: Any, outside: Any) -> None:
    callback_id = await added(app_side, outside)
    assert not await app_side.cloud.callbacks.remove("com.example.other", callback_id)
    assert await app_side.cloud.callbacks.remove("com.example.cam", callback_id)
    assert not await app_side.cloud.callbacks.remove("com.example.cam", callback_id)
    async with housed(app_side.house.settings.data_dir) as house:
        assert house.cloud.switchboard.relay(ANN, ("button_press",), b"1", EPOCH_MS) == 0


async def test_with_its_app_a_callback_goes(app_side: Any, outside: Any) -> None:
    await added(app_side, outside)
    await app_side.cloud.registry.remove("com.example.cam")
    assert app_side.press() == 0
    await app_side.register()
    assert app_side.press() == 0


async def test_a_callback_that_goes_while_it_is_called_is_no_trouble(app_side: Any, outside: Any) -> None:
    callback_id = await added(app_side, outside)

    async def remove(got: Any) -> bytes:
        await app_side.cloud.callbacks.remove("com.example.cam", callback_id)
        return b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"

    outside.reply = remove
    app_side.press(raw=b"1")
    app_side.press(raw=b"2")
    await outside.heard()
    await eventually(lambda: not app_side.cloud.callbacks._under_way)
    assert len(outside.got) == 1
