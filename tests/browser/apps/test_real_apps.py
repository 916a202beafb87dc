"""The page of apps before the real cloud, with an app that really connects."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def registered(page: Page, app: Any) -> None:
    """Register the app as a person does."""
    page.get_by_role("button", name="Register", exact=True).or_(
        page.get_by_role("button", name="Register an app")
    ).first.click()
    page.get_by_label("Package name").fill(app.package)
    page.get_by_label("Address of its server").fill(app.url)
    page.get_by_label("API key").first.fill(app.key)
    page.get_by_role("button", name="Register", exact=True).last.click()
    expect(page.locator("#app-form")).to_be_hidden()


def test_an_app_is_registered_started_pressed_lost_stopped_and_removed(
    visit: Callable[..., Page], real_app: Any, house: Any
) -> None:
    page = visit("#apps")
    registered(page, real_app)
    card = page.locator(".app")
    expect(card).to_contain_text("Stopped")
    page.get_by_role("button", name=f"Start {real_app.package}").click()
    expect(card).to_have_attribute("data-state", "running")
    card.locator(".app-open").click()
    expect(card.locator(".chips")).to_contain_text("button_press")
    page.keyboard.press("4")
    page.keyboard.press("p")
    expect(page.locator(".journey").first).to_have_attribute("data-state", "heard")
    expect(page.locator(".journey").first).to_contain_text("An app took the press")
    assert house.photos() == []
    page.get_by_role("button", name=f"Stop {real_app.package}").click()
    expect(card).to_have_attribute("data-state", "stopped")
    expect(card.locator(".app-state")).to_have_text("Stopped")
    card.get_by_role("button", name="Remove").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="No apps yet")).to_be_visible()


def test_what_is_done_elsewhere_shows_here(visit: Callable[..., Page], real_app: Any, house: Any) -> None:
    page = visit("#apps")
    path = f"/api/apps/{real_app.package}"
    items = [{"key": "flash", "type": "toggle", "label": "Flash", "defaultValue": False}]
    body = {"publicUrl": real_app.url, "apiKey": real_app.key, "name": "Notes", "settings": items}
    house.http.put(path, json=body).raise_for_status()
    card = page.locator(".app")
    expect(card.locator(".app-name")).to_have_text("Notes")
    card.locator(".app-open").click()
    flash = card.get_by_role("switch", name="Flash")
    expect(flash).to_have_attribute("aria-checked", "false")
    house.http.put(f"{path}/settings", json={"values": {"flash": True}}).raise_for_status()
    expect(flash).to_have_attribute("aria-checked", "true")
    flash.click()
    expect(card.locator(".settings-said")).to_have_text("Saved")
    assert house.get(f"{path}/settings")["settings"][0]["value"] is False
    house.http.delete(path).raise_for_status()
    expect(card).to_have_count(0)


def test_a_server_that_is_not_there_is_said_to_be_out_of_reach(
    visit: Callable[..., Page], real_app: Any, witness: Any
) -> None:
    witness.forgiven.add("/start")
    page = visit("#apps")
    real_app.url = "http://127.0.0.1:9"
    registered(page, real_app)
    page.get_by_role("button", name=f"Start {real_app.package}").click()
    expect(page.locator(".notice")).to_contain_text("The app's server cannot be reached")
    card = page.locator(".app")
    expect(card).to_have_attribute("data-state", "stopped")
    card.locator(".app-open").click()
    expect(card.locator(".faults")).to_contain_text("The app's server cannot be reached")
