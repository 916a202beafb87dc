import unittest

from trifocal_firmware.boards.paper_radio import COMMANDS, Radio


class TestRadio(unittest.TestCase):
    def setUp(self):
        self.radio = Radio()

    def test_it_takes_notifications_while_it_has_room(self):
        self.radio.room = 1
        self.radio.gatts_notify(7, 16, memoryview(b"one"))
        with self.assertRaises(OSError):
            self.radio.gatts_notify(7, 16, b"two")
        self.assertEqual(self.radio.sent, [(16, b"one")])

    def test_what_was_written_is_read_once(self):
        self.radio.written[COMMANDS] = b"word"
        self.assertEqual((self.radio.gatts_read(COMMANDS), self.radio.gatts_read(COMMANDS)), (b"word", b""))

    def test_it_refuses_to_advertise_while_it_is_quiet(self):
        self.radio.quiet = True
        with self.assertRaises(OSError):
            self.radio.gap_advertise(1, b"")
        self.radio.quiet = False
        self.radio.gap_advertise(1, b"me")
        self.assertEqual(self.radio.advertised, [(1, b"me")])


if __name__ == "__main__":
    unittest.main()
