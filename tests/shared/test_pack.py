import unittest

from trifocal_shared import pack
from trifocal_shared.frame import PACK, PACK_BYTES, Frame, FrameDecoder, encode_frame
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES, Pong
from trifocal_shared.pack import DATA_BYTES, Have, Piece
from trifocal_shared.wire import Rejected, Wire

FULL = Piece(0xFFFFFFFF, 0x01020304, bytes(range(243)) * 2)
LAST = Piece(7, 0, b"$")


class TestPacks(unittest.TestCase):
    def test_the_bytes_are_these(self):
        self.assertEqual(
            pack.encode(Piece(7, 972, b"abc")), bytes.fromhex("01 00000007 000003cc 616263".replace(" ", ""))
        )
        have = Have(number=7, offset=972, window=8_000)
        self.assertEqual(pack.encode(have), bytes.fromhex("02 00000007 000003cc 00001f40".replace(" ", "")))

    def test_a_full_piece_is_one_notification(self):
        self.assertEqual((len(pack.encode(FULL)), PACK_BYTES, DATA_BYTES), (495, 495, 486))

    def test_they_come_back(self):
        for said in (FULL, LAST, Have(number=0, offset=0), Have(number=1, offset=2, window=3)):
            self.assertEqual(pack.parse(pack.encode(said)), said)
        self.assertNotEqual(FULL, LAST)
        self.assertEqual(repr(LAST), "Piece(7, 0, 1 bytes)")

    def test_what_does_not_fit_is_refused(self):
        for data in (b"", bytes(DATA_BYTES + 1)):
            with self.assertRaises(ValueError):
                pack.encode(Piece(1, 0, data))

    def test_anything_else_is_nothing(self):
        have = pack.encode(Have(number=1, offset=2))
        for bad in (b"", b"\1" * 9, bytes(20), b"\3" + bytes(12), have[:-1], have + b"\0", b"\1" * 496):
            self.assertIsNone(pack.parse(bad))
        self.assertIsNone(pack.parse_have(pack.encode(FULL)))


class TestFrames(unittest.TestCase):
    def found(self, data):
        decoder = FrameDecoder()
        decoder.receive(data, 0)
        if decoder.deadline() is not None:
            decoder.timeout(decoder.deadline())
        return decoder.events(), {name: count for name, count in decoder.discarded.items() if count}

    def test_a_pack_in_a_frame_is_found_however_it_is_cut(self):
        payload = pack.encode(FULL)
        frame = encode_frame(PACK, payload, True)
        self.assertEqual(frame[:5] + frame[-3:], b"##P\x01\xef" + bytes((sum(payload) & 255,)) + b"$$")
        for cut in range(1, len(frame), 50):
            decoder = FrameDecoder()
            decoder.receive(frame[:cut], 0)
            decoder.receive(frame[cut:], 1)
            self.assertEqual(decoder.events(), [Frame(PACK, payload)])

    def test_a_wrong_sum_drops_it_whole(self):
        frame = bytearray(encode_frame(PACK, pack.encode(LAST), False))
        frame[8] ^= 1
        self.assertEqual(self.found(bytes(frame) * 2), ([], {"bad_checksum": 2}))

    def test_a_longer_one_is_not_believed(self):
        with self.assertRaises(ValueError):
            encode_frame(PACK, bytes(496), False)
        events, counts = self.found(b"##P\x01\xf0" + bytes(497) + b"$$")
        self.assertEqual((events, counts["too_long"]), ([], 1))


class TestTheWire(unittest.TestCase):
    def setUp(self):
        self.gateway, self.glasses = Wire(TO_GATEWAY, False), Wire(TO_GLASSES, True)

    def test_a_have_goes_to_the_glasses_as_a_pack(self):
        have = Have(number=3, offset=4, window=5)
        self.glasses.receive(self.gateway.encode(have), 0)
        self.assertEqual(self.glasses.events(), [have])

    def test_a_piece_is_nothing_for_glasses(self):
        self.glasses.receive(encode_frame(PACK, pack.encode(LAST), False), 0)
        self.assertEqual([type(event) for event in self.glasses.events()], [Rejected])

    def test_pieces_come_in_frames_or_by_themselves(self):
        self.gateway.receive(encode_frame(PACK, pack.encode(LAST), False) + self.glasses.encode(Pong()), 0)
        self.gateway.pack_received(pack.encode(FULL))
        self.assertEqual(self.gateway.events(), [FULL, LAST, Pong()])
        self.assertEqual(self.gateway.events(), [])

    def test_a_pack_of_no_known_shape_is_rejected_and_counted(self):
        self.gateway.pack_received(b"\x07")
        self.gateway.receive(encode_frame(PACK, b"\x09", False), 0)
        events = self.gateway.events()
        self.assertEqual([type(event) for event in events], [Rejected, Rejected])
        self.assertEqual(self.gateway.tally["malformed_message"], 2)


if __name__ == "__main__":
    unittest.main()
