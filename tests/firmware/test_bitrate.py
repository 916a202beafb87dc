import unittest

from trifocal_firmware.bitrate import CALM_MS, HIGH_MS, LEAST, MOST_CALM_MS, Bitrate

WISHED = 1_000_000


class TestBitrate(unittest.TestCase):
    def setUp(self):
        self.bitrate = Bitrate(WISHED, 0)
        self.now = 0

    def wait(self, ms, at=None, taken=0):
        """So many ms of media wait."""
        self.now = self.now if at is None else at
        rate = max(self.bitrate.target, taken * 8)
        self.bitrate.measured(ms * rate // 8_000 + 1, taken, self.now)

    def calm(self, ms):
        """Nothing waits for so long."""
        for _ in range(0, ms + 1, 100):
            self.wait(0)
            self.now += 100

    def test_nothing_waits_and_nothing_changes(self):
        self.calm(60_000)
        self.assertEqual((self.bitrate.target, self.bitrate.every, self.bitrate.full), (WISHED, 1, False))

    def test_a_slow_network_has_it_go_down_to_what_is_taken(self):
        self.wait(700, 0, taken=50_000)
        self.assertEqual(self.bitrate.target, 320_000)

    def test_once_a_second_as_long_as_it_grows(self):
        self.bitrate.measured(100_000, 0, 0)
        self.bitrate.measured(110_000, 0, 999)
        self.assertEqual(self.bitrate.target, WISHED * 2 // 3)
        self.bitrate.measured(110_000, 0, 1_000)
        self.assertEqual(self.bitrate.target, WISHED * 4 // 9)

    def test_what_gets_out_by_itself_is_waited_for(self):
        for at, unsent in enumerate(range(200_000, 60_000, -20_000)):
            self.bitrate.measured(unsent, 0, at * 1_000)
        self.assertEqual(self.bitrate.target, WISHED * 2 // 3)

    def test_there_is_a_least(self):
        for at in range(60):
            self.bitrate.measured(100_000 + at, 10, at * 1_000)
        self.assertEqual(self.bitrate.target, LEAST)

    def test_calm_brings_it_back_step_by_step_and_no_further(self):
        self.wait(700)
        self.now = 20_000
        self.calm(CALM_MS - 100)
        self.assertEqual(self.bitrate.target, 666_666)
        self.calm(0)
        self.assertEqual(self.bitrate.target, 833_332)
        self.calm(60_000)
        self.assertEqual(self.bitrate.target, WISHED)

    def test_neither_calm_nor_too_much_changes_nothing(self):
        self.wait(700)
        for at in range(1_000, 60_000, 100):
            self.wait(400, at)
        self.assertEqual(self.bitrate.target, 666_666)

    def test_a_rise_that_was_too_much_is_tried_less_and_less_often(self):
        tried = []
        for _ in range(6):
            before, begun = self.bitrate.target, self.now
            self.wait(HIGH_MS + 1)
            while self.bitrate.target <= before * 2 // 3:
                self.calm(0)
            tried.append(self.now - begun)
        self.assertEqual(sorted(tried), tried)
        self.assertTrue(tried[0] <= CALM_MS + 200 and MOST_CALM_MS <= tried[-1] <= MOST_CALM_MS + 200, tried)

    def test_low_rates_go_with_half_of_the_pictures_until_well_above(self):
        at = 0
        while self.bitrate.target >= WISHED * 40 // 100:
            self.bitrate.measured(200_000 + at, 0, at)
            at += 1_000
        self.assertEqual(self.bitrate.every, 2)
        self.assertEqual(self.bitrate.picture, 2 * self.bitrate.target)
        self.now = at + 20_000
        while self.bitrate.target * 100 < WISHED * 60:
            self.assertEqual(self.bitrate.every, 2)
            self.calm(0)
        self.assertEqual((self.bitrate.every, self.bitrate.picture), (1, self.bitrate.target))

    def test_when_two_seconds_wait_nothing_more_is_to_come(self):
        for unsent, full in ((10_000_000, True), (0, False)):
            self.bitrate.measured(unsent, 0, 0)
            self.assertEqual(self.bitrate.full, full)

    def test_a_network_that_takes_much_has_soon_taken_what_waits(self):
        self.bitrate.measured(300_000, 1_000_000, 0)
        self.assertEqual((self.bitrate.target, self.bitrate.full), (WISHED, False))

    def test_heat_lowers_the_most(self):
        self.bitrate.eased(1)
        self.assertEqual((self.bitrate.target, self.bitrate.every), (600_000, 1))
        self.bitrate.eased(2)
        self.assertEqual((self.bitrate.target, self.bitrate.every), (350_000, 2))
        self.bitrate.eased(9)
        self.assertEqual(self.bitrate.target, 350_000)
        self.bitrate.eased(0)
        self.calm(60_000)
        self.assertEqual((self.bitrate.target, self.bitrate.every), (WISHED, 1))

    def test_warm_from_the_begin(self):
        self.assertEqual(Bitrate(WISHED, 2).target, 350_000)
