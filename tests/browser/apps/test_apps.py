"""Apps in the console: how they fare, what a hand does to them, and what of it is seen."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

NAME = "org.example.notes"

OpenApps = Callable[..., Page]


def card(page: Page, package: str = NAME) -> Locator:
    return page.locator(f'.app[data-package="{package}"]')


def opened(page: Page, package: str = NAME) -> Locator:
    """The card, opened; what it says is there."""
    found = card(page, package)
    found.locator(".app-open").click()
    expect(found.locator(".app-body")).to_be_visible()
    return found


def test_without_apps_the_page_says_what_one_is(apps_page: OpenApps) -> None:
    page = apps_page()
    expect(page.get_by_role("heading", name="No apps yet")).to_be_visible()
    page.get_by_role("button", name="Register an app").click()
    expect(page.get_by_label("Package name")).to_be_focused()


NOW_MS = int(time.time() * 1000)
STATES = [
    ({"state": "running", "since": NOW_MS}, "Running since"),
    ({"state": "starting"}, "Starting …"),
    ({"state": "grace"}, "Reconnecting …"),
    ({"state": "restarting"}, "Starting it again …"),
    ({"state": "stopping"}, "Stopping …"),
    ({"state": "stopped"}, "Stopped"),
    ({"state": "stopped", "reason": "app_refused", "message": "it said 500"}, "Stopped: the app's server refused"),
    ({"state": "stopped", "reason": "brand_new", "message": "as it says"}, "Stopped: as it says"),
]


def test_every_state_is_said_in_words(apps_page: OpenApps, registry: Any) -> None:
    for number, (said, _) in enumerate(STATES):
        registry.add(f"app{number}", **said)
    page = apps_page()
    for number, (_, words) in enumerate(STATES):
        expect(card(page, f"app{number}").locator(".app-state")).to_contain_text(words)


def test_an_app_out_of_reach_counts_down_to_its_next_try_and_is_tried_at_once_if_asked(
    apps_page: OpenApps, registry: Any
) -> None:
    soon = int(time.time() * 1000) + 90_000
    registry.add(NAME, name="Notes", state="lost", reason="app_unreachable", nextTryAt=soon)
    page = apps_page()
    state = card(page).locator(".app-state")
    expect(state).to_contain_text("Unreachable: the app's server cannot be reached. Tried again in")
    first = state.inner_text()
    expect(state).not_to_have_text(first)
    page.get_by_role("button", name="Try to reach Notes now").click()
    expect(state).to_have_text("Running")
    assert ("POST", f"{NAME}/start", None) in registry.asked


def test_news_of_an_app_shows_at_once_and_is_said_aloud(apps_page: OpenApps, registry: Any) -> None:
    registry.add(NAME, name="Notes")
    page = apps_page()
    body = opened(page)
    registry.tell(NAME, state="running", subscriptions=["button_press"])
    expect(body.locator(".app-state")).to_contain_text("Running")
    expect(body).to_contain_text("button_press")
    expect(page.locator("#whisper")).to_have_text("Notes: Running")
    registry.add("dev.other")
    registry.tell("dev.other", state="grace")
    expect(card(page, "dev.other")).to_contain_text("Reconnecting")
    expect(body.locator(".app-body")).to_be_visible()
    registry.tell("dev.other")
    expect(card(page, "dev.other")).to_have_count(0)


def test_the_switch_starts_and_stops(apps_page: OpenApps, registry: Any) -> None:
    registry.add(NAME, name="Notes")
    page = apps_page()
    page.get_by_role("button", name="Start Notes").click()
    expect(card(page)).to_have_attribute("data-state", "running")
    page.get_by_role("button", name="Stop Notes").click()
    expect(card(page)).to_have_attribute("data-state", "stopped")
    asked = [(method, path) for method, path, _ in registry.asked if method == "POST"]
    assert asked == [("POST", f"{NAME}/start"), ("POST", f"{NAME}/stop")]


def test_an_app_that_does_not_start_says_why(apps_page: OpenApps, registry: Any, witness: Any) -> None:
    witness.forgiven.add("/start")
    registry.add(NAME, name="Notes", reason="app_silent")
    registry.refuse("POST", f"{NAME}/start", 504, "app_silent", "the app did not connect in time")
    page = apps_page()
    page.get_by_role("button", name="Start Notes").click()
    expect(page.locator(".notice")).to_have_text("Notes: The app did not connect in time")
    expect(card(page).locator(".app-state")).to_have_text("Stopped: the app did not connect in time")


def test_an_opened_app_tells_all_there_is_to_know(apps_page: OpenApps, registry: Any) -> None:
    registry.add(
        NAME,
        state="running",
        permissions=[{"type": "CAMERA", "description": ""}, {"type": "POST_NOTIFICATIONS", "description": ""}],
        hardware=[{"type": "IMU", "level": "REQUIRED"}, {"type": "DISPLAY", "level": "OPTIONAL"}],
        subscriptions=["button_press", "touch_event:long_press"],
        lastErrors=[
            {"at": NOW_MS - 5_000, "reason": "app_unreachable", "message": "connection refused"},
            {"at": NOW_MS, "reason": "delivery_failed", "message": "the app's server did not take the photo"},
        ],
    )
    body = opened(apps_page())
    expect(body.locator(".chips").nth(0).locator("li")).to_have_text(["button_press", "touch_event:long_press"])
    expect(body.locator(".chips").nth(1).locator("li")).to_have_text(["Camera", "Show notifications"])
    expect(body.locator(".chips").nth(2).locator("li")).to_have_text(["Motion sensor"])
    expect(body).to_contain_text("http://127.0.0.1:7010")
    newest, oldest = body.locator(".faults li").all_inner_texts()
    assert "did not take the photo" in newest
    assert newest.count("did not take") == 1
    assert "connection refused" in oldest


def test_what_an_app_says_of_itself_is_text_and_nothing_else(apps_page: OpenApps, registry: Any) -> None:
    evil = "<img src=x onerror=alert(1)>"
    fault = [{"at": NOW_MS, "reason": evil, "message": evil}]
    items = [{"key": evil, "label": evil, "type": "text", "defaultValue": evil}, {"type": "group", "title": evil}]
    registry.add(NAME, name=evil, state=evil, reason=evil, subscriptions=[evil], lastErrors=fault, settings=items)
    page = apps_page()
    body = opened(page)
    expect(body.locator(".app-name")).to_have_text(evil)
    expect(body.locator(".setting")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_somebody_elses_app_can_be_used_and_not_changed(apps_page: OpenApps, registry: Any) -> None:
    registry.add(NAME, mine=False, publicUrl="")
    page = apps_page()
    body = opened(page)
    expect(page.get_by_role("button", name=f"Start {NAME}")).to_be_enabled()
    expect(body.get_by_role("button", name="Edit")).to_be_hidden()
    expect(body.get_by_role("button", name="Remove")).to_be_hidden()
    expect(body).not_to_contain_text("Server")


def test_a_removed_app_is_gone_after_a_question(apps_page: OpenApps, registry: Any) -> None:
    registry.add(NAME, name="Notes")
    page = apps_page()
    body = opened(page)
    body.get_by_role("button", name="Remove").click()
    question = page.get_by_role("alertdialog", name="Remove Notes?")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    body.get_by_role("button", name="Remove").click()
    question.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="No apps yet")).to_be_visible()
    assert [path for method, path, _ in registry.asked if method == "DELETE"] == [NAME]


def test_a_phone_shows_apps_without_scrolling_sideways(apps_page: OpenApps, registry: Any) -> None:
    lengthy = "org.example." + "long." * 20 + "name"
    registry.add(
        lengthy, state="lost", reason="app_unreachable", subscriptions=["x" * 100], publicUrl="http://" + "y" * 99
    )
    page = apps_page(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    card(page, lengthy).locator(".app-open").tap()
    expect(card(page, lengthy).locator(".app-body")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    page.get_by_role("button", name="Edit").tap()
    page.get_by_text("More", exact=True).tap()
    expect(page.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_a_list_that_was_asked_for_before_the_news_does_not_undo_them(apps_page: OpenApps) -> None:
    found = apps_page().evaluate("""
        () => import('/console/apps.js').then(async ({ Apps }) => {
            const states = ["stopped", "running"];
            const answer = () => ({ apps: [{ package: "a", state: states.shift() }] });
            const apps = new Apps(() => new Promise((resolve) => setTimeout(() => resolve(answer()), 0)));
            const asked = apps.refresh();
            apps.put({ package: "a", state: "running" });
            await asked;
            return [apps.get("a").state, states.length];
        })
    """)
    assert found == ["running", 0]
