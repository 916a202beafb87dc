import unittest

from trifocal_firmware.store import Photo, PhotoStore
from trifocal_firmware.testing import MemoryFlash, picture
from trifocal_firmware.transfer import MOST_RESTARTS, POSTPONE_MS, PhotoSender, announcement, packs
from trifocal_shared.frame import FrameDecoder

BOOT = "0123abcd"
FIRST = "P000000001.jpg"


class TestAnnouncement(unittest.TestCase):
    def test_it_tells_everything_about_the_photo(self):
        kept = Photo("r", "p", 0, 4_000, BOOT)
        PhotoStore(MemoryFlash(), BOOT).add(kept, picture(1, 500))
        said = announcement(kept, BOOT, 1_780_000_010_000, 10_000)
        self.assertEqual((said.file_name, said.request_id, said.press_id), (FIRST, "r", "p"))
        self.assertEqual((said.size, said.sha256, said.media_type), (500, kept.sha256, "photo"))
        self.assertEqual((said.age_ms, said.timestamp), (6_000, 1_780_000_004_000))

    def test_after_a_restart_the_age_is_unknown_but_a_known_time_stays(self):
        kept = Photo("r", "p", 77, 4_000, "feedbeef")
        said = announcement(kept, BOOT, 1_780_000_010_000, 10_000)
        self.assertEqual((said.age_ms, said.timestamp), (-1, 77))
        kept.at = 0
        self.assertEqual(announcement(kept, BOOT, 1_780_000_010_000, 10_000).timestamp, 0)
        self.assertEqual(announcement(Photo("r", "p", 0, 0, BOOT), BOOT, 0, 10).timestamp, 0)


class TestPacks(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)
        self.kept = Photo("r", "p", 0, 0, BOOT)
        self.store.add(self.kept, picture(1, 1_000))

    def test_frames_carry_the_photo(self):
        decoder = FrameDecoder()
        for frame in packs(self.store, self.kept, 0, 3):
            decoder.receive(frame, 0)
        got = decoder.events()
        self.assertEqual(
            [(p.index, p.file_size, p.name, len(p.data)) for p in got],
            [(i, 1000, FIRST, n) for i, n in ((0, 400), (1, 400), (2, 200))],
        )
        self.assertEqual(b"".join([p.data for p in got]), picture(1, 1_000))

    def test_any_range_of_packs_is_the_same_bytes(self):
        photo = Photo("s", "p", 0, 0, BOOT)
        self.store.add(photo, picture(2, 5_123))
        whole = list(packs(self.store, photo, 0, 13))
        for first in range(13):
            for end in range(first, 14):
                self.assertEqual(list(packs(self.store, photo, first, end)), whole[first:end])

    def test_a_file_that_has_become_shorter_is_an_error(self):
        self.flash.files["000000001.photo"] = self.flash.files["000000001.photo"][:-1]
        frames = packs(self.store, self.kept, 2, 3)
        with self.assertRaises(OSError):
            next(frames)


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
        self.sender.link_up(0)
        self.assertEqual(self.announced(), [2])

    def test_one_that_cannot_be_checked_is_kept_and_waits(self):
        self.sender.link_up(0)
        self.store.sound = self.unreadable
        self.refuse(FIRST, 10)
        self.assertEqual(self.announced()[-1], 2)
        self.assertEqual(self.store.numbers(), [1, 2, 3])

    def unreadable(self, photo):
        raise OSError(5, "input/output error")

    def test_when_all_wait_the_one_that_waits_least_is_next(self):
        self.sender.link_up(0)
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
