import unittest

from trifocal_firmware.photo import (
    ASKED,
    CAPTURED,
    CAPTURING,
    FAILED,
    GONE,
    MOST_REMEMBERED,
    STALE_MS,
    TRANSFERRING,
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
        for state in (CAPTURING, CAPTURED, TRANSFERRING, GONE):
            self.assertTrue(self.photos.moved("r", state))
        self.assertEqual(states(self.photos), [CAPTURING, CAPTURED, TRANSFERRING])

    def test_asked_again_it_is_still_one(self):
        self.assertFalse(self.photos.asked("r", ""))
        self.photos.moved("r", FAILED, reasons.CAPTURE_FAILED)
        self.assertFalse(self.photos.asked("r", ""))

    def test_it_fails_once_and_nothing_follows(self):
        self.photos.moved("r", FAILED, reasons.CAPTURE_FAILED)
        for state in (FAILED, CAPTURING, CAPTURED, TRANSFERRING, GONE):
            self.assertFalse(self.photos.moved("r", state))
        self.assertEqual(states(self.photos), [FAILED])

    def test_steps_out_of_order_are_ignored(self):
        for state in (CAPTURED, TRANSFERRING, GONE, ASKED):
            self.assertFalse(self.photos.moved("r", state))
        self.assertEqual(self.photos.events(), [])

    def test_unknown_requests_do_not_move(self):
        self.assertFalse(self.photos.moved("other", CAPTURING))
        self.photos.stored("other")

    def test_a_refused_one_is_only_told_as_failed(self):
        self.photos.refused("s", "q", reasons.STALE)
        self.assertEqual(self.photos.events(), [("s", "q", FAILED, reasons.STALE, reasons.SENTENCES[reasons.STALE])])

    def test_one_that_is_being_taken_cannot_be_refused(self):
        self.photos.moved("r", CAPTURING)
        self.photos.refused("r", "", reasons.STALE)
        self.assertEqual(states(self.photos), [CAPTURING])

    def test_its_press_stays_with_it(self):
        self.assertEqual(self.photos.press_of("r"), "p")
        self.assertEqual(self.photos.press_of("none"), "")
        self.photos.moved("r", CAPTURING)
        self.assertEqual(self.photos.events()[0][1], "p")

    def test_a_sentence_of_its_own_goes_before_the_reasons(self):
        self.photos.moved("r", FAILED, reasons.CAPTURE_FAILED, "no sensor")
        said = status(self.photos.events()[0], 7)
        self.assertEqual((said.error_code, said.error_message), (reasons.CAPTURE_FAILED, "no sensor"))
        self.assertEqual((said.request_id, said.press_id, said.status, said.timestamp), ("r", "p", FAILED, 7))


class TestMemory(unittest.TestCase):
    def setUp(self):
        self.photos = Photos()

    def test_a_stored_photo_is_known_and_comes_back_for_its_transfer(self):
        self.photos.asked("r", "p")
        self.photos.moved("r", CAPTURING)
        self.photos.moved("r", CAPTURED)
        self.photos.stored("r")
        self.assertFalse(self.photos.asked("r", ""))
        self.photos.restored("r", "p")
        self.photos.restored("r", "p")
        self.assertTrue(self.photos.moved("r", TRANSFERRING))
        self.assertFalse(self.photos.moved("r", TRANSFERRING))
        self.assertTrue(self.photos.moved("r", GONE))
        self.assertEqual(states(self.photos), [CAPTURING, CAPTURED, TRANSFERRING])

    def test_rotten_on_flash_it_fails(self):
        self.photos.restored("r", "p")
        self.assertTrue(self.photos.moved("r", FAILED, reasons.CORRUPT))

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
