"""The console's door: pages of our own, a cookie that only our own pages can use."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from trifocal_cloud.io.identity import COOKIE
from trifocal_cloud.io.pages import FOLDER
from trifocal_cloud.testing import ANN, DAY_S, House, housed, uploaded

HERE = {"Origin": "http://127.0.0.1"}
SESSION = "/api/console/session"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with housed(tmp_path / "cloud", local_user=ANN) as found:
        yield found


def browser(house: House, host: str = "127.0.0.1", address: str = "127.0.0.1") -> httpx.AsyncClient:
    return house.client(None, host, address)


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "127.0.0.1"), ("localhost:8000", "::1"), ("[::1]:8000", "::1")]
)
async def test_a_page_on_this_machine_is_the_local_user(house: House, host: str, address: str) -> None:
    async with browser(house, host, address) as page:
        answer = await page.post(SESSION, headers={"Origin": f"http://{host}"})
        assert (answer.status_code, answer.json()) == (200, {"user": ANN})
        assert (await page.get(SESSION)).json() == {"user": ANN}
        assert (await page.get("/api/gallery")).status_code == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    async with browser(house) as page:
        cookie = (await page.post(SESSION, headers=HERE)).headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Secure" not in cookie
    async with house.client(None, "cloud.example.com") as page:
        page.base_url = httpx.URL("https://cloud.example.com")
        answer = await page.post(SESSION, json={"token": house.token()})
        assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("host", "address", "headers"),
    [
        ("127.0.0.1", "127.0.0.1", {}),
        ("127.0.0.1", "127.0.0.1", {"Origin": "http://evil.example.com"}),
        ("127.0.0.1", "127.0.0.1", {"Origin": "null"}),
        ("127.0.0.1", "127.0.0.1", HERE | {"X-Forwarded-For": "8.8.8.8"}),
        ("127.0.0.1", "10.0.0.9", HERE),
        ("rebound.example.com", "127.0.0.1", {"Origin": "http://rebound.example.com"}),
    ],
)
async def test_nobody_else_is_the_local_user(house: House, host: str, address: str, headers: dict[str, str]) -> None:
    async with browser(house, host, address) as page:
        answer = await page.post(SESSION, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert "Set-Cookie" not in answer.headers


async def test_without_a_local_user_a_token_is_needed(tmp_path: Path) -> None:
    async with housed(tmp_path / "other") as house, browser(house) as page:
        assert (await page.post(SESSION, headers=HERE)).status_code == 401
        answer = await page.post(SESSION, json={"token": house.token("bob@example.com")})
        assert answer.json() == {"user": "bob@example.com"}
        assert (await page.get(SESSION)).json() == {"user": "bob@example.com"}


async def test_a_session_is_no_longer_than_its_token(house: House) -> None:
    async with browser(house) as page:
        await page.post(SESSION, json={"token": house.token(ttl_s=60)})
        house.clock.advance(60_000)
        assert (await page.get(SESSION)).status_code == 401


async def test_a_session_ends_by_itself(house: House) -> None:
    async with browser(house) as page:
        await page.post(SESSION, headers=HERE)
        house.clock.advance(31 * DAY_S * 1_000)
        assert (await page.get(SESSION)).status_code == 401


@pytest.mark.parametrize("body", [{"token": "x"}, {"token": "x" * 5_000}, {"token": 5}, []])
async def test_a_wrong_token_signs_nobody_in(house: House, body: object) -> None:
    async with browser(house) as page:
        answer = await page.post(SESSION, json=body, headers=HERE)
    assert answer.status_code in (401, 422)
    assert "Set-Cookie" not in answer.headers


async def test_another_site_signs_nobody_in(house: House) -> None:
    async with browser(house) as page:
        answer = await page.post(SESSION, json={"token": house.token()}, headers={"Origin": "http://evil.example.com"})
    assert answer.status_code == 403


async def test_the_cookie_acts_only_for_our_own_pages(house: House) -> None:
    async with house.client() as client:
        photo_id = await uploaded(client, "local_1")
    async with browser(house) as page:
        await page.post(SESSION, headers=HERE)
        path = f"/api/gallery/{photo_id}"
        assert (await page.get(path)).status_code == 200
        for headers in ({}, {"Origin": "http://evil.example.com"}, {"Origin": "http://127.0.0.1:81"}):
            assert (await page.delete(path, headers=headers)).status_code == 403
        assert (await page.delete(path, headers=HERE)).status_code == 200


async def test_a_cookie_is_no_bearer_token_and_the_other_way_round(house: House) -> None:
    async with browser(house) as page:
        await page.post(SESSION, headers=HERE)
        cookie = page.cookies[COOKIE]
    async with browser(house) as other:
        answer = await other.get(SESSION, headers={"Authorization": f"Bearer {cookie}"})
        assert answer.status_code == 401
        assert (await other.get(SESSION, headers={"Cookie": f"{COOKIE}={house.token()}"})).status_code == 401


async def test_signing_out(house: House) -> None:
    async with browser(house) as page:
        assert (await page.delete(SESSION)).status_code == 401
        await page.post(SESSION, headers=HERE)
        assert (await page.delete(SESSION, headers=HERE)).status_code == 200
        assert (await page.get(SESSION)).status_code == 401


async def test_the_pages_are_served_with_a_strict_policy(house: House) -> None:
    async with browser(house) as page:
        index = await page.get("/")
        assert index.status_code == 200
        assert index.headers["Content-Type"].startswith("text/html")
        assert index.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "unsafe" not in index.headers["Content-Security-Policy"]
        assert index.headers["Cache-Control"] == "no-cache"
        for path in (FOLDER / "console").glob("*.js"):
            answer = await page.get(f"/console/{path.name}")
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "no-cache"
            assert "javascript" in answer.headers["Content-Type"]


NO_PAGES = ["../main.py", "..%2fmain.py", "%2e%2e/main.py", "nothing.js", "", "..%5cmain.py", "x%00"]


async def test_nothing_else_is_served(house: House, subtests: pytest.Subtests) -> None:
    for path in NO_PAGES:
        with subtests.test(path=repr(path)[:40]):
            async with browser(house) as page:
                answer = await page.get(f"/console/{path}")
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
