import unittest

from trifocal_firmware.testing import Rig, StreamRig
from trifocal_shared import messages, reasons
from trifocal_shared import stream_messages as words


class TestOneCamera(unittest.TestCase):
    def setUp(self):
        self.rig = StreamRig()

    def test_a_photo_comes_from_beside_the_stream(self):
        rig = self.rig
        rig.live()
        rig.ask("p")
        rig.wait(1_000)
        self.assertEqual(rig.gateway.statuses("p"), ["capturing", "captured", "transferring"])
        self.assertEqual(rig.said(), ["initializing", "streaming"])
        self.assertEqual(rig.steps("unpublish"), [])

    def test_a_press_takes_one_too(self):
        rig = self.rig
        rig.live()
        rig.press()
        rig.wait(1_000)
        self.assertEqual(list(rig.gateway.photos), ["request-0123abcd-1"])
        self.assertEqual(rig.steps("unpublish"), [])

    def test_a_photo_that_fails_harms_nobody(self):
        rig = self.rig
        rig.live()
        rig.shoots = False
        rig.ask("p")
        rig.ask("q")
        rig.glasses.capture_failed(rig.steps("capture")[-1][0], "no", rig.clock.now())
        rig.pump()
        self.assertEqual(rig.gateway.statuses("p"), ["capturing", "failed capture_failed"])
        self.assertEqual(rig.gateway.statuses("q"), ["failed capture_failed"])
        self.assertEqual(rig.steps("light")[-1], ("stream",))
        rig.shoots = True
        rig.ask("r")
        rig.wait(1_000)
        self.assertEqual(rig.gateway.statuses("r")[-1], "transferring")

    def test_a_photo_that_hangs_is_given_up_after_ten_seconds(self):
        rig = self.rig
        rig.live()
        rig.shoots = False
        rig.ask("p")
        for _ in range(2):
            rig.wait(5_000)
            rig.board("sent", {})
        self.assertEqual(rig.gateway.statuses("p")[-1], "failed capture_failed")
        self.assertEqual(rig.steps("abort"), [(1,)])
        self.assertEqual(rig.steps("light")[-1], ("stream",))

    def test_a_photo_under_way_when_the_stream_ends_is_taken_all_the_same(self):
        rig = self.rig
        rig.live()
        rig.shoots = False
        rig.ask("p")
        rig.shoots = True
        rig.tell(words.StopRtmpStream())
        rig.wait(2_000)
        self.assertEqual(rig.gateway.statuses("p")[-1], "transferring")
        self.assertEqual(rig.steps("light")[-1], ("off",))

    def test_a_video_is_told_who_has_the_camera(self):
        rig = self.rig
        rig.live()
        rig.tell(messages.StartVideoRecording(request_id="v"))
        said = rig.gateway.all_of(messages.PhotoStatus)[-1]
        self.assertEqual((said.error_code, said.error_message), (reasons.CAMERA_BUSY, "the camera is in use by stream"))

    def test_a_stream_is_refused_while_a_video_is_recorded(self):
        rig = self.rig
        rig.tell(messages.StartVideoRecording(request_id="v"))
        rig.wait(1_000)
        rig.start()
        self.assertEqual(rig.said(), ["initializing", "error camera_busy"])
        self.assertEqual(rig.steps("light")[-1], ("video",))

    def test_a_stream_waits_for_a_photo_and_a_stop_meanwhile_is_kept(self):
        rig = self.rig
        rig.shoots = False
        rig.ask("p")
        rig.start()
        self.assertEqual(rig.steps("publish"), [])
        rig.shoot(rig.steps("capture")[-1][0])
        rig.pump()
        self.assertEqual(len(rig.steps("publish")), 1)
        rig.tell(words.StopRtmpStream())
        rig.ask("q")
        rig.start("t")
        rig.tell(words.StopRtmpStream())
        rig.shoot(rig.steps("capture")[-1][0])
        rig.pump()
        rig.wait(2_000)
        self.assertEqual(len(rig.steps("publish")), 1)
        self.assertEqual(rig.steps("light")[-1], ("off",))

    def test_storage_that_is_full_is_no_matter(self):
        rig = self.rig
        rig.flash.capacity = 1
        rig.start()
        self.assertEqual(len(rig.steps("publish")), 1)


class TestWithoutPublisher(unittest.TestCase):
    def test_boards_that_cannot_publish_say_so(self):
        rig = Rig()
        rig.connect()
        rig.tell = rig.gateway.say
        rig.tell(words.StartRtmpStream(rtmp_url="rtmp://server/live/key", stream_id="s"))
        rig.pump()
        self.assertEqual(rig.steps("publish"), [])
        self.assertEqual([step[0].TYPE for step in rig.steps("control")], ["start_rtmp_stream"])
