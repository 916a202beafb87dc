import unittest

from trifocal_shared.chunk import (
    FIRST,
    HANDSHAKE,
    LAST,
    LIFE_MS,
    MOST,
    OFFER,
    PIECE_COST,
    WAKE,
    Gathering,
    chunks,
    fragments,
    slices,
)

TEXT = '{"type":"x","note":"größer 日本 😀 und mehr"}'.encode()


class Slices(unittest.TestCase):
    def test_together_they_are_the_text_and_each_is_a_text(self):
        for size in range(4, len(TEXT) + 2):
            parts = slices(TEXT, size)
            self.assertEqual(b"".join(parts), TEXT)
            for part in parts:
                part.decode()
                self.assertTrue(0 < len(part) <= size)

    def test_nothing_has_none(self):
        self.assertEqual(slices(b"", 4), [])


class FirstWay(unittest.TestCase):
    def test_chunks_are_numbered_and_the_last_one_carries_the_id(self):
        found = chunks(b"abcdefgh", "7_0_1", 7, 5)
        self.assertEqual(
            found,
            [
                {"t": "ck", "id": "7_0_1", "c": 0, "n": 2, "d": "abcde"},
                {"t": "ck", "id": "7_0_1", "c": 1, "n": 2, "d": "fgh", "mId": 7},
            ],
        )

    def test_without_an_id_none_is_said(self):
        self.assertFalse("mId" in chunks(b"abcdefgh", "0_0_1", 0, 5)[-1])


class SecondWay(unittest.TestCase):
    def test_fragments_are_as_the_document_has_them(self):
        # PROTOCOL-device §A
        self.assertEqual(fragments(OFFER, 1, HANDSHAKE, 240), [bytes.fromhex("23234009000b01000001020076322424")])

    def test_none_is_longer_than_asked_and_the_ends_are_marked(self):
        found = fragments(b"a" * 600, 0x1234, WAKE, 240)
        self.assertEqual([len(frame) for frame in found], [240, 240, 162])
        self.assertEqual([frame[5] for frame in found], [WAKE | FIRST, WAKE, WAKE | LAST])
        self.assertEqual([tuple(frame[6:10]) for frame in found], [(0x34, 0x12, at, 3) for at in range(3)])

    def test_more_than_can_be_counted_is_refused(self):
        with self.assertRaises(ValueError):
            fragments(b"a" * 256 * 4, 1, 0, 18)


class Gather(unittest.TestCase):
    def setUp(self):
        self.gathering = Gathering(4_096)

    def add(self, key, *indexes, count=3, now=0):
        """The messages that became whole with these pieces."""
        found = [self.gathering.add(key, index, count, bytes((97 + index,)), now) for index in indexes]
        return [whole for whole in found if whole is not None]

    def test_in_any_order_and_twice(self):
        for order in ((0, 1, 2), (2, 1, 0), (1, 1, 0, 0, 2), (2, 0, 2, 1)):
            self.assertEqual(self.add("a", *order), [b"abc"])
        self.assertEqual(self.gathering.dropped, 0)

    def test_one_piece_is_a_message(self):
        self.assertEqual(self.add("a", 0, count=1), [b"a"])

    def test_messages_do_not_mix(self):
        self.assertEqual(self.add("a", 0, 1) + self.add("b", 0, 1) + self.add(7, 0, 1), [])
        self.assertEqual(self.add(7, 2) + self.add("b", 2) + self.add("a", 2), [b"abc"] * 3)

    def test_a_missing_one_is_waited_for_thirty_seconds(self):
        self.add("a", 0, 1)
        self.assertEqual(self.add("a", 2, now=LIFE_MS - 1), [b"abc"])
        self.add("b", 0, 1)
        self.assertEqual(self.add("b", 2, now=LIFE_MS), [])
        self.assertEqual(self.gathering.dropped, 1)

    def test_what_makes_no_sense_is_refused_and_harms_nothing(self):
        self.add("a", 0, 1)
        for index, count, piece in ((3, 3, b"x"), (-1, 3, b"x"), (0, 0, b"x"), (0, -1, b"x"), (1, 3, b"")):
            self.assertIsNone(self.gathering.add("a" if count == 3 else "b", index, count, piece, 0))
        self.assertEqual(self.gathering.dropped, 5)
        self.assertEqual(self.add("a", 2), [b"abc"])

    def test_another_count_ends_the_message(self):
        self.add("a", 0, 1)
        self.assertEqual(self.add("a", 2, count=4) + self.add("a", 2), [])
        self.assertEqual(self.add("a", 0, 1), [b"abc"])

    def test_the_eleventh_pushes_the_oldest_out(self):
        for key in range(MOST + 1):
            self.add(key, 0, 1)
        self.assertEqual(self.gathering.dropped, 1)
        self.assertEqual(self.add(0, 2), [])
        self.assertEqual(self.add(MOST, 2), [b"abc"])

    def test_bytes_are_bounded_and_the_oldest_goes_first(self):
        self.gathering = Gathering(1_000)
        self.gathering.add("old", 0, 2, b"o" * 500, 0)
        self.gathering.add("new", 0, 2, b"n" * (1_000 - 500 - 2 * PIECE_COST + 1), 0)
        self.assertIsNone(self.gathering.add("old", 1, 3, b"o", 0))
        self.assertEqual(self.gathering.add("new", 1, 2, b"n", 0)[-2:], b"nn")

    def test_one_that_is_too_long_goes_itself(self):
        self.gathering = Gathering(1_000)
        for index in range(40):
            self.assertIsNone(self.gathering.add("long", index, 40, b"x" * 70, 0))
        self.assertTrue(self.gathering.dropped >= 3)

    def test_many_small_pieces_are_bounded_too(self):
        self.gathering = Gathering(1_000)
        for index in range(999):
            self.assertIsNone(self.gathering.add("long", index, 1_000, b"x", 0))


if __name__ == "__main__":
    unittest.main()
