"""Presses driven: what cannot be written down is not answered, and is decided anew when it is said again."""

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from trifocal_cloud.events import FRESH_MS
from trifocal_cloud.testing import ANN, House, pressed
from trifocal_shared.cloud_messages import ButtonPressReport

PRESS = ButtonPressReport(button_id="photo", press_type="short", press_id="boot-1")


async def test_a_press_that_cannot_be_written_down_is_decided_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*args: object) -> None:
        raise OperationalError("insert", {}, OSError("disk full"))

    with monkeypatch.context() as broken:
        broken.setattr(house.cloud.desk, "_write_request", full)
        with pytest.raises(OperationalError):
            await house.cloud.buttons.press(ANN, PRESS)
    answer = await house.cloud.buttons.press(ANN, PRESS)
    assert answer.action == "take_photo"
    assert answer == await house.cloud.buttons.press(ANN, PRESS)


async def test_a_press_is_told_with_what_it_was(client: httpx.AsyncClient) -> None:
    await pressed(client)
    (event, *_) = (await client.get("/api/events")).json()["events"]
    assert (event["source"], event["step"], event["detail"], event["final"]) == (
        "cloud",
        "pressed",
        "photo short",
        False,
    )


@pytest.mark.parametrize(
    ("age_ms", "source"), [(0, "glasses"), (FRESH_MS, "glasses"), (FRESH_MS + 1, "cloud"), (-1, "cloud")]
)
async def test_a_press_is_told_from_the_moment_of_the_thumb_if_the_clock_of_the_glasses_can_be_believed(
    age_ms: int, source: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ms = 1_800_000_000_000
    monkeypatch.setattr(house.clock, "epoch_ms", lambda: now_ms)
    told = {"button_id": "photo", "press_type": "short", "press_id": "boot-1"}
    await house.cloud.buttons.press(ANN, ButtonPressReport(**told, timestamp=now_ms - age_ms))
    trail = house.cloud.feed.trails(ANN).of_press("boot-1")
    assert trail is not None
    expected = now_ms - age_ms if source == "glasses" else now_ms
    assert (trail.steps[0].source, trail.steps[0].at) == (source, expected)


async def test_a_press_without_an_id_leaves_no_trail(house: House) -> None:
    await house.cloud.buttons.press(ANN, ButtonPressReport(button_id="video", press_type="short"))
    assert house.cloud.feed.trails(ANN).of_press("") is None


async def test_the_short_way_tells_apps_and_whoever_looks_on(house: House) -> None:
    told: list[tuple[str, bytes, int]] = []
    cloud = house.cloud
    lane = cloud.buttons.lane(ANN)
    assert not lane.heard("boot-1", "photo", "short", 0, b"{}", 0)
    for streams in (("button_press",), ("*",)):
        cloud.switchboard.join(ANN, "app", streams, lambda *what: told.append(what), lambda permission: False)
        with cloud.feed.listening(ANN) as bell:
            assert lane.heard(f"boot-{streams}", "photo", "short", 0, b'{"a":1}', 0)
            assert bell.is_set()
        assert lane.heard(f"boot-{streams}", "photo", "short", 0, b'{"a":1}', 1)
    assert told == [("button_press", b'{"a":1}', house.clock.epoch_ms())] * 2
    assert not lane.heard("", "photo", "short", 0, b"{}", 0)
