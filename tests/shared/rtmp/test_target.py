import unittest

from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.target import Target

URL = "rtmp://media.example:1936/live/inst/cam?key=abc"


class TestTarget(unittest.TestCase):
    def test_an_address_is_taken_apart(self):
        target = Target(URL)
        self.assertEqual((target.host, target.port, target.secure), ("media.example", 1936, False))
        self.assertEqual((target.app, target.name), ("live/inst", "cam?key=abc"))
        self.assertEqual(target.tc_url, "rtmp://media.example:1936/live/inst")
        self.assertEqual(Target("rtmp://h/live/k").port, 1935)
        self.assertEqual((Target("RTMPS://h/live/k").port, Target("rtmps://h/a/b").secure), (443, True))
        self.assertEqual((Target("rtmp://[::1]:99/a/b").host, Target("rtmp://[::1]/a/b").port), ("::1", 1935))

    def test_what_is_no_address(self):
        for bad in (
            "",
            "rtmp://",
            "http://h/live/k",
            "rtmp:/h/live/k",
            "rtmp://h",
            "rtmp://h/live",
            "rtmp://h/live/",
            "rtmp:///live/k",
            "rtmp://h:0/live/k",
            "rtmp://h:70000/live/k",
            "rtmp://h:x/live/k",
            "rtmp://u:p@h/live/k",
            "rtmp://h/live/a b",
            "rtmp://h/live/a\r\nb",
            "rtmp://h/live/" + "k" * 3000,
        ):
            with self.assertRaises(ProtocolError) as caught:
                Target(bad)
            self.assertEqual(caught.exception.code, reasons.BAD_URL)
