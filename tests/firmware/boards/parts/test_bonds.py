import unittest

from trifocal_firmware.boards.parts.bonds import LONGEST, MOST, NAME, Bonds


class Memory:
    """A flash in memory, that may be broken."""

    def __init__(self):
        self.files, self.broken, self.writes = {}, False, 0

    def read(self, name, offset, count):
        if name not in self.files:
            raise OSError(2)
        return self.files[name][offset : offset + count]

    def write(self, name, parts):
        if self.broken:
            raise OSError(5)
        self.writes += 1
        self.files[name] = b"".join(parts)

    def rename(self, old, new):
        self.files[new] = self.files.pop(old)


class TestBonds(unittest.TestCase):
    def setUp(self):
        self.flash = Memory()
        self.bonds = Bonds(self.flash)

    def test_what_was_put_is_found_by_its_key_or_by_its_place(self):
        for key, value in ((b"a", b"1"), (b"b", b"2")):
            self.assertTrue(self.bonds.put(1, memoryview(key), memoryview(value)))
        self.bonds.put(2, b"a", b"other")
        self.assertEqual(self.bonds.get(1, 0, memoryview(b"b")), b"2")
        self.assertEqual(self.bonds.get(1, 7, b"a"), b"1")
        self.assertEqual([self.bonds.get(1, index, None) for index in (0, 1, 2, -1)], [b"1", b"2", None, None])
        self.assertEqual(self.bonds.get(3, 0, None), None)

    def test_a_new_value_takes_the_place_of_the_old_one_and_none_forgets_it(self):
        self.bonds.put(1, b"a", b"1")
        self.bonds.put(1, b"a", b"2")
        self.assertEqual((self.bonds.get(1, 0, b"a"), self.bonds.get(1, 1, None)), (b"2", None))
        self.assertTrue(self.bonds.put(1, b"a", None))
        self.assertEqual(self.bonds.get(1, 0, b"a"), None)

    def test_it_outlives_a_restart_and_writes_only_what_has_changed(self):
        self.bonds.put(1, b"\x00\xff", b"\x80")
        self.bonds.save()
        self.bonds.save()
        self.assertEqual(self.flash.writes, 1)
        again = Bonds(self.flash)
        self.assertEqual(again.get(1, 0, b"\x00\xff"), b"\x80")
        again.save()
        self.assertEqual(self.flash.writes, 1)

    def test_it_keeps_the_newest(self):
        for number in range(MOST + 3):
            self.bonds.put(1, bytes((number,)), b"v")
        self.assertEqual(self.bonds.get(1, 0, bytes((2,))), None)
        self.assertEqual(self.bonds.get(1, 0, bytes((3,))), b"v")
        self.assertEqual(self.bonds.get(1, MOST, None), None)

    def test_what_is_too_long_or_no_entry_is_refused(self):
        self.assertFalse(self.bonds.put(1, bytes(LONGEST + 1), b"v"))
        self.assertFalse(self.bonds.put(1, b"k", bytes(LONGEST + 1)))
        self.assertFalse(self.bonds.put("1", b"k", b"v"))
        self.assertFalse(self.bonds.changed)

    def test_a_file_that_is_no_list_of_entries_counts_as_none(self):
        for text in (b"", b"[", b"7", b"[7]", b"[[1, 2, 3]]", b'[["1"]]', b"\xff", b'{"a": 1}'):
            self.flash.files[NAME] = text
            self.assertEqual(Bonds(self.flash).get(1, 0, None), None, repr(text))

    def test_a_flash_that_takes_nothing_does_no_harm(self):
        self.flash.broken = True
        self.bonds.put(1, b"a", b"1")
        self.bonds.save()
        self.assertEqual(self.bonds.get(1, 0, b"a"), b"1")


if __name__ == "__main__":
    unittest.main()
