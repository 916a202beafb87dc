"""Who listens hears, and the cloud is told what is wanted."""

from typing import Any

import pytest

from trifocal_sdk import ButtonPress, StreamType
from trifocal_sdk.io.calls import Calls
from trifocal_sdk.io.hearing import Hearing, once


@pytest.fixture
def wanted() -> list[tuple[str, ...]]:
    """The lists that the cloud was told."""
    return []


@pytest.fixture
def hearing(wanted: list[tuple[str, ...]]) -> Hearing:
    """Nobody listens yet."""
    return Hearing(Calls(), wanted.append)


def test_a_listener_is_given_events_of_its_streams_class(hearing: Hearing) -> None:
    heard: list[Any] = []
    hearing.on(StreamType.BUTTON_PRESS, heard.append)
    hearing.on("something_new", heard.append)
    hearing.heard("button_press", {"buttonId": "left"})
    hearing.heard("something_new", {"a": 1})
    hearing.heard("VAD", {})
    assert heard == [ButtonPress(button_id="left"), {"a": 1}]


def test_the_cloud_is_told_each_time(hearing: Hearing, wanted: list[tuple[str, ...]]) -> None:
    stop = hearing.on("VAD", print)
    hearing.subscribe("button_press")
    stop()
    stop()
    hearing.unsubscribe("button_press")
    assert wanted == [("VAD",), ("VAD", "button_press"), ("button_press",), ()]


def test_a_listener_may_stop_itself_while_it_is_called(hearing: Hearing) -> None:
    heard: list[str] = []

    def first(_: object) -> None:
        heard.append("first")
        stop()

    stop = hearing.on("VAD", first)
    hearing.on("VAD", lambda _: heard.append("second"))
    hearing.heard("VAD", {})
    hearing.heard("VAD", {})
    assert heard == ["first", "second", "second"]


def test_a_listener_that_fails_takes_no_other_with_it(hearing: Hearing) -> None:
    heard: list[Any] = []
    hearing.on("VAD", lambda _: 1 / 0)
    hearing.on("VAD", heard.append)
    hearing.heard("VAD", {})
    assert heard == [{}]


def test_news_of_the_session_are_not_the_clouds_business(hearing: Hearing, wanted: list[tuple[str, ...]]) -> None:
    heard: list[Any] = []
    stop = hearing.on_news("error", heard.append)
    hearing.tell("error", "one")
    stop()
    hearing.tell("error", "two")
    assert (heard, wanted) == (["one"], [])


def test_a_clean_up_does_its_work_once() -> None:
    done: list[int] = []
    stop = once(lambda: done.append(1))
    stop()
    stop()
    assert done == [1]
