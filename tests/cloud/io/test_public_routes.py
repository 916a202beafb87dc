"""What the official SDK asks without saying who it is."""

import httpx

from trifocal_cloud.apps import App
from trifocal_cloud.testing import ANN, House

CAMERA = {"type": "CAMERA", "description": "to see"}
CAM = App("com.example.cam", ANN, "Camera", "0" * 64, "http://localhost:7010", permissions=(CAMERA,))


async def test_anybody_may_know_what_an_app_declares_to_need(house: House, nobody: httpx.AsyncClient) -> None:
    await house.cloud.registry.put(CAM)
    answer = await nobody.get("/api/public/permissions/com.example.cam")
    assert answer.status_code == 200
    assert answer.json() == {"packageName": "com.example.cam", "permissions": [CAMERA]}


async def test_an_app_that_is_not_there_is_said_in_the_official_words(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get("/api/public/permissions/com.example.cam")
    assert (answer.status_code, answer.json()["error"]) == (404, "Package not found")


async def test_what_is_no_package_name_is_malformed(nobody: httpx.AsyncClient) -> None:
    for name in ("-x", "x" * 129, "a%00b", "%C3%A4", "a b"):
        assert (await nobody.get(f"/api/public/permissions/{name}")).status_code == 422


async def test_the_sdks_own_version_is_the_right_one(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get("/api/sdk/version")
    assert answer.json() == {"success": True, "data": {"latest": "2.1.29", "required": "2.1.29"}}


async def test_there_is_no_voice(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get("/api/tts?text=Hello&voice_id=x")
    assert (answer.status_code, answer.json()["error"]) == (404, "unsupported")
