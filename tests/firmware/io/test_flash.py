import os
import unittest

from trifocal_firmware.io.flash import Flash
from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.note import Photo
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture

FOLDER = ("" if os.getcwd() == "/" else "/tmp") + "/trifocal-flash-test"


def empty_folder():
    try:
        os.mkdir(FOLDER)
    except OSError:
        for name in os.listdir(FOLDER):
            os.remove(FOLDER + "/" + name)
    return Flash(FOLDER)


class TestBothFlashes(unittest.TestCase):
    """One contract, run on the real one and on the one of the tests."""

    def setUp(self):
        self.flashes = [empty_folder(), MemoryFlash()]

    def test_a_file_is_made_of_its_parts(self):
        for flash in self.flashes:
            flash.write("a", (b"one", bytearray(b"two"), b""))
            self.assertEqual((flash.names(), flash.size("a")), (["a"], 6))
            self.assertEqual(flash.read("a", 0, 100), b"onetwo")

    def test_writing_again_replaces(self):
        for flash in self.flashes:
            flash.write("a", (b"a long text",))
            flash.write("a", (b"short",))
            self.assertEqual(flash.read("a", 0, 100), b"short")

    def test_pieces_end_where_the_file_ends(self):
        for flash in self.flashes:
            flash.write("a", (b"0123456789",))
            self.assertEqual([flash.read("a", at, 4) for at in (0, 4, 8, 10, 99)], [b"0123", b"4567", b"89", b"", b""])

    def test_an_open_file_is_read_into_a_buffer_from_anywhere(self):
        for flash in self.flashes:
            flash.write("a", (b"0123456789",))
            buffer = memoryview(bytearray(4))
            file = flash.open("a")
            file.seek(3)
            counts = [file.readinto(buffer), file.readinto(buffer)]
            file.close()
            self.assertEqual((counts, bytes(buffer)), ([4, 3], b"7896"))

    def test_rename_replaces_in_one_step(self):
        for flash in self.flashes:
            flash.write("old", (b"old",))
            flash.write("new", (b"new",))
            flash.rename("new", "old")
            self.assertEqual((flash.names(), flash.read("old", 0, 9)), (["old"], b"new"))

    def test_what_is_not_there_is_an_oserror(self):
        for flash in self.flashes:
            for call in (lambda f=flash: f.remove("none"), lambda f=flash: f.read("none", 0, 1)):
                with self.assertRaises(OSError):
                    call()

    def test_removed_is_gone(self):
        for flash in self.flashes:
            flash.write("a", (b"x",))
            flash.remove("a")
            self.assertEqual(flash.names(), [])

    def test_there_is_room(self):
        for flash in self.flashes:
            self.assertGreater(flash.free(), 1_000_000)

    def test_a_store_lives_on_it_across_restarts(self):
        for flash in self.flashes:
            kept = Photo("r", "p", 0, 0, "0123abcd")
            PhotoStore(flash, "0123abcd").add(kept, picture(5))
            store = PhotoStore(flash, "feedbeef")
            self.assertTrue(store.sound(store.load(1)))
            self.assertTrue(store.delete(1))


class TestFolder(unittest.TestCase):
    def test_a_folder_that_is_not_there_is_an_oserror(self):
        flash = Flash(FOLDER + "/none")
        for call in (flash.names, flash.free, lambda: flash.write("a", (b"x",))):
            with self.assertRaises(OSError):
                call()


if __name__ == "__main__":
    unittest.main()
