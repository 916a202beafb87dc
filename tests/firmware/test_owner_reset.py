import unittest

from trifocal_firmware.testing import Rig
from trifocal_shared import messages
from trifocal_shared.control_messages import Control
from trifocal_shared.wire import Wire

RESET_MS = 15_100


class TestReset(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.rig.gateway.answers = False  # a hold begins as a long press

    def reset_while(self, busy):
        """Held until the reset, and `busy` a moment before it; what has been said since the reset."""
        self.rig.connect()
        self.rig.glasses.level_changed("photo", True, self.rig.clock.now())
        self.rig.wait(RESET_MS - 500)
        busy()
        self.rig.gateway.heard = []
        self.rig.wait(500)
        self.assertEqual(len(self.rig.reports("reset")), 1)
        heard = self.rig.gateway.heard
        self.assertIsInstance(heard[0], messages.GlassesReady)
        return heard

    def test_a_photo_that_is_being_taken_is_nobodys(self):
        def ask():
            self.rig.shoots = False
            self.rig.ask("mine")
            self.rig.ask("mine too")

        heard = self.reset_while(ask)
        ((number, _, _),) = self.rig.steps("capture")[-1:]
        self.assertIn((number,), self.rig.steps("abort"))
        self.assertEqual((self.rig.steps("light")[-1], self.rig.steps("cool")), (("off",), [()]))
        self.rig.shoot(number)
        self.rig.wait(60_000)
        self.assertEqual(len(self.rig.steps("capture")), number)
        self.assertEqual(self.rig.store.count, 0)
        self.assertFalse([said for said in heard if hasattr(said, "request_id")])

    def test_a_video_that_is_being_recorded_is_nobodys(self):
        def record():
            self.rig.gateway.say(messages.StartVideoRecording(request_id="mine"))
            self.rig.pump()
            self.rig.wait(150)

        heard = self.reset_while(record)
        self.rig.wait(60_000)
        self.assertEqual(self.rig.steps("light")[-1], ("off",))
        self.assertFalse([name for name in self.rig.flash.files if name.endswith((".reel", ".index", ".video"))])
        self.assertFalse([said for said in heard if hasattr(said, "request_id")])
        self.rig.boot("feedbeef")
        self.rig.wait(60_000)
        self.assertEqual(self.rig.store.count, 0)

    def test_a_press_that_waits_for_its_answer_is_nobodys(self):
        def press():
            self.rig.glasses.mcu_received(Wire({}, glasses_side=False).encode_native("cs_pho"), self.rig.clock.now())
            self.rig.pump()

        self.reset_while(press)
        pictures = self.rig.pictures
        self.rig.wait(60_000)
        self.assertEqual((self.rig.pictures, self.rig.store.count), (pictures, 0))

    def test_a_command_that_the_board_is_at_is_nobodys(self):
        def join():
            self.rig.gateway.say(Control("set_wifi_credentials", ssid="mine", password="secret"))
            self.rig.pump()

        heard = self.reset_while(join)
        ((said,),) = self.rig.steps("control")
        before = len(heard)
        self.rig.glasses.controls.answered(said, {})
        self.rig.gateway.greet()
        self.rig.pump()
        self.assertEqual(self.rig.glasses.controls.settings.get("wifi", ["", ""]), ["", ""])
        self.assertFalse([one for one in heard[before:] if isinstance(one, Control)])

    def test_what_a_flash_does_not_forget_ends_with_a_word(self):
        self.rig.connect()
        self.rig.gateway.takes = False
        self.rig.ask("kept")
        self.rig.flash.broken.update([name for name in self.rig.flash.files if name.endswith(".photo")])
        self.rig.glasses.level_changed("photo", True, self.rig.clock.now())
        self.rig.wait(RESET_MS - 500)
        self.rig.shoots = False
        self.rig.ask("mine")
        self.rig.wait(500)
        self.assertEqual(self.rig.reports("reset"), [])
        self.assertEqual(self.rig.gateway.statuses("mine")[-1], "failed capture_failed")


if __name__ == "__main__":
    unittest.main()
