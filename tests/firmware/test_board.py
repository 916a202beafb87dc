import unittest

from trifocal_firmware.board import Board


class TestBoard(unittest.TestCase):
    def setUp(self):
        self.board = Board("0123abcd", "device", "/flash")

    def test_it_carries_its_identity_and_a_clock(self):
        self.assertEqual((self.board.boot_id, self.board.device_id), ("0123abcd", "device"))
        self.assertEqual(self.board.flash_folder, "/flash")
        self.assertGreaterEqual(self.board.clock.now(), 0)

    def test_a_simple_board_is_full_unfolded_and_on_battery(self):
        self.assertEqual((self.board.battery(), self.board.charging(), self.board.folded()), (100, False, False))

    def test_a_simple_board_has_no_wifi_nothing_to_control_and_no_owner(self):
        self.assertEqual((self.board.wifi(), self.board.seed()), ((False, "", ""), b""))
        with self.assertRaises(StopIteration) as caught:
            self.board.control("request_wifi_scan", {}).send(None)
        self.assertIsNone(caught.exception.value)

    def test_what_a_simple_board_need_not_have_does_nothing(self):
        self.board.start(None)
        self.board.cool()
        self.board.report("ready", {})
        with self.assertRaises(StopIteration):
            self.board.warm().send(None)

    def test_a_simple_link_takes_packs_as_it_takes_words(self):
        sent = []
        self.board.link_write = sent.append
        buffer = bytearray(b"pack")
        self.assertTrue(self.board.link_pack(memoryview(buffer)))
        buffer[0] = 0
        self.assertEqual(sent, [b"pack"])

    def test_what_every_board_must_have_is_asked_for(self):
        for call in (
            lambda: self.board.link_write(b""),
            lambda: self.board.set_light("off"),
            lambda: self.board.capture("small", "none").send(None),
        ):
            with self.assertRaises(NotImplementedError):
                call()


if __name__ == "__main__":
    unittest.main()
