"""When the line is lost: the page says so, comes back by itself, and has lost and doubled nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser

OpenHouse = Callable[..., Any]


def live(page: Page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", "live")


def names(page: Page) -> list[str]:
    """What each journey shown is about: its press and requests."""
    return page.locator(".journey-foot code").all_text_contents()


def test_a_cloud_that_goes_and_returns_is_noticed_and_caught_up_with(
    own_house: OpenHouse, open_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    data = ("--data-dir", str(tmp_path / "data"))
    page = open_context().new_page()
    with own_house(*data) as house:
        page.goto(house.console)
        live(page)
        house.press()
        expect(page.locator("#days .tile")).to_have_count(1)
    expect(page.locator("#live")).to_have_attribute("data-state", "waiting")
    expect(page.locator("#banner")).to_contain_text("The connection to the cloud is lost. Trying again in")
    expect(page.locator("#chain-cloud")).to_have_text("Out of reach")

    with own_house(*data, "--port", str(urlsplit(house.console).port)) as house:
        for _ in range(2):
            house.press()
        page.get_by_role("button", name="Try now").or_(page.locator("#live[data-state=live]")).first.click()
        live(page)
        expect(page.locator("#banner")).to_be_hidden()
        expect(page.locator("#days .tile")).to_have_count(3)
        expect(page.locator(".journey[data-state=stored]")).to_have_count(3)
        house.press()
        expect(page.locator("#days .tile")).to_have_count(4)
        expect(page.locator(".journey[data-state=stored]")).to_have_count(4)
        assert len(set(names(page))) == 4


def test_what_happened_while_the_line_was_away_is_neither_lost_nor_doubled(
    visit: Callable[..., Page], house: Any
) -> None:
    page = visit()
    before = page.locator(".journey").count()
    for _ in range(2):
        house.press()
    expect(page.locator("#days .tile")).to_have_count(2)
    page.reload()
    live(page)
    expect(page.locator("#days .tile")).to_have_count(2)
    expect(page.locator(".journey")).to_have_count(before + 2)
    assert len(set(names(page))) == before + 2


def test_a_photo_deleted_while_the_line_was_away_is_gone_after_it(
    own_house: OpenHouse, open_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    data = ("--data-dir", str(tmp_path / "data"))
    page = open_context().new_page()
    with own_house(*data) as house:
        page.goto(house.console)
        house.press()
        expect(page.locator("#days .tile")).to_have_count(1)
    expect(page.locator("#banner")).to_be_visible()
    with own_house(*data, "--port", str(urlsplit(house.console).port)) as house:
        house.http.delete(f"/api/gallery/{house.photos()[0]['photoId']}").raise_for_status()
        live(page)
        expect(page.locator("#days .tile")).to_have_count(0)
        expect(page.locator("#empty")).to_be_visible()


def test_the_session_that_ends_asks_who_is_there(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Trifocal")).to_be_visible()
    expect(page.locator("#house")).to_be_hidden()
