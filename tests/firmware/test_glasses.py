import unittest

from trifocal_firmware.testing import EPOCH_MS, Rig, picture
from trifocal_shared import messages, reasons
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.testing import Chance

DONE = ["capturing", "captured", "transferring"]


class TestAPress(unittest.TestCase):
    def test_it_becomes_a_photo_at_the_gateway_and_leaves_nothing_behind(self):
        rig = Rig()
        rig.connect()
        rig.press()
        request_id = "request-0123abcd-1"
        self.assertEqual(rig.gateway.photos, {request_id: picture(1)})
        self.assertEqual(rig.gateway.statuses(request_id), DONE)
        self.assertEqual(rig.store.count, 0)

    def test_the_gateway_hears_of_it_with_everything(self):
        rig = Rig()
        rig.connect()
        rig.press()
        asked = rig.gateway.all_of(messages.ButtonPress)[0]
        self.assertEqual(
            asked,
            messages.ButtonPress(
                press_id="0123abcd-1",
                button_id="photo",
                press_type="short",
                device_id="device",
                timestamp=EPOCH_MS + 200,
            ),
        )

    def test_a_pin_does_what_the_controller_does(self):
        rig = Rig()
        rig.connect()
        for button, held in (("photo", 100), ("video", 1000), ("photo", 1000)):
            rig.glasses.level_changed(button, True, rig.clock.now())
            rig.wait(held)
            rig.glasses.level_changed(button, False, rig.clock.now())
            rig.wait(100)
        asked = [(p.button_id, p.press_type) for p in rig.gateway.all_of(messages.ButtonPress)]
        self.assertEqual(asked, [("photo", "short"), ("video", "long"), ("photo", "long")])

    def test_a_word_of_the_controller_through_the_link_counts_too(self):
        rig = Rig()
        rig.connect()
        rig.glasses.link_received(encode_frame(STRING, b'{"C":"cs_pho","V":1,"B":""}', True), rig.clock.now())
        rig.pump()
        self.assertEqual(len(rig.gateway.photos), 1)

    def test_two_quick_presses_are_two_photos_and_one_gesture(self):
        rig = Rig()
        rig.connect()
        rig.press()
        rig.press()
        gestures = [said.values for said in rig.gateway.heard if said.TYPE == "touch_event"]
        self.assertEqual([said["gesture_name"] for said in gestures], ["double_press"])
        presses = rig.reports("pressed")
        self.assertEqual([said["pressType"] for said in presses[-2:]], ["short", "short"])
        self.assertEqual(gestures[0]["press_id"], presses[-1]["pressId"])

    def test_a_doubled_frame_is_one_photo(self):
        rig = Rig()
        rig.connect()
        rig.glasses.mcu_received(encode_frame(STRING, b'{"C":"cs_pho","V":1,"B":""}', True) * 2, rig.clock.now())
        rig.pump()
        self.assertEqual((rig.pictures, len(rig.gateway.photos)), (1, 1))

    def test_an_answer_told_twice_is_one_photo_and_no_failure(self):
        rig = Rig()
        rig.connect()
        rig.press()
        rig.gateway.answer(rig.gateway.all_of(messages.ButtonPress)[0], "request-0123abcd-1")
        rig.pump()
        self.assertEqual((rig.pictures, rig.gateway.statuses("request-0123abcd-1")), (1, DONE))

    def test_a_person_sees_it_pressed_and_ended(self):
        rig = Rig()
        rig.connect()
        rig.press()
        self.assertEqual(rig.reports("pressed"), [{"pressId": "0123abcd-1", "button": "photo", "pressType": "short"}])
        ended = {"pressId": "0123abcd-1", "action": "photo", "requestId": "request-0123abcd-1", "reason": ""}
        self.assertEqual(rig.reports("pressEnded"), [ended])
        self.assertEqual(rig.reports("stored"), [{"photos": n, "bad": 0} for n in (0, 1, 0)])

    def test_a_burst_of_nine_loses_none(self):
        rig = Rig()
        rig.shoots = False
        rig.connect()
        for number in range(9):
            rig.ask("r%d" % number)
        for number in range(1, 10):
            rig.shoot(number)
            rig.pump()
        self.assertEqual(sorted(rig.gateway.photos), ["r%d" % n for n in range(9)])
        rig.wait(2_000)
        for number in range(10):
            rig.ask("s%d" % number)
        self.assertEqual(rig.gateway.statuses("s9"), ["failed camera_busy"])


class TestNobodyToAsk(unittest.TestCase):
    def check(self, rig, reason):
        """One local photo, and it arrives once the gateway is there."""
        rig.press()
        self.assertEqual([e["reason"] for e in rig.reports("pressEnded")], [reason])
        self.assertEqual(rig.store.count, 1 if not rig.linked else 0)
        rig.disconnect()
        rig.gateway.answers = True
        rig.connect()
        self.assertEqual(rig.gateway.photos, {"local_0123abcd_1": picture(1)})
        self.assertEqual(rig.gateway.all_of(messages.FileAnnounce)[0].press_id, "0123abcd-1")
        self.assertEqual(rig.store.count, 0)

    def test_without_a_link(self):
        self.check(Rig(), reasons.GATEWAY_OFFLINE)

    def test_without_a_token(self):
        rig = Rig()
        rig.connect(token="")
        self.check(rig, reasons.NO_TOKEN)

    def test_with_a_link_on_which_nobody_has_said_hello(self):
        rig = Rig()
        rig.linked = True
        rig.glasses.link_opened(0)
        rig.press()
        self.assertEqual([e["reason"] for e in rig.reports("pressEnded")], [reasons.GATEWAY_OFFLINE])
        self.assertEqual(rig.gateway.heard, [])

    def test_a_failure_of_the_cloud(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answers = False
        rig.press()
        no = messages.ButtonPressResponse(press_id="0123abcd-1", success=False, error_code=reasons.CLOUD_UNREACHABLE)
        rig.gateway.say(no)
        rig.pump()
        self.assertEqual([e["reason"] for e in rig.reports("pressEnded")], [reasons.CLOUD_UNREACHABLE])
        self.assertEqual(list(rig.gateway.photos), ["local_0123abcd_1"])

    def test_five_seconds_of_silence_and_then_the_answer(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answers = False
        rig.press()
        rig.wait(4_999)
        self.assertEqual(rig.pictures, 0)
        rig.wait(1)
        self.assertEqual(list(rig.gateway.photos), ["local_0123abcd_1"])
        for _ in range(3):
            rig.gateway.answer(rig.gateway.all_of(messages.ButtonPress)[0], "too-late")
            rig.pump()
        self.assertEqual(rig.gateway.statuses("too-late"), ["failed captured_locally"])
        self.assertEqual(rig.gateway.all_of(messages.PhotoStatus)[-1].press_id, "0123abcd-1")
        self.assertEqual(rig.pictures, 1)

    def test_a_link_lost_while_waiting(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answers = False
        rig.press()
        rig.disconnect()
        self.assertEqual(rig.store.count, 1)

    def test_an_app_that_has_the_press_needs_nothing_of_us(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answers = False
        rig.press("cs_vdo")
        rig.gateway.say(messages.ButtonPressResponse(press_id="0123abcd-1", success=True))
        rig.pump()
        rig.wait(10_000)
        self.assertEqual([e["action"] for e in rig.reports("pressEnded")], ["nothing"])
        self.assertEqual(rig.gateway.all_of(messages.PhotoStatus), [])

    def test_answers_to_presses_that_were_never_made_are_stale(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answer(messages.ButtonPress(press_id="feedbeef-3", button_id="photo", press_type="short"), "r")
        rig.pump()
        self.assertEqual(rig.gateway.statuses("r"), ["failed stale"])


class TestTheLight(unittest.TestCase):
    def test_it_is_lit_from_before_the_capture_until_after_the_power_is_off(self):
        rig = Rig()
        rig.connect()
        rig.ask("r")
        rig.wait(5_000)
        order = [event[:2] for event in rig.done if event[0] in ("light", "capture", "cool", "abort")]
        lit = ("light", "photo")
        self.assertEqual(order, [("light", "off"), lit, ("capture", 1), lit, lit, ("cool",), ("light", "off")])

    def test_no_command_for_the_camera_is_ever_given_in_the_dark(self):
        rig = Rig()
        rig.connect()
        chance = Chance(7)
        lit = False
        captures = 0
        for number in range(300):
            rig.shoots = chance.below(3) > 0
            rig.ask("r%d" % number)
            rig.glasses.sensed(chance.below(100), False, chance.below(5) == 0, 25, rig.clock.now())
            rig.wait(chance.below(4_000))
        for event in rig.done:
            if event[0] == "light":
                lit = event[1] != "off"
            elif event[0] == "capture":
                captures += 1
                self.assertTrue(lit)
        self.assertGreater(captures, 100)


if __name__ == "__main__":
    unittest.main()
