import unittest

from trifocal_shared.envelope import wrap_from_phone
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.link import Link
from trifocal_shared.messages import TO_GLASSES, Ping


class Deaf(unittest.TestCase):
    def test_the_deaf_acknowledge_nothing_and_remember_nothing(self):
        link = Link(TO_GLASSES, glasses_side=True)
        frame = encode_frame(STRING, wrap_from_phone({"type": "ping", "mId": 7}), True)
        link.deaf = True
        for _ in range(2):
            link.receive(frame, 0)
            self.assertEqual((link.events(), link.data_to_send(), link.answers_ids), ([Ping()], [], False))
        link.deaf = False
        link.receive(frame, 0)
        self.assertEqual((link.events(), len(link.data_to_send()), link.answers_ids), ([Ping()], 1, True))
        link.receive(frame, 0)
        self.assertEqual(link.events(), [])

    def test_another_connection_is_heard(self):
        link = Link(TO_GLASSES, glasses_side=True)
        link.deaf = True
        link.opened()
        self.assertFalse(link.deaf)


if __name__ == "__main__":
    unittest.main()
