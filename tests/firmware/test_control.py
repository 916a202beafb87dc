import unittest

from trifocal_firmware.control import MOST_NETWORKS, RESET
from trifocal_firmware.testing import EPOCH_MS, Rig
from trifocal_shared import messages, reasons
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.wire import Wire

PASSWORD = "correct horse ## $$"


class Case(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.rig.connect()

    def tell(self, kind, **values):
        """A command; what is said back at once."""
        self.rig.gateway.heard = []
        self.rig.gateway.say(Control(kind, **values))
        self.rig.pump()
        return self.heard()

    def heard(self):
        """The reports since the last command, as (type, fields)."""
        return [(said.TYPE, said.values) for said in self.rig.gateway.heard if isinstance(said, Control)]

    def wake(self):
        self.rig.glasses.timeout(self.rig.clock.now())
        self.rig.pump()

    def asked(self):
        """What the board was asked last."""
        return self.rig.steps("control")[-1][0]

    def board(self, outcome):
        """The board's word on that; what is said then."""
        self.rig.gateway.heard = []
        self.rig.glasses.controls.answered(self.asked(), outcome)
        self.wake()
        return self.heard()

    def natively(self, command, body="", by_link=False):
        """A word of a controller; what is said back, natively or not."""
        self.rig.gateway.heard = []
        frame = Wire({}, glasses_side=False).encode_native(command, body)
        self.rig.wait(200)
        if by_link:
            self.rig.glasses.link_received(frame, self.rig.clock.now())
        else:
            self.rig.glasses.mcu_received(frame, self.rig.clock.now())
        self.rig.pump()
        return [said for said in self.rig.gateway.heard if isinstance(said, (Native, Control, messages.BatteryStatus))]


class TestWifi(Case):
    def test_a_network_is_joined_and_told_when_it_is_there(self):
        self.assertEqual(self.tell("set_wifi_credentials", ssid="house", password=PASSWORD), [])
        self.assertEqual(self.asked(), Control("set_wifi_credentials", ssid="house", password=PASSWORD))
        self.rig.glasses.controls.wifi(True, "house", "10.0.0.7")
        told = {"connected": True, "ssid": "house", "local_ip": "10.0.0.7"}
        self.assertEqual(self.board({})[-1], ("wifi_status", told))
        self.assertEqual(self.tell("request_wifi_status"), [("wifi_status", told)])

    def test_why_not_is_said_in_a_word(self):
        for outcome, word in ((reasons.WRONG_PASSWORD, "wrong_password"), (None, "unsupported"), ("no_network",) * 2):
            self.tell("set_wifi_credentials", ssid="house", password=PASSWORD)
            ((kind, values),) = self.board(outcome)
            self.assertEqual((kind, values["connected"], values["error"]), ("wifi_status", False, word))
        self.assertEqual(self.rig.glasses.controls.settings.get("wifi", []), [])

    def test_a_change_is_told_without_being_asked(self):
        self.rig.gateway.heard = []
        for _ in range(2):
            self.rig.glasses.controls.wifi(True, "house", "10.0.0.7")
            self.wake()
        self.assertEqual(len(self.heard()), 1)

    def test_the_network_is_joined_again_after_a_restart(self):
        self.tell("set_wifi_credentials", ssid="house", password=PASSWORD)
        self.board({})
        self.rig.boot("feedbeef")
        self.rig.glasses.controls.start()
        self.wake()
        self.assertEqual(self.asked(), Control("set_wifi_credentials", ssid="house", password=PASSWORD))

    def test_a_forgotten_one_is_not(self):
        self.tell("set_wifi_credentials", ssid="house", password=PASSWORD)
        self.board({})
        self.tell("forget_wifi", ssid="house")
        self.assertEqual(self.board({}), [("wifi_forget_result", {"ssid": "house", "success": True})])
        count = len(self.rig.steps("control"))
        self.rig.boot("feedbeef")
        self.rig.glasses.controls.start()
        self.wake()
        self.assertEqual(len(self.rig.steps("control")), count)

    def test_a_scan_is_told_in_short_messages_and_closed(self):
        self.tell("request_wifi_scan")
        told = [values for _, values in self.board([("network %d" % number, -number, "WPA2") for number in range(40)])]
        self.assertEqual(len(told), MOST_NETWORKS + 1)
        first = {"ssid": "network 0", "signal_strength": 0, "security": "WPA2"}
        self.assertEqual(told[0], {"networks_neo": [first], "scan_complete": False})
        names = [values["networks_neo"][0]["ssid"] for values in told[:-1]]
        self.assertEqual(told[-1], {"networks": names, "scan_complete": True})

    def test_a_scan_that_fails_finds_nothing(self):
        for outcome in (None, reasons.FAILED, []):
            self.tell("request_wifi_scan")
            ((_, values),) = self.board(outcome)
            self.assertEqual(values, {"networks": [], "scan_complete": True})

    def test_a_hotspot_has_its_address_or_a_reason(self):
        self.tell("set_hotspot_state", enabled=True, ssid="lens", password=PASSWORD)
        told = {"hotspot_enabled": True, "hotspot_ssid": "lens", "hotspot_gateway_ip": "192.168.4.1"}
        self.assertEqual(self.board({"ip": "192.168.4.1"}), [("hotspot_status_update", told)])
        self.tell("set_hotspot_state", enabled=True)
        self.assertEqual(self.board(None), [("hotspot_error", {"error_message": "unsupported"})])


class TestAnswers(Case):
    def test_lamps_are_answered_with_the_id_of_the_question(self):
        self.assertEqual(self.tell("rgb_led_control_on", led=1, requestId="l"), [])
        told = ("rgb_led_control_on_response", {"success": True, "requestId": "l"})
        self.assertEqual(self.board({}), [told])
        self.assertEqual(self.board({}), [], "one answer is enough")
        self.tell("rgb_led_control_on", led=1, requestId="l")
        refused = ("rgb_led_control_error", {"error": reasons.TOO_MANY, "requestId": "l"})
        self.assertEqual(self.board(reasons.TOO_MANY), [refused])

    def test_a_stream_that_the_board_cannot_make_is_refused_by_its_id(self):
        self.assertEqual(self.tell("start_rtmp_stream", streamId="s1", rtmpUrl="rtmp://a/live/key"), [])
        refused = {"streamId": "s1", "status": "error", "errorDetails": reasons.UNSUPPORTED}
        self.assertEqual(self.board(None), [("rtmp_stream_status", refused)])

    def test_the_gallery_is_counted(self):
        self.rig.gateway.takes = False
        self.rig.ask("a")
        self.rig.ask("b")
        ((_, told),) = self.tell("query_gallery_status")
        self.assertEqual((told["photos"], told["total"], told["total_size"]), (2, 2, 2000))
        self.assertTrue(told["has_content"])

    def test_what_is_malformed_or_unknown_is_counted_and_has_no_answer(self):
        unknown, malformed = {"type": "make_coffee"}, {"type": "forget_wifi"}
        for wire in (unknown, malformed):
            said = Control(wire["type"])
            self.rig.gateway.say(said)
            self.rig.pump()
        self.assertEqual(self.heard(), [])
        self.assertEqual(self.rig.glasses.session.counts["malformed"], 1)


class TestSettings(Case):
    def test_what_is_legal_is_kept_and_acknowledged(self):
        for kind, field, value in (
            ("button_photo_setting", "size", "large"),
            ("button_max_recording_time", "minutes", 3),
            ("button_video_recording_setting", "params", {"width": 640, "height": 480, "fps": 15}),
            ("save_in_gallery_mode", "active", False),
        ):
            told = self.tell(kind, request_id="r", **{field: value})
            self.assertEqual(told, [("settings_ack", {"setting": kind, "success": True, "request_id": "r"})])
            self.rig.boot("feedbeef")
            self.rig.connect()
            self.assertEqual(self.rig.glasses.controls.settings.get(kind, type(value)()), value)

    def test_what_is_not_is_refused_with_a_reason(self):
        for kind, values, reason in (
            ("button_photo_setting", {"size": "huge"}, reasons.MALFORMED),
            ("button_max_recording_time", {"minutes": 0}, reasons.MALFORMED),
            ("button_video_recording_setting", {"params": {"fps": "many"}}, reasons.MALFORMED),
            ("button_camera_led", {"enabled": False}, reasons.FORBIDDEN),
            ("camera_fov_setting", {"params": {}}, reasons.UNSUPPORTED),
        ):
            ((_, told),) = self.tell(kind, **values)
            self.assertEqual((told["success"], told["error"]), (False, reason), kind)
        self.rig.flash.broken.add("settings.tmp")
        ((_, told),) = self.tell("button_photo_setting", size="large")
        self.assertEqual(told["error"], reasons.STORAGE_FULL)

    def test_a_press_takes_photos_of_the_size_that_was_set(self):
        self.tell("button_photo_setting", size="large")
        self.rig.press()
        self.assertEqual(self.rig.steps("capture")[-1][1], "large")

    def test_the_photo_mode_is_told_as_it_is(self):
        self.assertEqual(self.tell("set_photo_mode"), [("set_photo_mode_ack", {"mode": "save_locally"})])
        self.assertEqual(self.tell("set_photo_mode", mode="sepia"), [("set_photo_mode_ack", {"mode": "save_locally"})])
        self.assertEqual(self.tell("set_photo_mode", mode="cloud"), [("set_photo_mode_ack", {"mode": "cloud"})])


class TestController(Case):
    def test_what_a_controller_is_asked_is_answered_as_it_would(self):
        self.rig.glasses.sensed(67, False, False, 25, 0)
        self.rig.pump()
        for by_link in (True, False):
            self.assertEqual(self.natively("cs_batv", by_link=by_link), [Native("sr_batv", {"pt": 67, "vt": 3_736})])
            self.assertEqual(self.natively("cs_syvr", by_link=by_link)[0].command, "sr_syvr")
            self.assertEqual(self.natively("cs_hrt", by_link=by_link), [Native("sr_hrt", {})])

    def test_charging_reads_as_charging_on_the_other_side(self):
        self.rig.glasses.sensed(1, True, False, 25, 0)
        self.rig.pump()
        (told,) = self.natively("cs_batv")
        self.assertGreater(told.body["vt"], 4_000)

    def test_a_touch_is_an_event_with_an_id(self):
        (told,) = self.natively("sr_tpevt", {"type": 4})
        self.assertEqual(told.TYPE, "touch_event")
        self.assertEqual((told.values["gesture_name"], told.values["device_model"]), ("forward_swipe", "model"))
        self.assertEqual(told.values["timestamp"], EPOCH_MS + self.rig.clock.now())
        (again,) = self.natively("sr_tpevt", {"type": 1})
        self.assertEqual(again.values["gesture_name"], "double_tap")
        self.assertNotEqual(again.values["press_id"], told.values["press_id"])

    def test_what_it_reports_is_passed_on(self):
        self.assertEqual(self.natively("sr_fbvol", {"switch": 1}), [Control("swipe_volume_status", enabled=True)])
        self.assertEqual(
            self.natively("sr_swst", {"type": 2, "switch": 1}),
            [Control("switch_status", switch_type=2, switch_value=1)],
        )
        self.assertEqual(
            self.natively("hm_batv", {"pt": 8, "vt": 3_500}), [messages.BatteryStatus(level=8, charging=False)]
        )
        self.assertEqual(self.natively("sr_keyevt", {"button": 0, "type": 0})[0].level, 8)
        self.rig.ask("r")
        self.assertEqual(self.rig.gateway.statuses("r"), ["failed battery_low"])
        self.rig.glasses.sensed(100, True, False, 25, self.rig.clock.now())  # of a board that has no gauge
        self.rig.ask("s")
        self.assertEqual(self.rig.gateway.statuses("s"), ["failed battery_low"])
        self.assertEqual(self.natively("sr_keyevt", {"button": 0, "type": 0})[0].level, 8)

    def test_the_power_key_takes_no_pictures(self):
        self.rig.gateway.heard = []
        for ms in (100, 1_000):
            self.rig.glasses.level_changed("power", True, self.rig.clock.now())
            self.rig.wait(ms)
            self.rig.glasses.level_changed("power", False, self.rig.clock.now())
            self.rig.wait(100)
        self.assertEqual(self.rig.gateway.heard, [messages.BatteryStatus(level=100, charging=False)])
        self.assertEqual(self.rig.reports("pressed"), [])

    def test_power_off_is_acknowledged_and_done(self):
        self.assertEqual(self.natively("cs_shut"), [Native("sr_shut", {})])
        self.assertEqual(self.asked(), Control("shutdown"))

    def test_nonsense_is_counted(self):
        before = self.rig.glasses.controls.unsupported
        nonsense = (
            ("sr_tpevt", {"type": 99}),
            ("sr_tpevt", {"type": True}),
            ("sr_swst", {"type": "x"}),
            ("hm_batv", {"pt": 400}),
            ("hm_batv", "full"),
            ("sr_keyevt", {"button": 7, "type": 7}),
            ("mh_ota", ""),
        )
        for command, body in nonsense:
            self.assertEqual(self.natively(command, body), [], command)
        self.assertEqual(self.rig.glasses.controls.unsupported, before + len(nonsense))

    def test_its_reset_is_heard_from_itself_only(self):
        self.rig.glasses.controls.settings.put("button_photo_setting", "large")
        self.natively(RESET, by_link=True)
        self.assertEqual(self.rig.glasses.controls.settings.get("button_photo_setting", ""), "large")
        self.natively(RESET)
        self.assertEqual(self.rig.glasses.controls.settings.get("button_photo_setting", ""), "")


if __name__ == "__main__":
    unittest.main()
