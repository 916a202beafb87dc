"""Apps over REST: registered by their owner, seen by all, started and stopped by whom they are for."""

from typing import Any

import httpx
import pytest

from trifocal_cloud.apps import AppView
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.testing import ANN, BOB, EPOCH_MS, House
from trifocal_shared import app_words

CAM = "/api/apps/com.example.cam"
LEAST = {"publicUrl": "http://localhost:7010"}
WHOLE = {
    "name": "Camera",
    "publicUrl": "http://localhost:7010/",
    "apiKey": "sk-1",
    "permissions": ["CAMERA", {"type": "MICROPHONE", "description": "to hear"}],
    "hardware": ["CAMERA", {"type": "DISPLAY", "level": "OPTIONAL"}],
    "settings": [{"key": "flash", "type": "toggle", "label": "Flash", "defaultValue": False}],
    "type": "standard",
}


class Runs:
    """Stands in for the running side; `refusal` is what a start ends with."""

    def __init__(self) -> None:
        self.running: set[tuple[str, str]] = set()
        self.refusal: RefusedError | None = None

    async def start(self, user: str, package: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.running.add((user, package))

    async def stop(self, user: str, package: str) -> None:
        self.running.discard((user, package))

    def view(self, user: str, package: str) -> AppView | None:
        return AppView("running", EPOCH_MS) if (user, package) in self.running else None


@pytest.fixture
def runs(house: House, monkeypatch: pytest.MonkeyPatch) -> Runs:
    found = Runs()
    monkeypatch.setattr(house.cloud, "apps", found)
    return found


async def put(client: httpx.AsyncClient, body: dict[str, Any], path: str = CAM) -> dict[str, Any]:
    answer = await client.put(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_app_is_registered_and_shown_as_it_is(house: House, client: httpx.AsyncClient) -> None:
    body = await put(client, WHOLE)
    assert body == {
        "package": "com.example.cam",
        "name": "Camera",
        "publicUrl": "http://localhost:7010",
        "type": "standard",
        "permissions": [{"type": "CAMERA", "description": ""}, {"type": "MICROPHONE", "description": "to hear"}],
        "hardware": [
            {"type": "CAMERA", "level": "REQUIRED", "description": ""},
            {"type": "DISPLAY", "level": "OPTIONAL", "description": ""},
        ],
        "settings": WHOLE["settings"],
        "mine": True,
        "state": "stopped",
        "since": 0,
        "reason": "",
        "message": "",
        "nextTryAt": None,
        "subscriptions": [],
        "lastErrors": [],
    }
    assert (await client.get(CAM)).json() == body
    assert (await client.get("/api/apps")).json() == {"apps": [body]}
    app = house.cloud.registry.app("com.example.cam")
    assert app is not None
    assert (app.owner, app.key_matches("sk-1"), app.required_hardware) == (ANN, True, ("CAMERA",))


async def test_an_app_without_a_key_is_given_one_and_told_it_once(house: House, client: httpx.AsyncClient) -> None:
    key = (await put(client, LEAST))["apiKey"]
    app = house.cloud.registry.app("com.example.cam")
    assert app is not None
    assert app.key_matches(key)
    assert len(key) >= 32
    assert "apiKey" not in await put(client, LEAST)
    assert key not in (await client.get(CAM)).text
    app = house.cloud.registry.app("com.example.cam")
    assert app is not None
    assert app.key_matches(key), "an app described anew keeps its key"


async def test_a_new_key_takes_the_place_of_the_old_one(house: House, client: httpx.AsyncClient) -> None:
    await put(client, WHOLE)
    assert "apiKey" not in await put(client, LEAST | {"apiKey": "sk-2"})
    app = house.cloud.registry.app("com.example.cam")
    assert app is not None
    assert (app.key_matches("sk-1"), app.key_matches("sk-2")) == (False, True)


async def test_what_is_left_out_is_the_default(client: httpx.AsyncClient) -> None:
    await put(client, WHOLE)
    body = await put(client, LEAST)
    assert (body["name"], body["type"], body["permissions"]) == ("com.example.cam", "background", [])


async def test_of_two_of_the_same_the_later_counts(client: httpx.AsyncClient) -> None:
    twice = ["CAMERA", {"type": "CAMERA", "description": "really"}]
    body = await put(
        client, LEAST | {"permissions": twice, "hardware": [*twice, {"type": "CAMERA", "level": "OPTIONAL"}]}
    )
    assert body["permissions"] == [{"type": "CAMERA", "description": "really"}]
    assert body["hardware"] == [{"type": "CAMERA", "level": "OPTIONAL", "description": ""}]


async def test_everybody_sees_an_app_but_where_it_is(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    await put(client, WHOLE)
    body = (await bob.get("/api/apps")).json()["apps"][0]
    assert (body["package"], body["publicUrl"], body["mine"]) == ("com.example.cam", "", False)


async def test_somebody_elses_app_is_neither_changed_nor_removed(
    house: House, client: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    await put(client, WHOLE)
    before = house.cloud.registry.app("com.example.cam")
    for body in (LEAST, LEAST | {"apiKey": "mine-now"}):
        answer = await bob.put(CAM, json=body)
        assert (answer.status_code, answer.json()["error"]) == (409, "package_taken")
    answer = await bob.delete(CAM)
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert house.cloud.registry.app("com.example.cam") == before


async def test_a_removed_app_is_gone_and_its_name_free(client: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    await put(client, WHOLE)
    assert (await client.delete(CAM)).json() == {"success": True}
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/start"), ("POST", "/stop")):
        assert (await client.request(method, CAM + path)).status_code == 404
    assert (await put(bob, LEAST))["mine"]


BAD: list[Any] = [
    {},
    [],
    {"publicUrl": ""},
    {"publicUrl": "ftp://x"},
    {"publicUrl": "http://a@b"},
    {"publicUrl": 5},
    LEAST | {"apiKey": ""},
    LEAST | {"apiKey": "with space"},
    LEAST | {"apiKey": "ключ"},
    LEAST | {"apiKey": "x" * 257},
    LEAST | {"name": "x" * 257},
    LEAST | {"name": "a\nb"},
    LEAST | {"permissions": ["FLY"]},
    LEAST | {"permissions": "CAMERA"},
    LEAST | {"permissions": [{"description": "x"}]},
    LEAST | {"permissions": [{"type": "CAMERA", "description": "x" * 1_001}]},
    LEAST | {"hardware": ["ENGINE"]},
    LEAST | {"hardware": [{"type": "CAMERA", "level": "MAYBE"}]},
    LEAST | {"settings": {}},
    LEAST | {"settings": ["flash"]},
    LEAST | {"settings": [{"type": "switch", "key": "a"}]},
    LEAST | {"type": "foreground"},
]


async def test_what_is_no_app_is_malformed_and_registers_nothing(
    house: House, client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for body in BAD:
        with subtests.test(body=repr(body)[:80]):
            answer = await client.put(CAM, json=body)
            assert (answer.status_code, answer.json()["error"]) == (422, "malformed")
            assert answer.json()["message"]
    deep = '{"publicUrl": "http://x", "settings": ' + "[" * 20_000 + "]" * 20_000 + "}"
    assert (await client.put(CAM, content=deep, headers={"Content-Type": "application/json"})).status_code == 422
    assert house.cloud.registry.apps() == []


async def test_what_is_no_package_name_is_malformed(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for name in ("-x", ".x", "x" * 129, "a%00b", "%C3%A4", "a b", "a:b", "a%0A"):
        with subtests.test(name=name[:20]):
            assert (await client.put(f"/api/apps/{name}", json=LEAST)).status_code == 422


async def test_an_app_is_started_and_stopped_for_who_asks(
    client: httpx.AsyncClient, bob: httpx.AsyncClient, runs: Runs
) -> None:
    await put(client, LEAST)
    started = await bob.post(f"{CAM}/start")
    assert started.json() == {"package": "com.example.cam", "user": BOB, "state": "running"}
    assert runs.running == {(BOB, "com.example.cam")}
    assert [(await one.get(CAM)).json()["state"] for one in (client, bob)] == ["stopped", "running"]
    stopped = await bob.post(f"{CAM}/stop")
    assert stopped.json() == {"package": "com.example.cam", "user": BOB, "state": "stopped"}
    assert runs.running == set()


async def test_the_official_paths_do_the_same(client: httpx.AsyncClient, runs: Runs) -> None:
    await put(client, LEAST)
    assert (await client.post("/apps/com.example.cam/start")).json()["state"] == "running"
    assert (await client.post("/apps/com.example.cam/stop")).json()["state"] == "stopped"


async def test_an_app_that_does_not_start_says_why(client: httpx.AsyncClient, runs: Runs) -> None:
    await put(client, LEAST)
    runs.refusal = RefusedError(504, app_words.APP_SILENT)
    answer = await client.post(f"{CAM}/start")
    assert (answer.status_code, answer.json()) == (
        504,
        {"error": "app_silent", "message": "the app did not connect in time"},
    )


async def test_every_door_asks_for_a_token(nobody: httpx.AsyncClient) -> None:
    asked = [("GET", "/api/apps"), ("GET", CAM), ("PUT", CAM), ("DELETE", CAM)]
    for method, path in [
        *asked,
        *(("POST", f"{root}/com.example.cam/{word}") for root in ("/api/apps", "/apps") for word in ("start", "stop")),
    ]:
        assert (await nobody.request(method, path, json=LEAST)).status_code == 401
