import unittest

from trifocal_shared.ids import MAX_ID, MOST_WAITING, Ids


class Sending(unittest.TestCase):
    def setUp(self):
        self.ids = Ids(1_000, 3, 8)

    def test_it_is_said_again_until_it_is_acknowledged(self):
        self.ids.sent(7, [b"frame"], 0)
        self.assertEqual((self.ids.deadline(), self.ids.timeout(999)), (1_000, []))
        self.assertEqual(self.ids.timeout(1_000), [b"frame"])
        self.assertTrue(self.ids.acked(7))
        self.assertIsNone(self.ids.deadline())
        self.assertFalse(self.ids.acked(7))

    def test_it_is_given_up_after_its_tries(self):
        self.ids.sent(7, [b"frame"], 0)
        said = []
        while self.ids.deadline() is not None:
            said += self.ids.timeout(self.ids.deadline())
        self.assertEqual((len(said), self.ids.given_up), (2, 1))
        self.assertFalse(self.ids.acked(7))

    def test_one_that_goes_in_pieces_has_longer(self):
        self.ids.sent(7, [b"f" * 240] * 5, 0)
        self.assertEqual(self.ids.deadline(), 2_200)

    def test_each_has_its_own_time(self):
        self.ids.sent(1, [b"a"], 0)
        self.ids.sent(2, [b"b"], 400)
        self.assertEqual(self.ids.timeout(1_000), [b"a"])
        self.assertEqual((self.ids.deadline(), self.ids.timeout(1_400)), (1_400, [b"b"]))
        self.assertEqual(sorted(self.ids.timeout(9_000)), [b"a", b"b"])

    def test_they_are_bounded(self):
        for number in range(MOST_WAITING):
            self.assertFalse(self.ids.full)
            self.ids.sent(number + 1, [b"x"], 0)
        self.assertTrue(self.ids.full)

    def test_what_is_forgotten_is_not_said_again(self):
        self.ids.sent(7, [b"frame"], 0)
        self.ids.first(9)
        self.ids.forget()
        self.assertIsNone(self.ids.deadline())
        self.assertFalse(self.ids.first(9))

    def test_a_foreign_acknowledgement_changes_nothing(self):
        self.ids.sent(7, [b"frame"], 0)
        self.assertFalse(self.ids.acked(8))
        self.assertEqual(self.ids.timeout(1_000), [b"frame"])


class Receiving(unittest.TestCase):
    def test_each_is_the_first_once(self):
        ids = Ids(1_000, 3, 8)
        for number in (1, 2, 256, MAX_ID, 0x0102):
            self.assertTrue(ids.first(number))
            self.assertFalse(ids.first(number))

    def test_the_last_ones_are_known(self):
        ids = Ids(1_000, 3, 8)
        for number in range(1, 12):
            ids.first(number)
        self.assertFalse(ids.first(4))
        self.assertTrue(ids.first(3))

    def test_one_that_lies_across_two_others_is_none(self):
        ids = Ids(1_000, 3, 8)
        ids.first(0x01)
        ids.first(0x0200_0000_0000_0000)
        self.assertTrue(ids.first(0x0102))
        self.assertFalse(ids.first(0x0200_0000_0000_0000))


if __name__ == "__main__":
    unittest.main()
