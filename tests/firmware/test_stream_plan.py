import unittest

from trifocal_firmware.stream_plan import Plan


class TestPlan(unittest.TestCase):
    def test_nobody_said_anything(self):
        plan = Plan({}, {}, True)
        self.assertEqual((plan.width, plan.height, plan.fps, plan.bitrate), (1280, 720, 30, 1_500_000))
        self.assertEqual((plan.rate, plan.channels, plan.sound_bitrate), (44_100, 1, 96_000))

    def test_wishes_are_kept(self):
        video = {"width": 640, "height": 360, "fps": 15, "bitrate": 400_000}
        plan = Plan(video, {"bitrate": 64_000, "sampleRate": 16_000, "stereo": True}, True)
        said = plan.stats()
        self.assertEqual((said["width"], said["height"], said["targetFps"]), (640, 360, 15))
        self.assertEqual((said["targetBitrate"], said["audioBitrate"]), (400_000, 64_000))
        self.assertEqual((said["sampleRate"], said["stereo"]), (16_000, True))

    def test_the_older_name_of_the_frame_rate(self):
        self.assertEqual(Plan({"frameRate": 24}, {}, True).fps, 24)

    def test_what_is_out_of_bounds_is_brought_within(self):
        plan = Plan({"width": 1, "height": 9_999, "fps": 0, "bitrate": 10**12}, {"sampleRate": 1, "bitrate": 1}, True)
        self.assertEqual((plan.width, plan.height, plan.fps, plan.bitrate), (240, 1920, 10, 10_000_000))
        self.assertEqual((plan.rate, plan.sound_bitrate), (8_000, 32_000))

    def test_what_is_no_number_was_not_said(self):
        usual = Plan({}, {}, True).stats()
        for wrong in ("640", None, True, [], {}, float("nan"), float("inf")):
            video = {"width": wrong, "height": wrong, "fps": wrong, "bitrate": wrong}
            audio = {"bitrate": wrong, "sampleRate": wrong, "stereo": "yes"}
            self.assertEqual(Plan(video, audio, True).stats(), usual)

    def test_sides_are_even_and_rates_are_those_of_aac(self):
        plan = Plan({"width": 641.9, "height": 361}, {"sampleRate": 40_000}, True)
        self.assertEqual((plan.width, plan.height, plan.rate), (640, 360, 44_100))

    def test_without_a_microphone_there_is_no_sound(self):
        plan = Plan({}, {"stereo": True}, False)
        self.assertEqual(
            (plan.stats()["sampleRate"], plan.stats()["audioBitrate"], plan.stats()["stereo"]), (0, 0, False)
        )
        self.assertNotIn("audiocodecid", plan.about())

    def test_what_the_server_is_told(self):
        about = Plan({}, {"stereo": True}, True).about()
        self.assertEqual((about["width"], about["height"], about["framerate"]), (1280, 720, 30))
        self.assertEqual((about["videodatarate"], about["audiodatarate"], about["stereo"]), (1_500, 96, True))
