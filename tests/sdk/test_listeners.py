"""The list of streams follows from who listens."""

from trifocal_sdk.listeners import Listeners


def first(_: object) -> None:
    """A listener."""


def second(_: object) -> None:
    """Another one."""


def test_streams_stand_in_the_order_in_which_they_were_asked_for() -> None:
    listeners = Listeners()
    listeners.subscribe("VAD")
    listeners.add("button_press", first)
    listeners.add("touch_event", first)
    listeners.add("button_press", second)
    assert listeners.streams() == ("button_press", "touch_event", "VAD")
    assert listeners.of("button_press") == [first, second]


def test_a_stream_is_wanted_until_the_last_one_goes() -> None:
    listeners = Listeners()
    listeners.add("button_press", first)
    listeners.add("button_press", second)
    listeners.remove("button_press", first)
    listeners.remove("button_press", first)
    assert listeners.streams() == ("button_press",)
    listeners.remove("button_press", second)
    assert listeners.streams() == ()
    assert listeners.of("button_press") == []


def test_a_subscription_keeps_a_stream_without_listeners() -> None:
    listeners = Listeners()
    listeners.subscribe("rtmp_stream_status")
    listeners.add("rtmp_stream_status", first)
    listeners.unsubscribe("rtmp_stream_status")
    assert listeners.streams() == ("rtmp_stream_status",)
    listeners.remove("rtmp_stream_status", first)
    listeners.unsubscribe("rtmp_stream_status")
    assert listeners.streams() == ()


def test_whoever_listens_twice_hears_twice() -> None:
    listeners = Listeners()
    listeners.add("VAD", first)
    listeners.add("VAD", first)
    listeners.remove("VAD", first)
    assert listeners.of("VAD") == [first]
