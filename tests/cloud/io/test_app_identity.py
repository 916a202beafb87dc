"""Apps are known by package and key, and by nothing else."""

import pytest

from trifocal_cloud.apps import App, key_hash
from trifocal_cloud.io.app_identity import app_of
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.testing import ANN, House

CAM = App("com.example.cam", ANN, "Camera", key_hash("sk:1"), "http://localhost:7010")


async def test_an_app_is_known_by_its_package_and_its_key(house: House) -> None:
    await house.cloud.registry.put(CAM)
    for header in ("Bearer com.example.cam:sk:1", "bearer   com.example.cam:sk:1 "):
        assert app_of(house.cloud.registry, header) == CAM


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer :",
        "Bearer com.example.cam",
        "Bearer com.example.cam:",
        "Bearer com.example.cam:sk",
        "Bearer com.example.cam:SK:1",
        "Bearer com.example.cam:sk:1:",
        "Bearer com.example.other:sk:1",
        "Bearer sk:1",
        f"Bearer com.example.cam:{key_hash('sk:1')}",
        "Basic com.example.cam:sk:1",
        "Bearer " + "x" * 10_000,
        "Bearer com.example.cam:\udcff",
    ],
)
async def test_who_is_no_app_is_told_the_same_whatever_is_wrong(house: House, header: str) -> None:
    await house.cloud.registry.put(CAM)
    with pytest.raises(RefusedError) as refusal:
        app_of(house.cloud.registry, header)
    assert (refusal.value.status, refusal.value.reason) == (401, "app_key_wrong")


async def test_without_a_header_nobody_speaks(house: House) -> None:
    with pytest.raises(RefusedError) as refusal:
        app_of(house.cloud.registry, "")
    assert (refusal.value.status, refusal.value.reason) == (401, "no_token")


async def test_a_users_token_is_no_apps_key(house: House) -> None:
    async with house.client() as client:
        answer = await client.get("/api/sdk/simple-storage/ann@example.com")
    assert (answer.status_code, answer.json()["error"]) == (401, "app_key_wrong")


async def test_an_apps_key_is_no_users_token(house: House) -> None:
    await house.cloud.registry.put(CAM)
    async with house.client(None) as nobody:
        answer = await nobody.get("/api/apps", headers={"Authorization": "Bearer com.example.cam:sk:1"})
    assert (answer.status_code, answer.json()["error"]) == (401, "token_rejected")
