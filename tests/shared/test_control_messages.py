import unittest

from trifocal_shared.control_messages import COMMANDS, REPORTS, Control, command, name_of, report, row
from trifocal_shared.message import MAX_INT, ProtocolError, parse
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES


class TestControl(unittest.TestCase):
    def test_a_message_comes_back_as_it_was(self):
        said = Control("set_wifi_credentials", ssid="house", password="pa$$ ##")
        self.assertEqual(command(said.to_wire()), said)
        self.assertEqual(parse(TO_GLASSES, said.to_wire()), said)
        heard = Control("wifi_status", connected=True, ssid="house")
        self.assertEqual(parse(TO_GATEWAY, heard.to_wire()), heard)

    def test_what_a_newer_peer_adds_is_dropped(self):
        wire = {"type": "set_hotspot_state", "enabled": False, "colour": "red"}
        self.assertEqual(command(wire), Control("set_hotspot_state", enabled=False))

    def test_what_is_missing_or_of_another_type_is_refused_by_name(self):
        for wire, where in (
            ({"type": "forget_wifi"}, "forget_wifi.ssid"),
            ({"type": "forget_wifi", "ssid": None}, "forget_wifi.ssid"),
            ({"type": "forget_wifi", "ssid": 5}, "forget_wifi.ssid"),
            ({"type": "set_hotspot_state", "enabled": 1}, "set_hotspot_state.enabled"),
            ({"type": "button_max_recording_time", "minutes": True}, "button_max_recording_time.minutes"),
            ({"type": "button_max_recording_time", "minutes": MAX_INT + 1}, "button_max_recording_time.minutes"),
            ({"type": "button_video_recording_setting", "params": [1]}, "button_video_recording_setting.params"),
        ):
            with self.assertRaises(ProtocolError) as caught:
                command(wire)
            self.assertIn(where, str(caught.exception))

    def test_only_a_whole_type_is_known(self):
        for kind in ("wifi", "set_wifi", "", "set_wifi_credentials wifi_status", "ssid!", "reboot\n", "password"):
            self.assertIsNone(command({"type": kind}), kind)
            self.assertEqual(row(COMMANDS, kind), [])

    def test_each_row_has_a_letter_and_fields(self):
        self.assertEqual(row(COMMANDS, "forget_wifi"), ["f", "ssid!"])
        self.assertEqual(
            [name_of(field) for field in ("ssid!", "minutes:i!", "led:i", "d")], ["ssid", "minutes", "led", "d"]
        )
        for line in (COMMANDS + REPORTS).strip().split("\n"):
            self.assertIn(line.split(" ")[1] if line else "-", "wnfhlpqgvsmuor-")

    def test_empty_texts_are_left_out(self):
        said = Control("wifi_status", connected=False, ssid="", error="")
        self.assertEqual(said.to_wire(), {"type": "wifi_status", "connected": False})

    def test_no_secret_is_shown(self):
        said = [
            Control("set_wifi_credentials", ssid="house", password="hunter2"),
            Control("set_hotspot_state", enabled=True, password="hunter2"),
            Control("owner_pair", key="hunter2"),
        ]
        self.assertNotIn("hunter2", repr(said))
        self.assertIn("house", repr(said))

    def test_glasses_understand_no_report_and_the_gateway_no_command(self):
        self.assertIsNone(command({"type": "wifi_status", "connected": True}))
        self.assertIsNone(report({"type": "reboot"}))


if __name__ == "__main__":
    unittest.main()
