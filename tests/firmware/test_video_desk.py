import unittest

from trifocal_firmware.testing import EPOCH_MS, Rig
from trifocal_shared import messages, reasons

DONE = ["recording", "captured", "transferring"]
LOCAL = "local_video_0123abcd_1"


def words(rig):
    """What was said of recordings, in order."""
    return [said.status for said in rig.gateway.all_of(messages.VideoRecordingStatus)]


def start(rig, request_id="v", **fields):
    rig.gateway.say(messages.StartVideoRecording(request_id=request_id, **fields))
    rig.pump()


def stop(rig, request_id=""):
    rig.gateway.say(messages.StopVideoRecording(request_id=request_id))
    rig.pump()


class TestByButton(unittest.TestCase):
    def test_a_long_press_records_and_another_one_ends_it(self):
        rig = Rig()
        rig.connect()
        rig.press("cs_vdo")
        rig.wait(3_000)
        self.assertEqual(rig.steps("light")[-1], ("video",))
        rig.press("cs_vdo")
        rig.wait(2_000)
        request_id = "request-0123abcd-1"
        self.assertEqual(rig.gateway.statuses(request_id), DONE)
        self.assertEqual(rig.gateway.photos[request_id][:4], b"RIFF")
        self.assertEqual(words(rig), ["recording_started", "recording_stopped"])
        self.assertEqual([e["action"] for e in rig.reports("pressEnded")], ["video", "stop"])
        self.assertEqual([p.recording for p in rig.gateway.all_of(messages.ButtonPress)], [False, True])
        self.assertEqual(rig.steps("light")[-1], ("off",))
        self.assertEqual(rig.store.count, 0)

    def test_it_is_announced_as_a_video(self):
        rig = Rig()
        rig.connect()
        rig.press("cs_vdo")
        rig.wait(1_000)
        rig.press("cs_vdo")
        rig.wait(1_000)
        announced = rig.gateway.all_of(messages.FileAnnounce)[0]
        self.assertEqual((announced.media_type, announced.file_name), ("video", "V000000001.avi"))

    def test_nobody_is_needed_for_it(self):
        rig = Rig()
        rig.press("cs_vdo")
        rig.wait(2_000)
        rig.press("cs_vdo")
        rig.wait(2_000)
        self.assertEqual(rig.store.count, 1)
        rig.connect()
        rig.wait(1_000)
        self.assertEqual(list(rig.gateway.photos), [LOCAL])
        self.assertEqual(rig.store.count, 0)

    def test_older_gateways_get_it_as_file_packets(self):
        rig = Rig()
        rig.gateway.protocol = 1
        rig.connect()
        rig.press("cs_vdo")
        rig.wait(2_000)
        rig.press("cs_vdo")
        rig.wait(2_000)
        self.assertEqual(list(rig.gateway.photos), ["request-0123abcd-1"])

    def test_a_doubled_press_before_the_answer_starts_one(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answers = False
        rig.press("cs_vdo")
        rig.press("cs_vdo")
        for press in rig.gateway.all_of(messages.ButtonPress):
            rig.gateway.answer(press, "request-" + press.press_id)
        rig.pump()
        rig.wait(1_000)
        self.assertEqual(rig.gateway.statuses("request-0123abcd-1"), ["recording"])
        self.assertEqual(rig.gateway.statuses("request-0123abcd-2"), ["failed camera_busy"])


class TestByCommand(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.rig.connect()

    def test_start_and_stop(self):
        start(self.rig)
        self.rig.wait(1_000)
        stop(self.rig, "v")
        self.rig.wait(1_000)
        self.assertEqual(self.rig.gateway.statuses("v"), DONE)

    def test_a_second_start_is_busy_and_the_first_goes_on(self):
        start(self.rig)
        self.rig.wait(500)
        start(self.rig, "w")
        self.rig.wait(500)
        said = self.rig.gateway.all_of(messages.PhotoStatus)[-1]
        self.assertEqual((said.request_id, said.error_code), ("w", reasons.CAMERA_BUSY))
        self.assertEqual(said.error_message, "the camera is in use by video")
        stop(self.rig)
        self.rig.wait(1_000)
        self.assertEqual(self.rig.gateway.statuses("v"), DONE)

    def test_the_same_start_again_changes_nothing(self):
        start(self.rig)
        self.rig.wait(500)
        start(self.rig)
        stop(self.rig)
        self.rig.wait(1_000)
        start(self.rig)
        self.rig.wait(1_000)
        self.assertEqual(self.rig.gateway.statuses("v"), DONE)

    def test_a_stop_for_another_recording_changes_nothing(self):
        start(self.rig)
        self.rig.wait(500)
        stop(self.rig, "w")
        self.rig.wait(500)
        self.assertEqual(words(self.rig), ["recording_started", "not_recording"])
        self.assertEqual(self.rig.gateway.statuses("v"), ["recording"])

    def test_a_stop_without_a_recording_is_answered(self):
        stop(self.rig)
        said = self.rig.gateway.all_of(messages.VideoRecordingStatus)[0]
        self.assertEqual((said.success, said.status), (False, "not_recording"))

    def test_how_it_stands(self):
        ask = messages.GetVideoRecordingStatus()
        self.rig.gateway.say(ask)
        start(self.rig)
        self.rig.wait(2_050)
        self.rig.gateway.say(ask)
        self.rig.pump()
        first, _, last = self.rig.gateway.all_of(messages.VideoRecordingStatus)
        self.assertEqual((first.status, first.recording), ("not_recording", False))
        self.assertEqual(
            (last.status, last.recording, last.duration_ms, last.request_id), ("recording", True, 2_100, "v")
        )

    def test_one_that_comes_too_late_is_stale(self):
        start(self.rig, timestamp=EPOCH_MS - 60_000)
        self.assertEqual(self.rig.gateway.statuses("v"), ["failed stale"])

    def test_a_stop_before_its_turn_is_one_frame(self):
        self.rig.shoots = False
        self.rig.ask("p")
        start(self.rig)
        stop(self.rig)
        self.rig.shoots = True
        self.rig.shoot(1)
        self.rig.pump()
        self.rig.wait(1_000)
        self.assertEqual(self.rig.gateway.statuses("p"), ["capturing", "captured", "transferring"])
        self.assertEqual(self.rig.gateway.statuses("v"), DONE)
        self.assertEqual(self.rig.pictures, 2)


class TestPhotosMeanwhile(unittest.TestCase):
    def test_a_photo_is_a_frame_of_the_video_which_goes_on(self):
        rig = Rig()
        rig.connect()
        start(rig)
        rig.wait(1_000)
        rig.press("cs_pho")
        rig.ask("p")
        rig.wait(1_000)
        for request_id in ("p", "request-0123abcd-1"):
            self.assertEqual(rig.gateway.statuses(request_id), ["capturing", "captured", "transferring"])
        self.assertEqual(rig.gateway.statuses("v"), ["recording"])
        stop(rig)
        rig.wait(1_000)
        self.assertIn(rig.gateway.photos["p"], rig.gateway.photos["v"])
        self.assertEqual(rig.gateway.photos["p"], rig.gateway.photos["request-0123abcd-1"])

    def test_what_waits_when_it_ends_is_taken_after_it(self):
        rig = Rig()
        rig.connect()
        start(rig)
        rig.wait(550)
        rig.ask("p")
        stop(rig)
        rig.wait(1_000)
        self.assertEqual(rig.gateway.statuses("p"), ["capturing", "captured", "transferring"])


class TestGuards(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.rig.connect()

    def feel(self, battery=100, folded=False, temperature=25):
        self.rig.glasses.sensed(battery, False, folded, temperature, self.rig.clock.now())
        self.rig.pump()

    def ended(self):
        said = self.rig.gateway.all_of(messages.VideoRecordingStatus)[-1]
        return said.status, said.details

    def test_a_low_battery_refuses(self):
        self.feel(battery=9)
        start(self.rig)
        self.assertEqual(self.rig.gateway.statuses("v"), ["failed battery_low"])

    def test_an_empty_one_ends_it_with_its_reason_and_nothing_is_lost(self):
        start(self.rig)
        self.rig.wait(1_000)
        self.feel(battery=9)
        self.rig.wait(1_000)
        self.assertEqual(self.rig.gateway.statuses("v"), ["recording"])
        self.feel(battery=4)
        self.rig.wait(1_000)
        self.assertEqual(self.ended(), ("recording_stopped", reasons.BATTERY_LOW))
        self.assertEqual(self.rig.gateway.statuses("v"), DONE)
        captured = next(s for s in self.rig.gateway.all_of(messages.PhotoStatus) if s.status == "captured")
        self.assertEqual(captured.error_message, reasons.BATTERY_LOW)

    def test_heat_slows_it_down_before_it_ends_it(self):
        start(self.rig)
        self.rig.wait(1_000)
        before = self.rig.pictures
        self.feel(temperature=66)
        self.rig.wait(2_000)
        self.assertLessEqual(self.rig.pictures - before, 12)
        self.assertEqual(self.rig.steps("capture")[-1][2], "medium")
        self.feel(temperature=75)
        self.rig.wait(1_000)
        self.assertEqual(self.ended(), ("recording_stopped", reasons.TOO_HOT))
        start(self.rig, "w")
        self.assertEqual(self.rig.gateway.statuses("w"), ["failed too_hot"])

    def test_folded_glasses_record_no_cloth(self):
        start(self.rig)
        self.rig.wait(1_000)
        self.feel(folded=True)
        self.rig.wait(1_000)
        self.assertEqual(self.ended(), ("recording_stopped", reasons.GLASSES_FOLDED))

    def test_a_camera_that_hangs_loses_its_power_and_serves_again(self):
        start(self.rig)
        self.rig.wait(1_000)
        self.rig.shoots = False
        self.rig.wait(11_000)
        self.assertEqual(self.rig.steps("light")[-1], ("off",))
        self.rig.shoots = True
        self.rig.ask("p")
        self.rig.wait(1_000)
        self.assertEqual(self.rig.gateway.statuses("v"), DONE)
        self.assertEqual(self.rig.gateway.statuses("p"), ["capturing", "captured", "transferring"])
