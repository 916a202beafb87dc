import unittest

from trifocal_firmware.boards.parts import esp_camera as module
from trifocal_firmware.boards.parts.esp_camera import EspCamera


class Sensor:
    """Gives numbered frames, each after one look in vain; holds on to what was captured until it is freed."""

    made = []

    def __init__(self, **settings):
        self.settings, self.frame_size, self.quality = settings, settings["frame_size"], settings["jpeg_quality"]
        self.frames, self.looks, self.powered, self.broken = 0, 0, True, False
        self.get_frame_size, self.get_quality = lambda: self.frame_size, lambda: self.quality
        Sensor.made.append(self)

    def frame_available(self):
        self.looks += 1
        return self.looks % 2 == 0

    def capture(self):
        self.frames += 1
        return None if self.broken else memoryview(b"\xff\xd8 frame %d size %d" % (self.frames, self.frame_size))

    def free_buffer(self):
        self.freed_at = self.frames

    def reconfigure(self, frame_size):
        self.frame_size = frame_size

    def set_quality(self, quality):
        self.quality = quality

    def deinit(self):
        self.powered = False


class CameraModule:
    class Names:
        JPEG, WHEN_EMPTY, VGA, XGA, SXGA, UXGA = 4, 0, 10, 12, 14, 15

    Camera, PixelFormat, GrabMode, FrameSize = Sensor, Names, Names, Names


class Pause:
    def __iter__(self):
        yield

    __await__ = __iter__


class Paper:
    """What the camera takes from asyncio."""

    @staticmethod
    async def sleep(seconds):
        await Pause()


def run(coroutine):
    """Step a coroutine to its end without waiting; what it returns."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as end:
        return end.value


class TestCamera(unittest.TestCase):
    def setUp(self):
        self.real, module.asyncio = module.asyncio, Paper
        Sensor.made = []
        self.camera = EspCamera(CameraModule, {"data_pins": [1, 2], "xclk_pin": 3})

    def tearDown(self):
        module.asyncio = self.real

    def test_warming_throws_the_dark_frames_away_once(self):
        run(self.camera.warm())
        run(self.camera.warm())
        self.assertEqual(len(Sensor.made), 1)
        self.assertEqual(Sensor.made[0].frames, module.SETTLING_FRAMES)
        settings = Sensor.made[0].settings
        self.assertEqual((settings["data_pins"], settings["xclk_pin"], settings["pixel_format"]), ([1, 2], 3, 4))

    def test_a_picture_is_a_copy_of_a_frame_newer_than_the_request(self):
        run(self.camera.warm())
        picture = run(self.camera.capture("medium", "none"))
        self.assertEqual((type(picture), picture), (bytes, b"\xff\xd8 frame 5 size 12"))
        self.assertEqual(Sensor.made[0].freed_at, 4)

    def test_each_size_is_set_and_the_first_frame_of_it_thrown_away(self):
        run(self.camera.warm())
        ends = [run(self.camera.capture(size, "none")) for size in ("full", "full", "small", "large")]
        self.assertEqual([end.split()[-1] for end in ends], [b"15", b"15", b"10", b"14"])
        self.assertEqual([end.split()[2] for end in ends], [b"6", b"7", b"9", b"11"])

    def test_each_compression_is_set_and_a_frame_begun_before_it_thrown_away(self):
        run(self.camera.warm())
        asked = (("medium", "none"), ("medium", "heavy"), ("medium", "heavy"), ("full", "medium"), ("full", "?"))
        taken = [(run(self.camera.capture(*what)).split()[2], Sensor.made[0].quality) for what in asked]
        self.assertEqual(taken, [(b"5", 85), (b"7", 45), (b"8", 45), (b"10", 70), (b"12", 85)])

    def test_cooling_takes_the_power_and_warming_gives_it_back(self):
        self.camera.cool()
        run(self.camera.warm())
        self.camera.cool()
        self.camera.cool()
        self.assertFalse(Sensor.made[0].powered)
        run(self.camera.warm())
        self.assertEqual(len(Sensor.made), 2)

    def test_no_power_and_no_frame_are_errors(self):
        with self.assertRaises(OSError):
            run(self.camera.capture("medium", "none"))
        run(self.camera.warm())
        Sensor.made[0].broken = True
        with self.assertRaises(OSError):
            run(self.camera.capture("medium", "none"))


if __name__ == "__main__":
    unittest.main()
