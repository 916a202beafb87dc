import unittest

from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp import chunks
from trifocal_shared.rtmp.chunks import ABORT, AUDIO, SET_CHUNK_SIZE, VIDEO, ChunkReader, encode
from trifocal_shared.testing import Chance

LONG = bytes(range(256)) * 4


def read(data, sizes=(10_000,), reader=None):
    """All messages of `data`, given in pieces of these sizes, over and over."""
    reader = reader or ChunkReader()
    found = []
    at = 0
    turn = 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        found += reader.receive(data[at : at + size])
        at += size
        turn += 1
    return found


class TestChunks(unittest.TestCase):
    def test_the_bytes_are_these(self):
        self.assertEqual(encode((VIDEO, 5, 1, b"abc"), 6), b"\x06\x00\x00\x05\x00\x00\x03\x09\x01\x00\x00\x00abc")
        said = encode((AUDIO, 0x1000000, 1, b"abcde"), 4, 4)
        self.assertEqual(
            said, b"\x04\xff\xff\xff\x00\x00\x05\x08\x01\x00\x00\x00\x01\x00\x00\x00abcd\xc4\x01\x00\x00\x00e"
        )

    def test_messages_come_back_however_they_are_cut(self):
        messages = [
            (VIDEO, 0, 1, LONG),
            (AUDIO, 0xFFFFFF, 1, LONG[:128]),
            (VIDEO, 0xFFFFFFFF, 1, LONG[:129]),
            (20, 7, 0, b""),
            (VIDEO, 40, 1, b"x"),
        ]
        data = b"".join([encode(one, 4 + n) for n, one in enumerate(messages)])
        for sizes in ((1,), (2, 3), (7,), (127, 1, 128), (len(data),)):
            self.assertEqual(read(data, sizes), messages)

    def test_interleaved_messages(self):
        one, two = encode((VIDEO, 1, 1, LONG[:200]), 6), encode((AUDIO, 2, 1, LONG[:150]), 4)
        data = one[:140] + two[:140] + one[140:] + two[140:]
        self.assertEqual(read(data, (11,)), [(VIDEO, 1, 1, LONG[:200]), (AUDIO, 2, 1, LONG[:150])])

    def test_shorter_headers_build_on_the_last(self):
        data = encode((AUDIO, 100, 1, b"aa"), 4)
        data += b"\x44\x00\x00\x17\x00\x00\x01\x08b"  # type 1: 23 ms later
        data += b"\x84\x00\x00\x0ac"  # type 2: 10 ms later
        data += b"\xc4d"  # type 3: 10 ms later again
        stamps = [(stamp, body) for _, stamp, _, body in read(data, (3,))]
        self.assertEqual(stamps, [(100, b"aa"), (123, b"b"), (133, b"c"), (143, b"d")])

    def test_type_3_after_type_0_is_at_the_same_time(self):
        self.assertEqual(read(encode((AUDIO, 100, 1, b"a"), 4) + b"\xc4b")[1], (AUDIO, 100, 1, b"b"))

    def test_a_first_chunk_of_type_1_is_taken(self):
        self.assertEqual(read(b"\x42\x00\x00\x01\x00\x00\x01\x04x"), [(4, 1, 0, b"x")])

    def test_wide_channel_numbers(self):
        body = b"\x00\x00\x00\x00\x00\x01\x08\x01\x00\x00\x00"
        self.assertEqual(read(b"\x00\x00" + body + b"a" + b"\x01\x00\x01" + body + b"b", (1,))[1][3], b"b")

    def test_a_continuation_may_leave_the_extended_timestamp_out(self):
        said = encode((VIDEO, 0x2000000, 1, LONG[:130]), 6)
        without = said.replace(b"\xc6\x02\x00\x00\x00", b"\xc6")
        self.assertEqual(len(said) - len(without), 4)
        for sizes in ((1,), (5,), (500,)):
            self.assertEqual(read(without, sizes), [(VIDEO, 0x2000000, 1, LONG[:130])])

    def test_an_extended_delta_counts_again_in_type_3(self):
        delta = b"\x46\xff\xff\xff\x00\x00\x01\x09\x01\x00\x00\x00b"
        again = b"\xc6\x01\x00\x00\x00c"
        data = encode((VIDEO, 5, 1, b"a"), 6) + delta + again
        self.assertEqual([one[1] for one in read(data, (2,))], [5, 5 + 0x1000000, 5 + 0x2000000])

    def test_timestamps_wrap(self):
        data = encode((AUDIO, 0xFFFFFFFE, 1, b"a"), 4) + b"\x84\x00\x00\x05b"
        self.assertEqual([one[1] for one in read(data)], [0xFFFFFFFE, 3])

    def test_the_size_of_chunks_is_set(self):
        data = encode((SET_CHUNK_SIZE, 0, 0, b"\x00\x00\x10\x00"), 2) + encode((VIDEO, 0, 1, LONG), 6, 4096)
        self.assertEqual(read(data, (9,))[1], (VIDEO, 0, 1, LONG))

    def test_an_aborted_message_is_forgotten(self):
        for number in (6, 9):
            abort = encode((ABORT, 0, 0, number.to_bytes(4, "big")), 2)
            data = encode((VIDEO, 0, 1, LONG), 6)[:140] + abort
            if number == 6:
                data += encode((VIDEO, 9, 1, b"new"), 6)
                self.assertEqual(read(data, (5,))[-1], (VIDEO, 9, 1, b"new"))
            else:
                self.assertEqual(len(read(data)), 1)

    def test_bad_twins(self):
        head = b"\x06\x00\x00\x00\x00\x01\x00\x09\x01\x00\x00\x00"
        channels = b"".join([bytes((n, 0, 0, 0, 0, 0, 9, 9, 1, 0, 0, 0)) + b"x" * 9 for n in range(3, 20)])
        many = b"".join([bytes((n, 0, 0, 0, 0x3F, 0xFF, 0xFF, 9, 1, 0, 0, 0)) + b"x" * 128 for n in range(3, 6)])
        for bad in (
            b"\x86\x00\x00\x00x",  # type 2 first
            b"\xc6x",  # type 3 first
            b"\x06\x00\x00\x00\xff\xff\xff\x09\x01\x00\x00\x00",  # 16 MB
            head + b"x" * 128 + head,  # a message within a message
            channels,
            many,  # 12 MB under way
            encode((SET_CHUNK_SIZE, 0, 0, b"\0\0\0\0"), 2),
            encode((SET_CHUNK_SIZE, 0, 0, b"\x7f\xff\xff\xff"), 2),
            encode((SET_CHUNK_SIZE, 0, 0, b"\x80\0\0\1"), 2),
            encode((SET_CHUNK_SIZE, 0, 0, b"\0"), 2),
            encode((ABORT, 0, 0, b""), 2),
        ):
            self.assertRaises(ProtocolError, read, bad)

    def test_any_garbage_is_read_or_refused(self):
        chance = Chance(5)
        for _ in range(300):
            data = bytes([chance.below(256) for _ in range(chance.below(120))])
            try:
                for _, _, _, body in read(data, (1 + chance.below(20),)):
                    self.assertTrue(len(body) <= chunks.MOST_MESSAGE_BYTES)
            except ProtocolError:
                pass
