import unittest

from trifocal_firmware.mcu import REPEAT_MS, Mcu
from trifocal_shared.envelope import Native, wrap_native
from trifocal_shared.frame import STRING, encode_frame


def frame(command, body="", little_endian=True):
    return encode_frame(STRING, wrap_native(command, body), little_endian)


class TestMcu(unittest.TestCase):
    def setUp(self):
        self.mcu = Mcu()

    def hear(self, data, now=0):
        self.mcu.receive(data, now)
        return self.mcu.events()

    def test_both_generations_of_words_are_presses(self):
        self.assertEqual(self.hear(frame("cs_pho"), 0), [("photo", "short")])
        self.assertEqual(self.hear(frame("cs_vdo"), 0), [("video", "long")])
        self.assertEqual(self.hear(frame("hs_ntfy", {"msg": "button click"}), 1000), [("photo", "short")])
        self.assertEqual(self.hear(frame("hs_ntfy", {"msg": "button long click"}), 1000), [("video", "long")])

    def test_either_byte_order_is_understood(self):
        self.assertEqual(self.hear(frame("cs_pho", little_endian=False)), [("photo", "short")])

    def test_a_doubled_frame_is_one_press(self):
        self.assertEqual(self.hear(frame("cs_pho") * 3), [("photo", "short")])
        self.assertEqual(self.hear(frame("cs_pho"), REPEAT_MS - 1), [])

    def test_the_echo_of_an_echo_is_still_one(self):
        heard = [self.hear(frame("cs_pho"), now) for now in range(0, 1000, 100)]
        self.assertEqual(sum([len(each) for each in heard]), 1)

    def test_two_real_presses_are_two(self):
        self.assertEqual(len(self.hear(frame("cs_pho"), 0) + self.hear(frame("cs_pho"), REPEAT_MS)), 2)

    def test_the_two_buttons_do_not_hide_each_other(self):
        self.assertEqual(len(self.hear(frame("cs_pho") + frame("cs_vdo"))), 2)

    def test_touches_are_presses_too(self):
        self.assertEqual(self.hear(frame("sr_tpevt", {"type": 0}), 0), [("touch", "single_tap")])
        self.assertEqual(self.hear(frame("sr_tpevt", {"type": 7}), 0), [("touch", "down_swipe")])
        self.assertEqual(self.hear(frame("sr_tpevt", '{"type":1}'), 0), [("touch", "double_tap")])
        self.assertEqual(self.hear(frame("sr_tpevt", {"type": 1}), REPEAT_MS - 1), [])

    def test_the_key_of_the_latest_controllers_is_the_camera_button(self):
        self.assertEqual(self.hear(frame("sr_keyevt", {"button": 1, "type": 0})), [("photo", "short")])

    def test_words_that_are_no_presses_come_out_as_they_are(self):
        for command, body in (
            ("sr_batv", {"pt": 5}),
            ("sr_tpevt", {"type": 8}),
            ("sr_tpevt", {"type": "0"}),
            ("sr_keyevt", {"button": 0, "type": 0}),
            ("hs_ntfy", {"msg": 5}),
            ("cs_fcrst", ""),
        ):
            self.assertEqual(self.hear(frame(command, body)), [Native(command, body)])

    def test_nonsense_is_no_press(self):
        for data in (
            frame("hs_ntfy"),
            frame("hs_ntfy", {"msg": 5}),
            frame("hs_ntfy", {"msg": ["button click"]}),
            frame("hs_ntfy", "[1]"),
            encode_frame(STRING, b'{"type":"take_photo","requestId":"r"}', True),
            encode_frame(STRING, b"not json", True),
            b"noise $$ ## noise",
        ):
            self.assertEqual([said for said in self.hear(data) if not isinstance(said, Native)], [], data)

    def test_a_frame_may_come_in_pieces(self):
        whole = frame("cs_pho")
        for at in range(1, len(whole)):
            mcu = Mcu()
            mcu.receive(whole[:at], 0)
            mcu.receive(whole[at:], 1)
            self.assertEqual(mcu.events(), [("photo", "short")])

    def test_a_torn_frame_is_given_up_and_the_next_is_heard(self):
        self.assertEqual(self.hear(frame("cs_pho")[:-5], 0), [])
        deadline = self.mcu.deadline()
        self.mcu.timeout(deadline)
        self.assertIsNone(self.mcu.deadline())
        self.assertEqual(self.hear(frame("cs_pho"), deadline), [("photo", "short")])

    def test_a_word_that_came_through_the_link_counts_the_same(self):
        self.mcu.said(Native("cs_pho"), 0)
        self.assertEqual(self.hear(frame("cs_pho"), 10), [("photo", "short")])


if __name__ == "__main__":
    unittest.main()
