"""Waiting for what becomes of a request or a press, and asking for a photo."""

import asyncio
from pathlib import Path

import httpx
import pytest

from trifocal_cloud.testing import ANN, EPOCH_MS, House, eventually, housed, picture, pressed, upload, uploaded
from trifocal_shared.messages import PhotoStatus


async def test_a_waiting_client_hears_of_the_photo_at_once(house: House, client: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    waiting = asyncio.create_task(client.get(f"/api/photos/requests/{request_id}?wait=60"))
    by_press = asyncio.create_task(client.get("/api/presses/boot-1?wait=60"))
    photo_id = await uploaded(client, request_id)
    state = (await waiting).json()
    assert (state["status"], state["final"], state["photoId"]) == ("stored", True, photo_id)
    assert (await client.get(state["photoUrl"])).content == picture()
    assert (state["size"], state["pressId"]) == (len(picture()), "boot-1")
    assert [step["step"] for step in (await by_press).json()["steps"]] == ["pressed", "requested", "stored"]


async def test_a_request_can_be_looked_at_without_waiting(client: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    state = (await client.get(f"/api/photos/requests/{request_id}")).json()
    assert (state["status"], state["final"], state["photoUrl"]) == ("requested", False, "")


async def test_the_wait_ends_when_its_time_is_over(client: httpx.AsyncClient) -> None:
    await pressed(client)
    state = (await client.get("/api/presses/boot-1?wait=0.02")).json()
    assert (state["status"], state["final"]) == ("requested", False)


async def test_a_press_may_be_waited_for_before_it_is_known(client: httpx.AsyncClient) -> None:
    waiting = asyncio.create_task(client.get("/api/presses/boot-9?wait=60"))
    await asyncio.sleep(0)
    await uploaded(client, "local_1", pressId="boot-9")
    state = (await waiting).json()
    assert (state["requestId"], state["status"]) == ("local_1", "stored")


async def test_what_nobody_knows_is_unknown(client: httpx.AsyncClient) -> None:
    for path in ("photos/requests/r1", "presses/boot-1"):
        state = (await client.get(f"/api/{path}")).json()
        assert (state["status"], state["final"]) == ("unknown", False)


async def test_the_request_of_another_user_is_unknown(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    for path in (f"photos/requests/{request_id}", "presses/boot-1"):
        assert (await bob.get(f"/api/{path}")).json()["status"] == "unknown"


async def test_steps_of_glasses_and_gateway_are_told_with_their_own_times(
    house: House, client: httpx.AsyncClient
) -> None:
    request_id = (await pressed(client))["requestId"]
    for status, source, timestamp in [
        ("capturing", "glasses", EPOCH_MS + 10),
        ("captured", "glasses", EPOCH_MS + 10**10),
        ("queued", "gateway", 0),
    ]:
        report = PhotoStatus(request_id=request_id, status=status, source=source, timestamp=timestamp)
        await house.cloud.desk.report(ANN, report)
    await uploaded(client, request_id)
    state = (await client.get(f"/api/photos/requests/{request_id}?wait=60")).json()
    told = {(step["source"], step["step"]): step["at"] for step in state["steps"]}
    assert told[("glasses", "capturing")] == EPOCH_MS + 10
    assert told[("glasses", "captured")] == EPOCH_MS
    assert told[("gateway", "queued")] == EPOCH_MS


async def test_a_press_learnt_with_the_photo_is_known_after_a_restart_too(tmp_path: Path) -> None:
    async with housed(tmp_path) as house, house.client() as client:
        await house.cloud.desk.report(ANN, PhotoStatus(request_id="local_1", status="captured"))
        await uploaded(client, "local_1", pressId="b-1")
        assert (await client.get("/api/presses/b-1?wait=60")).json()["status"] == "stored"
    async with housed(tmp_path) as house, house.client() as client:
        assert (await client.get("/api/presses/b-1")).json()["status"] == "stored"


async def test_a_failure_is_told_with_its_reason(house: House, client: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    waiting = asyncio.create_task(client.get(f"/api/photos/requests/{request_id}?wait=60"))
    report = PhotoStatus(request_id=request_id, status="failed", error_code="battery_low")
    await house.cloud.desk.report(ANN, report)
    state = (await waiting).json()
    assert (state["status"], state["final"], state["reason"]) == ("failed", True, "battery_low")


async def test_a_press_answered_too_late_ends_with_the_local_photo(house: House, client: httpx.AsyncClient) -> None:
    request_id = (await pressed(client))["requestId"]
    late = PhotoStatus(request_id=request_id, status="failed", error_code="captured_locally", press_id="boot-1")
    await house.cloud.desk.report(ANN, late)
    await eventually(lambda: _is_captured(client))
    await uploaded(client, "local_boot_1", pressId="boot-1")
    state = (await client.get("/api/presses/boot-1?wait=60")).json()
    assert (state["status"], state["requestId"], state["final"]) == ("stored", "local_boot_1", True)


async def _is_captured(client: httpx.AsyncClient) -> bool:
    state = (await client.get("/api/presses/boot-1")).json()
    return bool(state["status"] == "captured" and not state["final"])


async def test_final_answers_are_known_after_a_restart(tmp_path: Path) -> None:
    async with housed(tmp_path) as house, house.client() as client:
        stored, failed = [(await pressed(client, f"boot-{number}"))["requestId"] for number in range(2)]
        photo_id = await uploaded(client, stored)
        await house.cloud.desk.report(ANN, PhotoStatus(request_id=failed, status="failed", error_code="camera_busy"))
        await client.get(f"/api/photos/requests/{failed}?wait=60")
    async with housed(tmp_path) as house, house.client() as client:
        state = (await client.get(f"/api/photos/requests/{stored}?wait=60")).json()
        assert (state["status"], state["final"], state["photoId"]) == ("stored", True, photo_id)
        state = (await client.get("/api/presses/boot-1?wait=60")).json()
        assert (state["status"], state["final"], state["reason"]) == ("failed", True, "camera_busy")


async def test_waiting_is_over_when_the_cloud_closes(house: House, client: httpx.AsyncClient) -> None:
    await pressed(client)
    waiting = asyncio.create_task(client.get("/api/presses/boot-1?wait=60"))
    await eventually(lambda: bool(house.cloud.feed.listeners(ANN)))
    house.cloud.feed.close()
    assert (await waiting).json()["final"] is False


async def test_only_so_many_may_wait(house: House, client: httpx.AsyncClient) -> None:
    waiting = [asyncio.create_task(client.get("/api/presses/boot-1?wait=60")) for _ in range(64)]
    await eventually(lambda: house.cloud.feed.listeners(ANN) == 64)
    refused = await client.get("/api/presses/boot-1?wait=60")
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many")
    house.cloud.feed.close()
    await asyncio.gather(*waiting)


NO_WAITS = ["-1", "61", "nan", "inf", "soon", "1e400", ""]


async def test_nobody_waits_for_ever(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for wait in NO_WAITS:
        with subtests.test(wait=repr(wait)[:40]):
            assert (await client.get(f"/api/presses/boot-1?wait={wait}")).status_code == 422


NO_IDS = ["%00", "a%20b", "x" * 129, "%ED%A0%80", "%2e%2e%2fx"]


async def test_ids_that_nobody_makes_are_refused(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for name in NO_IDS:
        with subtests.test(name=repr(name)[:40]):
            assert (await client.get(f"/api/photos/requests/{name}")).status_code in (404, 422)


async def test_asking_for_a_photo_needs_a_gateway(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/photos/request", json={"size": "small"})
    assert (answer.status_code, answer.json()["error"]) == (409, "gateway_offline")


NO_WISHES = [{"size": "huge"}, {"saveToGallery": "yes"}, [], "x"]


async def test_a_wish_that_makes_no_sense_is_malformed(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for body in NO_WISHES:
        with subtests.test(body=repr(body)[:40]):
            assert (await client.post("/api/photos/request", json=body)).status_code == 422


async def test_every_door_asks_for_a_token(nobody: httpx.AsyncClient) -> None:
    for path in ("/api/photos/requests/r1", "/api/presses/boot-1"):
        assert (await nobody.get(path)).status_code == 401
    assert (await nobody.post("/api/photos/request")).status_code == 401
    assert (await upload(nobody, "local_1")).status_code == 401
