import unittest

from trifocal_firmware.memory_flash import MemoryFlash, PowerCut
from trifocal_firmware.testing import Rig, picture
from trifocal_shared import messages


def start(rig):
    rig.gateway.say(messages.StartVideoRecording(request_id="v"))
    rig.pump()


def stop(rig):
    rig.gateway.say(messages.StopVideoRecording())
    rig.pump()


class TestPowerLoss(unittest.TestCase):
    def test_a_recording_that_was_cut_off_arrives_after_the_restart_and_is_not_begun_again(self):
        flash = MemoryFlash()
        rig = Rig(flash)
        rig.connect()
        start(rig)
        rig.wait(4_500)
        rig = Rig(flash, boot_id="feedbeef")
        rig.connect()
        start(rig)
        rig.wait(2_000)
        data = rig.gateway.photos["v"]
        self.assertIn(picture(40), data)
        self.assertEqual((rig.pictures, rig.store.count), (0, 0))
        self.assertEqual(rig.gateway.times_whole, {"v": 1})

    def test_glasses_that_are_switched_off_lose_not_a_frame(self):
        flash = MemoryFlash()
        rig = Rig(flash)
        rig.connect()
        start(rig)
        rig.wait(1_950)
        rig.glasses.switched_off()
        rig = Rig(flash, boot_id="feedbeef")
        rig.connect()
        rig.wait(2_000)
        self.assertIn(picture(20), rig.gateway.photos["v"])

    def test_power_cut_at_every_instant_of_a_recording(self):
        flash = MemoryFlash()
        self.live(Rig(flash))
        instants = flash.instants
        for cut_at in range(1, instants + 1):
            flash = MemoryFlash()
            rig = Rig(flash)
            flash.cut_at = cut_at
            self.live_until_power_loss(rig)
            flash.cut_at = 0
            recording = rig.gateway.statuses("v")
            delivered = dict(rig.gateway.photos)
            rig = Rig(flash, boot_id="feedbeef")
            rig.gateway.photos.update(delivered)
            rig.connect()
            rig.wait(3_000)
            if recording:
                self.assertIn("v", rig.gateway.photos, cut_at)
            self.assertEqual(rig.store.count, 0, cut_at)

    def live_until_power_loss(self, rig):
        try:
            self.live(rig)
        except PowerCut:
            return

    def live(self, rig):
        rig.connect()
        start(rig)
        rig.wait(1_200)
        stop(rig)
        rig.wait(1_000)
