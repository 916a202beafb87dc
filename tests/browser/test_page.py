"""The page as such: keys, phones, sign-in, and words for every reason."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from trifocal_shared import reasons

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}


def focused(page: Page) -> str:
    """What has the keyboard's focus, as a selector would name it."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.className"))


def no_sideways_scroll(page: Page) -> None:
    wide, fits = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert wide <= fits


def test_the_keyboard_alone_is_enough(page: Page, house: Any) -> None:
    page.keyboard.press("p")
    expect(page.locator("#days .tile")).to_have_count(1)
    page.keyboard.press(" ")
    expect(page.locator("#days .tile")).to_have_count(2)
    page.keyboard.press("1")
    assert focused(page) == "photos"
    page.keyboard.press("Tab")
    expect(page.locator("#days .tile").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#days .tile").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="Photo")
    expect(viewer).to_be_visible()
    page.keyboard.press("i")
    expect(page.locator("#viewer-details")).to_be_hidden()
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Share this photo")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Share this photo")).to_be_hidden()
    expect(viewer).to_be_visible()
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#days .tile")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.locator("#days .tile")).to_be_focused()
    assert len(house.photos()) == 1


def test_a_held_key_is_a_long_press(page: Page, house: Any) -> None:
    page.keyboard.down("p")
    expect(page.get_by_role("button", name="Press the button")).to_have_attribute("data-held", "long")
    page.keyboard.up("p")
    expect(page.locator(".journey").first).to_contain_text("Long press")
    expect(page.locator("#stage")).to_have_attribute("data-light", "video")
    house.command("press", "photo", long=True)  # ends the video that it began
    expect(page.locator("#stage")).to_have_attribute("data-light", "off")


def test_letters_typed_into_a_field_press_nothing(page: Page, house: Any) -> None:
    page.get_by_label("Battery level").focus()
    page.keyboard.press("p")
    page.get_by_role("switch", name="Charging").focus()
    page.keyboard.press(" ")
    expect(page.get_by_role("switch", name="Charging")).to_be_checked()
    assert house.photos() == []
    assert house.get("/api/glasses")["sim"]["cameraState"] == "off"


def test_the_shortcuts_are_listed(page: Page) -> None:
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_).to_contain_text("Press the button; hold for a video")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def test_a_digit_leads_to_each_part_of_the_console(page: Page) -> None:
    for key, part in (("4", "apps"), ("2", "glasses"), ("3", "journeys"), ("1", "photos")):
        page.keyboard.press(key)
        expect(page.locator(f"#{part}")).to_be_visible()
        assert focused(page) == part


def test_apps_take_the_place_of_the_photos_beside_the_glasses(page: Page) -> None:
    pages = page.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="Apps").click()
    expect(page.locator("#apps")).to_be_visible()
    expect(page.locator("#photos")).to_be_hidden()
    expect(page.locator("#glasses")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("#apps")).to_be_visible()
    expect(pages.get_by_role("link", name="Apps")).to_have_attribute("aria-current", "page")
    page.go_back()
    page.go_back()
    expect(page.locator("#photos")).to_be_visible()


def test_the_focus_is_visible(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the photos")).to_be_in_viewport()
    for _ in range(6):
        page.keyboard.press("Tab")
        style, width = page.evaluate(
            "[getComputedStyle(document.activeElement)].map(s => [s.outlineStyle, s.outlineWidth])[0]"
        )
        assert (style, width) == ("solid", "2px")


def test_a_phone_never_scrolls_sideways(visit: Callable[..., Page], house: Any) -> None:
    page = visit(**PHONE)
    page.locator(".shutter.floating").tap()
    expect(page.locator("#days .tile")).to_have_count(1)
    no_sideways_scroll(page)
    for tab in ("Glasses", "Journeys", "Apps", "Photos"):
        page.get_by_role("navigation").get_by_role("link", name=tab).tap()
        expect(page.locator(f"#{tab.lower()}")).to_be_visible()
        no_sideways_scroll(page)
    page.locator("#days .tile").tap()
    page.get_by_role("button", name="Details").tap()
    expect(page.locator("#viewer-details")).to_contain_text("SHA-256")
    no_sideways_scroll(page)
    page.get_by_role("button", name="Share").tap()
    expect(page.get_by_role("dialog", name="Share this photo")).to_be_in_viewport(ratio=1)
    no_sideways_scroll(page)


def test_every_control_has_a_name(page: Page) -> None:
    nameless = re.compile("^$")
    for role in ("button", "link", "switch", "slider", "radio"):
        assert page.get_by_role(role, name=nameless).count() == 0


def test_less_motion_is_honoured(visit: Callable[..., Page], house: Any) -> None:
    page = visit(reduced_motion="reduce")
    house.press()
    tile = page.locator("#days .tile")
    expect(tile).to_have_count(1)
    expect(tile.locator("img")).to_have_css("transition-duration", "0.001s")


def test_every_reason_has_its_words(page: Page) -> None:
    words = page.evaluate(
        "codes => import('/console/words.js').then(module => codes.map(module.reasonWords))", list(reasons.SENTENCES)
    )
    assert [code for code, said in zip(reasons.SENTENCES, words, strict=True) if not said] == []


def test_a_long_wait_does_not_hide_the_milliseconds_around_it(page: Page) -> None:
    steps = [{"at": at} for at in (0, 20, 60, 60_060, 60_100)]
    rows = page.evaluate("steps => import('/console/waterfall.js').then(module => module.scale(steps))", steps)
    assert [row["wait"] for row in rows] == [False, False, False, True, False]
    assert [round(row["to"]) for row in rows] == [0, 14, 42, 72, 100]
    even = page.evaluate("steps => import('/console/waterfall.js').then(module => module.scale(steps))", steps[:3])
    assert [round(row["to"]) for row in even] == [0, 33, 100]


@pytest.fixture
def lone_cloud(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A cloud without glasses or local user: its address, and a token for it."""
    program = [sys.executable, "-m", "trifocal_tools.cli"]
    place = ["--data-dir", str(tmp_path), "--json"]
    made = subprocess.run([*program, "token", "--user", "somebody", *place], capture_output=True, text=True, check=True)
    command = [*program, "cloud", "--port", "0", *place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())["cloud"], json.loads(made.stdout)["token"]
        process.terminate()
        process.wait(10)


def test_a_token_signs_in_and_missing_glasses_are_explained(
    lone_cloud: tuple[str, str], open_context: Callable[..., BrowserContext]
) -> None:
    cloud, token = lone_cloud
    page = open_context().new_page()
    page.goto(cloud)
    expect(page.locator("#sign-in")).to_contain_text("trifocal token")
    page.get_by_label("Token").fill("not a token")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The token is wrong or has expired.")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator("#no-sim")).to_contain_text("trifocal sim")
    expect(page.get_by_role("button", name="Press the button")).to_be_hidden()
    expect(page.locator("#chain-gateway")).to_have_text("Not connected")


GATHER = """
steps => import('/console/journey.js').then(({ Journeys }) => {
    const journeys = new Journeys();
    for (const step of steps) journeys.stepped(step);
    return journeys.all.map(({ steps, state, failure }) => ({ steps: steps.map(({ step }) => step), state, failure }));
})
"""


def step(name: str, at: int, press: str = "", request: str = "", **more: str) -> dict[str, Any]:
    return {"source": "glasses", "step": name, "at": at, "pressId": press, "requestId": request} | more


def test_steps_of_one_press_become_one_journey_in_order_of_time(page: Page) -> None:
    steps = [
        step("captured", 30, request="r1"),
        step("pressed", 10, press="p1"),
        step("requested", 20, press="p1", request="r1"),
        step("requested", 20, press="p1", request="r1"),
        step("stored", 40, request="r1"),
        step("pressed", 50, press="p2"),
    ]
    assert page.evaluate(GATHER, steps) == [
        {"steps": ["pressed"], "state": "moving", "failure": ""},
        {"steps": ["pressed", "requested", "captured", "stored"], "state": "stored", "failure": ""},
    ]


def test_a_photo_that_the_glasses_took_themselves_is_no_failure(page: Page) -> None:
    steps = [
        step("failed", 10, press="p1", request="r1", detail="captured_locally"),
        step("queued", 20, press="p1", request="local_1"),
    ]
    assert [journey["state"] for journey in page.evaluate(GATHER, steps)] == ["moving"]
    assert page.evaluate(GATHER, [*steps, step("stored", 30, request="local_1")])[0]["state"] == "stored"


def test_a_press_that_apps_hear_is_theirs(page: Page) -> None:
    steps = [step("pressed", 10, press="p1", status="heard"), step("pressed", 10, press="p2")]
    states = {journey["state"] for journey in page.evaluate(GATHER, steps)}
    assert states == {"heard", "moving"}


def test_journeys_and_their_steps_are_bounded_and_keep_what_matters(page: Page) -> None:
    many = page.evaluate(GATHER, [step("pressed", at, press=f"p{at}") for at in range(100)])
    assert len(many) == 60
    retries = [step(("queued", "uploading")[at % 2], at, press="p", request="r") for at in range(200)]
    (long,) = page.evaluate(GATHER, [*retries, step("stored", 500, request="r")])
    assert len(long["steps"]) == 60
    assert long["state"] == "stored"
    (repeated,) = page.evaluate(GATHER, [step("uploading", at, request="r") for at in range(9)])
    assert repeated["steps"] == ["uploading"]


def test_a_photo_that_is_sent_shows_how_much_of_it_has_come(page: Page) -> None:
    said = page.evaluate(
        """async () => {
          const { Journeys } = await import("/console/journey.js");
          const journeys = new Journeys();
          const entry = { requestId: "r1", pressId: "p1", source: "glasses" };
          journeys.moved({ ...entry, percent: 1, bytesPerSecond: 1 });
          const before = journeys.all.length;
          journeys.stepped({ ...entry, step: "transferring", at: 1 });
          journeys.moved({ ...entry, percent: 42, bytesPerSecond: 160000 });
          const during = journeys.all[0].sending;
          journeys.stepped({ ...entry, step: "queued", at: 2 });
          const after = journeys.all[0].sending;
          journeys.stepped({ ...entry, step: "stored", at: 3 });
          journeys.moved({ ...entry, percent: 43, bytesPerSecond: 1 });
          return [before, during, after, journeys.all[0].sending, journeys.all[0].steps.length];
        }"""
    )
    assert said == [0, {"percent": 42, "bytesPerSecond": 160_000}, None, None, 3]
