"""`/api/events`: what happened lately, in order, one's own."""

import httpx
import pytest

from trifocal_cloud.testing import EPOCH_MS, pressed


async def test_events_are_numbered_from_now_on(client: httpx.AsyncClient) -> None:
    empty = (await client.get("/api/events")).json()
    assert empty == {"events": [], "lastId": EPOCH_MS - 1}
    await pressed(client, button="power")
    found = (await client.get("/api/events")).json()
    (event,) = found["events"]
    assert event == {
        "id": EPOCH_MS,
        "at": EPOCH_MS,
        "kind": "step",
        "requestId": "",
        "pressId": "boot-1",
        "source": "cloud",
        "step": "pressed",
        "detail": "power short",
        "status": "failed",
        "final": True,
        "reason": "unsupported",
    }
    assert found["lastId"] == EPOCH_MS


async def test_only_what_is_new_and_no_more_than_asked(client: httpx.AsyncClient) -> None:
    for number in range(3):
        await pressed(client, f"boot-{number}", "power")
    found = (await client.get(f"/api/events?after={EPOCH_MS}&limit=1")).json()
    assert [event["pressId"] for event in found["events"]] == ["boot-1"]
    assert found["lastId"] == EPOCH_MS + 2


async def test_events_of_others_are_not_told(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    await pressed(client, button="power")
    assert (await bob.get("/api/events")).json()["events"] == []


NO_NUMBERS = ["after=-1", "after=x", "after=" + "9" * 30, "limit=0", "limit=501"]


async def test_numbers_that_make_no_sense_are_malformed(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for query in NO_NUMBERS:
        with subtests.test(query=repr(query)[:40]):
            assert (await client.get(f"/api/events?{query}")).status_code == 422


async def test_nobody_hears_without_a_token(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get("/api/events")).status_code == 401
