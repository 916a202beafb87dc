import unittest

from trifocal_firmware.glasses import LONGEST_ID
from trifocal_firmware.testing import EPOCH_MS, MemoryFlash, PowerCut, Rig, picture
from trifocal_shared import messages, reasons
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.testing import Chance

DONE = ["capturing", "captured", "transferring"]


def reports(rig, step):
    return [fields for name, fields in rig.steps("report") if name == step]


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

    def test_a_doubled_frame_is_one_photo(self):
        rig = Rig()
        rig.connect()
        rig.glasses.mcu_received(encode_frame(STRING, b'{"C":"cs_pho","V":1,"B":""}', True) * 2, rig.clock.now())
        rig.pump()
        self.assertEqual((rig.pictures, len(rig.gateway.photos)), (1, 1))

    def test_a_person_sees_it_pressed_and_ended(self):
        rig = Rig()
        rig.connect()
        rig.press()
        self.assertEqual(reports(rig, "pressed"), [{"pressId": "0123abcd-1", "button": "photo", "pressType": "short"}])
        ended = {"pressId": "0123abcd-1", "action": "photo", "requestId": "request-0123abcd-1", "reason": ""}
        self.assertEqual(reports(rig, "pressEnded"), [ended])
        self.assertEqual(reports(rig, "stored"), [{"photos": n, "bad": 0} for n in (0, 1, 0)])

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
        self.assertEqual([e["reason"] for e in reports(rig, "pressEnded")], [reason])
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
        self.assertEqual([e["reason"] for e in reports(rig, "pressEnded")], [reasons.GATEWAY_OFFLINE])
        self.assertEqual(rig.gateway.heard, [])

    def test_a_failure_of_the_cloud(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answers = False
        rig.press()
        no = messages.ButtonPressResponse(press_id="0123abcd-1", success=False, error_code=reasons.CLOUD_UNREACHABLE)
        rig.gateway.say(no)
        rig.pump()
        self.assertEqual([e["reason"] for e in reports(rig, "pressEnded")], [reasons.CLOUD_UNREACHABLE])
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

    def test_a_video_press_ends_as_unsupported_and_is_told_later(self):
        rig = Rig()
        rig.press("cs_vdo")
        rig.connect()
        self.assertEqual(rig.gateway.statuses("local_0123abcd_1"), ["failed unsupported"])
        self.assertEqual(rig.pictures, 0)

    def test_an_app_that_has_the_press_needs_nothing_of_us(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answers = False
        rig.press("cs_vdo")
        rig.gateway.say(messages.ButtonPressResponse(press_id="0123abcd-1", success=True))
        rig.pump()
        rig.wait(10_000)
        self.assertEqual([e["action"] for e in reports(rig, "pressEnded")], ["nothing"])
        self.assertEqual(rig.gateway.all_of(messages.PhotoStatus), [])

    def test_answers_to_presses_that_were_never_made_are_stale(self):
        rig = Rig()
        rig.connect()
        rig.gateway.answer(messages.ButtonPress(press_id="feedbeef-3", button_id="photo", press_type="short"), "r")
        rig.pump()
        self.assertEqual(rig.gateway.statuses("r"), ["failed stale"])


class TestARequest(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.rig.connect()

    def test_it_is_one_photo_however_often_it_is_asked_for(self):
        for _ in range(3):
            self.rig.ask("r", size="large")
        self.assertEqual(self.rig.pictures, 1)
        self.assertEqual(self.rig.gateway.statuses("r"), DONE)
        self.assertEqual(self.rig.steps("capture"), [(1, "large")])

    def test_a_stale_one_is_refused(self):
        self.rig.wait(60_000)
        self.rig.ask("old", timestamp=EPOCH_MS)
        self.rig.ask("new", timestamp=EPOCH_MS + 59_000)
        self.assertEqual(self.rig.gateway.statuses("old"), ["failed stale"])
        self.assertEqual(self.rig.gateway.statuses("new"), DONE)

    def test_ids_that_are_no_ids_are_ignored(self):
        for request_id in ("", "x" * (LONGEST_ID + 1), "ü" * LONGEST_ID):
            self.rig.ask(request_id)
        self.assertEqual(self.rig.pictures, 0)

    def test_each_condition_is_a_reason(self):
        cases = ((9, False, False, reasons.BATTERY_LOW), (100, False, True, reasons.GLASSES_FOLDED))
        for battery, charging, folded, reason in cases:
            self.rig.glasses.sensed(battery, charging, folded, self.rig.clock.now())
            self.rig.ask(reason)
            self.assertEqual(self.rig.gateway.statuses(reason), ["failed " + reason])
        self.rig.glasses.sensed(100, False, False, self.rig.clock.now())
        self.rig.flash.capacity = 300_000
        self.rig.ask("full")
        self.assertEqual(self.rig.gateway.statuses("full"), ["failed storage_full"])

    def test_on_the_charger_a_low_battery_is_no_reason(self):
        self.rig.glasses.sensed(3, True, False, 0)
        self.rig.ask("r")
        self.assertEqual(self.rig.gateway.statuses("r"), DONE)

    def test_a_camera_that_fails_hangs_or_lies_is_told(self):
        self.rig.shoots = False
        self.rig.ask("broken")
        self.rig.glasses.capture_failed(1, "no sensor", 0)
        self.rig.pump()
        self.rig.ask("hangs")
        self.rig.wait(10_000)
        self.rig.shoot(2)
        for request_id, data in (("empty", b""), ("png", b"\x89PNG")):
            self.rig.ask(request_id)
            number = self.rig.steps("capture")[-1][0]
            self.rig.glasses.captured(number, data, self.rig.clock.now())
            self.rig.pump()
        for request_id in ("broken", "hangs", "empty", "png"):
            self.assertEqual(self.rig.gateway.statuses(request_id), ["capturing", "failed capture_failed"])
        self.assertEqual(self.rig.store.count, 0)

    def test_a_flash_that_fills_up_or_fails_under_the_picture_is_told(self):
        self.rig.flash.broken.add("000000001.tmp")
        self.rig.ask("broken")
        self.rig.flash.capacity = 400_000
        self.rig.shoots = False
        self.rig.ask("full")
        self.rig.shoot(self.rig.steps("capture")[-1][0], picture(1, 380_000))
        self.rig.pump()
        self.assertEqual(self.rig.gateway.statuses("broken"), ["capturing", "failed capture_failed"])
        self.assertEqual(self.rig.gateway.statuses("full"), ["capturing", "failed storage_full"])

    def test_what_waits_in_line_is_refused_when_the_temples_fold(self):
        self.rig.shoots = False
        self.rig.ask("a")
        self.rig.ask("b")
        self.rig.glasses.sensed(100, False, True, 0)
        self.rig.shoot(1)
        self.rig.pump()
        self.assertEqual(self.rig.gateway.statuses("a"), DONE)
        self.assertEqual(self.rig.gateway.statuses("b"), ["failed glasses_folded"])

    def test_a_failure_without_a_link_is_told_after_the_next_handshake(self):
        self.rig.shoots = False
        self.rig.ask("r")
        self.rig.disconnect()
        self.rig.wait(10_000)
        self.rig.connect()
        self.assertEqual(self.rig.gateway.statuses("r"), ["capturing", "failed capture_failed"])

    def test_the_clock_is_set_by_the_gateway(self):
        self.rig.gateway.say(messages.SetSystemTime(timestamp_ms=EPOCH_MS * 2))
        self.rig.pump()
        self.assertEqual(self.rig.steps("time"), [(EPOCH_MS * 2,)])
        self.rig.ask("r", timestamp=EPOCH_MS)
        self.assertEqual(self.rig.gateway.statuses("r"), ["failed stale"])


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
            rig.glasses.sensed(chance.below(100), False, chance.below(5) == 0, rig.clock.now())
            rig.wait(chance.below(4_000))
        for event in rig.done:
            if event[0] == "light":
                lit = event[1] != "off"
            elif event[0] == "capture":
                captures += 1
                self.assertTrue(lit)
        self.assertGreater(captures, 100)


class TestRestart(unittest.TestCase):
    def test_a_stored_photo_is_delivered_by_the_next_boot(self):
        rig = Rig()
        rig.press()
        rig.boot("feedbeef")
        rig.connect()
        self.assertEqual(rig.gateway.photos, {"local_0123abcd_1": picture(1)})
        said = rig.gateway.all_of(messages.FileAnnounce)[0]
        self.assertEqual((said.age_ms, said.timestamp, said.press_id), (-1, EPOCH_MS + 200, "0123abcd-1"))

    def test_its_request_is_still_the_same_photo(self):
        rig = Rig()
        rig.connect()
        rig.gateway.takes = False
        rig.ask("r")
        rig.boot("feedbeef")
        rig.connect()
        rig.ask("r")
        self.assertEqual(rig.pictures, 1)
        rig.gateway.takes = True
        rig.wait(5_000)
        self.assertEqual(rig.gateway.times_whole, {"r": 1})

    def test_a_photo_rotten_on_flash_is_told_as_corrupt(self):
        rig = Rig()
        rig.press()
        rig.flash.files["000000001.photo"] = rig.flash.files["000000001.photo"][:-1] + b"!"
        rig.connect()
        rig.wait(1_000)
        self.assertEqual(rig.gateway.statuses("local_0123abcd_1")[-1], "failed corrupt")
        self.assertEqual(reports(rig, "stored")[-1], {"photos": 0, "bad": 1})

    def test_a_bad_file_is_seen_at_the_start(self):
        flash = MemoryFlash()
        flash.files["000000004.photo"] = b"?"
        self.assertEqual(reports_of_boot(flash), {"photos": 0, "bad": 1})


def reports_of_boot(flash):
    rig = Rig(flash)
    rig.pump()
    return reports(rig, "stored")[0]


class TestABadLink(unittest.TestCase):
    def test_links_that_come_and_go_lose_nothing_and_double_nothing(self):
        rig = Rig()
        chance = Chance(3)
        asked = []
        for number in range(60):
            if rig.linked and chance.below(3) == 0:
                rig.disconnect()
            elif not rig.linked and chance.below(2):
                rig.connect()
            rig.hears = chance.below(4) > 0
            rig.gateway.answers = chance.below(4) > 0
            rig.gateway.confirms = chance.below(3) > 0
            rig.press()
            if rig.linked:
                asked.append("asked-%d" % number)
                rig.ask(asked[-1])
            rig.wait(chance.below(9_000))
        rig.hears = rig.gateway.answers = rig.gateway.confirms = True
        rig.disconnect()
        rig.connect()
        rig.wait(30_000)
        self.assertEqual(rig.store.count, 0)
        self.assertEqual(set(rig.gateway.times_whole.values()), {1})
        self.assertEqual(len(rig.gateway.photos), rig.pictures)
        ended = reports(rig, "pressEnded")
        self.assertEqual(len(ended), 60)
        self.assertEqual(len({e["pressId"] for e in ended}), 60)
        for request_id in asked + [e["requestId"] for e in ended]:
            whole = request_id in rig.gateway.photos
            failed = [s for s in rig.gateway.statuses(request_id) if s.startswith("failed")]
            self.assertEqual((whole, len(failed)), (True, 0), request_id)

    def test_hostile_bytes_never_raise_and_the_glasses_go_on(self):
        rig = Rig()
        rig.connect()
        chance = Chance(11)
        good = encode_frame(STRING, b'{"C":"{\\"type\\":\\"file_have\\",\\"fileName\\":\\"\\",\\"offset\\":-1}"}', True)
        for _ in range(200):
            at, value = chance.below(len(good)), chance.below(256)
            rig.glasses.link_received(good[:at] + bytes([value]) + good[at:], rig.clock.now())
            rig.glasses.mcu_received(good[at:] + bytes([value]), rig.clock.now())
            rig.wait(chance.below(50))
        rig.wait(5_000)
        rig.press()
        self.assertEqual(len(rig.gateway.photos), 1)


class TestPowerCut(unittest.TestCase):
    """Power goes at every instant of the flash in a life of presses, requests and deliveries."""

    def live(self, rig, told):
        for number in range(3):
            rig.connect()
            rig.ask("r%d" % number)
            rig.disconnect()
            rig.press()
        rig.connect()
        rig.wait(1_000)
        told.append("done")

    def live_until_the_cut(self, rig, told):
        try:
            self.live(rig, told)
        except PowerCut:
            return

    def test_what_was_said_to_be_captured_arrives_exactly_once(self):
        cut_at = 0
        told = []
        while not told:
            cut_at += 1
            flash = MemoryFlash()
            flash.cut_at = cut_at
            rig = Rig(flash)
            self.live_until_the_cut(rig, told)
            flash.cut_at = 0
            gateway = rig.gateway
            captured = [s.request_id for s in gateway.all_of(messages.PhotoStatus) if s.status == "captured"]
            rig.boot("%08x" % cut_at)
            rig.gateway = gateway
            rig.connect()
            rig.wait(5_000)
            for request_id in captured:
                self.assertIn(request_id, gateway.photos, cut_at)
            self.assertEqual(set(gateway.times_whole.values()) | {1}, {1}, cut_at)
            names = [said.file_name for said in gateway.all_of(messages.FileAnnounce)]
            by_name = {said.file_name: said.request_id for said in gateway.all_of(messages.FileAnnounce)}
            self.assertEqual(len(by_name), len(set(by_name.values())), names)
            self.assertEqual(rig.store.count, 0)
        self.assertGreater(cut_at, 40)


if __name__ == "__main__":
    unittest.main()
