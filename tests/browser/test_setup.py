"""Wi-Fi, lamp and settings of the glasses in the console: each is answered in words."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _opened(page: Page) -> None:
    page.get_by_role("button", name="Wi-Fi and settings").click()
    expect(page.locator("#setup-words")).to_have_text("The glasses are on no Wi-Fi")


def test_the_glasses_join_a_network_with_the_right_password_only(page: Page, house: Any) -> None:
    house.command("networks", "house:secret,cafe")
    words = page.locator("#setup-words")
    page.get_by_role("button", name="Look around").click()
    expect(words).to_have_text("Within reach: house, cafe")
    page.get_by_label("Network").fill("house")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Join").click()
    expect(words).to_have_text("The network does not take this password")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Join").click()
    expect(words).to_have_text("The glasses are on house")
    expect(page.get_by_label("Password")).to_have_value("")
    assert house.get("/api/glasses")["wifiSsid"] == "house"
    page.get_by_role("button", name="Leave").click()
    expect(words).to_have_text("The glasses are on no Wi-Fi")
    page.get_by_role("button", name="Forget").click()
    expect(words).to_have_text("The glasses have forgotten it")


def test_a_lamp_is_lit_and_a_size_is_kept(page: Page) -> None:
    words = page.locator("#setup-words")
    page.get_by_role("button", name="Lamp on").click()
    expect(words).to_have_text("The lamp is on")
    page.get_by_role("radio", name="Large").check()
    expect(words).to_have_text("The glasses keep that size")
