"""Apps of both SDKs have the glasses publish: to a server of the test's own, and through the cloud's ingest."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from trifocal_tools.bench.kills import free_port

pytestmark = pytest.mark.journey

AT_ONCE_MS = 2_000
PLAYABLE_MS = 3_000


@pytest.fixture
def light(house: Any, until: Any) -> Callable[[str], None]:
    """Waits until the privacy light is like this; it is off before each test."""

    def light(state: str) -> None:
        until(lambda: house.client.glasses()["sim"]["light"] == state)

    light("off")
    return light


def playlist(url: str) -> str:
    """What the playlist of the pictures says now, or nothing."""
    found = httpx.get(url)
    names = [line for line in found.text.splitlines() if line and not line.startswith("#")]
    return httpx.get(urljoin(url, names[0])).text if found.is_success and names else ""


def test_a_stream_plays_on_the_apps_own_server_and_photos_come_meanwhile(
    house: Any, app: Any, server: Any, light: Any
) -> None:
    app.ask("stream", url=server.url)
    app.hear("stream", status="active")
    light("stream")
    shown = server.hear(lambda said: said["event"] == "picture" and said["at"] > 2)
    assert shown["size"] == [1280, 720]
    assert shown["rate"] == 44_100
    assert 0 <= shown["age"] < AT_ONCE_MS, "the moment when it was taken stands in the picture"

    photo = app.ask("photo", options={"size": "small"})
    assert photo["event"] == "done"
    server.hear(lambda said: said["event"] == "picture" and said["at"] > shown["at"] + 1)

    app.ask("stop_stream")
    asked = time.monotonic()
    app.hear("stream", status="stopped")
    light("off")
    assert (time.monotonic() - asked) * 1000 < AT_ONCE_MS
    server.hear(lambda said: said["event"] == "over")


def test_a_managed_stream_plays_within_seconds_and_stops_at_once(house: Any, app: Any, light: Any, until: Any) -> None:
    said = app.ask("managed")
    assert said["event"] == "done", said
    assert said["ms"] < PLAYABLE_MS
    light("stream")
    until(lambda: "#EXTINF" in playlist(said["result"]))
    before = playlist(said["result"])
    until(lambda: playlist(said["result"]) != before)

    asked = time.monotonic()
    app.ask("stop_managed")
    light("off")
    assert (time.monotonic() - asked) * 1000 < AT_ONCE_MS


def test_a_server_that_is_not_there_is_told_of_and_given_up_when_the_app_says_so(
    house: Any, app: Any, light: Any
) -> None:
    app.order("stream", url=f"rtmp://127.0.0.1:{free_port()}/live/key")
    app.hear("stream", status="initializing")
    light("stream")
    app.ask("stop_stream")
    app.hear("stream", status="stopped")
    light("off")


def test_an_app_that_dies_takes_its_stream_along(house: Any, new_probe: Any, server: Any, light: Any) -> None:
    probe = new_probe("trifocal-sdk")
    house.register(probe, "CAMERA")
    house.client.start_app(probe.package)
    probe.hear("session")
    probe.ask("stream", url=server.url)
    light("stream")
    house.client.stop_app(probe.package)
    light("off")
    server.hear(lambda said: said["event"] == "over")


def test_to_stop_what_does_not_run_is_answered_too(house: Any, app: Any) -> None:
    said = app.ask("stop_managed")

    assert said["event"] == "done"
    assert said["ms"] < AT_ONCE_MS


def test_no_stream_runs(house: Any, app: Any) -> None:
    said = app.ask("existing")

    assert said["result"] == {"active": False}
    assert said["ms"] < AT_ONCE_MS


def test_without_permission_that_is_what_is_said(house: Any, app: Any) -> None:
    house.register(app)

    said = app.ask("managed")

    assert said["event"] == "failed"
    assert app.hear("denied")["permission"] == "CAMERA"
