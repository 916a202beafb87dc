import unittest

from trifocal_firmware.boards.parts.sleep import LOOK_MS, PATIENCE_MS, QUIET_MS, RETRY_MS, Sleep


class Case(unittest.TestCase):
    def setUp(self):
        self.sleep = Sleep(False, 0)

    def report(self, step, now, **fields):
        self.sleep.reported(step, fields, now)

    def press(self, now, number=1):
        self.report("pressed", now, pressId="b-%d" % number, button="photo", pressType="short")

    def decided(self, now, number=1):
        self.report("pressEnded", now, pressId="b-%d" % number, action="photo", requestId="r", reason="")

    def sleeps_at(self, now):
        self.sleep.timeout(now)
        return self.sleep.events()


class TestQuiet(Case):
    def test_nothing_owed_it_sleeps_after_a_while_until_a_button(self):
        self.assertEqual(self.sleep.deadline(), QUIET_MS)
        self.assertEqual(self.sleeps_at(QUIET_MS - 1), [])
        self.assertEqual(self.sleeps_at(QUIET_MS), [("sleep", 0)])

    def test_whoever_cannot_sleep_now_is_asked_again_later(self):
        self.assertEqual(self.sleeps_at(QUIET_MS), [("sleep", 0)])
        self.assertEqual(self.sleeps_at(QUIET_MS + 1), [])
        self.assertEqual(self.sleep.deadline(), 2 * QUIET_MS)

    def test_what_nobody_owes_anything_for_does_not_keep_it_awake(self):
        self.report("ready", 5_000, bootId="b")
        self.report("stored", 5_000, photos=0, bad=3)
        self.report("something", 6_000)
        self.assertEqual(self.sleep.deadline(), QUIET_MS + 5_000)


class TestOwed(Case):
    def test_a_press_keeps_it_awake_until_it_is_decided(self):
        self.press(1_000)
        self.press(1_100, 2)
        self.assertEqual(self.sleep.deadline(), None)
        self.assertEqual(self.sleeps_at(9_999_999), [])
        self.decided(2_000)
        self.assertEqual(self.sleep.deadline(), None)
        self.decided(3_000, 2)
        self.decided(3_000, 7)
        self.assertEqual(self.sleep.deadline(), 3_000 + QUIET_MS)

    def test_a_camera_with_power_keeps_it_awake_whoever_has_it(self):
        for now, owner in ((0, "photo"), (100_000, "video"), (200_000, "stream")):
            self.report("camera", now, state="capturing", owner=owner)
            self.assertEqual(self.sleeps_at(now + 10 * PATIENCE_MS), [])
            self.report("camera", now + 5_000, state="off", owner="")
            self.assertEqual(self.sleep.deadline(), now + 5_000 + QUIET_MS)

    def test_power_from_outside_keeps_it_awake(self):
        self.sleep.looked(False, True, 1_000)
        self.assertEqual(self.sleeps_at(9_999_999), [])
        self.sleep.looked(False, False, 10_000_000)
        self.assertEqual(self.sleep.deadline(), 10_000_000 + QUIET_MS)

    def test_a_gateway_keeps_it_awake_and_so_does_each_look_at_the_same(self):
        self.sleep.looked(True, False, 1_000)
        self.sleep.looked(True, False, 9_000)
        self.assertEqual(self.sleeps_at(9_999_999), [])
        self.sleep.looked(False, False, 10_000)
        self.sleep.looked(False, False, 15_000)
        self.assertEqual(self.sleep.deadline(), 10_000 + QUIET_MS)


class TestPhotosForAGatewayThatIsAway(Case):
    def test_they_are_waited_with_for_a_while_then_it_looks_now_and_then(self):
        self.press(0)
        self.report("camera", 10, state="capturing", owner="photo")
        self.decided(20)
        self.report("stored", 900, photos=1, bad=0)
        self.report("camera", 2_000, state="off", owner="")
        self.assertEqual(self.sleep.deadline(), 2_000 + PATIENCE_MS)
        self.assertEqual(self.sleeps_at(2_000 + PATIENCE_MS), [("sleep", RETRY_MS)])

    def test_woken_by_the_time_it_looks_briefly(self):
        self.sleep = Sleep(True, 500)
        self.report("ready", 600, bootId="c")
        self.report("stored", 700, photos=3, bad=0)
        self.sleep.looked(False, False, 1_000)
        self.assertEqual(self.sleep.deadline(), 500 + LOOK_MS)
        self.assertEqual(self.sleeps_at(500 + LOOK_MS), [("sleep", RETRY_MS)])

    def test_a_gateway_that_is_found_then_gets_all_the_time_it_wants(self):
        self.sleep = Sleep(True, 0)
        self.report("stored", 10, photos=2, bad=0)
        self.sleep.looked(True, False, 5_000)
        self.assertEqual(self.sleeps_at(9_999_999), [])
        self.report("stored", 6_000, photos=1, bad=0)
        self.sleep.looked(False, False, 7_000)
        self.assertEqual(self.sleep.deadline(), 7_000 + PATIENCE_MS)

    def test_a_press_after_a_look_at_the_time_counts_as_any_other(self):
        self.sleep = Sleep(True, 0)
        self.report("stored", 10, photos=1, bad=0)
        self.press(1_000)
        self.decided(2_000)
        self.assertEqual(self.sleep.deadline(), 2_000 + PATIENCE_MS)


class TestFinalWords(Case):
    def test_a_failure_that_nobody_heard_is_waited_with_until_a_gateway_comes(self):
        self.report("photo", 1_000, requestId="r", pressId="", status="failed", reason="battery_low")
        self.assertEqual(self.sleep.deadline(), 1_000 + PATIENCE_MS)
        self.sleep.looked(True, False, 2_000)
        self.sleep.looked(False, False, 3_000)
        self.assertEqual(self.sleep.deadline(), 3_000 + QUIET_MS)

    def test_one_that_was_heard_is_not(self):
        self.sleep.looked(True, False, 500)
        self.report("photo", 1_000, requestId="r", pressId="", status="failed", reason="battery_low")
        self.sleep.looked(False, False, 2_000)
        self.assertEqual(self.sleep.deadline(), 2_000 + QUIET_MS)


class TestALinkThatMayBeGivenUp(Case):
    def test_it_sleeps_although_linked_when_that_is_wished_and_nothing_is_stored(self):
        self.sleep = Sleep(False, 0, linked_ms=60_000)
        self.sleep.looked(True, False, 1_000)
        self.assertEqual(self.sleep.deadline(), 61_000)
        self.press(30_000)
        self.assertEqual(self.sleep.deadline(), None)
        self.decided(30_100)
        self.report("stored", 31_000, photos=1, bad=0)
        self.assertEqual(self.sleeps_at(9_999_999), [], "the gateway is about to take it")
        self.report("stored", 40_000, photos=0, bad=0)
        self.assertEqual(self.sleeps_at(100_000), [("sleep", 0)])


if __name__ == "__main__":
    unittest.main()
