import struct
import unittest

from trifocal_firmware import avi
from trifocal_firmware.note import Photo


def film(frames=3, chunks=100, interval=100):
    photo = Photo("r", "", 0, 0, "0123abcd", interval)
    photo.frames, photo.film, photo.width, photo.height = frames, chunks, 640, 480
    return photo


class TestHead(unittest.TestCase):
    def test_it_has_the_length_that_everything_counts_on(self):
        self.assertEqual(len(avi.head(film())), avi.HEAD)

    def test_the_sizes_in_it_are_those_of_the_file(self):
        head = avi.head(film(3, 100))
        self.assertEqual(head[:4] + head[8:12], b"RIFFAVI ")
        self.assertEqual(struct.unpack("<I", head[4:8])[0], avi.HEAD + 100 + avi.INDEX_HEAD + 3 * avi.ENTRY - 8)
        self.assertEqual(head[-12:-8] + head[-4:], b"LISTmovi")
        self.assertEqual(struct.unpack("<I", head[-8:-4])[0], 104)

    def test_the_lists_reach_as_far_as_they_say(self):
        head = avi.head(film())
        self.assertEqual(head[12:16] + head[20:24], b"LISThdrl")
        first = struct.unpack("<I", head[16:20])[0]
        self.assertEqual(head[20 + first : 24 + first], b"LIST")
        inner = head.find(b"strl")
        self.assertEqual(inner - 4 + 4 + struct.unpack("<I", head[inner - 4 : inner])[0], 20 + first)

    def test_the_time_between_frames_is_in_it_twice(self):
        head = avi.head(film(interval=40))
        self.assertEqual(struct.unpack("<I", head[32:36])[0], 40_000)
        at = head.find(b"vids") + 4 + 4 + 12
        self.assertEqual(struct.unpack("<II", head[at : at + 8]), (40, 1_000))


class TestChunks(unittest.TestCase):
    def test_a_chunk_says_how_large_its_frame_is(self):
        self.assertEqual(avi.frame_size(avi.chunk(70_000)), 70_000)
        self.assertEqual(avi.frame_size(bytearray(avi.chunk(0))), 0)

    def test_what_is_no_chunk_is_none(self):
        for head in (b"", b"00dc", b"01wb\1\0\0\0", bytes(8), avi.chunk(5) + b"x"):
            self.assertEqual(avi.frame_size(head), -1, head)

    def test_an_entry_of_the_index(self):
        self.assertEqual(struct.unpack("<4sIII", avi.entry(100, 7)), (b"00dc", 16, 104, 7))
        self.assertEqual(struct.unpack("<4sIII", avi.entry(0, 0)), (b"00dc", 0, 4, 0))
        self.assertEqual(avi.index_head(2), b"idx1" + bytes((32, 0, 0, 0)))


class TestMeasures(unittest.TestCase):
    def test_they_stand_in_the_frame_header_wherever_that_is(self):
        tables = b"\xff\xdb\x00\x04\xff\xc0"  # a table in which the marker's bytes occur
        sof = b"\xff\xc0\x00\x11\x08\x01\xe0\x02\x80\x03"
        self.assertEqual(avi.measures(b"\xff\xd8" + tables + sof), (640, 480))
        self.assertEqual(avi.measures(b"\xff\xd8" + sof.replace(b"\xc0", b"\xc2")), (640, 480))

    def test_what_does_not_say_is_zero(self):
        for jpeg in (b"", b"\xff\xd8", b"\xff\xd8" + bytes(40), b"\xff\xd8\xff\xdb\xff\xff" + bytes(20)):
            self.assertEqual(avi.measures(jpeg), (0, 0), jpeg)
