import unittest

from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.owner import Owner
from trifocal_firmware.session import EARLIEST_EPOCH_MS, MOST_OWED, RECENT_MS, VERSION, Session
from trifocal_firmware.settings import Settings
from trifocal_shared import messages, reasons
from trifocal_shared.chunk import FRAME_BYTES
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.link import Link


class Case(unittest.TestCase):
    def setUp(self):
        self.session = Session("0123abcd", "model", Owner(Settings(MemoryFlash()), b""))
        self.phone = Link(messages.TO_GATEWAY, glasses_side=False)
        self.session.opened(0)

    def tell(self, *said, now=0):
        """Say something to the session; what it says back."""
        for message in said:
            data = message if isinstance(message, bytes) else self.phone.encode(message)
            self.session.receive(data, now)
        return self.heard()

    def heard(self):
        for frame in self.session.data_to_send():
            self.phone.receive(frame, 0)
        return [said for said in self.phone.events() if isinstance(said, messages.Message)]

    def failed(self, request_id="r"):
        return messages.PhotoStatus(request_id=request_id, status="failed", error_code=reasons.CAPTURE_FAILED)

    def said_of(self, said):
        return [message.request_id for message in said if isinstance(message, messages.PhotoStatus)]


class TestSmallTalk(Case):
    def test_the_greeting_says_who_and_how_the_glasses_are(self):
        self.session.epoch_known(EARLIEST_EPOCH_MS, 0)
        ready, battery = self.tell(messages.PhoneReady(protocol=1), now=5)
        self.assertEqual(ready, messages.GlassesReady(sid="0123abcd", timestamp=EARLIEST_EPOCH_MS + 5, protocol=2))
        self.assertEqual(battery, messages.BatteryStatus(level=100, charging=False))
        self.assertTrue(self.session.ready)

    def test_each_greeting_is_answered_and_told(self):
        for _ in range(3):
            self.assertEqual(len(self.tell(messages.PhoneReady())), 2)
        self.assertEqual(len(self.session.events()), 3)

    def test_a_token_is_taken_an_empty_one_takes_it_away_and_neither_is_kept(self):
        self.assertEqual(self.tell(messages.AuthToken(core_token="secret-token"))[0].success, True)
        self.assertTrue(self.session.has_token)
        self.assertNotIn("secret-token", repr(self.session.__dict__))
        self.assertEqual(self.tell(messages.AuthToken(core_token=""))[0].success, False)
        self.assertFalse(self.session.has_token)

    def test_questions_are_answered_before_the_greeting_too(self):
        self.session.battery_is(55, True)
        self.assertEqual(self.tell(messages.Ping()), [messages.Pong()])
        self.assertEqual(self.tell(messages.RequestBatteryState()), [messages.BatteryStatus(level=55, charging=True)])
        version = self.tell(messages.RequestVersion())[0]
        self.assertEqual((version.app_version, version.device_model), (VERSION, "model"))

    def test_who_restarts_says_so_to_whoever_listens_and_is_heard(self):
        self.tell(messages.PhoneReady(protocol=2), messages.AuthToken(core_token="t"))
        self.session.say_finally(self.failed(), 0)
        self.heard()
        self.session.restarted(5)
        self.assertFalse(self.session.ready or self.session.has_token)
        self.assertEqual(self.heard(), [messages.GlassesReady(sid="0123abcdr", protocol=messages.PROTOCOL_VERSION)])
        self.assertEqual(self.said_of(self.tell(messages.PhoneReady(protocol=2), now=10)), [])

    def test_who_restarts_without_a_link_has_none_afterwards(self):
        self.session.closed(0)
        self.session.restarted(5)
        self.assertFalse(self.session.linked)
        self.assertEqual(self.tell(messages.Ping()), [])
        self.session.opened(10)
        self.assertEqual(self.tell(messages.PhoneReady())[0].sid, "0123abcdr")

    def test_the_battery_is_said_when_it_changes_and_somebody_listens(self):
        self.session.battery_is(90, False)
        self.assertEqual(self.heard(), [])
        self.tell(messages.PhoneReady())
        self.session.battery_is(90, False)
        self.assertEqual(self.heard(), [])
        self.session.battery_is(89, False)
        self.session.battery_is(89, True)
        self.assertEqual([(b.level, b.charging) for b in self.heard()], [(89, False), (89, True)])

    def test_the_clock_is_set_by_honest_times_only(self):
        for wrong in (0, -1, 1_500_000_000, 1 << 60):
            self.tell(messages.SetSystemTime(timestamp_ms=wrong))
            self.assertEqual(self.session.epoch(5), 0)
        self.assertEqual(self.session.counts["malformed"], 4)
        self.tell(messages.SetSystemTime(timestamp_ms=EARLIEST_EPOCH_MS), now=100)
        self.assertEqual(self.session.epoch(150), EARLIEST_EPOCH_MS + 50)
        self.assertEqual(len(self.session.events()), 1)
        self.session.epoch_known(0, 0)
        self.assertEqual(self.session.epoch(150), 0)

    def test_what_concerns_the_owner_is_handed_on(self):
        said = [
            messages.TakePhoto(request_id="r"),
            messages.FileHave(file_name="f", offset=0),
            messages.TransferComplete(file_name="f", success=True),
            messages.ButtonPressResponse(press_id="p", success=True),
        ]
        self.assertEqual(self.tell(*said), [])
        self.assertEqual(self.session.events(), said)


class TestBadBytes(Case):
    def test_malformed_messages_are_counted_and_the_next_is_understood(self):
        bad = [
            b"{",
            b"[]",
            b'{"C":5}',
            b'{"C":"{\\"type\\":\\"take_photo\\"}"}',
            b'{"C":"{\\"type\\":\\"take_photo\\",\\"requestId\\":7}"}',
            b'{"C":"{\\"type\\":\\"take_photo\\",\\"requestId\\":\\"r\\",\\"size\\":\\"huge\\"}"}',
            b'{"C":"{\\"type\\":\\"auth_token\\"}"}',
            b'{"C":"{\\"type\\":\\"file_have\\",\\"fileName\\":\\"f\\",\\"offset\\":\\"1\\"}"}',
        ]
        for payload in bad:
            self.assertEqual(self.tell(encode_frame(STRING, payload, True), messages.Ping()), [messages.Pong()])
        self.assertEqual(self.session.counts["malformed"], len(bad))
        self.assertEqual(self.session.events(), [])

    def test_unknown_types_and_garbage_are_passed_over(self):
        unknown = encode_frame(STRING, b'{"C":"{\\"type\\":\\"from_the_future\\"}"}', True)
        self.assertEqual(self.tell(b"\x00##garbage$$", unknown, messages.Ping()), [messages.Pong()])

    def test_half_a_frame_is_given_up_in_time(self):
        self.tell(self.phone.encode(messages.Ping())[:-3])
        deadline = self.session.deadline()
        self.session.timeout(deadline)
        self.assertIsNone(self.session.deadline())
        self.assertEqual(self.tell(messages.Ping(), now=deadline), [messages.Pong()])

    def test_half_a_frame_of_the_last_link_does_not_spoil_the_next(self):
        self.tell(self.phone.encode(messages.Ping())[:-3])
        self.session.closed(10)
        self.session.opened(20)
        self.assertEqual(self.tell(messages.Ping(), now=20), [messages.Pong()])

    def test_bytes_without_a_link_are_nothing(self):
        self.session.closed(0)
        self.assertEqual(self.tell(messages.Ping()), [])


class TestFinalWords(Case):
    def greet(self, now):
        return self.said_of(self.tell(messages.PhoneReady(), now=now))

    def test_with_somebody_there_they_are_said_once(self):
        self.greet(0)
        self.session.say_finally(self.failed(), 0)
        self.assertEqual(self.said_of(self.heard()), ["r"])
        self.assertEqual(self.greet(5), [])

    def test_without_they_wait_for_the_handshake_in_their_order(self):
        for request_id in ("a", "b", "c"):
            self.session.say_finally(self.failed(request_id), 0)
        self.session.closed(1)
        self.assertEqual(self.heard(), [])
        self.session.opened(100_000)
        self.assertEqual(self.greet(100_001), ["a", "b", "c"])
        self.assertEqual(self.greet(100_002), [])

    def test_a_frame_that_did_not_leave_before_the_link_was_lost_is_said_again(self):
        self.greet(0)
        self.session.say_finally(self.failed(), 1_000)
        self.session.closed(1_000 + RECENT_MS)
        self.assertEqual(self.heard(), [])
        self.session.opened(50_000)
        self.assertEqual(self.greet(50_000), ["r"])

    def test_what_was_said_long_before_is_not_to_a_gateway_without_ids(self):
        self.greet(0)
        self.session.say_finally(self.failed(), 1_000)
        self.heard()
        self.session.closed(1_001 + RECENT_MS)
        self.session.opened(50_000)
        self.assertEqual(self.greet(50_000), [])

    def test_they_are_bounded_and_the_dropped_are_counted(self):
        for number in range(MOST_OWED + 3):
            self.session.say_finally(self.failed(str(number)), 0)
        self.assertEqual(self.session.counts["owed_dropped"], 3)
        self.assertEqual(self.greet(1), [str(n) for n in range(3, MOST_OWED + 3)])

    def test_ordinary_words_without_a_listener_are_not_kept(self):
        self.session.closed(0)
        self.session.say(messages.Pong())
        self.session.opened(1)
        self.assertEqual(self.heard(), [])


class TestWordsThatMustArrive(Case):
    """The gateway answers ids, if `phone` gets to hear them."""

    def setUp(self):
        super().setUp()
        self.tell(messages.PhoneReady(protocol=messages.IDS_SINCE))

    def acknowledge(self, now):
        """What the phone heard is acknowledged."""
        for frame in self.phone.data_to_send():
            self.session.receive(frame, now)

    def wait(self, until):
        """The session's time passes, until nothing is due any more; the requests that were heard."""
        heard = []
        while self.session.deadline() is not None and self.session.deadline() <= until:
            self.session.timeout(self.session.deadline())
            heard += self.said_of(self.heard())
        return heard

    def test_a_final_word_that_was_lost_is_said_again(self):
        self.session.say_finally(self.failed(), 0)
        self.session.data_to_send()
        self.assertEqual(self.wait(1_000), ["r"])
        self.acknowledge(1_000)
        self.assertIsNone(self.session.deadline())

    def test_a_final_word_that_never_arrived_waits_for_the_next_handshake_however_long(self):
        self.session.say_finally(self.failed(), 0)
        self.session.data_to_send()
        while self.session.deadline() is not None:
            self.session.timeout(self.session.deadline())
            self.session.data_to_send()
        self.session.closed(60_000)
        self.session.opened(60_000)
        self.assertEqual(self.said_of(self.tell(messages.PhoneReady(protocol=messages.IDS_SINCE))), ["r"])

    def test_one_that_has_arrived_is_not_said_after_the_link_was_lost(self):
        self.session.say_finally(self.failed(), 0)
        self.assertEqual(self.said_of(self.heard()), ["r"])
        self.acknowledge(1)
        self.session.closed(2)
        self.session.opened(3)
        self.assertEqual(self.said_of(self.tell(messages.PhoneReady(protocol=messages.IDS_SINCE))), [])

    def test_a_lost_acknowledgement_doubles_no_word(self):
        self.session.say_surely(self.failed(), 0)
        self.assertEqual(self.said_of(self.heard()), ["r"])
        self.assertEqual(self.wait(9_000), [])
        self.assertEqual(self.phone.tally["repeated"], 2)

    def test_without_a_link_nothing_is_said_surely(self):
        self.session.closed(0)
        self.session.say_surely(self.failed(), 0)
        self.session.opened(1)
        self.assertEqual(self.heard(), [])

    def test_ids_of_another_boot_are_others(self):
        other = Session("0123abce", "model", Owner(Settings(MemoryFlash()), b""))
        other.opened(0)
        other.receive(self.phone.encode(messages.PhoneReady(protocol=messages.IDS_SINCE)), 0)
        for session in (self.session, other):
            session.say_surely(self.failed(), 0)
            for frame in session.data_to_send():
                self.phone.receive(frame, 0)
        self.assertEqual(len(self.said_of(self.phone.events())), 2)

    def test_a_phone_of_mentraos_gets_short_frames(self):
        self.session.opened(0)
        self.phone.opened()
        self.tell(messages.PhoneReady())
        self.session.say(self.failed("r" * 300))
        frames = self.session.data_to_send()
        self.assertTrue(len(frames) > 1 and max([len(frame) for frame in frames]) <= FRAME_BYTES)


if __name__ == "__main__":
    unittest.main()
