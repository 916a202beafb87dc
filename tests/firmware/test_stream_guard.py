import unittest

from trifocal_firmware.stream_guard import (
    IDLE,
    LIVE,
    MOST_ATTEMPTS,
    OPEN_MS,
    RECONNECTING,
    RETRY_MS,
    STALL_MS,
    STARTING,
    STATS_MS,
    StreamGuard,
)
from trifocal_shared import reasons
from trifocal_shared.stream_messages import SILENCE_MS, StartRtmpStream


def start(stream_id="s1", **stream):
    return StartRtmpStream(rtmp_url="rtmp://a/live/key", stream_id=stream_id, stream=stream)


class Case(unittest.TestCase):
    def setUp(self):
        self.guard = StreamGuard()
        self.number = 0

    def drain(self):
        """The events, each as its kind and what matters of it."""
        found = []
        for event in self.guard.events():
            kind = event[0]
            if kind == "open":
                self.number = event[1]
                found.append((kind, event[2].stream_id))
            elif kind == "close":
                found.append((kind,))
            elif hasattr(event[1], "ack_id"):
                found.append(("ack", event[1].ack_id))
            else:
                found.append((kind, event[1].status, event[1].stream_id, event[1].error_details))
        return found

    def live(self, now=0, **stream):
        self.guard.wanted(start(**stream), now)
        self.drain()
        self.guard.opened(self.number, {}, now)
        self.drain()


class TestBegin(Case):
    def test_a_start_opens_and_is_live_when_media_goes_out(self):
        self.guard.wanted(start(), 0)
        self.assertEqual(self.drain(), [("open", "s1"), ("say", STARTING, "s1", "")])
        self.guard.opened(self.number + 1, {}, 10)
        self.assertEqual((self.drain(), self.guard.state), ([], STARTING))
        self.guard.opened(self.number, {}, 10)
        self.assertEqual((self.drain(), self.guard.state), ([("say", LIVE, "s1", "")], LIVE))

    def test_a_stream_without_an_id_gets_one(self):
        self.guard.wanted(start(""), 0)
        self.assertTrue(self.guard.stream_id)
        self.guard.stop(self.guard.stream_id, 1)
        self.assertEqual(self.guard.state, IDLE)

    def test_another_start_ends_what_runs(self):
        self.live()
        self.guard.wanted(start("s2"), 100)
        self.assertEqual(
            self.drain(),
            [("close",), ("final", "stopped", "s1", reasons.REPLACED), ("open", "s2"), ("say", STARTING, "s2", "")],
        )

    def test_words_rise_in_number(self):
        self.guard.wanted(start(), 0)
        self.guard.opened(1, {}, 0)
        self.guard.stop("s1", 0)
        numbers = [event[1].seq for event in self.guard.events() if event[0] in ("say", "final")]
        self.assertEqual(numbers, [1, 2, 3])

    def test_the_address_is_in_no_word(self):
        self.live()
        self.guard.lost(self.number, reasons.PEER_CLOSED, 1)
        self.guard.stop("", 2)
        for event in self.guard.events():
            if event[0] != "open":
                self.assertFalse("key" in repr(event))


class TestKeptAlive(Case):
    def test_silence_ends_it_whatever_state_it_is_in(self):
        for state in (STARTING, LIVE, RECONNECTING):
            self.setUp()
            self.guard.wanted(start(), 0)
            self.drain()
            if state != STARTING:
                self.guard.opened(self.number, {}, 0)
            now = 0
            while now < SILENCE_MS:
                self.assertNotEqual(self.guard.state, IDLE)
                if state == RECONNECTING and self.guard.state == LIVE:
                    self.guard.lost(self.number, reasons.PEER_CLOSED, now)
                self.guard.sent(self.number, {}, now)
                now = min(self.guard.deadline(), now + 1000)
                self.guard.timeout(now)
            self.assertEqual(now, SILENCE_MS)
            self.assertEqual(self.drain()[-2:], [("close",), ("final", "timeout", "s1", reasons.NOT_KEPT_ALIVE)])
            self.assertIsNone(self.guard.deadline())

    def test_its_own_keep_alive_feeds_it_and_is_answered(self):
        self.live()
        self.guard.keep_alive("s1", "a1", SILENCE_MS - 1)
        self.assertEqual(self.drain(), [("ack", "a1")])
        self.guard.sent(self.number, {}, SILENCE_MS)
        self.guard.timeout(SILENCE_MS)
        self.assertEqual(self.guard.state, LIVE)

    def test_a_foreign_one_changes_nothing_and_hears_that_its_stream_does_not_run(self):
        self.live()
        self.guard.keep_alive("s0", "a1", 100)
        self.assertEqual(self.drain(), [("say", "stopped", "s0", reasons.UNKNOWN_STREAM)])
        self.assertEqual(self.guard.state, LIVE)
        self.guard.stop("s1", 200)
        self.drain()
        self.guard.keep_alive("s1", "a1", 300)
        self.assertEqual(self.drain(), [("say", "stopped", "s1", reasons.UNKNOWN_STREAM)])
        self.assertIsNone(self.guard.deadline())


class TestLoss(Case):
    def test_attempts_wait_longer_and_longer_and_then_it_is_over(self):
        self.live()
        waits = []
        self.guard.lost(self.number, reasons.PEER_CLOSED, 0)
        now = 0
        while self.guard.state == RECONNECTING:
            self.guard.keep_alive("s1", "a", now)
            due = self.guard.deadline()
            waits.append(due - now)
            now = due
            self.guard.timeout(now)
            self.drain()
            self.guard.lost(self.number, reasons.CONNECT_REFUSED, now)
        self.assertEqual(len(waits), MOST_ATTEMPTS)
        self.assertEqual(waits[:3], [RETRY_MS, 1500, 2250])
        self.assertTrue(100_000 < now < 120_000)
        self.assertEqual(self.drain()[-2:], [("close",), ("final", "error", "s1", reasons.CONNECT_REFUSED)])

    def test_what_an_older_attempt_says_counts_no_more(self):
        self.live()
        old = self.number
        self.guard.lost(old, reasons.PEER_CLOSED, 0)
        self.guard.opened(old, {}, 1)
        self.guard.lost(old, reasons.PEER_CLOSED, 2)
        self.guard.refused(old, reasons.AUTH_REJECTED, 3)
        self.assertEqual(self.drain(), [("say", RECONNECTING, "s1", reasons.PEER_CLOSED)])

    def test_a_start_that_fails_is_tried_again_as_well(self):
        self.guard.wanted(start(), 0)
        self.drain()
        self.guard.lost(self.number, reasons.CONNECT_REFUSED, 10)
        self.guard.timeout(10 + RETRY_MS)
        self.assertEqual(self.drain()[-1], ("open", "s1"))
        self.guard.opened(self.number, {}, 2000)
        self.assertEqual(self.guard.state, LIVE)

    def test_an_attempt_that_hangs_is_a_lost_one(self):
        self.guard.wanted(start(), 0)
        self.drain()
        self.guard.timeout(OPEN_MS)
        self.assertEqual(self.drain(), [("say", RECONNECTING, "s1", reasons.TIMED_OUT)])

    def test_a_live_stream_through_which_nothing_goes_is_lost(self):
        self.live()
        self.guard.sent(self.number, {"fps": 30}, 1000)
        self.guard.timeout(STATS_MS)
        self.drain()
        self.guard.timeout(1000 + STALL_MS)
        self.assertEqual(self.drain(), [("say", RECONNECTING, "s1", reasons.STALLED)])

    def test_a_refusal_is_final(self):
        self.guard.wanted(start(), 0)
        self.drain()
        self.guard.refused(self.number, reasons.AUTH_REJECTED, 10)
        self.assertEqual(self.drain(), [("close",), ("final", "error", "s1", reasons.AUTH_REJECTED)])


class TestEnd(Case):
    def test_a_stop_closes_before_it_is_confirmed(self):
        for stream_id in ("s1", ""):
            self.setUp()
            self.live()
            self.guard.stop(stream_id, 10)
            self.assertEqual(self.drain(), [("close",), ("final", "stopped", "s1", "")])

    def test_a_stop_for_another_stream_is_confirmed_and_changes_nothing(self):
        self.live()
        self.guard.stop("s0", 10)
        self.assertEqual(self.drain(), [("say", "stopped", "s0", reasons.UNKNOWN_STREAM)])
        self.assertEqual(self.guard.state, LIVE)

    def test_limits_end_it_with_their_reason(self):
        self.live(durationLimit=3)
        self.guard.timeout(3000)
        self.assertEqual(self.drain()[-1], ("final", "stopped", "s1", reasons.DURATION_LIMIT))
        self.live()
        self.guard.limited(reasons.BATTERY_LOW, 5000)
        self.assertEqual(self.drain()[-1], ("final", "stopped", "s1", reasons.BATTERY_LOW))
        self.guard.limited(reasons.BATTERY_LOW, 5000)
        self.assertEqual(self.drain(), [])

    def test_a_limit_that_is_none_is_none(self):
        for limit in (0, -5, "60", 1.5, True, None):
            self.setUp()
            self.live(durationLimit=limit)
            self.assertEqual(self.guard.deadline(), STATS_MS)

    def test_statistics_are_said_now_and_then(self):
        self.live()
        self.guard.sent(self.number, {"fps": 24}, STATS_MS - 1)
        self.guard.timeout(STATS_MS)
        (event,) = self.guard.events()
        self.assertEqual(event[1].stats, {"fps": 24})
        self.guard.timeout(STATS_MS + 1)
        self.assertEqual(self.guard.events(), [])


if __name__ == "__main__":
    unittest.main()
