"""Who speaks: by bearer or cookie, and nothing else."""

import httpx
import pytest

from trifocal_cloud.testing import BOB, House


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x y", "Basic QQ==", "bearer", "token x", "Bearer " + "x" * 9_000]
)
async def test_what_is_no_token_is_rejected(nobody: httpx.AsyncClient, header: str) -> None:
    answer = await nobody.get("/api/glasses", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "token_rejected")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="trifocal"'


async def test_no_token_is_another_thing_than_a_wrong_one(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get("/api/glasses")
    assert (answer.status_code, answer.json()) == (401, {"error": "no_token", "message": "no token was given"})


async def test_an_expired_token_is_rejected(house: House, client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/glasses")).status_code == 200
    house.clock.advance(86_400_000)
    assert (await client.get("/api/glasses")).json()["error"] == "token_rejected"


async def test_the_scheme_may_be_spelt_in_any_case(house: House, nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get("/api/glasses", headers={"Authorization": f"bearer {house.token()}"})
    assert answer.status_code == 200


async def test_a_wrong_bearer_is_not_rescued_by_a_cookie(house: House, nobody: httpx.AsyncClient) -> None:
    await nobody.post("/api/console/session", json={"token": house.token()})
    assert (await nobody.get("/api/glasses")).status_code == 200
    assert (await nobody.get("/api/glasses", headers={"Authorization": "Bearer x"})).status_code == 401


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://[x]", "http://a]", "http://\x7f[", "null", ""])
async def test_an_origin_that_cannot_be_read_is_not_ours(house: House, nobody: httpx.AsyncClient, origin: str) -> None:
    answer = await nobody.post("/api/console/session", headers={"Origin": origin})
    assert answer.status_code in (401, 403)
    await nobody.post("/api/console/session", json={"token": house.token()})
    answer = await nobody.post("/api/photos/request", json={}, headers={"Origin": origin})
    assert answer.status_code == 403


async def test_ids_inside_a_message_make_nobody_somebody_else(
    client: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    body = {"buttonId": "video", "pressType": "short", "pressId": "b-1", "userId": BOB, "coreToken": "x"}
    await client.post("/api/hardware/button-press", json=body)
    assert (await bob.get("/api/presses/b-1")).json()["final"] is False


async def test_a_token_in_the_query_or_the_body_is_none(house: House, nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get(f"/api/glasses?token={house.token()}&coreToken={house.token()}")).status_code == 401
