"""Subscriptions: a whole list, read entry by entry; what is unknown is left out, what is not allowed is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_cloud.subscriptions import (
    ENTRY_LIMIT,
    LENGTH_LIMIT,
    PERMISSIONS,
    STREAMS,
    Denied,
    Understood,
    named,
    permission_for,
    understood,
)

QUICK = settings(max_examples=50, deadline=None)


def everything(permission: str) -> bool:
    return True


def nothing(permission: str) -> bool:
    return False


def streams(*entries: object) -> tuple[str, ...]:
    return understood(list(entries), everything).streams


def test_the_order_is_kept_and_each_stream_stands_once() -> None:
    assert streams("touch_event", "button_press", "touch_event", "*") == ("touch_event", "button_press", "*")


def test_an_empty_list_hears_nothing() -> None:
    assert understood([], everything) == Understood(())


@pytest.mark.parametrize("stream", sorted(STREAMS))
def test_every_stream_of_the_protocol_is_known(stream: str) -> None:
    assert streams(stream) == (stream,)


@pytest.mark.parametrize(
    "narrowed",
    [
        "touch_event:long_press",
        "transcription:en-US",
        "transcription:auto?hints=en-US,de-DE",
        "transcription:en-US?no-language-identification=true",
        "translation:all-to-en-US",
        "translation:es-ES-to-en-US",
    ],
)
def test_a_narrower_form_stays_as_the_app_wrote_it(narrowed: str) -> None:
    assert streams(narrowed) == (narrowed,)


def test_an_object_stands_for_its_stream_whatever_else_it_says() -> None:
    assert streams({"stream": "location_stream", "rate": "standard"}, "location_stream") == ("location_stream",)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "BUTTON_PRESS",
        "vad",
        " button_press",
        "button_press\n",
        "button_press:",
        "button_press:short",
        "touch_event:",
        ":long_press",
        "augmentos:brightness",
        "touch_event:\x00",
        "touch_event:\u202eleft",
        "touch_event:\ud800",
        "transcription:" + "x" * LENGTH_LIMIT,
        None,
        True,
        7,
        1.5,
        [],
        ["button_press"],
        {},
        {"stream": None},
        {"stream": ["button_press"]},
        {"stream": {"stream": "button_press"}},
        {"Stream": "button_press"},
    ],
)
def test_what_means_nothing_is_left_out_and_the_rest_holds(entry: object) -> None:
    assert understood([entry, "button_press"], nothing) == Understood(("button_press",))


def test_entries_beyond_the_limit_are_not_looked_at() -> None:
    many: list[object] = [f"touch_event:{number}" for number in range(ENTRY_LIMIT)]
    assert len(understood([*many, "button_press"], everything).streams) == ENTRY_LIMIT
    assert "button_press" not in understood([*many, "button_press"], everything).streams


def test_what_is_denied_is_said_and_the_rest_holds() -> None:
    entries: list[object] = ["audio_chunk", "button_press", "transcription:en-US", "audio_chunk", "*"]
    heard = understood(entries, nothing)
    assert heard.streams == ("button_press", "*")
    assert heard.denied == (Denied("audio_chunk", "MICROPHONE"), Denied("transcription:en-US", "MICROPHONE"))


def test_one_permission_allows_its_own_streams_only() -> None:
    heard = understood(["VAD", "location_update", "calendar_event"], lambda permission: permission == "LOCATION")
    assert heard.streams == ("location_update",)
    assert [one.permission for one in heard.denied] == ["MICROPHONE", "CALENDAR"]


def test_buttons_batteries_and_statuses_need_no_permission() -> None:
    free = ("button_press", "glasses_battery_update", "glasses_connection_state", "rtmp_stream_status", "photo_taken")
    assert understood(list(free), nothing) == Understood(free)


def test_a_narrower_form_needs_what_its_stream_needs() -> None:
    assert permission_for("translation:all-to-en-US") == "MICROPHONE"
    assert permission_for("phone_notification_dismissed") == "READ_NOTIFICATIONS"
    assert permission_for("touch_event:long_press") is None
    assert permission_for("") is None


def test_every_permission_is_about_a_stream() -> None:
    assert set(PERMISSIONS) <= STREAMS


def test_an_event_answers_to_its_stream_and_to_its_narrower_form() -> None:
    assert named("touch_event", "long_press") == ("touch_event", "touch_event:long_press")
    assert named("touch_event") == ("touch_event",)
    assert named("button_press", "short") == ("button_press",)


@QUICK
@given(st.sampled_from(["touch_event", "transcription", "button_press"]), st.text(max_size=30))
def test_whatever_an_event_is_called_an_app_subscribes_to_it_at_most_once(stream: str, raw_detail: str) -> None:
    names = named(stream, raw_detail)
    assert names[0] == stream
    assert set(streams(*names)) <= set(names)


@QUICK
@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(sorted(STREAMS)),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("stream"), inner),
            max_leaves=6,
        ),
        max_size=12,
    )
)
def test_any_list_is_understood_and_each_entry_is_granted_or_denied(entries: list[object]) -> None:
    heard = understood(entries, nothing)
    assert all(permission_for(stream) is None for stream in heard.streams)
    assert all(permission_for(one.stream) == one.permission for one in heard.denied)
    assert len(heard.streams) + len(heard.denied) <= len(entries)
    assert understood(entries, everything).denied == ()
