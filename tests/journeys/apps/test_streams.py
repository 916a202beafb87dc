"""Our glasses cannot stream yet; that is said on the channels on which apps wait, at once."""

from typing import Any

import pytest

pytestmark = pytest.mark.journey

AT_ONCE_MS = 2000


def test_a_stream_ends_with_an_error_that_lets_the_app_ask_again(house: Any, app: Any) -> None:
    for _ in range(2):
        app.ask("stream", url="rtmp://media.example/live/key")
        assert app.hear("stream", status="error")["text"]


def test_a_managed_stream_is_refused_with_a_sentence(house: Any, app: Any) -> None:
    said = app.ask("managed")

    assert said["event"] == "failed"
    assert said["said"]
    assert said["ms"] < AT_ONCE_MS
    assert app.hear("managed", status="error")["text"] in said["said"]


def test_to_stop_what_does_not_run_is_answered_too(house: Any, app: Any) -> None:
    said = app.ask("stop_managed")

    assert said["event"] == "done"
    assert said["ms"] < AT_ONCE_MS


def test_no_stream_runs(house: Any, app: Any) -> None:
    said = app.ask("existing")

    assert said["result"] == {"active": False}
    assert said["ms"] < AT_ONCE_MS


def test_without_permission_that_is_what_is_said(house: Any, app: Any) -> None:
    house.register(app)

    said = app.ask("managed")

    assert said["event"] == "failed"
    assert app.hear("denied")["permission"] == "CAMERA"
