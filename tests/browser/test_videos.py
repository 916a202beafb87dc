"""Videos in the console: a long press records, another one ends it, and what was recorded plays here."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_video_recorded_by_two_long_presses_plays_in_the_gallery(page: Page, house: Any) -> None:
    first = house.command("press", "photo", long=True)["pressId"]
    expect(page.locator("#stage")).to_have_attribute("data-light", "video")
    expect(page.locator("#camera-words")).to_have_text("Recording")
    house.recorded(first, 2)
    house.command("press", "photo", long=True)
    state = house.get(f"/api/presses/{first}?wait=30")
    assert (state["status"], state["final"]) == ("stored", True)

    tile = page.locator("#days .tile").first
    expect(tile).to_have_attribute("data-kind", "video")
    expect(tile.locator("img")).to_have_js_property("complete", True)
    assert tile.locator("img").evaluate("image => image.naturalWidth") > 0
    tile.click()
    player = page.locator("#viewer video")
    expect(player).to_have_js_property("ended", True)
    played = player.evaluate(
        "video => ({time: video.currentTime, length: video.duration, width: video.videoWidth, fault: video.error})"
    )
    assert played["fault"] is None
    assert played["width"] == 640
    assert 1.5 <= played["length"] <= 5
    assert played["time"] >= played["length"] - 0.2

    # Somewhere else in it: the player asks for a part of the file.
    player.evaluate("video => { video.currentTime = 0.5; video.pause(); }")
    expect(player).to_have_js_property("seeking", False)
    assert player.evaluate("video => video.currentTime") == 0.5


def test_its_download_is_the_file_as_the_glasses_made_it(page: Page, house: Any) -> None:
    first = house.command("press", "video")["pressId"]
    house.recorded(first, 1)
    house.command("press", "video")
    state = house.get(f"/api/presses/{first}?wait=30")
    page.locator("#days .tile").first.click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download").click()
    assert downloading.value.suggested_filename.endswith(".avi")
    with open(downloading.value.path(), "rb") as file:  # noqa: PTH123 - a path of Playwright's
        data = file.read()
    assert (data[:4], len(data)) == (b"RIFF", state["size"])
