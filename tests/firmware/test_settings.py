import unittest

from trifocal_firmware.memory_flash import MemoryFlash, PowerCut
from trifocal_firmware.settings import LONGEST, NAME, Settings
from trifocal_firmware.store import PhotoStore


class TestSettings(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        self.settings = Settings(self.flash)

    def test_what_was_never_set_has_its_default(self):
        self.assertEqual(self.settings.get("size", "medium"), "medium")

    def test_what_was_set_is_there_after_a_restart(self):
        self.assertTrue(self.settings.put("size", "large"))
        self.assertTrue(self.settings.put("wifi", ["house", "secret"]))
        again = Settings(self.flash)
        self.assertEqual((again.get("size", "medium"), again.get("wifi", [])), ("large", ["house", "secret"]))

    def test_none_forgets_one_and_clear_forgets_all(self):
        self.settings.put("size", "large")
        self.settings.put("minutes", 3)
        self.settings.put("size", None)
        self.assertEqual((self.settings.get("size", ""), self.settings.get("minutes", 0)), ("", 3))
        self.assertTrue(self.settings.clear())
        self.assertEqual(Settings(self.flash).get("minutes", 0), 0)

    def test_a_value_of_another_type_reads_as_the_default(self):
        self.settings.put("size", 5)
        self.assertEqual(self.settings.get("size", "medium"), "medium")

    def test_what_is_set_to_what_it_was_is_not_written(self):
        self.settings.put("size", "large")
        before = self.flash.instants
        self.assertTrue(self.settings.put("size", "large"))
        self.assertEqual(self.flash.instants, before)

    def test_a_broken_file_is_an_empty_one(self):
        for data in (b"", b"{", b"[1]", b"\xff\xfe", b"5", b"{" * 3000):
            self.flash.files[NAME] = data
            settings = Settings(self.flash)
            self.assertEqual(settings.get("size", "medium"), "medium")
            self.assertTrue(settings.put("size", "large"))
            self.assertEqual(Settings(self.flash).get("size", ""), "large")

    def test_a_flash_that_refuses_changes_nothing(self):
        self.settings.put("size", "large")
        self.flash.broken.add(NAME + ".tmp")
        self.assertFalse(self.settings.put("size", "small"))
        self.assertFalse(self.settings.clear())
        self.assertEqual(self.settings.get("size", ""), "large")
        self.assertEqual(Settings(self.flash).get("size", ""), "large")

    def test_more_than_can_be_read_is_not_written(self):
        self.assertFalse(self.settings.put("size", "x" * LONGEST))

    def test_without_power_at_any_instant_the_old_or_the_new_is_there_whole(self):
        for cut in range(1, 20):
            flash = MemoryFlash()
            Settings(flash).put("size", "small")
            flash.cut_at = flash.instants + cut
            try:
                Settings(flash).put("size", "large")
            except PowerCut:
                flash.cut_at = 0
                PhotoStore(flash, "0123abcd")  # clears away what was begun
                self.assertIn(Settings(flash).get("size", ""), ("small", "large"))
                self.assertFalse([name for name in flash.files if name.endswith(".tmp")])
                continue
            self.assertGreater(cut, 3)
            return
        self.fail("power was cut for ever")


if __name__ == "__main__":
    unittest.main()
