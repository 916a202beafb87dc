import unittest

from trifocal_firmware.testing import StreamRig
from trifocal_shared import messages
from trifocal_shared.stream_messages import StartRtmpStream, StopRtmpStream


class TestStreamGlasses(unittest.TestCase):
    def setUp(self):
        self.rig = StreamRig()
        self.start = StartRtmpStream(rtmp_url="rtmp://server/live/key", stream_id="s")

    def tell(self, message):
        self.rig.gateway.say(message)
        self.rig.pump()

    def test_everything_else_is_as_ever(self):
        self.rig.press()
        self.rig.wait(2_000)
        self.assertEqual(list(self.rig.gateway.photos), ["request-0123abcd-1"])
        self.tell(messages.StartVideoRecording(request_id="v"))
        self.rig.wait(1_000)
        self.tell(messages.StopVideoRecording(request_id="v"))
        self.rig.wait(2_000)
        self.assertIn("v", self.rig.gateway.photos)
        self.assertEqual(self.rig.steps("publish"), [])

    def test_the_light_is_on_before_and_off_after(self):
        self.rig.done = []
        self.tell(self.start)
        self.tell(StopRtmpStream(stream_id="s"))
        order = [event[:2] for event in self.rig.done if event[0] in ("light", "publish", "unpublish", "cool")]
        lit, off = ("light", "stream"), ("light", "off")
        self.assertEqual(order, [lit, lit, ("publish", 1), ("unpublish",), ("cool",), off])

    def test_power_that_goes_ends_nothing_by_itself_and_a_silent_cloud_does(self):
        self.tell(self.start)
        self.rig.disconnect()
        self.assertEqual(self.rig.steps("unpublish"), [])
        self.rig.wait(60_000)
        self.assertEqual(self.rig.steps("unpublish"), [()])
        self.assertEqual(self.rig.steps("light")[-1], ("off",))

    def test_a_reset_by_the_controller_or_the_pin_leaves_it_dark_at_once(self):
        for press in (lambda: self.rig.press("cs_fcrst"),):
            self.tell(self.start)
            press()
            self.assertEqual(self.rig.steps("light")[-1], ("off",))
            self.assertIsNone(self.rig.glasses.deadline())
