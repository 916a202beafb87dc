"""The app's end of a session, in virtual time."""

import pytest

from trifocal_sdk import connection
from trifocal_sdk.connection import Acknowledged, Connection, Dial, Ended, Event, Hangup, Heard, Lost, Say
from trifocal_sdk.wire import Received
from trifocal_shared.app_messages import (
    AppConnectionAck,
    AppConnectionError,
    AppConnectionInit,
    AppStopped,
    DataStream,
    OwnershipRelease,
    StreamStatusCheck,
    SubscriptionUpdate,
)

INIT = AppConnectionInit(session_id="s", package_name="com.example.cam", api_key="key")
ACK = AppConnectionAck()
ACKED = Received(ACK, {})
PRESS = Received(DataStream(stream_type="button_press"), {})


def fresh() -> Connection:
    return Connection("s", "com.example.cam", "key", lambda: 0.999)


def subscribed(*streams: str) -> SubscriptionUpdate:
    return SubscriptionUpdate(subscriptions=list(streams))


@pytest.fixture
def up() -> Connection:
    """A session that stands since 100."""
    made = fresh()
    made.start(0)
    made.opened(1, 50)
    made.received(1, ACKED, 100)
    made.events()
    return made


def pass_time(made: Connection, until: int) -> list[Event]:
    """Let time pass to `until`, waking the machine when it wants that."""
    found = []
    while (at := made.deadline()) is not None and at <= until:
        made.timeout(at)
        found += made.events()
    return found


def test_an_open_socket_is_greeted_and_the_list_follows_the_acknowledgement() -> None:
    made = fresh()
    made.start(0)
    made.listens(("button_press",), 1)
    assert made.events() == [Dial(1)]
    made.opened(1, 50)
    assert made.events() == [Say(1, INIT)]
    made.received(1, ACKED, 100)
    assert made.events() == [Say(1, subscribed("button_press")), Acknowledged(ACK, True)]
    assert made.up
    assert made.deadline() is None


def test_the_list_is_sent_even_when_it_is_empty() -> None:
    made = fresh()
    made.start(0)
    made.opened(1, 0)
    made.received(1, ACKED, 0)
    assert Say(1, subscribed()) in made.events()


def test_many_changes_of_the_list_are_said_once(up: Connection) -> None:
    for count in range(1, 4):
        up.listens(("button_press", "touch_event", "VAD")[:count], 200 + count)
    assert up.events() == []
    assert pass_time(up, 300) == [Say(1, subscribed("button_press", "touch_event", "VAD"))]
    assert up.deadline() is None


def test_a_list_that_is_as_it_was_is_not_said_again(up: Connection) -> None:
    up.listens(("VAD",), 200)
    up.listens((), 201)
    assert pass_time(up, 300) == []


def test_a_request_follows_the_list_that_it_may_depend_on(up: Connection) -> None:
    up.listens(("rtmp_stream_status",), 200)
    assert up.say(StreamStatusCheck())
    assert up.events() == [Say(1, subscribed("rtmp_stream_status")), Say(1, StreamStatusCheck())]
    assert up.deadline() is None


def test_what_is_heard_is_passed_on(up: Connection) -> None:
    up.received(1, PRESS, 200)
    stopped = Received(AppStopped(reason="user_disabled"), {})
    up.received(1, stopped, 201)
    error = Received(AppConnectionError(message="no such light"), {})
    up.received(1, error, 202)
    assert up.events() == [Heard(PRESS), Heard(stopped), Heard(error)]


def test_a_second_acknowledgement_is_news_of_the_same_session(up: Connection) -> None:
    up.received(1, ACKED, 200)
    assert up.events() == [Say(1, subscribed()), Acknowledged(ACK, False)]


@pytest.mark.parametrize(
    ("code", "reason"),
    [(1000, "whatever"), (1008, ""), (1011, "App stopped"), (1006, "User session ended"), (1000, "")],
)
def test_the_cloud_ends_the_session(up: Connection, code: int, reason: str) -> None:
    up.closed(1, code, reason, 200)
    (ended,) = up.events()
    assert isinstance(ended, Ended)
    assert ended.reason == reason or str(code) in ended.reason
    assert not ended.failed
    assert up.deadline() is None
    assert not up.say(StreamStatusCheck())


@pytest.mark.parametrize("code", [1001, 1005, 1006, 1011, 1012, 4000])
def test_a_connection_that_breaks_is_made_again_with_the_same_session(up: Connection, code: int) -> None:
    up.listens(("button_press",), 190)
    up.closed(1, code, "", 200)
    (lost,) = up.events()
    assert isinstance(lost, Lost)
    assert pass_time(up, 1_200) == [Dial(2)]
    up.opened(2, 1_210)
    up.received(2, ACKED, 1_220)
    assert up.events() == [Say(2, INIT), Say(2, subscribed("button_press")), Acknowledged(ACK, False)]


def test_it_never_gives_up(up: Connection) -> None:
    up.closed(1, 1006, "", 200)
    up.events()
    waits, now = [], 200
    for attempt in range(2, 200):
        at = up.deadline()
        assert at is not None
        waits.append(at - now)
        now = at
        up.timeout(now)
        assert up.events() == [Dial(attempt)]
        up.failed(attempt, "refused", now)
    assert waits[:5] == [999, 1_999, 3_998, 3_998, 3_998]
    assert max(waits) <= connection.CAP_MS
    assert sum(waits[:3]) + connection.DIAL_MS // 2 < 10_000, "the cloud would have taken the app for lost"


def test_only_a_connection_that_lasted_makes_the_waits_short_again(up: Connection) -> None:
    now = 200
    waits = []
    for attempt in range(1, 5):
        up.closed(attempt, 1006, "", now)
        at = up.deadline()
        assert at is not None
        waits.append(at - now)
        up.timeout(at)
        up.opened(attempt + 1, at)
        up.received(attempt + 1, ACKED, at)
        now = at + (connection.STEADY_MS if attempt == 3 else 1)
    assert waits == [999, 1_999, 3_998, 999]


def test_a_cloud_that_does_not_answer_the_greeting_is_left_and_tried_again(up: Connection) -> None:
    up.closed(1, 1006, "", 200)
    pass_time(up, 1_500)
    up.opened(2, 1_500)
    up.events()
    up.received(2, PRESS, 1_600)  # before the acknowledgement nothing counts
    assert pass_time(up, 1_500 + connection.GREET_MS) == [Hangup(2, 1000, "no answer in time")]
    up.closed(2, 1000, "", 6_600)  # the echo of our own close ends nothing
    assert up.state == connection.WAITING


def test_a_dial_that_hangs_is_given_up(up: Connection) -> None:
    up.closed(1, 1006, "", 200)
    pass_time(up, 1_500)
    assert Hangup(2, 1000, "no answer in time") in pass_time(up, 1_500 + connection.DIAL_MS)
    up.opened(2, 8_000)
    assert up.events() == []


def test_the_first_try_may_fail_for_good() -> None:
    made = fresh()
    made.start(0)
    made.events()
    made.failed(1, "nobody there", 10)
    assert made.events() == [Ended("nobody there", "", True)]
    assert made.deadline() is None


def test_a_first_greeting_without_answer_fails() -> None:
    made = fresh()
    made.start(0)
    made.opened(1, 10)
    made.events()
    assert pass_time(made, 10_000) == [
        Hangup(1, 1000, "no answer in time"),
        Ended("the cloud did not answer in time", "", True),
    ]


def test_a_first_refusal_ends_at_once_with_its_code() -> None:
    made = fresh()
    made.start(0)
    made.opened(1, 10)
    made.events()
    made.received(1, Received(AppConnectionError(message="wrong key", code="INVALID_API_KEY"), {}), 20)
    assert made.events() == [Hangup(1, 1000, "refused"), Ended("wrong key", "INVALID_API_KEY", True)]


def test_a_refusal_of_a_session_that_stood_ends_it_only_with_the_close(up: Connection) -> None:
    up.closed(1, 1006, "", 200)
    pass_time(up, 1_500)
    up.opened(2, 1_500)
    up.received(2, Received(AppConnectionError(message="not now", code="APP_NOT_STARTED"), {}), 1_510)
    assert up.state == connection.GREETING
    up.events()
    up.closed(2, 1008, "", 1_520)
    assert up.events() == [Ended("not now", "APP_NOT_STARTED", False)]


def test_a_release_says_that_the_end_is_meant(up: Connection) -> None:
    up.release("clean_shutdown")
    assert up.events() == [
        Say(1, OwnershipRelease(reason="clean_shutdown")),
        Hangup(1, 1000, "clean_shutdown"),
        Ended("clean_shutdown", "", False),
    ]
    up.release("clean_shutdown")
    up.closed(1, 1000, "", 300)
    assert up.events() == []


def test_an_app_that_will_be_back_leaves_without_a_word(up: Connection) -> None:
    up.leave("restart")
    assert up.events() == [Hangup(1, 1001, "restart"), Ended("restart", "", False)]


def test_a_waiting_session_can_be_ended(up: Connection) -> None:
    up.closed(1, 1006, "", 200)
    up.events()
    up.release("enough")
    assert up.events() == [Ended("enough", "", False)]
    assert pass_time(up, 100_000) == []


def test_news_of_an_older_socket_is_ignored(up: Connection) -> None:
    up.closed(1, 1006, "", 200)
    pass_time(up, 1_500)
    up.opened(1, 1_500)
    up.failed(1, "late", 1_500)
    up.received(1, ACKED, 1_500)
    up.closed(1, 1008, "late", 1_500)
    assert up.events() == []
    assert up.state == connection.DIALLING


def test_starting_twice_is_starting_once(up: Connection) -> None:
    up.start(200)
    assert up.events() == []


def test_an_early_wake_is_harmless(up: Connection) -> None:
    up.listens(("VAD",), 200)
    up.timeout(201)
    assert up.events() == []


def test_the_key_is_never_shown() -> None:
    assert "key" not in repr(Say(1, INIT)).replace("api_key", "")
