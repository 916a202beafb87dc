"""The two streams of a session, in virtual time."""

import pytest

from trifocal_sdk import streams
from trifocal_sdk.errors import StreamError, StreamTimeoutError
from trifocal_sdk.events import ManagedStreamStatus, StreamStatus
from trifocal_sdk.streams import MANAGED, RTMP, Ask, Changed, Event, Existing, GiveUp, Settled, Streams

HLS = "https://media.example/m1/index.m3u8"
RUNS = Existing(RTMP, "s1", "active")


def rtmp(status: str, stream_id: str = "s1", details: str = "") -> StreamStatus:
    return StreamStatus(status=status, stream_id=stream_id, error_details=details)


def managed(status: str, hls_url: str = "", message: str = "") -> ManagedStreamStatus:
    return ManagedStreamStatus(status=status, stream_id="m1", hls_url=hls_url, message=message)


def error_of(made: Streams) -> StreamError:
    """The error of the one call that has just ended, whatever else is to be done."""
    (settled,) = [event for event in made.events() if isinstance(event, Settled)]
    assert settled.error is not None
    return settled.error


@pytest.fixture
def live() -> Streams:
    """A stream to the app's own address that runs as `s1`."""
    made = Streams()
    made.start(RTMP, 30_000, 0)
    made.told(RTMP, rtmp("active"))
    made.events()
    return made


def test_a_start_ends_when_pictures_flow() -> None:
    made = Streams()
    call = made.start(RTMP, 30_000, 0)
    made.told(RTMP, rtmp("initializing"))
    made.told(RTMP, rtmp("connecting"))
    assert (made.events(), made.state(RTMP), made.deadline()) == ([], "starting", 30_000)
    made.told(RTMP, rtmp("active"))
    assert made.events() == [Settled(call, rtmp("active"))]
    assert (made.state(RTMP), made.stream_id(RTMP), made.deadline()) == ("running", "s1", None)


def test_a_managed_start_ends_when_it_can_be_watched() -> None:
    made = Streams()
    call = made.start(MANAGED, 30_000, 0)
    made.told(MANAGED, managed("active"))
    assert made.events() == []
    made.told(MANAGED, managed("active", HLS))
    assert made.events() == [Settled(call, managed("active", HLS))]


@pytest.mark.parametrize("status", ["error", "timeout", "stopped", "disconnected", "reconnect_failed"])
def test_a_start_may_fail(status: str) -> None:
    made = Streams()
    made.start(RTMP, 30_000, 0)
    made.told(RTMP, rtmp("initializing"))
    made.told(RTMP, rtmp(status, details="the address does not answer"))
    error = error_of(made)
    assert (error.code, error.message) == (status, "the address does not answer")
    assert made.state(RTMP) == "idle"


def test_a_managed_start_fails_with_the_clouds_words() -> None:
    made = Streams()
    made.start(MANAGED, 30_000, 0)
    made.told(MANAGED, managed("error", message="these glasses cannot do that"))
    assert error_of(made).message == "these glasses cannot do that"


def test_the_end_of_an_older_stream_ends_no_start() -> None:
    made = Streams()
    made.start(RTMP, 30_000, 0)
    made.told(RTMP, rtmp("stopped", "s0"))
    made.told(RTMP, rtmp("initializing", "s1"))
    made.told(RTMP, rtmp("error", "s0"))
    assert (made.events(), made.state(RTMP)) == ([], "starting")


def test_a_camera_that_another_app_has_ends_a_start_and_nothing_else(live: Streams) -> None:
    live.told(RTMP, rtmp("busy", ""))
    assert (live.events(), live.state(RTMP)) == ([], "running")
    made = Streams()
    made.start(RTMP, 30_000, 0)
    made.told(RTMP, rtmp("busy", "", "another app streams"))
    assert (error_of(made).code, made.state(RTMP)) == ("busy", "idle")


def test_a_start_that_takes_too_long_is_given_up_and_stopped() -> None:
    made = Streams()
    made.start(RTMP, 30_000, 0)
    made.told(RTMP, rtmp("initializing"))
    made.timeout(29_999)
    assert made.events() == []
    made.timeout(30_000)
    settled, gave_up = made.events()
    assert isinstance(settled, Settled)
    assert isinstance(settled.error, StreamTimeoutError)
    assert gave_up == GiveUp(RTMP, "s1")
    assert made.state(RTMP) == "idle"


def test_whoever_no_longer_waits_leaves_nothing_running() -> None:
    made = Streams()
    made.start(MANAGED, 30_000, 0)
    made.given_up(MANAGED)
    made.given_up(MANAGED)
    assert made.events() == [GiveUp(MANAGED, "")]
    assert made.deadline() is None


def test_two_starts_at_once_are_refused(live: Streams) -> None:
    with pytest.raises(StreamError, match="runs already") as caught:
        live.start(RTMP, 30_000, 0)
    assert caught.value.code == "ALREADY_STREAMING"
    live.start(MANAGED, 30_000, 0)


def test_a_stop_ends_when_the_cloud_says_so(live: Streams) -> None:
    first = live.stop(RTMP, 10_000, 100)
    second = live.stop(RTMP, 10_000, 200)
    assert (live.events(), live.state(RTMP), live.deadline()) == ([], "stopping", 10_100)
    live.told(RTMP, rtmp("stopped", "s0"))
    live.told(RTMP, rtmp("active"))
    assert live.state(RTMP) == "stopping"
    live.told(RTMP, rtmp("stopped"))
    assert live.events() == [Settled(first), Settled(second)]
    assert live.state(RTMP) == "idle"


def test_a_stop_that_is_never_confirmed_says_so(live: Streams) -> None:
    live.stop(RTMP, 10_000, 0)
    live.timeout(10_000)
    assert error_of(live).code == "TIMEOUT"
    assert live.deadline() is None


def test_with_nothing_to_stop_a_stop_is_done() -> None:
    made = Streams()
    assert made.stop(MANAGED, 10_000, 0) == 1
    assert made.events() == [Settled(1)]


def test_a_stop_ends_the_start_that_it_overtakes() -> None:
    made = Streams()
    made.start(RTMP, 30_000, 0)
    made.stop(RTMP, 10_000, 1)
    assert error_of(made).code == "stopped"


def test_a_stream_that_was_begun_before_is_known_by_its_status() -> None:
    made = Streams()
    made.told(RTMP, rtmp("active"))
    assert (made.state(RTMP), made.stream_id(RTMP), made.events()) == ("running", "s1", [])


def test_questions_are_answered_in_order() -> None:
    made = Streams()
    first, second = made.check(5_000, 0), made.check(5_000, 10)
    made.checked(RUNS)
    made.checked(None)
    made.checked(RUNS)
    assert made.events() == [Settled(first, RUNS), Settled(second, None)]


def test_a_question_without_answer_ends() -> None:
    made = Streams()
    made.check(5_000, 0)
    assert made.deadline() == 5_000
    made.timeout(5_000)
    assert error_of(made).code == "TIMEOUT"


def test_after_a_gap_a_stream_that_is_gone_is_told(live: Streams) -> None:
    live.came_back(5_000, 0)
    assert live.events() == [Ask()]
    live.checked(None)
    assert live.events() == [Changed(RTMP, rtmp("stopped"))]
    assert live.state(RTMP) == "idle"


def test_after_a_gap_a_stream_that_is_there_runs_on(live: Streams) -> None:
    live.came_back(5_000, 0)
    live.events()
    live.checked(RUNS)
    live.came_back(5_000, 10)
    live.timeout(5_010)
    assert (live.events(), live.state(RTMP)) == ([Ask()], "running")


def test_nothing_is_asked_after_where_nothing_ran() -> None:
    made = Streams()
    made.came_back(5_000, 0)
    assert made.events() == []


def test_the_end_of_the_session_ends_every_wait(live: Streams) -> None:
    stop = live.stop(RTMP, 10_000, 0)
    start = live.start(MANAGED, 30_000, 0)
    check = live.check(5_000, 0)
    live.ended()
    found: list[Event] = live.events()
    ends = {end.call: end.error.code if end.error else "" for end in found if isinstance(end, Settled)}
    assert ends == {stop: "", start: "SESSION_ENDED", check: "SESSION_ENDED"}
    assert live.deadline() is None
    assert streams.IDLE == live.state(RTMP) == live.state(MANAGED)
    assert Changed(RTMP, rtmp("stopped")) in found
