"""Who hears for an app beside its session: while the app runs, what it may, and its own results only."""

import json
from typing import Any

import pytest

from trifocal_cloud.apps import App, AppView
from trifocal_cloud.io.app_streams import AppStreams, Listener, streams_of, told
from trifocal_cloud.subscriptions import Denied
from trifocal_cloud.switchboard import Switchboard
from trifocal_cloud.testing import ANN, BOB

CAM = App("com.example.cam", ANN, "Cam", "", "http://127.0.0.1:1")
MIC = App("com.example.mic", ANN, "Mic", "", "", permissions=({"type": "MICROPHONE", "description": ""},))


class Registry:
    def __init__(self) -> None:
        self.apps = {app.package: app for app in (CAM, MIC)}
        self.changed: list[Any] = []

    def app(self, package: str) -> App | None:
        return self.apps.get(package)


class Bench:
    """Streams with a real switchboard; `state` is how every app stands."""

    def __init__(self) -> None:
        self.state = "running"
        self.registry = Registry()
        self.switchboard = Switchboard()
        self.streams = AppStreams(self.registry, self.switchboard, self.view)  # type: ignore[arg-type]
        self.heard: list[tuple[str, str, bytes]] = []

    def view(self, user: str, package: str) -> AppView | None:
        return AppView(self.state, 0) if self.state else None

    def joined(self, *streams: str, key: str = "k", user: str = ANN, app: App = CAM) -> Listener:
        listener = Listener(
            key, user, app.package, streams, lambda stream, raw, at: self.heard.append((key, stream, raw))
        )
        self.streams.join(listener)
        return listener

    def press(self, user: str = ANN) -> int:
        return self.switchboard.relay(user, ("button_press",), b"{}", 7)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_listener_hears_and_hears_no_more(bench: Bench) -> None:
    listener = bench.joined("button_press")
    assert bench.press() == 1
    assert bench.press(BOB) == 0
    assert bench.heard == [("k", "button_press", b"{}")]
    bench.streams.leave(listener)
    bench.streams.leave(listener)
    assert bench.press() == 0


@pytest.mark.parametrize(("state", "hears"), [("running", 1), ("grace", 1), ("lost", 0), ("starting", 0), ("", 0)])
def test_it_hears_while_the_app_runs(bench: Bench, state: str, hears: int) -> None:
    bench.joined("button_press", "photo_result")
    bench.state = state
    bench.streams.refresh(ANN, CAM.package)
    assert bench.press() == hears
    bench.streams.result(ANN, CAM.package, b"{}", 7)
    assert len(bench.heard) == 2 * hears
    bench.state = "running"
    bench.streams.refresh(ANN, MIC.package)
    bench.streams.refresh(BOB, CAM.package)
    assert bench.press() == hears
    bench.streams.refresh(ANN, CAM.package)
    assert bench.press() == 1


def test_a_press_is_nobodys_while_the_app_is_stopped(bench: Bench) -> None:
    bench.state = ""
    bench.joined("button_press")
    assert not bench.switchboard.audience(ANN).hearers("button_press")


def test_results_go_to_the_app_whose_they_are(bench: Bench) -> None:
    bench.joined("photo_result", key="mine")
    bench.joined("photo_result", "*", key="other app", app=MIC)
    bench.joined("photo_result", key="other user", user=BOB)
    bench.joined("button_press", key="other stream")
    bench.streams.result(ANN, CAM.package, b"1", 7)
    assert bench.heard == [("mine", "photo_result", b"1")]
    assert bench.streams.wants_results(ANN)
    assert not bench.streams.wants_results("eve@example.com")


def test_an_app_that_may_no_more_hears_no_more(bench: Bench) -> None:
    bench.joined("transcription:en-US", "button_press", app=MIC)
    names = ("transcription", "transcription:en-US")
    assert bench.switchboard.relay(ANN, names, b"{}", 7) == 1
    bench.registry.apps[MIC.package] = App(MIC.package, ANN, "Mic", "", "")
    bench.registry.changed[0](MIC.package)
    assert bench.switchboard.relay(ANN, names, b"{}", 7) == 0
    assert bench.press() == 1
    del bench.registry.apps[MIC.package]
    bench.registry.changed[0](MIC.package)
    assert bench.press() == 0


def test_what_an_app_may_hear_of_what_it_asks_for() -> None:
    found = streams_of(["button_press", "photo_result", "audio_chunk", "nonsense"], CAM)
    assert found.streams == ("button_press", "photo_result")
    assert found.denied == (Denied("audio_chunk", "MICROPHONE"),)
    assert streams_of(["audio_chunk"], MIC).denied == ()


def test_what_happened_goes_out_as_it_came_in() -> None:
    said = told("s-1", ANN, "button_press", b'{"a": [1,  2]}', b',"timestamp":"2026-02-02T02:40:00.000Z"}')
    assert b'"data":{"a": [1,  2]},' in said
    assert json.loads(said) == {
        "type": "data_stream",
        "subscriptionId": "s-1",
        "userId": ANN,
        "streamType": "button_press",
        "data": {"a": [1, 2]},
        "timestamp": "2026-02-02T02:40:00.000Z",
    }
