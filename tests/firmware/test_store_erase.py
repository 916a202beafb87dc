import unittest

from trifocal_firmware.store import Photo, PhotoStore
from trifocal_firmware.testing import MemoryFlash, picture

BOOT = "0123abcd"


def photo(request_id):
    return Photo(request_id, "", 0, 0, BOOT)


class TestErase(unittest.TestCase):
    def test_no_photo_is_left_nor_one_set_aside_and_numbers_go_on(self):
        flash = MemoryFlash()
        store = PhotoStore(flash, BOOT)
        for name in ("a", "b", "c"):
            store.add(photo(name), picture(1))
        store.set_aside(2)
        store.erase()
        self.assertEqual((store.count, store.bad), (0, 0))
        self.assertEqual([name for name in flash.files if name.endswith((".photo", ".bad"))], [])
        store.add(photo("d"), picture(1))
        self.assertEqual(store.numbers(), [4])

    def test_one_that_could_not_be_set_aside_goes_too(self):
        flash = MemoryFlash()
        store = PhotoStore(flash, BOOT)
        store.add(photo("a"), picture(1))
        flash.broken.add("000000001.photo")
        store.set_aside(1)
        flash.broken.clear()
        store.erase()
        self.assertEqual([name for name in flash.files if name.endswith((".photo", ".bad"))], [])

    def test_what_the_flash_keeps_is_still_there(self):
        flash = MemoryFlash()
        store = PhotoStore(flash, BOOT)
        store.add(photo("a"), picture(1))
        flash.broken.add("000000001.photo")
        with self.assertRaises(OSError):
            store.erase()
        self.assertEqual(store.count, 1)


if __name__ == "__main__":
    unittest.main()
