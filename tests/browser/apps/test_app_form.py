"""Describing an app in the console, and setting what it lets one set."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

NAME = "org.example.notes"

OpenApps = Callable[..., Page]

OPTIONS = [{"label": "Small", "value": "small"}, {"label": "Seven", "value": 7}]
ITEMS: list[dict[str, Any]] = [
    {"type": "group", "title": "Pictures"},
    {"key": "flash", "type": "toggle", "label": "Flash"},
    {"key": "title", "type": "text", "label": "Title"},
    {"key": "size", "type": "select", "label": "Size", "options": OPTIONS},
    {"key": "days", "type": "multiselect", "label": "Days", "options": OPTIONS},
    {"key": "every", "type": "slider", "label": "Every", "min": 5, "max": 60},
    {"key": "count", "type": "numeric_input", "label": "Count", "min": 1, "max": 9},
    {"key": "at", "type": "time_picker", "label": "At"},
    {"type": "titleValue", "label": "Plan", "value": "Free"},
    {"key": "odd", "type": "of_tomorrow", "label": "Odd"},
]
VALUES = {"flash": False, "title": "", "size": "small", "days": [], "every": 30, "count": 3, "at": 0}


def fill(page: Page, **fields: str) -> None:
    for field, text in fields.items():
        page.locator(f"#app-{field}").fill(text)


def dialog(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("dialog", name=name)


def puts(registry: Any) -> list[Any]:
    return [body for method, _, body in registry.asked if method == "PUT"]


@pytest.fixture
def settings(apps_page: OpenApps, registry: Any) -> Locator:
    """The settings of an app that has one of each kind."""
    registry.add(NAME, settings=ITEMS)
    registry.values |= VALUES
    page = apps_page()
    page.locator(".app-open").click()
    found = page.locator(".app-settings")
    expect(found.locator(".setting")).to_have_count(
        len(ITEMS) - 2
    )  # a group is a heading; what nobody knows is left out
    return found


def test_a_registered_app_is_given_a_key_that_is_shown_once(apps_page: OpenApps, registry: Any) -> None:
    page = apps_page()
    page.get_by_role("button", name="Register an app").click()
    fill(page, package=NAME, url="http://127.0.0.1:7010")
    page.get_by_label("Camera").first.check()
    page.keyboard.press("Enter")
    made = dialog(page, f"{NAME} is registered")
    expect(made.get_by_role("textbox", name="API key")).to_have_value("made-by-the-cloud")
    made.get_by_role("button", name="Copy").click()
    expect(made.get_by_role("button", name=re.compile("Copied|Ctrl"))).to_be_visible()
    made.get_by_role("button", name="Close").click()
    expect(page.locator(".app")).to_contain_text(NAME)
    assert "made-by-the-cloud" not in page.evaluate("[...document.querySelectorAll('input')].map((one) => one.value)")
    assert puts(registry) == [
        {
            "publicUrl": "http://127.0.0.1:7010",
            "name": "",
            "type": "background",
            "permissions": [{"type": "CAMERA"}],
            "hardware": [],
            "settings": [],
        }
    ]


def test_a_key_of_ones_own_is_sent_and_not_shown_again(apps_page: OpenApps, registry: Any) -> None:
    page = apps_page()
    page.get_by_role("button", name="Register an app").click()
    fill(page, package=NAME, url="http://127.0.0.1:7010", key="s3cret", name="Notes")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.locator("#app-form")).to_be_hidden()
    expect(page.locator(".app-name")).to_have_text("Notes")
    assert puts(registry)[0]["apiKey"] == "s3cret"


def test_an_edited_app_keeps_what_the_form_does_not_show(apps_page: OpenApps, registry: Any) -> None:
    camera = {"type": "CAMERA", "description": "for notes"}
    hardware = [{"type": "CAMERA", "level": "REQUIRED", "description": "to see"}, {"type": "IMU", "level": "OPTIONAL"}]
    legacy = {"type": "NOTIFICATIONS", "description": ""}
    items = [{"key": "flash", "type": "toggle", "label": "Flash"}]
    registry.add(NAME, permissions=[camera, legacy], hardware=hardware, settings=items, type="standard")
    page = apps_page()
    page.locator(".app-open").click()
    page.get_by_role("button", name="Edit").click()
    form = dialog(page, f"Edit {NAME}")
    expect(form.get_by_label("Package name")).not_to_be_editable()
    expect(form.get_by_label("One at a time")).to_be_checked()
    fill(page, url="https://notes.example.org")
    form.get_by_label("Button").check()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(page.locator(".app-facts")).to_contain_text("https://notes.example.org")
    (said,) = puts(registry)
    assert said["permissions"] == [camera, legacy]
    assert sorted(said["hardware"], key=str) == sorted([*hardware, {"type": "BUTTON", "level": "REQUIRED"}], key=str)
    assert (said["settings"], said["type"]) == (items, "standard")
    assert "apiKey" not in said


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "http://a"},
        {"package": "has space", "url": "http://a"},
        {"package": ".dot", "url": "http://a"},
        {"package": NAME},
        {"package": NAME, "url": "no address"},
        {"package": NAME, "url": "http://a", "key": "two words"},
        {"package": NAME, "url": "http://a", "settings-json": "{"},
        {"package": NAME, "url": "http://a", "settings-json": '{"tools": []}'},
        {"package": NAME, "url": "http://a", "settings-json": "7"},
    ],
)
def test_what_cannot_be_an_app_is_not_sent(apps_page: OpenApps, registry: Any, fields: dict[str, str]) -> None:
    page = apps_page()
    page.get_by_role("button", name="Register an app").click()
    page.get_by_text("More", exact=True).click()
    fill(page, **fields)
    page.get_by_role("button", name="Register", exact=True).click()
    assert page.evaluate("document.querySelector('#app-form form').checkValidity()") is False
    expect(page.locator("#app-form")).to_be_visible()
    assert puts(registry) == []


def test_the_clouds_own_words_say_what_is_wrong(apps_page: OpenApps, registry: Any, witness: Any) -> None:
    witness.forgiven.add(f"/api/apps/{NAME}")
    registry.refuse("PUT", NAME, 422, "malformed", "settings[0]: toggle needs a key")
    page = apps_page()
    page.get_by_role("button", name="Register an app").click()
    page.get_by_text("More", exact=True).click()
    fill(page, package=NAME, url="http://127.0.0.1:7010", **{"settings-json": '{"settings": [{"type": "toggle"}]}'})
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="needs")).to_have_text("Settings[0]: toggle needs a key.")
    assert puts(registry)[0]["settings"] == [{"type": "toggle"}]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Register an app").click()
    expect(page.locator("#app-form-problem")).to_have_text("")
    expect(page.get_by_label("Package name")).to_have_value("")


def test_every_kind_of_setting_is_kept_as_soon_as_it_is_moved(settings: Locator, registry: Any) -> None:
    page = settings.page
    page.get_by_role("switch", name="Flash").click()
    settings.get_by_label("Title").fill("Holidays")
    settings.get_by_label("Size").select_option("Seven")
    settings.get_by_role("checkbox", name="Seven").check()
    settings.get_by_label("Every").fill("45")
    settings.get_by_label("Count").fill("5")
    settings.get_by_label("At").fill("08:30")
    settings.get_by_label("At").blur()
    expect(settings.locator(".settings-said")).to_have_text("Saved")
    expect(settings.locator("output")).to_have_text("45")
    wanted = {"flash": True, "title": "Holidays", "size": 7, "days": [7], "every": 45, "count": 5, "at": 30_600}
    assert registry.values == wanted
    expect(settings).to_contain_text("Free")


def test_a_number_out_of_bounds_is_not_sent(settings: Locator, registry: Any) -> None:
    settings.get_by_label("Count").fill("99")
    settings.get_by_label("Count").blur()
    assert settings.get_by_label("Count").evaluate("field => field.validity.rangeOverflow")
    assert puts(registry) == []


def test_a_refused_setting_goes_back_to_what_it_was(settings: Locator, registry: Any, witness: Any) -> None:
    witness.forgiven.add("/settings")
    registry.refuse("PUT", f"{NAME}/settings", 422, "malformed", "setting flash: not now")
    switch = settings.get_by_role("switch", name="Flash")
    switch.click()
    expect(settings.locator(".settings-said")).to_have_text("setting flash: not now.")
    expect(switch).to_have_attribute("aria-checked", "false")


def test_a_setting_changed_elsewhere_shows_here(settings: Locator, registry: Any) -> None:
    settings.get_by_label("Title").fill("Mine")
    settings.page.locator("#apps").focus()
    expect(settings.locator(".settings-said")).to_have_text("Saved")
    registry.values["flash"] = True
    registry.tell(NAME, state="running")
    expect(settings.get_by_role("switch", name="Flash")).to_have_attribute("aria-checked", "true")
    expect(settings.get_by_label("Title")).to_have_value("Mine")
