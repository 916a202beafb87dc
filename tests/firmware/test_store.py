import json
import unittest

from trifocal_firmware.memory_flash import MemoryFlash, PowerCut
from trifocal_firmware.note import Photo, number_of
from trifocal_firmware.store import BLOCK, PhotoStore, StorageFull
from trifocal_firmware.testing import picture

BOOT = "0123abcd"


def photo(request_id="r", press_id="p"):
    return Photo(request_id, press_id, 1_780_000_000_000, 5_000, BOOT)


def jpeg_of(store, kept):
    found = bytearray(kept.size)
    return bytes(found[: store.read_into(kept, 0, memoryview(found))])


def stored(store):
    """What lies in the store, whole: number -> (request id, JPEG)."""
    found = {}
    for number in store.numbers():
        kept = store.load(number)
        found[number] = (kept.request_id, jpeg_of(store, kept))
    return found


class TestKeeping(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)

    def test_a_photo_comes_back_after_a_restart_with_everything_known_of_it(self):
        kept = photo()
        self.store.add(kept, picture(1))
        again = PhotoStore(self.flash, "feedbeef").load(kept.number)
        for name in ("number", "request_id", "press_id", "size", "sha256", "at", "uptime", "boot_id", "start"):
            self.assertEqual(getattr(again, name), getattr(kept, name), name)
        self.assertEqual(again.file_name, "P000000001.jpg")

    def test_a_view_of_a_frame_buffer_can_be_stored(self):
        kept = photo()
        self.store.add(kept, bytearray(picture(2)))
        self.assertEqual(stored(self.store)[1], ("r", picture(2)))

    def test_numbers_are_listed_oldest_first(self):
        for number in range(12):
            self.store.add(photo(str(number)), picture(number))
        self.assertEqual(PhotoStore(self.flash, BOOT).numbers(), list(range(1, 13)))
        self.assertEqual(self.store.count, 12)

    def test_what_is_deleted_is_gone(self):
        self.store.add(photo(), picture())
        self.assertTrue(self.store.delete(1))
        self.assertFalse(self.store.delete(1))
        self.assertIsNone(self.store.load(1))
        self.assertEqual(list(self.flash.files), ["counter"])

    def test_ids_of_any_kind_survive(self):
        for request_id in ('"quoted"\n', "ünïcödé", "../../etc/passwd", "\x00\x01", "x" * 128):
            kept = photo(request_id, request_id)
            self.store.add(kept, picture())
            again = PhotoStore(self.flash, BOOT).load(kept.number)
            self.assertEqual((again.request_id, again.press_id), (request_id, request_id))


class TestNumbers(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()

    def take(self, boot_id=BOOT):
        kept = photo()
        PhotoStore(self.flash, boot_id).add(kept, picture())
        return kept.number

    def test_they_are_never_reused_even_when_the_store_empties(self):
        numbers = []
        for _ in range(5):
            store = PhotoStore(self.flash, BOOT)
            for _ in range(2):
                kept = photo()
                store.add(kept, picture())
                numbers.append(kept.number)
                store.delete(kept.number)
        self.assertEqual(len(set(numbers)), 10)
        self.assertEqual(numbers, sorted(numbers))

    def test_the_counter_is_written_once_in_a_block(self):
        store = PhotoStore(self.flash, BOOT)
        writes = []
        for _ in range(BLOCK * 3):
            before = self.flash.files.get("counter")
            store.add(photo(), picture(0, 10))
            writes.append(self.flash.files["counter"] != before)
        self.assertEqual(sum(writes), 3)

    def test_a_lost_counter_begins_far_away(self):
        first = self.take()
        for damage in (None, b"", b"nonsense", b"-5", b"1", b"\xff\xfe"):
            if damage is None:
                del self.flash.files["counter"]
            else:
                self.flash.files["counter"] = damage
            number = self.take("1234567%x" % len(damage or b"12345678"))
            self.assertGreater(number, first + BLOCK)

    def test_only_names_of_ours_are_names(self):
        self.assertEqual(number_of("P000000042.jpg"), 42)
        for bad in (
            "",
            "P42.jpg",
            "P000000042.png",
            "Q000000042.jpg",
            "P00000004a.jpg",
            "P-00000042.jpg",
            "P²²²²²²²²².jpg",
            "P 00000042.jpg",
            "P000000000.jpg",
        ):
            self.assertEqual(number_of(bad), 0)
        self.assertEqual(number_of("P000000042.jpg\0"), 0)
        self.assertEqual(number_of("../00000042.jpg"), 0)


class TestDamage(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        store = PhotoStore(self.flash, BOOT)
        for number in range(1, 4):
            store.add(photo(str(number)), picture(number))
        self.whole = self.flash.files["000000002.photo"]

    def reopen(self):
        self.store = PhotoStore(self.flash, BOOT)
        return sorted(stored(self.store))

    def test_every_kind_of_damaged_file_is_set_aside_and_hides_no_other(self):
        line, _, rest = self.whole.partition(b"\n")
        header = json.loads(line)
        kinds = [
            b"",
            b"\n",
            b"{}\n",
            b"[]\n" + rest,
            b"5\n" + rest,
            line,
            self.whole[:-1],
            self.whole + b"x",
            b"\xff" * 3000,
        ]
        for name, bad in (("size", "7"), ("size", -1), ("size", 0), ("request_id", None), ("at", 1.5), ("boot_id", 5)):
            twin = header.copy()
            twin[name] = bad
            kinds.append(json.dumps(twin).encode() + b"\n" + rest)
        del header["sha256"]
        kinds.append(json.dumps(header).encode() + b"\n" + rest)
        for kind in kinds:
            self.flash.files.pop("000000002.bad", None)
            self.flash.files["000000002.photo"] = kind
            self.assertEqual(self.reopen(), [1, 3], kind[:40])
            self.assertEqual(self.store.bad, 1)
            self.assertEqual(self.flash.files["000000002.bad"], kind)

    def test_it_stays_counted_after_the_next_restart(self):
        self.flash.files["000000002.photo"] = b"x"
        self.reopen()
        self.assertEqual(self.reopen(), [1, 3])
        self.assertEqual(self.store.bad, 1)

    def test_an_unreadable_file_hides_no_other(self):
        self.flash.broken.add("000000002.photo")
        self.assertEqual(self.reopen(), [1, 3])
        self.flash.broken.clear()
        self.assertEqual(self.reopen(), [1, 2, 3])

    def test_torn_files_and_strangers_are_no_photos(self):
        self.flash.files["000000009.tmp"] = b"torn"
        for stranger in (
            "notes.txt",
            "photo",
            ".photo",
            "000000008.png",
            "00000008.photo",
            "00000000a.photo",
            "²²²²²²²²².photo",
        ):
            self.flash.files[stranger] = b"?"
        self.assertEqual(self.reopen(), [1, 2, 3])
        self.assertNotIn("000000009.tmp", self.flash.files)

    def test_rot_in_the_picture_is_found_when_asked_for(self):
        self.flash.files["000000002.photo"] = self.whole[:-5] + b"Z" + self.whole[-4:]
        self.assertEqual(self.reopen(), [1, 2, 3])
        self.assertFalse(self.store.sound(self.store.load(2)))
        kept = self.store.load(3)
        self.assertTrue(self.store.sound(kept))
        self.flash.files["000000003.photo"] = self.flash.files["000000003.photo"][: kept.start + 10]
        self.assertFalse(self.store.sound(kept))


class TestFull(unittest.TestCase):
    def test_it_refuses_before_anything_is_lost(self):
        flash = MemoryFlash(capacity=100_000)
        store = PhotoStore(flash, BOOT)
        count = 0
        with self.assertRaises(StorageFull):
            while True:
                store.add(photo(str(count)), picture(count, 5_000))
                count += 1
        self.assertGreater(count, 3)
        self.assertEqual(len(stored(PhotoStore(flash, BOOT))), count)
        self.assertFalse(store.room(5_000))

    def test_a_flash_that_is_fuller_than_it_says_leaves_nothing_behind(self):
        flash = MemoryFlash()
        store = PhotoStore(flash, BOOT)
        store.add(photo(), picture())
        flash.capacity = 3_000
        store.room = lambda size: True
        with self.assertRaises(StorageFull):
            store.add(photo("s"), picture(2, 5_000))
        self.assertEqual(sorted(flash.files), ["000000001.photo", "counter"])

    def test_a_flash_that_fails_raises_and_keeps_the_rest(self):
        flash = MemoryFlash()
        store = PhotoStore(flash, BOOT)
        store.add(photo(), picture())
        flash.broken.add("000000002.tmp")
        with self.assertRaises(OSError):
            store.add(photo("s"), picture(2))
        self.assertEqual(sorted(stored(PhotoStore(flash, BOOT))), [1])


class TestPowerCut(unittest.TestCase):
    """Power goes at every instant of a life of adding and deleting, across restarts."""

    def live(self, flash, added, deleted, numbers):
        """Add six photos and deliver every second one, noting what is promised before the next step."""
        store = PhotoStore(flash, BOOT)
        for number in range(6):
            request_id = "%d-%d" % (len(numbers), number)
            kept = photo(request_id)
            store.add(kept, picture(number, 300))
            added[request_id] = kept.number
            numbers.append(kept.number)
            if number % 2:
                deleted.add(kept.number)  # the far end has it: it may be gone from here on
                store.delete(kept.number)

    def test_nothing_promised_is_lost_nothing_doubled_and_no_number_reused(self):
        cut_at = 0
        survived = False
        while not survived:
            cut_at += 1
            flash = MemoryFlash()
            flash.cut_at = cut_at
            added, deleted, numbers = {}, set(), []
            try:
                self.live(flash, added, deleted, numbers)
                survived = True
            except PowerCut:
                pass
            flash.cut_at = 0
            found = stored(PhotoStore(flash, BOOT))
            for request_id, number in added.items():
                if number not in deleted:
                    self.assertEqual(found[number][0], request_id, cut_at)
            self.assertEqual(len({request_id for request_id, _ in found.values()}), len(found))
            self.assertFalse([name for name in flash.files if name.endswith(".tmp")])
            before = set(numbers) | set(found)
            self.live(flash, {}, set(), numbers)
            self.assertEqual(len(numbers), len(set(numbers)))
            self.assertFalse(before & set(numbers[-6:]), cut_at)
        self.assertGreater(cut_at, 40)

    def test_a_cut_while_cleaning_up_after_a_cut_loses_nothing_either(self):
        flash = MemoryFlash()
        PhotoStore(flash, BOOT).add(photo(), picture(7))
        for cut_at in (1, 2):
            flash.files["000000009.tmp"] = b"torn"
            flash.instants, flash.cut_at = 0, cut_at
            with self.assertRaises(PowerCut):
                PhotoStore(flash, BOOT)
            flash.cut_at = 0
            self.assertEqual(stored(PhotoStore(flash, BOOT)), {1: ("r", picture(7))})


if __name__ == "__main__":
    unittest.main()
