import unittest

from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp import amf


class TestAmf(unittest.TestCase):
    def test_the_bytes_are_these(self):
        said = amf.encode("connect", 1, {"app": "live", "ok": True}, None)
        self.assertIn(b"\x02\x00\x07connect\x00\x3f\xf0\x00\x00\x00\x00\x00\x00\x03", said)
        self.assertIn(b"\x00\x03app\x02\x00\x04live", said)
        self.assertTrue(said.endswith(b"\x00\x00\x09\x05"))

    def test_values_come_back(self):
        values = ["x" * 70_000, 1.5, -3.0, True, False, None, {"a": {"b": [1.0, "z"]}}, [], {}]
        self.assertEqual(amf.decode(amf.encode(*values)), values)

    def test_what_only_others_write_is_read(self):
        self.assertEqual(amf.decode(b"\x06\x0d"), [None, None])
        self.assertEqual(amf.decode(b"\x0b\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00"), [2.0])
        self.assertEqual(amf.decode(b"\x0f\x00\x00\x00\x01y"), ["y"])
        self.assertEqual(amf.decode(b"\x08\xff\xff\xff\xff\x00\x01k\x05\x00\x00\x09"), [{"k": None}])
        self.assertEqual(amf.decode(b"\x10\x00\x01T\x00\x01k\x01\x02\x00\x00\x09"), [{"k": True}])

    def test_an_empty_key_is_a_key_unless_the_end_follows(self):
        self.assertEqual(amf.decode(b"\x03\x00\x00\x05\x00\x00\x09"), [{"": None}])

    def test_doubled_keys_count_once(self):
        self.assertEqual(amf.decode(b"\x03\x00\x01k\x05\x00\x01k\x01\x01\x00\x00\x09"), [{"k": True}])

    def test_every_shortening_is_refused(self):
        whole = amf.encode({"a": [1, "two", {"b": True}]})
        for count in range(1, len(whole)):
            self.assertRaises(ProtocolError, amf.decode, whole[:count])

    def test_bounds(self):
        deep = b"\x03\x00\x01a" * 20_000
        for bad in (
            deep,
            b"\x0a\x00\x00\x00\x01" * 18,
            b"\x0a\x00\x00\x04\x01",
            b"\x0a\xff\xff\xff\xff",
            b"\x05" * 65,
            b"\x03" + b"".join([b"\x00\x02" + n.to_bytes(2, "big") + b"\x05" for n in range(300)]),
            b"\x02\xff\xffshort",
            b"\x0c\xff\xff\xff\xff",
        ):
            self.assertRaises(ProtocolError, amf.decode, bad)

    def test_no_such_value(self):
        for bad in (b"\x04", b"\x07\x00\x00", b"\x11\x00", b"\xff", b"\x02\x00\x02\xff\xfe"):
            self.assertRaises(ProtocolError, amf.decode, bad)
        self.assertRaises(TypeError, amf.encode, object())
