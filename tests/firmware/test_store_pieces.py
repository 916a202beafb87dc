import unittest

from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.note import Photo
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture

BOOT = "0123abcd"


def photo(request_id="r"):
    return Photo(request_id, "p", 0, 0, BOOT)


class TestReading(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)

    def test_pieces_are_read_by_offset(self):
        kept = photo()
        self.store.add(kept, picture(1, 1000))
        buffer = bytearray(400)
        pieces = []
        for offset in (0, 400, 800):
            count = self.store.read_into(kept, offset, memoryview(buffer))
            pieces.append(bytes(buffer[:count]))
        self.assertEqual([len(piece) for piece in pieces], [400, 400, 200])
        self.assertEqual(b"".join(pieces), picture(1, 1000))
        self.assertTrue(self.store.sound(kept))

    def test_pieces_of_two_photos_in_turns(self):
        one, two = photo(), photo("s")
        for seed, kept in ((0, one), (1, two)):
            self.store.add(kept, picture(seed, 1000))
        buffer = bytearray(10)
        for offset in (0, 10, 20, 500, 1):
            for seed, kept in ((0, one), (1, two)):
                self.store.read_into(kept, offset, memoryview(buffer))
                self.assertEqual(bytes(buffer), picture(seed, 1000)[offset : offset + 10])

    def test_an_open_photo_can_be_deleted(self):
        kept = photo()
        self.store.add(kept, picture(1, 1000))
        self.store.read_into(kept, 0, memoryview(bytearray(10)))
        self.assertTrue(self.store.delete(kept.number))
        with self.assertRaises(OSError):
            self.store.read_into(kept, 10, memoryview(bytearray(10)))


if __name__ == "__main__":
    unittest.main()
