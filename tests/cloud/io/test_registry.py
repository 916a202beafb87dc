"""Which apps there are, and what is set in them: durable, told to who listens, nobody else's."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from trifocal_cloud.app_settings import MENTRAOS_DEFAULTS
from trifocal_cloud.apps import App, key_hash
from trifocal_cloud.io import registry as rooms
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.registry import SYSTEM, Registry
from trifocal_cloud.testing import ANN, BOB, House, housed

CAM = App(
    package="com.example.cam",
    owner=ANN,
    name="Camera",
    key_hash=key_hash("sk-1"),
    public_url="http://localhost:7010",
    kind="standard",
    permissions=({"type": "CAMERA", "description": "to see"},),
    hardware=({"type": "CAMERA", "level": "REQUIRED", "description": ""},),
    settings=({"key": "flash", "type": "toggle", "label": "Flash", "defaultValue": False},),
)


@pytest.fixture
def registry(house: House) -> Registry:
    return house.cloud.registry


async def test_apps_outlive_the_cloud(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        await house.cloud.registry.put(CAM)
        await house.cloud.registry.put(replace(CAM, package="a.first"))
    async with housed(tmp_path) as house:
        assert house.cloud.registry.app("com.example.cam") == CAM
        assert [app.package for app in house.cloud.registry.apps()] == ["a.first", "com.example.cam"]


async def test_an_app_put_again_is_the_new_one(registry: Registry) -> None:
    await registry.put(CAM)
    await registry.put(replace(CAM, public_url="http://elsewhere:1", permissions=()))
    await registry.load()
    assert registry.app(CAM.package) == replace(CAM, public_url="http://elsewhere:1", permissions=())


async def test_a_name_that_is_taken_stays_with_its_owner(registry: Registry) -> None:
    await registry.put(CAM)
    with pytest.raises(RefusedError, match="package_taken"):
        await registry.put(replace(CAM, owner=BOB))
    assert registry.app(CAM.package) == CAM


async def test_of_two_who_want_a_name_at_once_one_gets_it(registry: Registry) -> None:
    wants = [replace(CAM, owner=f"user-{number}") for number in range(8)]
    outcomes = await asyncio.gather(*map(registry.put, wants), return_exceptions=True)
    assert sorted(map(str, outcomes)) == ["None"] + ["package_taken"] * 7
    winner = wants[outcomes.index(None)]
    assert registry.app(CAM.package) == winner
    await registry.load()
    assert registry.app(CAM.package) == winner


async def test_an_owner_registers_a_bounded_number(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "APP_LIMIT", 1)
    await registry.put(CAM)
    await registry.put(CAM)
    with pytest.raises(RefusedError, match="too_many"):
        await registry.put(replace(CAM, package="another"))
    await registry.put(replace(CAM, package="another", owner=BOB))


async def test_who_listens_hears_of_it_once_it_is_so(registry: Registry) -> None:
    heard = []
    registry.changed.append(lambda package: heard.append((package, registry.app(package))))
    await registry.put(CAM)
    await registry.remove(CAM.package)
    assert heard == [(CAM.package, CAM), (CAM.package, None)]


async def test_a_refused_app_is_told_to_nobody(registry: Registry) -> None:
    await registry.put(CAM)
    heard: list[str] = []
    registry.changed.append(heard.append)
    with pytest.raises(RefusedError):
        await registry.put(replace(CAM, owner=BOB))
    assert heard == []


async def test_settings_are_each_users_and_each_apps_own(registry: Registry) -> None:
    await registry.put(CAM)
    await registry.put(replace(CAM, package="another"))
    await registry.set_settings(ANN, CAM.package, {"flash": True})
    assert await registry.settings_of(ANN, CAM.package) == {"flash": True}
    assert await registry.settings_of(BOB, CAM.package) == {}
    assert await registry.settings_of(ANN, "another") == {}
    assert await registry.mentraos(ANN) == MENTRAOS_DEFAULTS


async def test_setting_leaves_the_rest_and_null_takes_back(registry: Registry) -> None:
    await registry.put(CAM)
    await registry.set_settings(ANN, CAM.package, {"a": 1, "b": 2})
    await registry.set_settings(ANN, CAM.package, {"b": None, "c": [3]})
    assert await registry.settings_of(ANN, CAM.package) == {"a": 1, "c": [3]}


async def test_two_who_set_at_once_both_get_it(registry: Registry) -> None:
    await registry.put(CAM)
    values = [{str(number): number} for number in range(10)]
    await asyncio.gather(*[registry.set_settings(ANN, CAM.package, value) for value in values])
    assert await registry.settings_of(ANN, CAM.package) == {str(number): number for number in range(10)}


async def test_who_listens_hears_what_a_user_set(registry: Registry) -> None:
    await registry.put(CAM)
    heard: list[tuple[str, str]] = []
    registry.set_by_user.append(lambda user, package: heard.append((user, package)))
    await registry.set_settings(ANN, CAM.package, {"flash": True})
    await registry.set_mentraos(BOB, {"brightness": 70})
    assert heard == [(ANN, CAM.package), (BOB, SYSTEM)]
    assert await registry.mentraos(BOB) == MENTRAOS_DEFAULTS | {"brightness": 70}


async def test_nothing_is_set_in_an_app_that_is_not_there(registry: Registry) -> None:
    with pytest.raises(RefusedError, match="not_found"):
        await registry.set_settings(ANN, CAM.package, {"flash": True})
    assert await registry.settings_of(ANN, CAM.package) == {}


async def test_what_comes_too_late_for_a_removed_app_leaves_nothing(registry: Registry) -> None:
    await registry.put(CAM)
    outcomes = await asyncio.gather(
        registry.remove(CAM.package),
        registry.set_settings(ANN, CAM.package, {"flash": True}),
        return_exceptions=True,
    )
    assert list(map(str, outcomes)) == ["None", "not_found"]
    assert await registry.settings_of(ANN, CAM.package) == {}


async def test_removing_what_is_not_there_is_no_harm(registry: Registry) -> None:
    await registry.remove("nothing")
    assert registry.apps() == []
