"""Both ends of the link against each other, and against a peer that says anything at all."""

import unittest

from trifocal_shared import reasons
from trifocal_shared.envelope import Native
from trifocal_shared.frame import FRAGMENT, PHOTO, STRING, FilePacket, encode_frame
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES, AuthToken, ButtonPress, FileHave, Ping, Pong
from trifocal_shared.wire import Rejected, Wire


def ends(**options):
    """A gateway's end and a pair of glasses' end."""
    return Wire(TO_GATEWAY, False, **options), Wire(TO_GLASSES, True, **options)


class BothEnds(unittest.TestCase):
    def test_understand_each_other(self):
        gateway, glasses = ends()
        asked = [Ping(), FileHave(file_name="P000000001.jpg", offset=800), AuthToken(core_token="tök##en$$")]
        glasses.receive(b"".join([gateway.encode(message) for message in asked]), 0)
        self.assertEqual(glasses.events(), asked)
        press = ButtonPress(press_id="1a2b3c4d-1", button_id="photo", press_type="short")
        gateway.receive(glasses.encode(press) + glasses.encode_native("sr_batv", {"pt": 67}), 0)
        self.assertEqual(gateway.events(), [press, Native("sr_batv", {"pt": 67})])
        self.assertEqual(gateway.events(), [])

    def test_each_writes_its_own_byte_order(self):
        gateway, glasses = ends()
        self.assertEqual(gateway.encode(Ping())[:5], b"##0\x21\x00")
        self.assertEqual(glasses.encode(Pong())[:5], b"##0\x00\x28")
        self.assertEqual(gateway.encode_native("cs_pho")[:5], b"##0\x1b\x00")

    def test_hear_a_peer_of_the_other_byte_order(self):
        old_phone, (_, glasses) = Wire(TO_GATEWAY, True), ends()
        glasses.receive(old_phone.encode(Ping()), 0)
        self.assertEqual(glasses.events(), [Ping()])

    def test_pieces_of_files_keep_their_place_among_messages(self):
        gateway, glasses = ends()
        packet = glasses.encode_file_packet(PHOTO, 3, 1203, "P000000001.jpg", b"abc", 1)
        gateway.receive(glasses.encode(Pong()) + packet + glasses.encode(Pong()), 0)
        meant = FilePacket(PHOTO, 3, 1203, "P000000001.jpg", 1, b"abc")
        self.assertEqual(gateway.events(), [Pong(), meant, Pong()])

    def test_a_frame_cut_anywhere_is_understood_once(self):
        gateway, glasses = ends()
        data = gateway.encode(Ping())
        for cut in range(1, len(data)):
            glasses.receive(data[:cut], 0)
            self.assertIsNotNone(glasses.deadline())
            glasses.receive(data[cut:], 999)
            self.assertEqual(glasses.events(), [Ping()])
            self.assertIsNone(glasses.deadline())

    def test_a_frame_that_stops_is_given_up(self):
        gateway, glasses = ends()
        glasses.receive(gateway.encode(Ping())[:-1], 0)
        glasses.timeout(glasses.deadline() - 1)
        self.assertEqual(glasses.tally["stalled"], 0)
        glasses.timeout(glasses.deadline())
        self.assertEqual((glasses.tally["stalled"], glasses.events()), (1, []))


class Limits(unittest.TestCase):
    def test_what_the_peer_would_drop_is_refused_here(self):
        gateway, glasses = ends(max_payload=200)
        with self.assertRaises(ValueError):
            gateway.encode(AuthToken(core_token="x" * 200))
        with self.assertRaises(ValueError):
            glasses.encode_native("x" * 200)
        glasses.receive(gateway.encode(AuthToken(core_token="x" * 120)), 0)
        self.assertEqual(len(glasses.events()), 1)


class Refusals(unittest.TestCase):
    def said(self, payload, kind=STRING):
        """What the glasses make of one frame, and their counts."""
        _, glasses = ends()
        glasses.receive(encode_frame(kind, payload, True), 0)
        return glasses.events(), glasses.tally

    def test_a_message_against_the_rules_is_told_and_counted(self):
        bad = (
            b"not json",
            b'{"C":"{\\"type\\":\\"file_have\\"}"}',
            b'{"C":"{\\"type\\":\\"file_have\\",\\"fileName\\":5,\\"offset\\":0}"}',
            b'{"C":"{\\"type\\":\\"file_have\\",\\"fileName\\":\\"a\\",\\"offset\\":true}"}',
            b'{"type":5}',
            b"{}",
            b'{"type":["ping"]}',
        )
        for payload in bad:
            events, counts = self.said(payload)
            self.assertEqual(len(events), 1)
            self.assertIsInstance(events[0], Rejected)
            self.assertEqual(events[0].reason, reasons.MALFORMED)
            self.assertEqual(counts["malformed_message"], 1)

    def test_what_is_told_does_not_repeat_what_was_said(self):
        events, _ = self.said(b'{"type":"auth_token","coreToken":["hush"]}')
        self.assertEqual(events, [Rejected(reasons.MALFORMED, "auth_token.coreToken is not of type str")])
        self.assertFalse("hush" in repr(events))

    def test_a_newer_peers_message_is_only_counted(self):
        events, counts = self.said(b'{"type":"from_the_future","x":1}')
        self.assertEqual((events, counts["unknown_message"], counts["malformed_message"]), ([], 1, 0))

    def test_a_newer_peers_field_is_ignored(self):
        self.assertEqual(self.said(b'{"type":"ping","since":"v9"}')[0], [Ping()])

    def test_a_fragment_is_only_counted(self):
        events, counts = self.said(bytes.fromhex("0b0100000102007632"), FRAGMENT)
        self.assertEqual((events, counts["fragment"]), ([], 1))

    def test_a_message_for_the_other_end_is_unknown_here(self):
        events, counts = self.said(b'{"type":"pong"}')
        self.assertEqual((events, counts["unknown_message"]), ([], 1))

    def test_one_bad_message_harms_no_other(self):
        gateway, glasses = ends()
        good = gateway.encode(Ping())
        glasses.receive(good + b"noise##" + encode_frame(STRING, b"{}", True) + good, 0)
        events = glasses.events()
        self.assertEqual([type(event) for event in events], [Ping, Rejected, Ping])
        self.assertEqual(glasses.tally["garbage"], 7)

    def test_shows_itself(self):
        self.assertEqual(repr(Rejected("malformed", "x")), "Rejected('malformed', 'x')")
        self.assertFalse(Rejected("malformed", "x") == "x")
