"""What people set in apps and in the system, and the app's own look at it."""

from typing import Any

import httpx
import pytest

from trifocal_cloud.app_settings import MENTRAOS_SCHEMA, valued
from trifocal_cloud.apps import App
from trifocal_cloud.testing import ANN, BOB, House

FLASH = {"key": "flash", "type": "toggle", "label": "Flash", "defaultValue": False}
WORDS = {"key": "words", "type": "text", "label": "Words"}
CAM = App("com.example.cam", ANN, "Camera", "0" * 64, "http://localhost:7010", settings=(FLASH, WORDS))
OTHER = App("com.example.other", ANN, "Other", "0" * 64, "http://localhost:7011", settings=(FLASH,))
PATH = "/api/apps/com.example.cam/settings"

SESSIONS = {"ann-cam": (ANN, CAM.package), "ann-other": (ANN, OTHER.package), "ann-gone": (ANN, "com.example.gone")}


class Runs:
    """Stands in for the running side: knows the sessions of SESSIONS."""

    def session(self, session_id: str) -> tuple[str, str] | None:
        return SESSIONS.get(session_id)


@pytest.fixture(autouse=True)
async def registered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.cloud.registry.put(CAM)
    await house.cloud.registry.put(OTHER)
    monkeypatch.setattr(house.cloud, "apps", Runs())


async def items(client: httpx.AsyncClient, path: str = PATH) -> dict[str, Any]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return {item["key"]: item.get("value") for item in answer.json()["settings"]}


async def test_items_are_told_whole_with_their_value(client: httpx.AsyncClient) -> None:
    assert (await client.get(PATH)).json() == {"settings": [FLASH | {"value": False}, WORDS]}


async def test_what_is_set_is_answered_and_kept_for_this_user_and_app(
    client: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    answer = await client.put(PATH, json={"values": {"flash": True, "words": "ä"}})
    assert answer.json() == {"settings": [FLASH | {"value": True}, WORDS | {"value": "ä"}]}
    assert await items(client) == {"flash": True, "words": "ä"}
    assert await items(bob) == {"flash": False, "words": None}
    assert await items(client, "/api/apps/com.example.other/settings") == {"flash": False}


async def test_what_is_not_named_stays_and_null_is_the_default_again(client: httpx.AsyncClient) -> None:
    await client.put(PATH, json={"values": {"flash": True, "words": "a"}})
    await client.put(PATH, json={"values": {"flash": None}})
    await client.put(PATH, json={"values": {}})
    assert await items(client) == {"flash": False, "words": "a"}


async def test_who_listens_is_told_who_set_something_where(house: House, client: httpx.AsyncClient) -> None:
    told: list[tuple[str, str]] = []
    house.cloud.registry.set_by_user.append(lambda user, package: told.append((user, package)))
    await client.put(PATH, json={"values": {"flash": True}})
    await client.put("/api/settings", json={"values": {"brightness": 70}})
    await client.put(PATH, json={"values": {"flash": 5}})
    assert told == [(ANN, CAM.package), (ANN, "")]


BAD: list[Any] = [
    {},
    [],
    {"values": []},
    {"values": {"flash": "true"}},
    {"values": {"words": True}},
    {"values": {"words": "x" * 10_001}},
    {"values": {"nothing": True}},
    {"values": {"words": "fine", "flash": 1}},
]


async def test_what_does_not_fit_is_malformed_and_sets_nothing(
    client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    bodies = [(None, body) for body in BAD]
    raw = ['{"values": {"flash": NaN}}', '{"values": {"words": "\\ud800"}}', '{"values": {"words": ' + "[" * 20_000]
    for content, body in [*bodies, *((text, None) for text in raw)]:
        with subtests.test(body=repr(content or body)[:60]):
            headers = {"Content-Type": "application/json"} if content else {}
            answer = await client.put(PATH, content=content, json=body, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (422, "malformed")
    assert await items(client) == {"flash": False, "words": None}


async def test_there_is_nothing_to_set_in_an_app_that_is_not_there(client: httpx.AsyncClient) -> None:
    for method in ("GET", "PUT"):
        answer = await client.request(method, "/api/apps/com.example.gone/settings", json={"values": {}})
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


async def test_the_systems_settings_are_set_like_an_apps(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    assert (await client.get("/api/settings")).json() == {"settings": valued(MENTRAOS_SCHEMA, {})}
    answer = await client.put("/api/settings", json={"values": {"metricSystemEnabled": True}})
    assert answer.json() == {"settings": valued(MENTRAOS_SCHEMA, {"metricSystemEnabled": True})}
    assert (await items(client, "/api/settings"))["metricSystemEnabled"] is True
    assert (await items(bob, "/api/settings"))["metricSystemEnabled"] is False
    assert (await client.put("/api/settings", json={"values": {"brightness": 101}})).status_code == 422
    assert (await client.put("/api/settings", json={"values": {"unheardOf": 1}})).status_code == 422


async def test_an_app_reads_what_the_person_has_set_whose_session_it_has(
    house: House, client: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    await client.put(PATH, json={"values": {"flash": True}})
    headers = {"Authorization": "Bearer ann-cam"}
    answer = await nobody.get("/appsettings/user/com.example.cam", headers=headers)
    assert answer.json() == {"success": True, "settings": [FLASH | {"value": True}, WORDS]}


async def test_nobody_else_reads_them(house: House, nobody: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    path = "/appsettings/user/com.example.cam"
    answer = await nobody.get(path)
    assert (answer.status_code, answer.json()["error"]) == (401, "no_token")
    for session in ("ann-other", "ann-gone", "bob-cam", "", "x" * 5_000, ANN, house.token(), house.token(BOB)):
        with subtests.test(session=session[:20]):
            answer = await nobody.get(path, headers={"Authorization": f"Bearer {session}"})
            assert answer.status_code == 401
    gone = await nobody.get("/appsettings/user/com.example.gone", headers={"Authorization": "Bearer ann-gone"})
    assert gone.status_code == 401


async def test_every_door_asks_for_a_token(nobody: httpx.AsyncClient) -> None:
    for path in (PATH, "/api/settings"):
        assert (await nobody.get(path)).status_code == 401
        assert (await nobody.put(path, json={"values": {}})).status_code == 401
