"""A real Chromium before the whole house, started as a person starts it: `trifocal up`."""

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from trifocal_tools.bench.fresh import fresh_up
from trifocal_tools.provision import find_chromium

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000

expect.set_options(timeout=PATIENCE_MS)


class House:
    """What runs, and its API for setting a scene and for looking behind the page."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.console: str = said["console"]
        self.user: str = said["user"]
        self.token: str = said["token"]
        headers = {"Authorization": f"Bearer {said['token']}"}
        self.http = httpx.Client(base_url=said["cloud"], headers=headers, trust_env=False)

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def photos(self) -> list[dict[str, Any]]:
        return list(self.get("/api/gallery")["photos"])

    def command(self, command: str, value: str = "", long: bool = False) -> dict[str, Any]:
        body = {"command": command, "value": value, "long": long}
        return dict(self.http.post("/api/glasses/sim", json=body).raise_for_status().json())

    def press(self) -> dict[str, Any]:
        """Press the button and wait until its photo lies in the gallery."""
        press_id = self.command("press", "photo")["pressId"]
        return dict(self.get(f"/api/presses/{press_id}?wait=15"))

    def recorded(self, press_id: str, seconds: float) -> None:
        """Wait until the video that this press began is so long."""

        def long_enough() -> bool:
            steps = self.get(f"/api/presses/{press_id}")["steps"]
            return any(step["step"] == "recording" and time.time() - step["at"] / 1_000 > seconds for step in steps)

        until(long_enough)

    def upload(self, number: int, taken_ms: int) -> None:
        """A photo as a gateway brings it; `number` tells it from others."""
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), (number * 37 % 256, number * 91 % 256, number * 53 % 256)).save(picture, "JPEG")
        metadata = json.dumps({"requestId": f"local_feed0000_{number}", "timestamp": taken_ms, "mediaType": "photo"})
        files = {"file": ("P000000000.jpg", picture.getvalue(), "image/jpeg")}
        self.http.post("/api/photos/upload", files=files, data={"metadata": metadata}).raise_for_status()

    def tidy(self) -> None:
        """No photos, and glasses as they come out of their case: open, charged, in reach, nothing waiting."""
        for command, value in (
            ("unfold", ""),
            ("unplug", ""),
            ("battery", "80"),
            ("online", ""),
            ("loss", "0"),
            ("latency", "0"),
        ):
            self.command(command, value)
        until(lambda: self.get("/api/glasses")["connected"])
        until(lambda: self.get("/api/glasses")["sim"]["storedPhotos"] == 0)
        while photos := self.photos():
            for photo in photos:
                self.http.delete(f"/api/gallery/{photo['photoId']}").raise_for_status()


@dataclass
class Witness:
    """Everything that a page should not have done."""

    origin: str
    forgiven: set[str] = field(default_factory=set)
    """Ends of addresses that answer with an error because the test wants it so."""
    wrong: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda failure: self.wrong.append(str(failure.error)))
        context.on("request", lambda request: self._asked(request.url))

    def _said(self, message: ConsoleMessage) -> None:
        # Asking who is signed in is how the page begins; that nobody is yet is no fault.
        expected = message.location["url"].endswith(("/api/console/session", *self.forgiven))
        if message.type in ("error", "warning") and not expected:
            self.wrong.append(f"{message.text} {message.location['url']}")

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and not url.startswith(self.origin):
            self.away.append(url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module's tests."""
    program = find_chromium()
    assert program, "no Chromium here; `trifocal check` installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@contextmanager
def open_house(*flags: str) -> Iterator[House]:
    """A house of one's own; it is gone at the end."""
    with fresh_up(*flags) as said:
        found = House(said)
        with found.http:
            yield found


@pytest.fixture(scope="module")
def running_house() -> Iterator[House]:
    """One house for a module's tests."""
    with open_house() as found:
        yield found


@pytest.fixture
def own_house() -> Callable[..., AbstractContextManager[House]]:
    """Opens a house for a test that wants to close it: `with own_house("--port", …) as house`."""
    return open_house


@pytest.fixture
def house(running_house: House) -> House:
    """The house, tidied up."""
    running_house.tidy()
    return running_house


@pytest.fixture
def open_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts (a person with a browser each) that are closed at the end."""
    contexts = []

    def open_one(**options: Any) -> BrowserContext:
        contexts.append(
            chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"} | options)
        )
        return contexts[-1]

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def witness(house: House) -> Witness:
    """Whoever watches the pages of `visit`."""
    return Witness(house.console)


@pytest.fixture
def visit(house: House, witness: Witness, open_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Opens the console and waits until it is live. Afterwards nothing may have gone wrong and nothing gone astray.

    `prepare` is given the browser before the page opens.
    """

    def visit_one(place: str = "", prepare: Callable[[BrowserContext], None] | None = None, **options: Any) -> Page:
        context = open_context(**options)
        witness.watch(context)
        if prepare:
            prepare(context)
        page = context.new_page()
        page.goto(house.console + place)
        live(page)
        return page

    yield visit_one
    assert witness.wrong == []
    assert witness.away == []


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    """The console on a desk."""
    return visit()


def live(page: Page) -> None:
    """Wait until the page has its line to the cloud."""
    expect(page.locator("#live")).to_have_attribute("data-state", "live")


def until(condition: Callable[[], object], timeout_s: float = PATIENCE_MS / 1_000) -> None:
    """Wait for something that no page shows."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
