"""Settings are told by the cloud, and can be asked for."""

from typing import Any

import httpx
import pytest

from trifocal_sdk import CloudError, SettingChange
from trifocal_sdk.io.calls import Calls
from trifocal_sdk.io.hearing import Hearing
from trifocal_sdk.io.settings import Settings


@pytest.fixture
def settings(asked: Any) -> Settings:
    """Settings of an app, none of them known."""
    return Settings(Hearing(Calls(), lambda streams: None), asked.rest(), "com.example.cam")


def item(key: str, value: object) -> dict[str, object]:
    """A setting as the cloud says it."""
    return {"key": key, "type": "text", "value": value}


def test_a_change_is_heard_by_all_and_by_who_wants_that_one(settings: Settings) -> None:
    every: list[Any] = []
    quality: list[Any] = []
    settings.on_change(every.append)
    stop = settings.on_change(quality.append, "quality")
    settings.told([item("quality", "hd"), item("flash", True)])
    settings.told([item("quality", "hd"), item("flash", False)])
    stop()
    settings.told([item("quality", "sd")])
    assert [change.key for change in every] == ["quality", "flash", "flash", "quality", "flash"]
    assert quality == [SettingChange("quality", "hd", None)]
    assert (settings.get("quality"), settings.get("flash", "gone"), settings.all()) == ("sd", "gone", {"quality": "sd"})


def test_the_systems_settings_are_apart(settings: Settings) -> None:
    heard: list[Any] = []
    settings.on_change(heard.append)
    settings.on_system_change(lambda change: heard.append((change.key, change.value)))
    settings.told_system({"metricSystemEnabled": True})
    assert heard == [("metricSystemEnabled", True)]
    assert settings.system() == {"metricSystemEnabled": True}
    assert settings.all() == {}


async def test_settings_can_be_fetched(settings: Settings, asked: Any) -> None:
    asked.answers = [httpx.Response(200, json={"success": True, "settings": [item("quality", "hd")]})]
    assert await settings.fetch() == {"quality": "hd"}
    assert asked.requests[0].url.path == "/appsettings/user/com.example.cam"


async def test_a_fetch_that_fails_changes_nothing(settings: Settings, asked: Any) -> None:
    settings.told([item("quality", "hd")])
    asked.answers = [httpx.Response(401, json={"error": "no_token", "message": "who are you"})]
    with pytest.raises(CloudError, match="who are you"):
        await settings.fetch()
    assert settings.all() == {"quality": "hd"}


async def test_a_session_asks_as_itself(pair: Any) -> None:
    pair.cloud.settings = [item("quality", "4k")]
    assert await pair.here.settings.fetch() == {"quality": "4k"}


async def test_an_update_reaches_the_session(pair: Any) -> None:
    heard: list[Any] = []
    pair.here.settings.on_change(heard.append)
    await pair.there.send({"type": "settings_update", "settings": [item("quality", "hd")]})
    await pair.there.send({"type": "augmentos_settings_update", "settings": {"brightness": 50}})
    pair.here.request_wifi_setup()
    await pair.there.expect("request_wifi_setup")
    await pair.cloud.http.get(pair.app.url + "/health")
    assert heard == [SettingChange("quality", "hd", None)]
    assert pair.here.settings.system() == {"brightness": 50}
