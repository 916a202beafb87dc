import unittest

from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.note import Photo
from trifocal_firmware.packer import PACKET
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture
from trifocal_firmware.transfer import (
    ANNOUNCED,
    DEFAULT_WINDOW,
    IDLE,
    MOST_RESTARTS,
    MOST_WINDOW,
    POSTPONE_MS,
    REWIND_MS,
    SENDING,
    STALL_MS,
    PhotoSender,
)

BOOT = "0123abcd"
FIRST = "P000000001.jpg"


class Case(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)
        self.sender = PhotoSender(self.store)

    def add(self, size=10_000, request_id="r"):
        kept = Photo(request_id, "p", 0, 0, BOOT)
        self.store.add(kept, picture(1, size))
        return kept

    def begin(self, size=10_000, window=0):
        self.add(size)
        self.sender.link_up(1, 0)
        self.sender.have(1, 0, window, 0)
        return self.ranges()

    def kinds(self):
        return [event[0] for event in self.sender.events()]

    def ranges(self):
        return [event[2:4] for event in self.sender.events() if event[0] == "packs"]


class TestAnnouncing(Case):
    def test_nothing_is_said_without_a_photo_or_without_a_link(self):
        self.sender.link_up(1, 0)
        self.assertEqual(self.sender.events(), [])
        self.sender.link_down()
        self.add()
        self.sender.stored(1)
        self.assertEqual(self.sender.events(), [])
        self.assertIsNone(self.sender.deadline())

    def test_the_oldest_photo_is_announced_first(self):
        self.add()
        self.add()
        self.sender.link_up(1, 0)
        self.assertEqual([event[1].number for event in self.sender.events()], [1])

    def test_a_new_photo_is_announced_at_once_when_nothing_is_under_way(self):
        self.sender.link_up(1, 0)
        self.add()
        self.sender.stored(5)
        self.assertEqual(self.kinds(), ["announce"])

    def test_it_is_repeated_with_growing_waits_until_somebody_answers(self):
        self.add()
        self.sender.link_up(1, 0)
        waits = []
        now = 0
        while len(waits) < 8:
            waits.append(self.sender.deadline() - now)
            now += waits[-1]
            self.sender.timeout(now)
        self.assertEqual(waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000])
        self.assertEqual(self.kinds(), ["announce"] * 9)

    def test_an_early_timeout_is_harmless(self):
        self.add()
        self.sender.link_up(1, 0)
        self.sender.events()
        self.sender.timeout(999)
        self.assertEqual(self.sender.events(), [])


class TestSending(Case):
    def test_the_default_window_is_sixteen_packs(self):
        self.assertEqual(self.begin(), [(0, DEFAULT_WINDOW * PACKET)])

    def test_the_receiver_is_told_once_that_it_begins(self):
        self.add()
        self.sender.link_up(1, 0)
        self.sender.have(1, 0, 0, 0)
        self.assertEqual(self.kinds(), ["announce", "started", "packs"])

    def test_each_acknowledgement_opens_the_window_further(self):
        self.begin(window=1200)
        self.sender.have(1, 400, 1200, 1)
        self.sender.have(1, 1200, 1200, 2)
        self.assertEqual(self.ranges(), [(1200, 1600), (1600, 2400)])

    def test_the_end_of_the_file_ends_the_sending(self):
        self.assertEqual(self.begin(size=1_000), [(0, 1_000)])
        self.sender.have(1, 800, 0, 1)
        self.sender.have(1, 1_000, 0, 2)
        self.assertEqual(self.ranges(), [])

    def test_it_resumes_from_any_offset_at_the_beginning_of_its_pack(self):
        for offset in (0, 1, 399, 400, 401, 5_000, 9_999):
            sender = PhotoSender(self.store)
            if not self.store.count:
                self.add()
            sender.link_up(1, 0)
            sender.have(1, offset, 400, 0)
            begin = offset - offset % PACKET
            self.assertEqual(sender.events()[-1][2:], (begin, min(begin + PACKET, 10_000), False))

    def test_a_receiver_that_has_it_all_gets_nothing_more(self):
        self.add()
        self.sender.link_up(1, 0)
        self.sender.have(1, 10_000, 0, 0)
        self.assertEqual(self.kinds(), ["announce", "started"])
        self.sender.completed(FIRST, True, 1)
        self.assertEqual(self.kinds(), ["delivered"])

    def test_the_same_offset_again_asks_for_what_follows_it_again(self):
        self.begin(window=1200)
        self.sender.have(1, 400, 1200, 10)
        self.ranges()
        self.sender.have(1, 400, 1200, 500)
        self.assertEqual(self.ranges(), [(400, 1600)])

    def test_repeated_messages_do_not_multiply_what_is_sent(self):
        self.begin(window=1200)
        for now in range(REWIND_MS):
            self.sender.have(1, 0, 1200, now)
        self.assertEqual(self.ranges(), [(0, 1200)])

    def test_a_receiver_that_lost_everything_is_served_from_the_beginning(self):
        self.begin(window=1200)
        self.sender.have(1, 2_000, 1200, 1_000)
        self.ranges()
        self.sender.have(1, 0, 1200, 2_000)
        self.assertEqual(self.ranges(), [(0, 1200)])

    def test_windows_are_bounded(self):
        self.assertEqual(self.begin(size=100_000, window=1 << 30), [(0, MOST_WINDOW * PACKET)])
        self.sender.have(1, 0, 1, REWIND_MS)
        self.sender.have(1, 0, -5, REWIND_MS * 2)
        self.assertEqual(self.ranges(), [(0, 400), (0, 6400)])

    def test_silence_leads_back_to_announcing(self):
        self.begin()
        self.assertEqual(self.sender.deadline(), STALL_MS)
        self.sender.timeout(STALL_MS)
        self.assertEqual(self.kinds(), ["announce"])
        self.assertEqual(self.sender.state, ANNOUNCED)

    def test_words_that_make_no_sense_change_nothing(self):
        self.begin()
        for number, offset in ((9, 0), (0, 0), (-1, 0), (1, -1), (1, 10_001), (1, 1 << 40)):
            self.sender.have(number, offset, 0, 5)
        self.sender.completed("P000000009.jpg", False, 5)
        self.sender.completed("P000000009.jpg", True, 5)
        self.sender.completed("../etc/passwd", True, 5)
        self.assertEqual(self.sender.events(), [])
        self.assertEqual(self.sender.state, SENDING)
        self.assertEqual(self.store.count, 1)


class TestEnds(Case):
    def test_delivered_means_deleted_and_the_next_one_begins(self):
        self.begin()
        self.add()
        self.sender.completed(FIRST, True, 5)
        self.assertEqual(self.kinds(), ["delivered", "announce"])
        self.assertEqual(self.store.numbers(), [2])

    def test_the_word_may_come_twice_and_for_one_that_is_not_under_way(self):
        self.begin()
        self.add()
        self.sender.completed("P000000002.jpg", True, 5)
        self.sender.completed("P000000002.jpg", True, 6)
        self.assertEqual(self.kinds(), ["delivered"])
        self.assertEqual(self.store.numbers(), [1])
        self.assertEqual(self.sender.state, SENDING)

    def test_nothing_but_that_word_deletes(self):
        self.begin(size=1_000)
        self.sender.have(1, 1_000, 0, 1)
        self.sender.timeout(STALL_MS + 1)
        self.sender.link_down()
        self.sender.link_up(1, 60_000)
        self.assertEqual(self.store.numbers(), [1])

    def test_false_starts_it_anew(self):
        self.begin()
        self.sender.completed(FIRST, False, 5)
        self.assertEqual(self.kinds(), ["announce"])
        self.sender.have(1, 0, 400, 6)
        self.assertEqual(self.ranges(), [(0, 400)])

    def refuse(self, now):
        for _ in range(MOST_RESTARTS):
            self.sender.completed(FIRST, False, now)

    def test_after_three_times_a_sound_photo_waits_while_others_go_first(self):
        self.begin()
        self.add()
        self.refuse(10)
        self.assertEqual([event[1].number for event in self.sender.events()], [1, 1, 2])
        self.sender.completed("P000000002.jpg", True, 20)
        self.sender.events()
        self.assertEqual((self.sender.state, self.sender.deadline()), (IDLE, 10 + POSTPONE_MS))
        self.sender.timeout(10 + POSTPONE_MS)
        self.assertEqual([event[1].number for event in self.sender.events()], [1])
        self.refuse(100_000)
        self.assertEqual(self.sender.deadline(), 100_000 + 2 * POSTPONE_MS)
        self.assertEqual(self.store.numbers(), [1])

    def test_a_postponed_photo_does_not_hide_a_new_one(self):
        self.begin()
        self.refuse(10)
        self.sender.events()
        self.add()
        self.sender.stored(20)
        self.assertEqual([event[1].number for event in self.sender.events()], [2])

    def test_a_rotten_one_is_set_aside_and_told(self):
        self.begin()
        self.flash.files["000000001.photo"] = self.flash.files["000000001.photo"][:-1] + b"!"
        self.refuse(10)
        self.assertEqual(self.kinds(), ["announce", "announce", "rotten"])
        self.assertEqual((self.store.numbers(), self.store.bad), ([], 1))

    def test_an_unreadable_one_lets_others_go_first(self):
        self.begin()
        self.add()
        self.flash.broken.add("000000001.photo")
        self.sender.unreadable(7, 10)
        self.assertEqual(self.kinds(), [])
        self.sender.unreadable(1, 10)
        self.assertEqual([event[1].number for event in self.sender.events()], [2])

    def test_one_that_cannot_be_deleted_is_not_announced_over_and_over(self):
        self.begin()
        self.store.delete = self.cannot
        self.sender.completed(FIRST, True, 5)
        self.assertEqual(self.kinds(), [])
        self.assertEqual(self.sender.deadline(), 5 + POSTPONE_MS)

    def cannot(self, number):
        raise OSError(5, "input/output error")


class TestTheLink(Case):
    def test_down_pauses_and_up_announces_again(self):
        self.begin()
        self.sender.link_down()
        self.assertIsNone(self.sender.deadline())
        self.sender.have(1, 400, 0, 5)
        self.sender.stored(6)
        self.assertEqual(self.sender.events(), [])
        self.sender.link_up(1, 10)
        self.assertEqual(self.kinds(), ["announce"])
        self.sender.have(1, 4_000, 400, 11)
        self.assertEqual(self.ranges(), [(4_000, 4_400)])

    def test_a_word_that_outlived_the_link_still_counts(self):
        self.begin()
        self.sender.link_down()
        self.sender.completed(FIRST, True, 5)
        self.assertEqual(self.kinds(), ["delivered"])
        self.assertIsNone(self.sender.deadline())


if __name__ == "__main__":
    unittest.main()
