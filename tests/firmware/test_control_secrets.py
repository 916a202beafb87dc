"""No secret leaves the glasses: not by any answer to any command, not by what is reported, not by what is shown."""

import unittest

from trifocal_firmware.testing import Rig
from trifocal_shared import messages, reasons
from trifocal_shared.control_messages import COMMANDS, Control, name_of

PASSWORD = "correct horse ## $$"
TOKEN = "header.payload.signature"

FIELDS = {
    "ssid": "house",
    "password": PASSWORD,
    "enabled": True,
    "active": True,
    "size": "large",
    "params": {"width": 640},
    "minutes": 5,
    "mode": "cloud",
    "streamId": "s-1",
    "rtmpUrl": "rtmp://a/live/" + PASSWORD,
    "request_id": "r-1",
    "requestId": "r-1",
    "key": "00" * 32,
    "nonce": "00" * 16,
    "proof": "00" * 32,
}


ANSWERS = {
    "w": ["wifi_status"],
    "r": ["rtmp_stream_status"],
    "q": ["wifi_status"],
    "n": ["wifi_scan_result"],
    "f": ["wifi_forget_result"],
    "h": ["hotspot_error"],
    "l": ["rgb_led_control_error"],
    "p": [],
    "v": ["version_info"],
    "g": ["gallery_status"],
    "s": ["settings_ack"],
    "u": ["settings_ack"],
    "m": ["set_photo_mode_ack"],
    "o": ["owner_state"],
}
"""Letter -> what a board that has nothing answers."""


def every_command():
    """Each row of the table: (type, its letter, fields that are legal)."""
    for row in COMMANDS.strip().split("\n"):
        kind, way, *fields = row.split(" ")
        names = [name_of(field) for field in fields]
        yield kind, way, {name: FIELDS.get(name, 1) for name in names}


class TestSecrets(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.said = []
        deliver = self.rig._deliver
        self.rig._deliver = lambda data: (self.said.append(bytes(data)), deliver(data))[1]
        self.rig.connect(token=TOKEN)

    def wake(self):
        self.rig.glasses.timeout(self.rig.clock.now())
        self.rig.pump()

    def test_nothing_that_is_said_reported_or_shown_has_a_secret_in_it(self):
        shown = [repr(messages.AuthToken(core_token=TOKEN))]
        for kind, _, values in every_command():
            said = Control(kind, **values)
            shown.append(repr(said))
            for outcome in (None, {}, reasons.WRONG_PASSWORD):
                self.rig.gateway.say(said)
                self.rig.pump()
                asked = self.rig.steps("control")
                if asked:
                    command = asked[-1][0]
                    found = command.TYPE == "request_wifi_scan" and outcome == {}
                    self.rig.glasses.controls.answered(command, [] if found else outcome)
                    self.wake()
        self.rig.glasses.controls.wifi(True, "house", "10.0.0.7")
        self.wake()
        self.rig.press()
        key = "0123456789abcdef" * 4
        self.rig.glasses.controls.settings.put("owner", key)
        everything = b"".join(self.said) + repr((shown, self.rig.gateway.heard, self.rig.steps("report"))).encode()
        self.assertGreater(len(self.said), 50)
        self.assertIn(b"house", everything)
        for secret in ("correct horse", TOKEN, key):
            self.assertNotIn(secret.encode(), everything)

    def test_each_command_that_is_due_one_has_one_answer_on_the_simplest_board(self):
        for kind, way, values in every_command():
            self.rig.gateway.heard = []
            before = len(self.rig.steps("control"))
            self.rig.gateway.say(Control(kind, **values))
            self.rig.pump()
            asked = self.rig.steps("control")[before:]
            self.assertEqual(len(asked), int(way in "wnfhlpr"), kind)
            for (command,) in asked:
                self.assertEqual(self.rig.gateway.heard, [])
                self.rig.glasses.controls.answered(command, None)
                self.wake()
            self.assertEqual([said.TYPE for said in self.rig.gateway.heard], ANSWERS[way], kind)
        self.assertGreater(self.rig.glasses.controls.unsupported, 5)


if __name__ == "__main__":
    unittest.main()
