import unittest

from trifocal_firmware.desk import LONGEST_ID
from trifocal_firmware.testing import EPOCH_MS, Rig, picture
from trifocal_shared import messages, reasons

DONE = ["capturing", "captured", "transferring"]


class TestARequest(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.rig.connect()

    def test_it_is_one_photo_however_often_it_is_asked_for(self):
        for _ in range(3):
            self.rig.ask("r", size="large")
        self.assertEqual(self.rig.pictures, 1)
        self.assertEqual(self.rig.gateway.statuses("r"), DONE)
        self.assertEqual(self.rig.steps("capture"), [(1, "large", "none")])

    def test_its_size_and_compression_reach_the_camera_as_they_are(self):
        self.rig.ask("a", size="full", compress="heavy")
        self.rig.ask("b", compress="whatever")
        self.rig.wait(2_000)
        self.rig.press()
        self.assertEqual(self.rig.steps("capture")[:2], [(1, "full", "heavy"), (2, "medium", "whatever")])

    def test_a_stale_one_is_refused(self):
        self.rig.wait(60_000)
        self.rig.ask("old", timestamp=EPOCH_MS)
        self.rig.ask("new", timestamp=EPOCH_MS + 59_000)
        self.assertEqual(self.rig.gateway.statuses("old"), ["failed stale"])
        self.assertEqual(self.rig.gateway.statuses("new"), DONE)

    def test_ids_that_are_no_ids_are_counted_and_ignored(self):
        for request_id in ("", "x" * (LONGEST_ID + 1), "ü" * LONGEST_ID):
            self.rig.ask(request_id)
        self.assertEqual(self.rig.pictures, 0)
        self.assertEqual(self.rig.glasses.session.counts["malformed"], 3)

    def test_each_condition_is_a_reason(self):
        cases = ((9, False, False, reasons.BATTERY_LOW), (100, False, True, reasons.GLASSES_FOLDED))
        for battery, charging, folded, reason in cases:
            self.rig.glasses.sensed(battery, charging, folded, 25, self.rig.clock.now())
            self.rig.ask(reason)
            self.assertEqual(self.rig.gateway.statuses(reason), ["failed " + reason])
        self.rig.glasses.sensed(100, False, False, 25, self.rig.clock.now())
        self.rig.flash.capacity = 300_000
        self.rig.ask("full")
        self.assertEqual(self.rig.gateway.statuses("full"), ["failed storage_full"])

    def test_on_the_charger_a_low_battery_is_no_reason(self):
        self.rig.glasses.sensed(3, True, False, 25, 0)
        self.rig.ask("r")
        self.assertEqual(self.rig.gateway.statuses("r"), DONE)

    def test_a_camera_that_fails_hangs_or_lies_is_told(self):
        self.rig.shoots = False
        self.rig.ask("broken")
        self.rig.glasses.capture_failed(1, "no sensor", 0)
        self.rig.pump()
        self.rig.ask("hangs")
        self.rig.wait(10_000)
        self.rig.shoot(2)
        for request_id, data in (("empty", b""), ("png", b"\x89PNG")):
            self.rig.ask(request_id)
            number = self.rig.steps("capture")[-1][0]
            self.rig.glasses.captured(number, data, self.rig.clock.now())
            self.rig.pump()
        for request_id in ("broken", "hangs", "empty", "png"):
            self.assertEqual(self.rig.gateway.statuses(request_id), ["capturing", "failed capture_failed"])
        self.assertEqual(self.rig.store.count, 0)

    def test_a_flash_that_fills_up_or_fails_under_the_picture_is_told(self):
        self.rig.flash.broken.add("000000001.tmp")
        self.rig.ask("broken")
        self.rig.flash.capacity = 400_000
        self.rig.shoots = False
        self.rig.ask("full")
        self.rig.shoot(self.rig.steps("capture")[-1][0], picture(1, 380_000))
        self.rig.pump()
        self.assertEqual(self.rig.gateway.statuses("broken"), ["capturing", "failed capture_failed"])
        self.assertEqual(self.rig.gateway.statuses("full"), ["capturing", "failed storage_full"])

    def test_memory_that_runs_out_over_the_picture_ends_the_request(self):
        def too_large(*arguments):
            raise MemoryError("no room")

        self.rig.store.add = too_large
        self.rig.ask("large")
        self.assertEqual(self.rig.gateway.statuses("large"), ["capturing", "failed capture_failed"])

    def test_what_waits_in_line_is_refused_when_the_temples_fold(self):
        self.rig.shoots = False
        self.rig.ask("a")
        self.rig.ask("b")
        self.rig.glasses.sensed(100, False, True, 25, 0)
        self.rig.shoot(1)
        self.rig.pump()
        self.assertEqual(self.rig.gateway.statuses("a"), DONE)
        self.assertEqual(self.rig.gateway.statuses("b"), ["failed glasses_folded"])

    def test_a_failure_without_a_link_is_told_after_the_next_handshake(self):
        self.rig.shoots = False
        self.rig.ask("r")
        self.rig.disconnect()
        self.rig.wait(10_000)
        self.rig.connect()
        self.assertEqual(self.rig.gateway.statuses("r"), ["capturing", "failed capture_failed"])

    def test_the_clock_is_set_by_the_gateway(self):
        self.rig.gateway.say(messages.SetSystemTime(timestamp_ms=EPOCH_MS * 2))
        self.rig.pump()
        self.assertEqual(self.rig.steps("time"), [(EPOCH_MS * 2,)])
        self.rig.ask("r", timestamp=EPOCH_MS)
        self.assertEqual(self.rig.gateway.statuses("r"), ["failed stale"])


if __name__ == "__main__":
    unittest.main()
