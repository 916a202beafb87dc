import unittest

from trifocal_firmware.guard import TOO_HOT, Guard
from trifocal_shared import reasons


class TestBattery(unittest.TestCase):
    def words(self, battery, charging=False, folded=False):
        guard = Guard()
        guard.sensed(battery, charging, folded, 25)
        return guard.refusal, guard.ending

    def test_below_ten_percent_nothing_is_begun_and_below_five_it_ends(self):
        low = reasons.BATTERY_LOW
        self.assertEqual([self.words(level) for level in (10, 9, 5, 4)], [("", ""), (low, ""), (low, ""), (low, low)])

    def test_a_charger_lifts_both(self):
        self.assertEqual(self.words(0, charging=True), ("", ""))

    def test_folded_glasses_neither_begin_nor_go_on(self):
        self.assertEqual(self.words(100, folded=True), (reasons.GLASSES_FOLDED, reasons.GLASSES_FOLDED))

    def test_an_empty_battery_is_said_before_anything_else(self):
        self.assertEqual(self.words(3, folded=True), (reasons.BATTERY_LOW, reasons.BATTERY_LOW))

    def test_what_charges_and_is_folded_is_folded(self):
        self.assertEqual(self.words(3, charging=True, folded=True), (reasons.GLASSES_FOLDED, reasons.GLASSES_FOLDED))


class TestHeat(unittest.TestCase):
    def setUp(self):
        self.guard = Guard()

    def paces(self, *temperatures):
        found = []
        for temperature in temperatures:
            self.guard.sensed(100, False, False, temperature)
            found.append(self.guard.pace)
        return found

    def test_it_goes_slower_step_by_step_before_it_ends(self):
        self.assertEqual(self.paces(64, 65, 69, 70, 74, 75), [0, 1, 1, 2, 2, TOO_HOT])
        self.assertEqual((self.guard.refusal, self.guard.ending), (reasons.TOO_HOT, reasons.TOO_HOT))

    def test_it_does_not_swing(self):
        self.assertEqual(self.paces(65, 64, 63, 65, 63, 62, 64), [1, 1, 1, 1, 1, 0, 0])

    def test_each_step_back_needs_its_own_three_degrees(self):
        self.assertEqual(self.paces(80, 73, 72, 68, 67, 63, 62), [TOO_HOT, TOO_HOT, 2, 2, 1, 1, 0])
        self.assertEqual((self.guard.refusal, self.guard.ending), ("", ""))

    def test_a_leap_takes_all_steps_at_once(self):
        self.assertEqual(self.paces(120, -20), [TOO_HOT, 0])
