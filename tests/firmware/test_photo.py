import unittest

from trifocal_firmware.photo import (
    MOST_REMEMBERED,
    STALE_MS,
    Photos,
    stale,
    status,
)
from trifocal_shared import reasons


def states(photos):
    return [event[2] for event in photos.events()]


class TestOnePhoto(unittest.TestCase):
    def setUp(self):
        self.photos = Photos()
        self.photos.asked("r", "p")

    def test_it_goes_from_request_to_gone(self):
        for state in ("capturing", "captured", "transferring", "gone"):
            self.assertTrue(self.photos.moved("r", state))
        self.assertEqual(states(self.photos), ["capturing", "captured", "transferring"])

    def test_asked_again_it_is_still_one(self):
        self.assertFalse(self.photos.asked("r", ""))
        self.photos.moved("r", "failed", reasons.CAPTURE_FAILED)
        self.assertFalse(self.photos.asked("r", ""))

    def test_it_fails_once_and_nothing_follows(self):
        self.photos.moved("r", "failed", reasons.CAPTURE_FAILED)
        for state in ("failed", "capturing", "captured", "transferring", "gone"):
            self.assertFalse(self.photos.moved("r", state))
        self.assertEqual(states(self.photos), ["failed"])

    def test_steps_out_of_order_are_ignored(self):
        for state in ("captured", "transferring", "gone", "asked"):
            self.assertFalse(self.photos.moved("r", state))
        self.assertEqual(self.photos.events(), [])

    def test_unknown_requests_do_not_move(self):
        self.assertFalse(self.photos.moved("other", "capturing"))
        self.photos.stored("other")

    def test_a_refused_one_is_only_told_as_failed(self):
        self.photos.refused("s", "q", reasons.STALE)
        self.assertEqual(self.photos.events(), [("s", "q", "failed", reasons.STALE, "")])

    def test_one_that_is_being_taken_cannot_be_refused(self):
        self.photos.moved("r", "capturing")
        self.photos.refused("r", "", reasons.STALE)
        self.assertEqual(states(self.photos), ["capturing"])

    def test_its_press_stays_with_it(self):
        self.assertEqual(self.photos.press_of("r"), "p")
        self.assertEqual(self.photos.press_of("none"), "")
        self.photos.moved("r", "capturing")
        self.assertEqual(self.photos.events()[0][1], "p")

    def test_what_is_said_of_a_failure_carries_everything(self):
        self.photos.moved("r", "failed", reasons.CAPTURE_FAILED, "no sensor")
        said = status(self.photos.events()[0], 7)
        self.assertEqual((said.error_code, said.error_message), (reasons.CAPTURE_FAILED, "no sensor"))
        self.assertEqual((said.request_id, said.press_id, said.status, said.timestamp), ("r", "p", "failed", 7))


class TestMemory(unittest.TestCase):
    def setUp(self):
        self.photos = Photos()

    def test_a_stored_photo_is_known_and_comes_back_for_its_transfer(self):
        self.photos.asked("r", "p")
        self.photos.moved("r", "capturing")
        self.photos.moved("r", "captured")
        self.photos.stored("r")
        self.assertFalse(self.photos.asked("r", ""))
        self.photos.restored("r", "p")
        self.photos.restored("r", "p")
        self.assertTrue(self.photos.moved("r", "transferring"))
        self.assertFalse(self.photos.moved("r", "transferring"))
        self.assertTrue(self.photos.moved("r", "gone"))
        self.assertEqual(states(self.photos), ["capturing", "captured", "transferring"])

    def test_rotten_on_flash_it_fails(self):
        self.photos.restored("r", "p")
        self.assertTrue(self.photos.moved("r", "failed", reasons.CORRUPT))

    def test_memory_is_bounded_and_forgets_the_oldest(self):
        for number in range(MOST_REMEMBERED + 1):
            self.photos.refused(str(number), "", reasons.STALE)
        self.photos.events()
        self.assertFalse(self.photos.asked("1", ""))
        self.assertTrue(self.photos.asked("0", ""))


class TestStale(unittest.TestCase):
    def test_an_old_request_is_stale_when_both_clocks_are_known(self):
        self.assertTrue(stale(1000, 1001 + STALE_MS))
        self.assertFalse(stale(1000, 1000 + STALE_MS))

    def test_an_unknown_clock_makes_nothing_stale(self):
        self.assertFalse(stale(0, 10**12))
        self.assertFalse(stale(1000, 0))

    def test_a_request_from_the_future_is_not_stale(self):
        self.assertFalse(stale(10**12, 1000))


if __name__ == "__main__":
    unittest.main()
