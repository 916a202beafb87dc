"""Keep-alives of one stream and of many: when they come, what silence leads to, and how a stop ends."""

from itertools import pairwise

import pytest

from trifocal_cloud.stream_events import Event, KeepAlive, Lost, Moved, Quality, Stop, Unconfirmed
from trifocal_cloud.stream_tracker import (
    ACK_MS,
    ALIVE,
    DEGRADED,
    GONE,
    LOST_MS,
    MOST_A_TICK,
    MOST_STOPS,
    PROBE_MS,
    STOP_MS,
    STOPPING,
    TICK_MS,
    StreamTracker,
)
from trifocal_shared.stream_messages import KEEP_ALIVE_MS, SILENCE_MS


class Run:
    """A tracker in virtual time; with `answers` each keep-alive is answered after `rtt_ms`."""

    def __init__(self, answers: bool = True, rtt_ms: int = 100) -> None:
        self.tracker = StreamTracker()
        self.answers = answers
        self.rtt_ms = rtt_ms
        self.now = 0
        self.happened: list[tuple[int, Event]] = []
        self._flying: list[tuple[int, KeepAlive]] = []

    def until(self, end: int) -> None:
        while True:
            self._drain()
            due = [at for at, _ in self._flying]
            deadline = self.tracker.deadline()
            due += [] if deadline is None else [deadline]
            if not due or min(due) > end:
                self.now = end
                return
            self.now = max(self.now, min(due))
            for at, asked in self._flying[:]:
                if at <= self.now:
                    self._flying.remove((at, asked))
                    self.tracker.acked(asked.stream_id, asked.ack_id, self.now)
            self.tracker.timeout(self.now)

    def of(self, kind: type) -> list[int]:
        """When events of this kind happened."""
        return [at for at, event in self.happened if isinstance(event, kind)]

    def _drain(self) -> None:
        for event in self.tracker.events():
            self.happened.append((self.now, event))
            if isinstance(event, KeepAlive) and self.answers:
                self._flying.append((self.now + self.rtt_ms, event))


def test_a_stream_that_answers_is_asked_each_interval_under_a_new_id() -> None:
    run = Run()
    run.tracker.track("s1", 0)
    run.tracker.track("s1", 500)
    run.until(60_000)
    assert run.of(KeepAlive) == [15_000, 30_000, 45_000, 60_000]
    assert len({event.ack_id for _, event in run.happened if isinstance(event, KeepAlive)}) == 4
    assert run.tracker.quality("s1") == Quality(4, 3, 0, 100)


def test_three_missed_answers_degrade_it_and_slower_questions_go_on() -> None:
    run = Run(answers=False)
    run.tracker.track("s1", 0)
    run.until(45_000 + ACK_MS)
    assert run.happened[-1] == (45_000 + ACK_MS, Moved("s1", DEGRADED, 3))
    run.until(LOST_MS - 1)
    asked = run.of(KeepAlive)
    assert asked[3] - asked[2] == KEEP_ALIVE_MS, "what was due already is asked"
    assert {later - earlier for earlier, later in pairwise(asked[3:])} == {PROBE_MS}
    assert PROBE_MS < SILENCE_MS
    assert len(run.of(Moved)) == 1


def test_any_sign_of_life_ends_that() -> None:
    for sign in ("late answer", "status"):
        run = Run(answers=False)
        run.tracker.track("s1", 0)
        run.until(50_000)
        if sign == "status":
            run.tracker.heard("s1", 50_000)
        else:
            run.tracker.acked("s1", "a1", 50_000)
        run.until(50_001)
        assert run.happened[-1][1] == Moved("s1", ALIVE, 0)
        run.answers = True
        run.until(600_000)
        assert (run.tracker.state("s1"), len(run.of(Moved))) == (ALIVE, 2)
        assert run.of(KeepAlive)[-1] - run.of(KeepAlive)[-2] == KEEP_ALIVE_MS


def test_long_silence_is_said_once_and_again_after_an_answer() -> None:
    run = Run(answers=False)
    run.tracker.track("s1", 0)
    run.until(4 * LOST_MS)
    assert len(run.of(Lost)) == 1
    run.tracker.heard("s1", 4 * LOST_MS)
    run.until(8 * LOST_MS)
    assert len(run.of(Lost)) == 2


def test_while_out_of_reach_nothing_is_missed_and_back_again_it_is_asked_at_once() -> None:
    run = Run(answers=False)
    run.tracker.track("s1", 0)
    run.until(16_000)
    run.tracker.reachable("s1", False, 16_000)
    run.until(100_000)
    assert run.of(KeepAlive) == [15_000]
    assert run.of(Moved) == []
    run.answers = True
    run.tracker.reachable("s1", True, 100_000)
    run.until(100_200)
    assert run.of(KeepAlive)[-1] == 100_000
    assert run.tracker.quality("s1").missed_in_a_row == 0


def test_an_answer_that_got_lost_with_the_link_is_asked_for_anew() -> None:
    run = Run(answers=False)
    run.tracker.track("s1", 0)
    run.until(15_100)
    run.tracker.reachable("s1", False, 15_100)
    run.tracker.reachable("s1", True, 15_200)
    run.answers = True
    run.until(15_000 + ACK_MS)
    assert run.of(KeepAlive) == [15_000, 15_000 + ACK_MS]
    assert run.tracker.quality("s1").missed_in_a_row == 0


def test_a_stop_is_said_until_it_is_confirmed_and_no_keep_alive_after_it() -> None:
    run = Run(answers=False)
    run.tracker.track("s1", 0)
    run.until(15_000)
    run.tracker.stop("s1", 15_000)
    run.tracker.stop("s1", 15_001)
    run.until(15_000 + STOP_MS)
    assert (run.of(Stop), run.of(KeepAlive), run.tracker.state("s1")) == ([15_000, 20_000], [15_000], STOPPING)
    run.tracker.ended("s1")
    run.tracker.ended("s1")
    run.until(600_000)
    assert (len(run.of(Stop)), run.tracker.state("s1"), run.tracker.deadline()) == (2, GONE, None)
    assert run.of(Moved) == []


def test_a_stop_that_nobody_confirms_is_given_up() -> None:
    run = Run()
    run.tracker.stop("never tracked", 0)
    run.until(60_000)
    assert run.of(Stop) == [number * STOP_MS for number in range(MOST_STOPS)]
    assert run.happened[-1] == (MOST_STOPS * STOP_MS, Unconfirmed("never tracked"))
    assert len(run.tracker) == 0


def test_a_stop_waits_for_glasses_that_are_away() -> None:
    run = Run()
    run.tracker.track("s1", 0)
    run.until(1_000)
    run.tracker.reachable("s1", False, 1_000)
    run.tracker.stop("s1", 1_000)
    run.until(60_000)
    assert run.of(Stop) == [1_000]
    run.tracker.reachable("s1", True, 60_000)
    run.until(60_001)
    assert run.of(Stop) == [1_000, 60_000]
    run.tracker.reachable("s1", False, 61_000)
    run.until(2 * LOST_MS)
    assert run.of(Unconfirmed) != []


def test_what_is_said_of_unknown_streams_changes_nothing() -> None:
    tracker = StreamTracker()
    tracker.heard("nobody", 0)
    tracker.acked("nobody", "a1", 0)
    tracker.reachable("nobody", False, 0)
    tracker.ended("nobody")
    assert (tracker.events(), tracker.deadline(), tracker.quality("nobody")) == ([], None, Quality(0, 0, 0, -1))


@pytest.mark.parametrize("interval_ms", [0, -1, PROBE_MS + 1, SILENCE_MS])
def test_an_interval_that_would_not_keep_alive_is_refused(interval_ms: int) -> None:
    with pytest.raises(ValueError, match="kept alive"):
        StreamTracker(interval_ms)


def test_a_burst_is_spread_over_ticks() -> None:
    tracker = StreamTracker()
    for number in range(3 * MOST_A_TICK):
        tracker.track(f"s{number}", 0)
    now, ticks = 0, []
    while len(ticks) < 3:
        deadline = tracker.deadline()
        assert deadline is not None
        now = max(now, deadline)
        tracker.timeout(now)
        ticks.append((now, len(tracker.events())))
    assert ticks == [(15_000 + number * TICK_MS, MOST_A_TICK) for number in range(3)]
