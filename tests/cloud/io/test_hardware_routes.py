"""A press over HTTP: decided once, durable before it is answered, and never an error of ours."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from trifocal_cloud.io import rows
from trifocal_cloud.testing import ANN, House, housed, pressed
from trifocal_shared.messages import PhotoStatus

PRESS = {"buttonId": "photo", "pressType": "short", "deviceId": "sim", "pressId": "boot-1"}


async def post(client: httpx.AsyncClient, body: Any) -> httpx.Response:
    return await client.post("/api/hardware/button-press", json=body)


async def test_a_photo_press_is_a_request_with_a_row(house: House, client: httpx.AsyncClient) -> None:
    answer = await pressed(client)
    assert answer["success"] is True
    assert answer["action"] == "take_photo"
    assert answer["saveToGallery"] is True
    async with house.cloud.database.reading() as session:
        row = await rows.request(session, ANN, answer["requestId"])
    assert row is not None
    assert (row.press_id, row.finished_at) == ("boot-1", None)


async def test_a_press_without_a_use_is_acknowledged_and_nothing_waits_for_it(client: httpx.AsyncClient) -> None:
    assert await pressed(client, button="power") == {"success": True, "saveToGallery": True}
    state = (await client.get("/api/presses/boot-1?wait=60")).json()
    assert (state["status"], state["final"], state["reason"]) == ("failed", True, "unsupported")


async def test_a_video_press_begins_a_video_whose_request_has_time(house: House, client: httpx.AsyncClient) -> None:
    answer = await pressed(client, button="video")
    assert answer["action"] == "start_video"
    await house.cloud.desk.report(ANN, PhotoStatus(request_id=answer["requestId"], status="recording"))
    house.clock.advance(1_700_000)
    house.cloud.desk.expire()
    state = (await client.get("/api/presses/boot-1")).json()
    assert (state["status"], state["final"], state["requestId"]) == ("capturing", False, answer["requestId"])
    house.clock.advance(100_000)
    house.cloud.desk.expire()
    state = (await client.get("/api/presses/boot-1?wait=5")).json()
    assert (state["status"], state["final"]) == ("failed", True)


async def test_a_video_press_that_ends_the_recording_is_answered_so(client: httpx.AsyncClient) -> None:
    answer = (await post(client, {**PRESS, "buttonId": "video", "recording": True})).json()
    assert (answer["action"], "requestId" in answer) == ("stop_video", False)


async def test_a_video_press_has_the_same_answer_after_a_restart(tmp_path: Path) -> None:
    async with housed(tmp_path) as house, house.client() as client:
        first = await pressed(client, button="video")
        clock = house.clock
    clock.advance(5_000)
    async with housed(tmp_path, clock) as house, house.client() as client:
        assert await pressed(client, button="video") == first
        clock.advance(120_000)
        house.cloud.desk.expire()
        assert not (await client.get("/api/presses/boot-1")).json()["final"]


async def test_the_same_press_has_the_same_answer(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    first, again, *_ = await asyncio.gather(*(pressed(client) for _ in range(5)))
    assert first == again
    assert (await pressed(bob))["requestId"] != first["requestId"]


async def test_the_same_press_has_the_same_answer_after_a_restart(tmp_path: Path) -> None:
    async with housed(tmp_path) as house, house.client() as client:
        first = await pressed(client)
        clock = house.clock
    clock.advance(5_000)
    async with housed(tmp_path, clock) as house, house.client() as client:
        assert await pressed(client) == first
        clock.advance(5_000)
        assert await pressed(client) != first


async def test_a_press_without_an_id_is_a_press(client: httpx.AsyncClient) -> None:
    body = {key: value for key, value in PRESS.items() if key != "pressId"}
    first, second = [(await post(client, body)).json() for _ in range(2)]
    assert first["requestId"] != second["requestId"]


async def test_a_thumb_is_not_that_fast(client: httpx.AsyncClient) -> None:
    for number in range(100):
        await pressed(client, f"p{number}", "power")
    refused = await post(client, {**PRESS, "pressId": "one-more"})
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many")


async def test_only_so_many_requests_are_open(client: httpx.AsyncClient) -> None:
    for number in range(50):
        await pressed(client, f"p{number}")
    refused = await post(client, {**PRESS, "pressId": "one-more"})
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many")


NO_PRESSES = [
    None,
    [],
    "photo",
    {},
    {"buttonId": "photo"},
    {**PRESS, "buttonId": 7},
    {**PRESS, "buttonId": None},
    {**PRESS, "pressId": "../../etc"},
    {**PRESS, "pressId": "x" * 129},
    {**PRESS, "pressId": "a b"},
    {**PRESS, "deviceId": "nul\0"},
    {**PRESS, "deviceId": "x" * 257},
    {**PRESS, "pressType": {"a": 1}},
    {**PRESS, "buttonId": 10**40},
]


async def test_what_is_no_press_is_malformed(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for body in NO_PRESSES:
        with subtests.test(body=repr(body)[:40]):
            answer = await post(client, body)
            assert answer.status_code == 422
            assert answer.json()["error"] == "malformed"
            assert answer.json()["message"]


NO_JSON = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"buttonId":"\\ud800","pressType":"short"}',
    b'{"buttonId":"photo","pressType":"short","pressId":' + b"9" * 5_000 + b"}",
    b"NaN",
    b'{"buttonId":"photo","buttonId":',
]


async def test_what_is_no_json_is_malformed(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for raw in NO_JSON:
        with subtests.test(raw=repr(raw)[:40]):
            answer = await client.post(
                "/api/hardware/button-press", content=raw, headers={"Content-Type": "application/json"}
            )
            assert (answer.status_code, answer.json()["error"]) == (422, "malformed")


async def test_unknown_fields_are_ignored(client: httpx.AsyncClient) -> None:
    assert (await post(client, {**PRESS, "coreToken": "x", "future": [1]})).status_code == 200


async def test_nobody_presses_without_a_token(nobody: httpx.AsyncClient) -> None:
    answer = await post(nobody, PRESS)
    assert (answer.status_code, answer.json()["error"]) == (401, "no_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
