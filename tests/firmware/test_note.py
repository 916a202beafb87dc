import json
import unittest

from trifocal_firmware.note import Photo, from_line, number_in, number_of, stem, to_line


def photo(interval=0):
    made = Photo("r", "p", 5, 6, "0123abcd", interval)
    made.number, made.size, made.sha256 = 42, 1_000, "ab"
    return made


class TestLine(unittest.TestCase):
    def test_a_photo_comes_back(self):
        line = to_line(photo())
        found = from_line(42, line + b"\xff\xd8 and more")
        self.assertEqual(found.start, len(line))
        self.assertEqual((found.number, found.request_id, found.press_id, found.boot_id), (42, "r", "p", "0123abcd"))
        self.assertEqual((found.at, found.uptime, found.size, found.sha256, found.interval), (5, 6, 1_000, "ab", 0))

    def test_a_video_comes_back_with_its_numbers(self):
        made = photo(100)
        made.frames, made.film, made.width, made.height, made.start = 7, 900, 640, 480, 200
        found = from_line(42, to_line(made))
        self.assertEqual((found.interval, found.frames, found.film, found.size), (100, 7, 900, 1_000))
        self.assertEqual((found.width, found.height, found.start), (640, 480, 200))

    def test_a_recording_has_no_size_yet_and_begins_after_its_line(self):
        made = photo(100)
        made.size = 0
        line = to_line(made)
        self.assertEqual(from_line(42, line).start, len(line))

    def test_what_makes_no_sense_is_nothing(self):
        good = json.loads(to_line(photo(100)))
        bad = [
            dict(good, size="1"),
            dict(good, size=-1),
            dict(good, request_id=None),
            dict(good, film=[1, 2]),
            dict(good, film="abcdef"),
            dict(good, film=7),
            dict(good, film=[100, 1, 1, 1, 1, -1]),
            dict(good, size=0, film=None),
            [],
            None,
        ]
        lines = [json.dumps(each).encode() + b"\n" for each in bad] + [b"", b"\n", b"{\n", json.dumps(good).encode()]
        for line in lines:
            self.assertIsNone(from_line(42, line), line)


class TestNames(unittest.TestCase):
    def test_names_on_the_link(self):
        self.assertEqual((photo().file_name, photo(100).file_name), ("P000000042.jpg", "V000000042.avi"))
        self.assertEqual([number_of(name) for name in ("P000000042.jpg", "V000000042.avi")], [42, 42])
        for name in ("", "P42.jpg", "P000000042.avi", "V000000042.jpg", "X000000042.avi", "V00000004².avi"):
            self.assertEqual(number_of(name), 0, name)

    def test_names_on_flash(self):
        for kind in (".photo", ".video", ".reel", ".index", ".bad"):
            self.assertEqual(number_in(stem(42) + kind), 42)
        for name in ("counter", "42.photo", stem(42), stem(42) + ".tmp", stem(42) + ".photo.x"):
            self.assertEqual(number_in(name), 0, name)
