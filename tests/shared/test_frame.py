"""The K900 framing: encoders, whole frames, limits, time. What a bad stream does is in test_frame_streams."""

import unittest

from trifocal_shared import frame as f

PING = b'{"C":"{\\"type\\":\\"ping\\"}","W":1}'
PING_FRAME = b"##0\x21\x00" + PING + b"$$"
PACKET_FRAME = bytes.fromhex("2323310004000000000004493030303030303034322e6a70670000" + "0000ffd8ffe0b62424")


def decode(data, now=0, max_payload=4096):
    """Everything in `data`, fed at once, and the decoder."""
    decoder = f.FrameDecoder(max_payload)
    decoder.receive(data, now)
    return decoder.events(), decoder


class EncodeFrame(unittest.TestCase):
    def test_the_length_is_written_in_the_order_asked_for(self):
        self.assertEqual(f.encode_frame(f.STRING, PING, True), PING_FRAME)
        self.assertEqual(f.encode_frame(f.STRING, PING, False), b"##0\x00\x21" + PING + b"$$")

    def test_a_fragment_is_little_endian_whatever_is_asked(self):
        self.assertEqual(f.encode_frame(f.FRAGMENT, b"abc", False), b"##@\x03\x00abc$$")

    def test_refuses_a_payload_that_no_length_can_say(self):
        for payload in (b"", bytes(0x10000)):
            with self.assertRaises(ValueError):
                f.encode_frame(f.STRING, payload, True)
        self.assertEqual(len(f.encode_frame(f.STRING, bytes(0xFFFF), True)), 0xFFFF + 7)


class EncodeFilePacket(unittest.TestCase):
    def test_has_the_bytes_of_the_protocol_document(self):
        made = f.encode_file_packet(f.PHOTO, 0, 4, "I000000042.jpg", bytes([0xFF, 0xD8, 0xFF, 0xE0]))
        self.assertEqual(made, PACKET_FRAME)

    def test_refuses_what_does_not_fit(self):
        good = (f.PHOTO, 0, 4, "a.jpg", b"data")
        for place, bad in (
            (1, -1),
            (1, 0x10000),
            (2, -1),
            (2, 2**32),
            (3, ""),
            (3, "x" * 17),
            (4, b""),
            (4, bytes(4097)),
        ):
            arguments = list(good)
            arguments[place] = bad
            with self.assertRaises(ValueError):
                f.encode_file_packet(*arguments)

    def test_comes_back_as_it_was(self):
        name = "é" * 8
        for data in (b"\x00", b"$$##" * 100, bytes(range(256)) * 16):
            made = f.encode_file_packet(f.DATA, 0xFFFF, 0xFFFFFFFF, name, data, flags=0x8001)
            found, decoder = decode(made)
            self.assertEqual(found, [f.FilePacket(f.DATA, 0xFFFF, 0xFFFFFFFF, name, 0x8001, data)])
            self.assertIsNone(decoder.deadline())


class DecodeFrame(unittest.TestCase):
    def test_finds_a_string_in_either_byte_order(self):
        for little in (True, False):
            for size in (1, 33, 35, 255, 256, 0x0203, 0x2323 & 0xFFF, 4096):
                payload = b"x" * size
                found, decoder = decode(f.encode_frame(f.STRING, payload, little))
                self.assertEqual(found, [f.Frame(f.STRING, payload)])
                self.assertEqual(sum(decoder.discarded.values()), 0)

    def test_finds_the_handshake_fragment(self):
        found, _ = decode(bytes.fromhex("23234009000b010000010200763224" + "24"))
        self.assertEqual(found, [f.Frame(f.FRAGMENT, bytes.fromhex("0b0100000102007632"))])

    def test_takes_all_frames_of_one_read_in_order(self):
        pong = f.encode_frame(f.STRING, b"pong", False)
        found, _ = decode(PING_FRAME + pong + PACKET_FRAME + PING_FRAME)
        self.assertEqual([type(frame) is f.FilePacket for frame in found], [False, False, True, False])
        self.assertEqual([frame.payload for frame in found if type(frame) is f.Frame], [PING, b"pong", PING])

    def test_prefers_little_endian_when_both_readings_end_in_the_marker(self):
        # Little-endian 0x0102 = 258, big-endian 0x0201 = 513, and `$$` stands at both ends.
        payload = bytearray(b"x" * 513)
        payload[258:260] = b"$$"
        for order in (b"\x02\x01", b"\x01\x02"):
            found, _ = decode(b"##0" + order + bytes(payload) + b"$$")
            self.assertEqual(len(found[0].payload), 258 if order == b"\x02\x01" else 513)

    def test_a_burst_of_frames_is_not_taken_for_one_large_one(self):
        # Big-endian 0x0105 = 261, little-endian 1281; another frame ends where that one would.
        one = f.encode_frame(f.STRING, b"x" * 261, False)
        rest = f.encode_frame(f.STRING, b"y" * 300, False) * 3
        last = f.encode_frame(f.STRING, b"z" * (1281 + 7 - len(one) - len(rest) - 7), False)
        found, decoder = decode(one + rest + last + one)
        self.assertEqual([frame.payload[0] for frame in found], list(b"xyyyzx"))
        self.assertEqual(sum(decoder.discarded.values()), 0)

    def test_takes_the_reading_that_ends_in_the_marker(self):
        for little in (True, False):
            for size in (258, 513):
                found, _ = decode(f.encode_frame(f.STRING, b"x" * size, little) + PING_FRAME * 20)
                self.assertEqual(len(found[0].payload), size)
                self.assertEqual(len(found), 21)

    def test_takes_any_buffer_of_bytes(self):
        for kind in (bytes, bytearray, memoryview):
            self.assertEqual(len(decode(kind(PING_FRAME))[0]), 1)

    def test_events_are_drained(self):
        found, decoder = decode(PING_FRAME)
        self.assertEqual((len(found), decoder.events()), (1, []))


class Limits(unittest.TestCase):
    def test_a_string_of_the_largest_size_passes_and_a_larger_one_does_not(self):
        for little in (True, False):
            self.assertEqual(len(decode(f.encode_frame(f.STRING, b"x" * 300, little), max_payload=300)[0]), 1)
            found, decoder = decode(f.encode_frame(f.STRING, b"x" * 301, little) + PING_FRAME, max_payload=300)
            self.assertEqual(found, [f.Frame(f.STRING, PING)])
            self.assertEqual(decoder.discarded["too_long"], 1)

    def test_a_file_packet_has_its_own_limit(self):
        packet = f.encode_file_packet(f.VIDEO, 1, 2, "a", bytes(f.MAX_PACK))
        self.assertEqual(len(decode(packet, max_payload=64)[0]), 1)
        found, decoder = decode(b"##1\x10\x01" + bytes(f.MAX_PACK + 28) + b"$$" + PING_FRAME)
        self.assertEqual((len(found), decoder.discarded["too_long"]), (1, 1))

    def test_whoever_is_sent_no_files_knows_no_packets_and_does_not_wait_for_their_ends(self):
        decoder = f.FrameDecoder(files=False)
        pack = f.encode_frame(f.PACK, b"pack", False)
        for kind in range(f.PHOTO, f.DATA + 1):
            decoder.receive(f.encode_file_packet(kind, 1, 2, "a", b"data") + PING_FRAME + pack, 0)
            self.assertEqual([found.kind for found in decoder.events()], [f.STRING, f.PACK])
        decoder.receive(f.encode_file_packet(f.PHOTO, 1, 2, "a", b"data")[:-8] + PING_FRAME, 0)
        self.assertEqual(([found.kind for found in decoder.events()], decoder.deadline()), ([f.STRING], None))

    def test_a_length_of_nothing_is_no_frame(self):
        for kind in b"015@":
            found, decoder = decode(b"##" + bytes((kind,)) + b"\x00\x00$$" + PING_FRAME)
            self.assertEqual((len(found), decoder.discarded["empty"]), (1, 1))

    def test_keeps_less_than_one_frame(self):
        decoder = f.FrameDecoder(64)
        for _ in range(50):
            decoder.receive(b"##0\x40\x00" + b"#" * 100, 0)
            self.assertLessEqual(len(decoder._buffer), 64 + f.OVERHEAD)


class Time(unittest.TestCase):
    def test_nothing_is_awaited_while_nothing_has_begun(self):
        decoder = f.FrameDecoder()
        self.assertIsNone(decoder.deadline())
        decoder.timeout(10)
        decoder.receive(b"", 10)
        self.assertIsNone(decoder.deadline())
        decoder.receive(b"garbage", 10)
        self.assertIsNone(decoder.deadline())

    def test_a_frame_may_come_slowly_but_not_stop(self):
        decoder = f.FrameDecoder()
        now = 0
        for at in range(9):
            decoder.receive(PING_FRAME[at : at + 1], now)
            self.assertEqual(decoder.deadline(), now + f.STALL_MS)
            now += 900
            decoder.timeout(now)
        decoder.receive(PING_FRAME[9:], now)
        self.assertEqual(len(decoder.events()), 1)
        self.assertIsNone(decoder.deadline())

    def test_an_empty_read_is_no_progress(self):
        decoder = f.FrameDecoder()
        decoder.receive(PING_FRAME[:20], 0)
        decoder.receive(b"", 900)
        self.assertEqual(decoder.deadline(), f.STALL_MS)

    def test_a_stalled_frame_is_given_up_and_the_next_one_is_whole(self):
        for cut in range(1, len(PING_FRAME)):
            decoder = f.FrameDecoder()
            decoder.receive(PING_FRAME[:cut], 0)
            decoder.timeout(f.STALL_MS - 1)
            self.assertEqual(decoder.discarded["garbage"], 0)
            decoder.timeout(f.STALL_MS)
            self.assertEqual(decoder.discarded["stalled"], 1 if cut > 2 else 0)
            self.assertEqual(decoder.discarded["garbage"], cut)
            self.assertIsNone(decoder.deadline())
            decoder.receive(PING_FRAME, 5000)
            self.assertEqual(len(decoder.events()), 1)

    def test_frames_within_a_stalled_one_are_found(self):
        decoder = f.FrameDecoder()
        decoder.receive(b"##0\xff\x0f" + PING_FRAME + PACKET_FRAME + PING_FRAME[:9], 0)
        self.assertEqual(decoder.events(), [])
        decoder.timeout(f.STALL_MS)
        self.assertEqual(len(decoder.events()), 2)
        self.assertEqual(decoder.discarded["stalled"], 2)

    def test_a_false_length_cannot_hold_up_steady_traffic_for_ever(self):
        decoder = f.FrameDecoder()
        decoder.receive(b"##0\xff\x0f", 0)
        now = 0
        found = 0
        while now < f.FRAME_MS:
            now += 500
            decoder.timeout(now)
            decoder.receive(PING_FRAME, now)
            found += len(decoder.events())
        self.assertEqual(found, f.FRAME_MS // 500)

    def test_the_next_candidate_has_its_own_time(self):
        decoder = f.FrameDecoder()
        decoder.receive(b"##0\xff\x0f", 0)
        decoder.receive(PING_FRAME[:10], f.FRAME_MS - 1)
        decoder.timeout(f.FRAME_MS)
        self.assertEqual(decoder.deadline(), f.FRAME_MS - 1 + f.STALL_MS)
        decoder.receive(PING_FRAME[10:], f.FRAME_MS + 10)
        self.assertEqual(decoder.events(), [f.Frame(f.STRING, PING)])


class Values(unittest.TestCase):
    def test_are_equal_by_content_and_show_themselves(self):
        self.assertEqual(f.Frame(1, b"a"), f.Frame(1, b"a"))
        self.assertFalse(f.Frame(1, b"a") == f.Frame(1, b"b"))
        self.assertFalse(f.FilePacket(1, 2, 3, "n", 0, b"d") == f.Frame(1, b"d"))
        self.assertEqual(repr(f.Frame(f.STRING, b"a")), "Frame(0x30, b'a')")
        self.assertIn("index=2, file_size=3, name='n', flags=0, 1 bytes", repr(f.FilePacket(1, 2, 3, "n", 0, b"d")))
