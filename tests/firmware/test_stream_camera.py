import unittest

from trifocal_firmware.camera import CAPTURE_MS, CAPTURING, OFF, VIDEO
from trifocal_firmware.stream_camera import STREAM, StreamCamera
from trifocal_shared import reasons


class TestStreamCamera(unittest.TestCase):
    def setUp(self):
        self.camera = StreamCamera()

    def kinds(self):
        return [event[0] for event in self.camera.events()]

    def stream(self):
        self.camera.stream_wanted("s", 0)
        self.camera.events()

    def test_from_the_first_moment_on_it_is_the_streams(self):
        self.camera.stream_wanted("s", 0)
        self.assertEqual((self.camera.state, self.camera.owner, self.camera.stream), (CAPTURING, STREAM, "s"))
        self.assertEqual(self.camera.events()[-1], ("stream", 1))
        self.assertIsNone(self.camera.deadline())

    def test_its_end_takes_the_power_off(self):
        self.stream()
        self.camera.stream_ended(10)
        self.assertEqual(self.camera.events(), [("cool",), ("changed", OFF, "")])
        self.camera.stream_ended(20)
        self.assertEqual(self.camera.events(), [])

    def test_a_second_one_and_a_video_are_busy(self):
        self.stream()
        self.camera.stream_wanted("t", 0)
        self.camera.wanted("v", VIDEO, "", 0)
        busy = reasons.CAMERA_BUSY
        said = [("unstreamed", busy), ("refused", "v", busy, "the camera is in use by stream")]
        self.assertEqual(self.camera.events(), said)
        self.assertEqual(self.camera.stream, "s")

    def test_a_recording_has_the_camera(self):
        self.camera.wanted("v", VIDEO, "", 0)
        self.camera.events()
        self.camera.stream_wanted("s", 0)
        self.assertEqual(self.camera.events(), [("unstreamed", reasons.CAMERA_BUSY)])
        self.assertEqual(self.camera.framed(1), [])

    def test_it_waits_for_photos_and_is_refused_when_something_has_come_between(self):
        self.camera.wanted("a", "small", "", 0)
        self.camera.stream_wanted("s", 0)
        self.camera.wanted("v", VIDEO, "", 0)
        self.assertEqual(self.kinds(), ["changed", "capture", "refused"])
        self.camera.conditions(reasons.BATTERY_LOW, 5)
        self.camera.captured(1, 10)
        self.camera.conditions(reasons.BATTERY_LOW, 10)
        self.assertEqual(self.camera.events()[-1], ("unstreamed", reasons.BATTERY_LOW))
        self.camera.conditions("", 20)
        self.assertEqual(self.camera.events(), [])

    def test_it_takes_over_a_sensor_that_is_awake(self):
        self.camera.wanted("a", "small", "", 0)
        self.camera.captured(1, 10)
        self.camera.events()
        self.camera.stream_wanted("s", 20)
        self.assertEqual(self.kinds(), ["changed", "stream"])
        self.assertIsNone(self.camera.deadline())

    def test_photos_beside_it_come_one_after_the_other_or_together(self):
        self.stream()
        self.camera.wanted("a", "small", "heavy", 0)
        self.camera.wanted("b", "large", "", 0)
        self.assertEqual(self.camera.events(), [("capture", 1, "a", "small", "heavy")])
        self.assertEqual(self.camera.framed(1), ["a", "b"])
        self.assertEqual((self.camera.owner, self.camera.deadline()), (STREAM, None))
        self.camera.wanted("c", "large", "", 5)
        self.assertEqual(self.camera.events(), [("capture", 1, "c", "large", "")])
        self.assertIsNone(self.camera.framed(7))

    def test_a_photo_beside_it_fails_or_hangs_alone(self):
        self.stream()
        self.camera.wanted("a", "small", "", 0)
        self.camera.capture_failed(1, "no", 5)
        self.camera.wanted("b", "small", "", 10)
        self.camera.timeout(10 + CAPTURE_MS)
        self.assertEqual(self.kinds(), ["capture", "failed", "capture", "abort", "failed"])
        self.assertEqual((self.camera.state, self.camera.owner), (CAPTURING, STREAM))

    def test_a_photo_beside_it_is_taken_anew_after_its_end(self):
        self.stream()
        self.camera.wanted("a", "small", "", 0)
        self.camera.stream_ended(5)
        self.assertEqual(self.kinds(), ["capture", "abort", "cool", "changed", "changed", "capture"])
        self.assertIsNone(self.camera.captured(1, 6))
        self.assertEqual(self.camera.captured(2, 7), "a")

    def test_an_end_while_it_waits_harms_no_photo(self):
        self.camera.wanted("a", "small", "", 0)
        self.camera.stream_wanted("s", 0)
        self.camera.stream_ended(5)
        self.camera.events()
        self.assertEqual(self.camera.captured(1, 10), "a")
        self.camera.conditions("", 10)
        self.assertNotIn("stream", self.kinds())
