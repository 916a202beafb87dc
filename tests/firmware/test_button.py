import unittest

from trifocal_firmware.button import DEBOUNCE_MS, DOUBLE_MS, LONG_PRESS_MS, Button, Doubles


def play(edges, until):
    """Feed (when, level) edges and wake the button exactly when it asks to be."""
    button = Button()
    heard = []

    def wake(end):
        while button.deadline() is not None and button.deadline() <= end:
            now = button.deadline()
            button.timeout(now)
            heard.extend([(now, event) for event in button.events()])

    for now, down in edges:
        wake(now)
        button.level_changed(down, now)
    wake(until)
    return heard


class TestButton(unittest.TestCase):
    def test_a_short_press_is_told_on_release(self):
        self.assertEqual(play([(0, True), (100, False)], 2000), [(130, "short")])

    def test_a_long_press_is_told_while_still_held_and_only_once(self):
        self.assertEqual(play([(0, True), (3000, False)], 9000), [(LONG_PRESS_MS, "long")])

    def test_a_press_just_under_the_limit_is_short(self):
        self.assertEqual(play([(0, True), (LONG_PRESS_MS - 31, False)], 2000), [(LONG_PRESS_MS - 1, "short")])

    def test_bouncing_contacts_are_one_press(self):
        bounces = [(0, True), (3, False), (5, True), (9, False), (11, True), (200, False), (204, True), (207, False)]
        self.assertEqual(play(bounces, 2000), [(207 + DEBOUNCE_MS, "short")])

    def test_a_spike_is_nothing(self):
        self.assertEqual(play([(0, True), (DEBOUNCE_MS - 1, False)], 2000), [])

    def test_a_gap_in_a_long_press_does_not_end_it(self):
        self.assertEqual(play([(0, True), (400, False), (410, True), (2000, False)], 4000), [(LONG_PRESS_MS, "long")])

    def test_two_presses_are_two(self):
        self.assertEqual(
            [e for _, e in play([(0, True), (90, False), (200, True), (290, False)], 900)], ["short", "short"]
        )

    def test_a_level_told_twice_changes_nothing(self):
        self.assertEqual(play([(0, True), (10, True), (100, False), (110, False)], 2000), [(130, "short")])

    def test_a_release_without_a_press_is_nothing(self):
        self.assertEqual(play([(0, False), (50, False)], 2000), [])

    def test_woken_late_it_still_tells_long_from_short(self):
        button = Button()
        button.level_changed(True, 0)
        button.level_changed(False, 3000)
        button.timeout(9000)
        self.assertEqual(button.events(), ["long"])

    def test_a_finger_that_stays_says_more(self):
        self.assertEqual(play([(0, True), (5_500, False)], 90_000), [(800, "long"), (5_000, "pair")])
        self.assertEqual(
            play([(0, True), (60_000, False)], 90_000), [(800, "long"), (5_000, "pair"), (15_000, "reset")]
        )

    def test_nothing_is_reset_by_one_who_looks_late(self):
        button = Button()
        button.level_changed(True, 0)
        button.level_changed(False, 14_999)
        button.timeout(60_000)
        self.assertEqual(button.events(), ["long", "pair"])

    def test_an_early_timeout_is_harmless(self):
        button = Button()
        button.level_changed(True, 0)
        button.timeout(1)
        self.assertEqual(button.events(), [])
        self.assertEqual(button.deadline(), DEBOUNCE_MS)

    def test_at_rest_it_wants_no_waking(self):
        self.assertIsNone(Button().deadline())


class TestDoubles(unittest.TestCase):
    def second(self, *presses):
        doubles = Doubles()
        return [doubles.second(button, press_type, now) for button, press_type, now in presses]

    def test_the_second_of_two_quick_ones_makes_them_a_double_press(self):
        self.assertEqual(self.second(("photo", "short", 0), ("photo", "short", DOUBLE_MS)), [False, True])

    def test_two_slow_ones_are_none(self):
        self.assertEqual(self.second(("photo", "short", 0), ("photo", "short", DOUBLE_MS + 1)), [False, False])

    def test_a_burst_is_pairs(self):
        burst = [("photo", "short", 200 * number) for number in range(5)]
        self.assertEqual(self.second(*burst), [False, True, False, True, False])

    def test_two_buttons_and_long_presses_make_none(self):
        self.assertEqual(self.second(("photo", "short", 0), ("video", "short", 100)), [False, False])
        self.assertEqual(self.second(("photo", "long", 0), ("photo", "long", 100)), [False, False])
        between = ("photo", "short", 0), ("photo", "long", 100), ("photo", "short", 200)
        self.assertEqual(self.second(*between), [False, False, False])


if __name__ == "__main__":
    unittest.main()
