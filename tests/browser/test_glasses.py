"""The simulated glasses in the console: what the hand does, and what one sees of it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

LONG_MS = 900

pytestmark = pytest.mark.browser


def shutter(page: Page) -> Locator:
    return page.get_by_role("button", name="Press the button")


def switch(page: Page, name: str) -> Locator:
    return page.get_by_role("switch", name=name)


def problem(page: Page, words: str) -> None:
    """The failure is said aloud, and stands in its journey."""
    expect(page.locator(".notice", has_text=words)).to_be_visible()
    expect(page.locator(".journey[data-state=failed]").first).to_contain_text(words)


def test_the_privacy_light_glows_while_the_camera_works(page: Page) -> None:
    stage = page.locator("#stage")
    expect(stage).to_have_attribute("data-light", "off")
    expect(page.locator("#light-words")).to_have_text("Privacy light off")
    shutter(page).click()
    expect(stage).to_have_attribute("data-light", "photo")
    expect(page.locator("#light-words")).to_have_text("Privacy light on")
    expect(page.locator(".glow")).to_have_css("opacity", "1")
    expect(stage).to_have_attribute("data-light", "off")


def test_every_part_of_the_chain_shows_that_it_is_there(page: Page) -> None:
    for part in ("glasses", "gateway", "cloud"):
        expect(page.locator(f".chain [data-part={part}]")).to_have_attribute("data-up", "true")
    expect(page.locator("#made-of")).to_contain_text("camera “pattern”")


def test_a_press_out_of_reach_is_kept_on_the_glasses_and_arrives_later(page: Page, house: Any) -> None:
    switch(page, "In reach").click()
    expect(page.locator("#chain-glasses")).to_have_text("Out of reach")
    shutter(page).click()
    expect(page.locator("#fact-stored")).to_have_text("1 waiting")
    expect(page.locator(".journey").first).to_contain_text("no word from the glasses yet")
    assert house.photos() == []
    switch(page, "In reach").click()
    expect(page.locator("#days .tile")).to_have_count(1)
    expect(page.locator("#fact-stored")).to_have_text("Nothing waiting")
    expect(page.locator(".journey").first).to_contain_text("In the gallery")
    expect(page.locator(".journey").first).to_contain_text("Offline press")
    expect(page.locator(".journey .row").first).to_contain_text("Taken")
    assert house.photos()[0]["requestId"].startswith("local_")


def test_a_low_battery_is_refused_in_words(page: Page, house: Any) -> None:
    page.get_by_label("Battery level").fill("5")
    expect(page.locator("#fact-battery")).to_have_text("5 %")
    shutter(page).click()
    problem(page, "The battery is too low for the camera")
    assert house.photos() == []


def test_charging_shows(page: Page) -> None:
    switch(page, "Charging").click()
    expect(switch(page, "Charging")).to_be_checked()
    expect(page.locator("#fact-battery")).to_contain_text("charging")


def test_folded_glasses_refuse_in_words_and_look_folded(page: Page) -> None:
    switch(page, "Unfolded").click()
    expect(page.locator("#stage")).to_have_attribute("data-folded", "true")
    expect(page.locator("#chain-glasses")).to_have_text("Folded")
    shutter(page).click()
    problem(page, "The glasses are folded")
    switch(page, "Unfolded").click()
    expect(page.locator("#stage")).to_have_attribute("data-folded", "false")


def test_a_weak_radio_can_be_made_and_its_link_broken(page: Page, house: Any) -> None:
    page.get_by_label("Radio loss").fill("20")
    expect(page.locator("#radio-words")).to_have_text("Weak radio: 20 % lost, 0 ms late")
    page.get_by_label("Radio latency").fill("100")
    expect(page.locator("#radio-words")).to_have_text("Weak radio: 20 % lost, 100 ms late")
    shutter(page).click()
    expect(page.locator("#days .tile")).to_have_count(1)
    house.command("loss", "0")
    house.command("latency", "0")
    expect(page.locator("#radio-words")).to_have_text("Good radio")
    page.get_by_role("button", name="Break the link").click()
    expect(page.locator("#chain-glasses")).to_have_text("Connected")


def test_a_held_button_is_a_long_press(page: Page) -> None:
    button = shutter(page)
    for light in ("video", "off"):
        button.hover()
        page.mouse.down()
        expect(button).to_have_attribute("data-held", "long")
        page.mouse.up()
        expect(page.locator(".journey").first).to_contain_text("Long press")
        expect(page.locator("#stage")).to_have_attribute("data-light", light)
    expect(page.locator("#days .tile")).to_have_count(1)


def test_a_click_without_pointer_or_key_is_a_press_too(page: Page) -> None:
    shutter(page).evaluate("button => button.click()")
    expect(page.locator("#days .tile")).to_have_count(1)


def test_what_another_hand_does_shows_here(page: Page, house: Any) -> None:
    house.command("battery", "33")
    expect(page.locator("#fact-battery")).to_have_text("33 %")
    expect(page.get_by_label("Battery level")).to_have_value("33")
    house.command("fold")
    expect(switch(page, "Unfolded")).to_have_attribute("aria-checked", "false")


def test_one_press_is_seen_in_every_part_with_its_times(page: Page) -> None:
    shutter(page).click()
    journey = page.locator(".journey").first
    expect(journey).to_have_attribute("data-state", "stored")
    expect(journey).to_contain_text(re.compile(r"In the gallery after \d+"))
    for part in ("glasses", "gateway", "cloud"):
        expect(journey.locator(f".waterfall .dot[data-part={part}]").first).to_be_visible()
    offsets = journey.locator(".row-at").all_inner_texts()
    numbers = [float(re.sub(r"[^\d.]", "", text)) for text in offsets if text.endswith(" ms")]
    assert numbers == sorted(numbers)
    assert numbers[0] == 0
    journey.get_by_role("link", name="Open the photo").click()
    expect(page.locator("#viewer")).to_be_visible()


def test_journeys_are_filtered(page: Page) -> None:
    switch(page, "Unfolded").click()
    expect(page.locator("#stage")).to_have_attribute("data-folded", "true")
    shutter(page).click()
    problem(page, "The glasses are folded")
    switch(page, "Unfolded").click()
    expect(page.locator("#stage")).to_have_attribute("data-folded", "false")
    shutter(page).click()
    expect(page.locator(".journey").first).to_have_attribute("data-state", "stored")
    page.get_by_label("Failed").check()
    expect(page.locator(".journey[data-state=failed]").first).to_be_visible()
    expect(page.locator(".journey[data-state=stored]")).to_have_count(0)
    page.get_by_label("On the way").check()
    expect(page.get_by_text("Nothing is on its way.")).to_be_visible()


def test_a_paused_log_stands_still_until_it_goes_on(page: Page, house: Any) -> None:
    before = page.locator(".journey").count()
    page.get_by_role("button", name="Pause").click()
    house.press()
    expect(page.get_by_role("button", name="Resume (1 change)")).to_be_visible()
    assert page.locator(".journey").count() == before
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".journey")).to_have_count(before + 1)
