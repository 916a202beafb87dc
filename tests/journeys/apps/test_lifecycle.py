"""Apps come and go: by command, by their own death, and beside others that behave badly."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytestmark = pytest.mark.journey

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def trifocal(house: Any, tmp_path: Any) -> Run:
    """Runs `trifocal app` with --json against the house: its exit code and its answer."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIFOCAL_")}
    endpoint = {"TRIFOCAL_CLOUD": house.said["cloud"], "TRIFOCAL_TOKEN": house.said["token"]}

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, "-m", "trifocal_tools.cli", "app", *words, "--json"]
        done = subprocess.run(
            command, cwd=tmp_path, env=kept | endpoint, stdout=subprocess.PIPE, text=True, timeout=90, check=False
        )
        return done.returncode, json.loads(done.stdout)

    return run


def test_an_app_is_added_started_and_stopped_by_command(probe_of: Any, trifocal: Run) -> None:
    probe = probe_of("mentra-sdk")
    probe.forget()
    given = ("--url", probe.url, "--key", probe.key, "--permission", "CAMERA")
    assert trifocal("add", probe.package, *given)[0] == 0

    code, said = trifocal("start", probe.package)

    assert (code, said["state"]) == (0, "running")
    session = probe.hear("session")
    assert probe.ask("photo", options={})["event"] == "done"

    assert trifocal("stop", probe.package)[0] == 0
    stopped = probe.hear("stop")
    assert (stopped["sessionId"], stopped["reason"]) == (session["sessionId"], "user_disabled")
    assert trifocal("show", probe.package)[1]["state"] == "stopped"
    assert trifocal("start", probe.package)[0] == 0
    assert probe.hear("session")["sessionId"] == session["sessionId"]
    assert probe.unheard("stop") == [], "the app heard of its end once"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (("--url", "http://127.0.0.1:1"), "app_unreachable"),
        (("--url", "http://192.168.0.1:80"), "address_forbidden"),
        (("--url", "http://127.0.0.1:1", "--hardware", "DISPLAY"), "hardware_missing"),
    ],
)
def test_an_app_that_cannot_be_started_says_why(trifocal: Run, given: tuple[str, ...], reason: str) -> None:
    assert trifocal("add", "com.example.nowhere", *given)[0] == 0

    code, said = trifocal("start", "com.example.nowhere")

    assert code == 1
    assert said["error"] == reason
    assert said["message"]


def test_a_wrong_key_lets_nobody_in(house: Any, probe_of: Any, trifocal: Run) -> None:
    probe = probe_of("mentra-sdk")
    probe.forget()
    assert trifocal("add", probe.package, "--url", probe.url, "--key", "another-key")[0] == 0

    assert trifocal("start", probe.package)[0] == 1
    assert trifocal("show", probe.package)[1]["state"] == "stopped"
    assert probe.unheard("session") == []


def test_an_app_takes_a_photo_before_it_has_answered_its_start(house: Any, app: Any) -> None:
    app.ask("greet", yes=True)
    house.client.stop_app(app.package)
    house.client.start_app(app.package)

    assert app.hear("greeted")["photo"]["sha256"] in house.pictures

    app.ask("greet", yes=False)
    assert len(app.unheard("session")) == 1


def test_an_app_that_is_started_many_times_at_once_runs_once(house: Any, app: Any) -> None:
    house.client.stop_app(app.package)
    app.hear("stop")
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(house.client.start_app, [app.package] * 4))
    said.append(house.client.start_app(app.package))

    assert [one["state"] for one in said] == ["running"] * 5
    app.await_subscription(house.client)
    house.press()
    app.hear("button")
    assert len(app.unheard("session")) == 1
    assert app.unheard("button") == []
    assert app.unheard("stop") == []


def test_an_app_that_leaves_for_good_is_not_fetched_back(house: Any, started: Any) -> None:
    app = started("trifocal-sdk")
    app.ask("leave")
    app.hear("stop")

    assert house.press()["status"] == "stored"
    assert house.client.app(app.package)["state"] == "stopped"


def test_an_app_that_died_gets_a_new_session_when_it_is_back(house: Any, apps: Any) -> None:
    for app in apps:
        app.kill()
        app.forget()
    for app in apps:
        app.run()

    for app in apps:
        app.hear("session")
        app.await_subscription(house.client)
    assert house.press()["status"] == "heard"
    for app in apps:
        app.hear("button")


def test_an_app_that_floods_harms_nobody_else(house: Any, apps: Any) -> None:
    flooding, quiet = apps
    for text in ("[" * 20_000 + "]" * 20_000, '{"type":' + "[" * 20_000, "x" * 2_000_000, '"', "null"):
        flooding.order("raw", text=text)
    flooding.order("show", text="no", times=5000)
    started = time.monotonic()
    for _ in range(3):
        house.client.tell_glasses("press", "photo")
        quiet.hear("button")
    assert time.monotonic() - started < 5

    assert quiet.ask("photo", options={})["event"] == "done"
    assert quiet.unheard("disconnected") == []
