import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from rich.console import Console

from trifocal_tools import live
from trifocal_tools.live import LiveView
from trifocal_tools.supervisor import Part

SIM = {"online": True, "folded": False, "battery": 80, "charging": False, "light": "photo", "storedPhotos": 0}


async def nothing(*_: object) -> None:
    """A part that does nothing."""


class Page:
    """A view of a cloud that answers from here."""

    def __init__(self) -> None:
        said: dict[str, object] = {"console": "http://c/", "user": "ada@example.org", "dataDir": "/data"}
        self.parts = [Part("cloud", nothing, state="up"), Part("gateway", nothing, state="down", reason="tripped")]
        self.view = LiveView(
            "http://c", "t", said, self.parts, lambda: self.uploads, transport=httpx.MockTransport(self.answer)
        )
        self.view.state = {"sim": dict(SIM)}
        self.uploads = 0
        self.commands: list[Any] = []
        self.result: dict[str, Any] = {"success": True, "pressId": "a-1"}
        self.presses = [{"final": True, "status": "stored", "photoUrl": "/p"}]
        self.away = 0
        self.looks = 0
        self.looked_twice = asyncio.Event()

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            self.away -= 1
            raise httpx.ConnectError("away", request=request)
        if request.method == "POST":
            self.commands.append(json.loads(request.read()))
            return httpx.Response(200, json=self.result)
        if "/presses/" in request.url.path:
            return httpx.Response(200, json=self.presses.pop(0))
        if request.url.path == "/api/apps":
            return httpx.Response(200, json={"apps": [{"package": "org.example.notes", "state": "running"}]})
        self.looks += 1
        if self.looks == 2:
            self.looked_twice.set()
        return httpx.Response(200, json={"sim": SIM | {"battery": 3}})

    def picture(self) -> str:
        stream = io.StringIO()
        Console(file=stream, width=100).print(self.view.draw())
        return stream.getvalue()


@pytest.fixture
async def page(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    monkeypatch.setattr(live, "LOOK_S", 0.001)
    made = Page()
    yield made
    await made.view.close()


async def test_the_picture_says_who_is_up_and_how_the_glasses_are(page: Page) -> None:
    picture = page.picture()
    for words in ("http://c/", "ada@example.org", "down  tripped", "80 %", "online", "photo", "none yet"):
        assert words in picture
    assert "empty" in picture
    page.uploads = 2
    assert "0 on the glasses, 2 at the gateway" in page.picture()
    page.view.state = {}
    assert "not attached" in page.picture()


async def test_apps_are_shown_where_there_are_some(page: Page) -> None:
    assert "apps" not in page.picture()
    page.view.apps = [
        {"package": "org.example.notes", "state": "running", "since": 1},
        {"package": "dev.other", "state": "lost", "reason": "app_silent"},
    ]
    picture = page.picture()
    assert re.search(r"apps +running since .*  org\.example\.notes", picture)
    assert "unreachable: app_silent  dev.other" in picture


@pytest.mark.parametrize(
    ("key", "sim", "command", "value"),
    [
        ("p", {}, "press", "photo"),
        ("o", {}, "offline", ""),
        ("o", {"online": False}, "online", ""),
        ("f", {}, "fold", ""),
        ("f", {"folded": True}, "unfold", ""),
        ("b", {}, "battery", "5"),
        ("b", {"battery": 5}, "battery", "100"),
    ],
)
async def test_a_key_handles_the_glasses(page: Page, key: str, sim: dict[str, Any], command: str, value: str) -> None:
    page.view.state = {"sim": SIM | sim}
    assert not await page.view.key(key)
    assert page.commands == [{"command": command, "value": value, "long": False}]


async def test_l_holds_the_button_down_q_ends_and_others_do_nothing(page: Page) -> None:
    await page.view.key("l")
    assert page.commands[0]["long"] is True
    assert await page.view.key("q")
    assert not await page.view.key("x")
    assert len(page.commands) == 1


async def test_a_press_is_followed_into_the_gallery_even_when_the_cloud_is_away_for_a_moment(page: Page) -> None:
    page.presses.insert(0, {"final": False, "status": "queued"})
    await page.view.key("p")
    page.away = 2
    await asyncio.wait_for(asyncio.gather(*page.view.followers), 5)
    assert "stored" in page.picture()
    assert "/p" in page.picture()


async def test_what_is_refused_is_said(page: Page) -> None:
    page.result = {"success": False, "errorMessage": "no such camera"}
    await page.view.key("p")
    assert "press: no such camera" in page.picture()
    page.away = 1
    await page.view.key("f")
    assert "does not answer" in page.picture()


async def test_shown_without_a_terminal_it_draws_until_stopped(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    stop = asyncio.Event()
    shown = asyncio.create_task(page.view.show(stop))
    await asyncio.wait_for(page.looked_twice.wait(), 5)
    assert page.view.state["sim"]["battery"] == 3
    stop.set()
    await asyncio.wait_for(shown, 5)
    assert "Ctrl-C stops" in capsys.readouterr().out


def test_a_failed_press_is_told_in_words() -> None:
    said = live.press_line({"status": "failed", "reason": "battery_low"}, 5)
    assert said == {"status": "failed", "said": "the battery is too low for the camera"}
    assert live.press_line({"status": "heard"}, 5) == {"status": "heard", "said": "by an app, after 5 ms"}
    assert live.press_line({}, 5) == {"status": "unknown", "said": ""}
