import unittest

from trifocal_firmware.memory_flash import MemoryFlash, PowerCut


class TestMemoryFlash(unittest.TestCase):
    def left_after(self, cut_at):
        flash = MemoryFlash()
        flash.files["old"] = b"old"
        flash.cut_at = cut_at
        with self.assertRaises(PowerCut):
            flash.write("new", (b"ab", b"cd"))
            flash.rename("new", "old")
            flash.remove("old")
        return flash.files

    def test_a_cut_leaves_each_state_on_the_way(self):
        left = [self.left_after(cut_at) for cut_at in range(1, 9)]
        before, done = {"old": b"old"}, {"old": b"abcd"}
        torn = [{"old": b"old", "new": data} for data in (b"", b"ab", b"abcd", b"abcd")]
        self.assertEqual((left[0], left[1:5], left[5:]), (before, torn, [done, done, {}]))

    def test_it_is_full_when_it_is_full(self):
        flash = MemoryFlash(capacity=10)
        flash.write("a", (b"12345678",))
        with self.assertRaises(OSError):
            flash.write("b", (b"123",))
        self.assertEqual((flash.free(), flash.names()), (2, ["a"]))

    def test_broken_names_are_errors(self):
        flash = MemoryFlash()
        flash.write("a", (b"x",))
        flash.broken.add("a")
        for call in (lambda: flash.read("a", 0, 1), lambda: flash.write("a", ()), lambda: flash.remove("a")):
            with self.assertRaises(OSError):
                call()


class TestGrowingFile(unittest.TestCase):
    def test_what_was_written_is_there_when_it_is_synced_or_closed(self):
        flash = MemoryFlash()
        file = flash.create("new")
        file.write(b"ab")
        self.assertEqual(flash.files["new"], b"")
        flash.sync(file)
        file.write(b"cd")
        file.close()
        self.assertEqual(flash.files["new"], b"abcd")

    def test_a_cut_leaves_half_of_what_was_on_its_way(self):
        flash = MemoryFlash()
        file = flash.create("new")
        flash.cut_at = flash.instants + 2
        file.write(b"abcd")
        with self.assertRaises(PowerCut):
            flash.sync(file)
        self.assertEqual(flash.files["new"], b"ab")

    def test_it_is_full_when_it_is_full(self):
        flash = MemoryFlash(3)
        file = flash.create("new")
        file.write(b"abcd")
        with self.assertRaises(OSError) as raised:
            flash.sync(file)
        self.assertEqual(raised.exception.errno, 28)
