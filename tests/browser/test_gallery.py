"""Photos in the console: they appear, open, travel on by link, and go."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

DAY_MS = 86_400_000

pytestmark = pytest.mark.browser


def tiles(page: Page) -> Locator:
    return page.locator("#days .tile")


def shown(image: Locator) -> None:
    """The picture has really been drawn."""
    expect(image).to_be_visible()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 0


def open_first(page: Page, house: Any) -> dict[str, Any]:
    house.press()
    tiles(page).first.click()
    expect(page.locator("#viewer")).to_be_visible()
    return dict(house.photos()[0])


def test_an_empty_gallery_says_what_to_press(page: Page) -> None:
    expect(page.get_by_role("heading", name="No photos yet")).to_be_visible()
    expect(page.get_by_text("Press the button on the glasses, or the space bar here")).to_be_visible()


def test_a_press_in_the_page_brings_a_photo_into_it(page: Page, house: Any) -> None:
    page.get_by_role("button", name="Press the button").click()
    expect(tiles(page)).to_have_count(1)
    shown(tiles(page).locator("img"))
    expect(page.locator("#empty")).to_be_hidden()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert len(house.photos()) == 1


def test_a_press_on_the_glasses_appears_in_every_open_page(visit: Callable[..., Page], house: Any) -> None:
    pages = [visit(), visit()]
    house.press()
    for page in pages:
        expect(tiles(page)).to_have_count(1)


def test_a_photo_opens_with_its_original_and_its_details(page: Page, house: Any) -> None:
    photo = open_first(page, house)
    shown(page.locator("#viewer .original"))
    details = page.locator("#viewer-details")
    for name in ("requestId", "pressId", "appId", "userId", "sha256", "mimeType"):
        expect(details).to_contain_text(photo[name])
    expect(details).to_contain_text(f"{photo['width']:,}")
    expect(details).to_contain_text("How it got here")


def test_newer_and_older_photos_are_one_key_away(page: Page, house: Any) -> None:
    for _ in range(2):
        house.press()
    expect(tiles(page)).to_have_count(2)
    newest, oldest = (photo["photoId"] for photo in house.photos())
    tiles(page).first.click()
    original = page.locator("#viewer .original")
    expect(original).to_have_attribute("src", re.compile(newest))
    page.keyboard.press("ArrowRight")
    expect(original).to_have_attribute("src", re.compile(oldest))
    expect(page.get_by_role("button", name="Older photo")).to_be_hidden()
    page.get_by_role("button", name="Newer photo").click()
    expect(original).to_have_attribute("src", re.compile(newest))


def test_going_back_closes_the_photo_and_a_link_to_it_opens_it(page: Page, house: Any) -> None:
    photo = open_first(page, house)
    assert page.url.endswith(f"#photo/{photo['photoId']}")
    page.go_back()
    expect(page.locator("#viewer")).to_be_hidden()
    page.goto(f"{house.console}#photo/{photo['photoId']}")
    page.reload()
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()


def test_a_shared_link_works_for_a_stranger(
    page: Page, house: Any, open_context: Callable[..., BrowserContext]
) -> None:
    photo = open_first(page, house)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share this photo")
    dialog.get_by_label("1 hour").check()
    dialog.get_by_role("button", name="Create link").click()
    link = dialog.get_by_label("Link", exact=True)
    expect(link).to_have_value(re.compile(r"^http://127\.0\.0\.1:\d+/s/.+"))
    expect(dialog.get_by_role("status")).to_have_text(
        re.compile(r"link.* It works until .+ \d\d:\d\d\.", re.IGNORECASE)
    )

    stranger = open_context()
    answer = stranger.new_page().goto(link.input_value())
    assert answer is not None
    assert answer.status == 200
    assert len(answer.body()) == photo["size"]
    assert stranger.request.get(house.console + "api/gallery").status == 401


def test_a_shared_link_expires(page: Page, house: Any, open_context: Callable[..., BrowserContext]) -> None:
    photo = open_first(page, house)
    shared = house.http.post(f"/api/gallery/{photo['photoId']}/share", json={"expiresIn": 1}).json()
    stranger = open_context().new_page()
    while (answer := stranger.goto(shared["url"])) and answer.status == 200:
        assert time.time() * 1_000 < shared["expiresAt"] + 5_000
    assert answer is not None
    assert answer.status == 410


def test_a_photo_downloads(page: Page, house: Any, tmp_path: Path) -> None:
    photo = open_first(page, house)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".jpg")
    download.value.save_as(tmp_path / "photo")
    assert (tmp_path / "photo").stat().st_size == photo["size"]


def test_a_photo_is_deleted_only_after_asking(page: Page, house: Any) -> None:
    photo = open_first(page, house)
    shared = house.http.post(f"/api/gallery/{photo['photoId']}/share", json={}).json()
    page.keyboard.press("Delete")
    dialog = page.get_by_role("alertdialog", name="Delete this photo?")
    dialog.get_by_role("button", name="Keep").click()
    assert len(house.photos()) == 1
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(tiles(page)).to_have_count(0)
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator("#empty")).to_be_visible()
    assert house.photos() == []
    assert house.http.get(shared["url"]).status_code == 404


def test_a_photo_deleted_elsewhere_disappears_here(page: Page, house: Any) -> None:
    for _ in range(2):
        house.press()
    expect(tiles(page)).to_have_count(2)
    tiles(page).first.click()
    newest, oldest = (photo["photoId"] for photo in house.photos())
    house.http.delete(f"/api/gallery/{newest}")
    expect(page.locator("#viewer .original")).to_have_attribute("src", re.compile(oldest))
    expect(tiles(page)).to_have_count(1)


def test_older_photos_come_as_one_scrolls_and_lie_under_their_days(visit: Callable[..., Page], house: Any) -> None:
    now = int(time.time() * 1_000)
    for number in range(70):
        house.upload(number, now - number // 35 * DAY_MS - number)
    page = visit(locale="en-GB", timezone_id="UTC")
    expect(page.locator("#days .day h3")).to_have_text(["Today", "Yesterday"])
    page.locator("#days .tile").last.scroll_into_view_if_needed()
    expect(tiles(page)).to_have_count(70)
    found = page.locator("#days .tile").evaluate_all("tiles => tiles.map(tile => tile.dataset.photo)")
    assert len(set(found)) == 70
    assert found[:50] == [photo["photoId"] for photo in house.photos()]
