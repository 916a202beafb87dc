import unittest

from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.note import Photo
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture
from trifocal_firmware.transfer import MOST_RESTARTS, POSTPONE_MS, PhotoSender

BOOT = "0123abcd"
FIRST = "P000000001.jpg"


class TestAnnouncement(unittest.TestCase):
    def setUp(self):
        self.store = PhotoStore(MemoryFlash(), BOOT)
        self.sender = PhotoSender(self.store)

    def test_it_tells_everything_about_the_photo(self):
        kept = Photo("r", "p", 0, 4_000, BOOT)
        self.store.add(kept, picture(1, 500))
        said = self.sender.announcement(kept, BOOT, 1_780_000_010_000, 10_000)
        self.assertEqual((said.file_name, said.request_id, said.press_id), (FIRST, "r", "p"))
        self.assertEqual((said.size, said.sha256, said.media_type), (500, kept.sha256, "photo"))
        self.assertEqual((said.age_ms, said.timestamp), (6_000, 1_780_000_004_000))

    def test_after_a_restart_the_age_is_unknown_but_a_known_time_stays(self):
        kept = Photo("r", "p", 77, 4_000, "feedbeef")
        said = self.sender.announcement(kept, BOOT, 1_780_000_010_000, 10_000)
        self.assertEqual((said.age_ms, said.timestamp), (-1, 77))
        kept.at = 0
        self.assertEqual(self.sender.announcement(kept, BOOT, 1_780_000_010_000, 10_000).timestamp, 0)
        self.assertEqual(self.sender.announcement(Photo("r", "p", 0, 0, BOOT), BOOT, 0, 10).timestamp, 0)


class TestPacks(unittest.TestCase):
    """From protocol 2 on: any byte to begin at, whole pieces but for the last."""

    def setUp(self):
        self.store = PhotoStore(MemoryFlash(), BOOT)
        self.store.add(Photo("r", "p", 0, 0, BOOT), picture(1, 10_000))
        self.sender = PhotoSender(self.store)

    def ranges(self):
        return [event[2:] for event in self.sender.events() if event[0] == "packs"]

    def test_the_announcement_names_the_number_only_for_packs(self):
        kept = self.store.load(1)
        for protocol, number in ((1, 0), (2, 1)):
            self.sender.link_up(protocol, 0)
            self.assertEqual(self.sender.announcement(kept, BOOT, 0, 0).number, number)

    def test_the_handshake_chooses(self):
        for protocol, packs in ((0, False), (1, False), (2, True), (3, True)):
            self.sender.link_up(protocol, 0)
            self.sender.have(1, 0, 486, 0)
            self.assertEqual(self.ranges(), [(0, 486 if packs else 400, packs)])

    def test_it_resumes_at_any_byte_and_sends_whole_pieces(self):
        for offset in (0, 1, 486, 5_001, 9_999):
            self.sender.link_up(2, 0)
            self.sender.have(1, offset, 1_000, 0)
            self.assertEqual(self.ranges(), [(offset, min(offset + 972, 10_000), True)])

    def test_an_acknowledgement_within_a_piece_waits_for_a_whole_one(self):
        self.sender.link_up(2, 0)
        self.sender.have(1, 0, 972, 0)
        self.sender.have(1, 100, 972, 1)
        self.sender.have(1, 500, 972, 2)
        self.assertEqual(self.ranges(), [(0, 972, True), (972, 1_458, True)])

    def test_a_window_that_ends_before_what_was_sent_asks_for_just_that_once(self):
        self.sender.link_up(2, 0)
        self.sender.have(1, 0, 4_860, 0)
        for now in (1, 1, 2):  # a bad link says it thrice
            self.sender.have(1, 486, 972, now)
        self.assertEqual(self.ranges(), [(0, 4_860, True), (486, 1_458, True)])

    def test_gap_after_gap_is_filled_and_the_rest_goes_on_behind_what_is_there(self):
        self.sender.link_up(2, 0)
        self.sender.have(1, 0, 4_860, 0)
        self.sender.have(1, 486, 486, 10)
        self.sender.have(1, 2_430, 486, 20)
        self.sender.have(1, 4_860, 4_860, 30)
        self.assertEqual(self.ranges()[1:], [(486, 972, True), (2_430, 2_916, True), (4_860, 9_720, True)])


class TestBadFiles(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)
        for number in (1, 2, 3):
            self.store.add(Photo(str(number), "p", 0, 0, BOOT), picture(number, 1_000))
        self.sender = PhotoSender(self.store)

    def announced(self):
        return [event[1].number for event in self.sender.events() if event[0] == "announce"]

    def refuse(self, name, now):
        for _ in range(MOST_RESTARTS):
            self.sender.completed(name, False, now)

    def test_a_file_that_went_bad_since_the_start_hides_no_other(self):
        self.flash.files["000000001.photo"] = b"?"
        self.sender.link_up(1, 0)
        self.assertEqual(self.announced(), [2])

    def test_one_that_cannot_be_checked_is_kept_and_waits(self):
        self.sender.link_up(1, 0)
        self.store.sound = self.unreadable
        self.refuse(FIRST, 10)
        self.assertEqual(self.announced()[-1], 2)
        self.assertEqual(self.store.numbers(), [1, 2, 3])

    def unreadable(self, photo):
        raise OSError(5, "input/output error")

    def test_when_all_wait_the_one_that_waits_least_is_next(self):
        self.sender.link_up(1, 0)
        for name, now in ((FIRST, 10), ("P000000002.jpg", 20), ("P000000003.jpg", 30)):
            self.refuse(name, now)
        self.announced()
        self.assertEqual(self.sender.deadline(), 10 + POSTPONE_MS)
        for number in (1, 2, 3):
            self.sender.timeout(self.sender.deadline())
            self.assertEqual(self.announced(), [number])
            self.refuse("P%09d.jpg" % number, 10 * number + POSTPONE_MS)
            self.announced()


if __name__ == "__main__":
    unittest.main()
