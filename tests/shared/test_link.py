import json
import unittest

from trifocal_shared.chunk import FRAME_BYTES, HANDSHAKE, LIFE_MS, OFFER, chunks, fragments
from trifocal_shared.envelope import Native, wrap_from_phone, wrap_native
from trifocal_shared.frame import FRAGMENT, STRING, encode_frame
from trifocal_shared.link import WHOLE, Link
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES, AuthToken, GlassesReady, Ping, Pong, TakePhoto
from trifocal_shared.pack import Have
from trifocal_shared.wire import Rejected

LONG = AuthToken(core_token="eyJ0.%s.größer" % ("x" * 420))


class Case(unittest.TestCase):
    def setUp(self):
        self.phone = Link(TO_GATEWAY, glasses_side=False, first_id=1_000)
        self.glasses = Link(TO_GLASSES, glasses_side=True)

    def carry(self, now=0, acks=True):
        """What both ends said reaches the other one; the glasses' answers only if `acks`. What each heard."""
        at_glasses, at_phone = [], []
        frames = self.phone.data_to_send()
        while frames:
            for frame in frames:
                self.glasses.receive(frame, now)
                at_glasses += self.glasses.events()
            for frame in self.glasses.data_to_send():
                if acks:
                    self.phone.receive(frame, now)
                    at_phone += self.phone.events()
            frames = self.phone.data_to_send()
        return at_glasses, at_phone

    def hear(self, wire, now=0):
        """What the glasses make of an object on the first way."""
        self.glasses.receive(encode_frame(STRING, wrap_from_phone(wire), True), now)
        return self.glasses.events()

    def told(self):
        """What the glasses say, as objects."""
        return [json.loads(json.loads(frame[5:-2])["C"]) for frame in self.glasses.data_to_send()]


class Pieces(Case):
    def test_what_is_short_goes_whole(self):
        self.phone.say(Ping())
        self.assertEqual(self.phone.data_to_send(), [self.phone.encode(Ping())])

    def test_what_is_long_goes_in_short_frames_and_arrives(self):
        self.phone.say(LONG)
        frames = self.phone.data_to_send()
        self.assertTrue(max([len(frame) for frame in frames]) <= FRAME_BYTES)
        for frame in frames:
            self.glasses.receive(frame, 0)
        self.assertEqual(self.glasses.events(), [LONG])

    def test_it_arrives_backwards_doubled_and_late(self):
        self.phone.say(LONG)
        frames = self.phone.data_to_send()
        for at, frame in enumerate(reversed(frames)):
            self.glasses.receive(frame * 2, at * LIFE_MS // len(frames))
        self.assertEqual(self.glasses.events(), [LONG])

    def test_a_missing_piece_is_no_message(self):
        self.phone.say(LONG)
        for frame in self.phone.data_to_send()[1:]:
            self.glasses.receive(frame, 0)
        self.assertEqual(self.glasses.events(), [])

    def test_peers_that_take_whole_frames_get_them(self):
        self.phone.frame_bytes = WHOLE
        self.phone.say(LONG)
        self.assertEqual(self.phone.data_to_send(), [self.phone.encode(LONG)])

    def test_the_older_spelling_is_understood(self):
        chunk = {"type": "chunked_msg", "chunkId": "a", "total": 2}
        self.assertEqual(self.hear(dict(chunk, chunk=0, data='{"type":')), [])
        self.assertEqual(self.hear(dict(chunk, chunk=1, data='"ping"}')), [Ping()])

    def test_a_word_of_the_controller_may_come_in_pieces(self):
        heard = [self.hear(chunk) for chunk in chunks(wrap_native("cs_pho"), "k", 0, 20)]
        self.assertEqual(heard[-1], [Native("cs_pho")])

    def test_chunks_of_no_known_shape_are_refused(self):
        good = {"t": "ck", "id": "k", "c": 0, "n": 1, "d": '{"type":"ping"}'}
        for name, wrong in (
            ("id", 5),
            ("c", "0"),
            ("n", None),
            ("d", ["x"]),
            ("d", "no json"),
            ("d", "[]"),
            ("d", "{}"),
        ):
            said = self.hear(dict(good, **{name: wrong}))
            self.assertEqual([type(each) for each in said], [Rejected])
        self.assertEqual(self.hear(dict(good, c=1)), [])
        self.assertEqual(self.hear(good), [Ping()])
        self.assertEqual((self.glasses.tally["malformed_message"], self.glasses.tally["pieces"]), (7, 1))

    def test_pieces_in_pieces_come_to_an_end(self):
        inner = json.dumps({"type": "ping"})
        for depth in range(7):
            inner = json.dumps({"t": "ck", "id": str(depth), "c": 0, "n": 1, "d": inner})
        self.glasses.receive(encode_frame(STRING, inner.encode(), True), 0)
        self.assertEqual(self.glasses.events(), [Ping()])

    def test_a_new_connection_knows_no_old_pieces(self):
        self.phone.say(LONG)
        first, *rest = self.phone.data_to_send()
        self.glasses.receive(first, 0)
        self.glasses.opened()
        for frame in rest:
            self.glasses.receive(frame, 0)
        self.assertEqual(self.glasses.events(), [])

    def test_what_no_peer_would_take_is_refused(self):
        with self.assertRaises(ValueError):
            self.phone.say(AuthToken(core_token="x" * 5_000))
        self.assertEqual(self.phone.data_to_send(), [])

    def test_words_of_other_kinds_go_as_they_are(self):
        have = Have(number=7, offset=0, window=9)
        self.phone.say_have(have)
        self.phone.say_native("cs_batv")
        self.assertEqual(self.carry()[0], [have, Native("cs_batv")])


class SecondWay(Case):
    def agree(self):
        self.glasses.offer()
        self.phone.receive(self.glasses.data_to_send()[0], 0)
        self.assertEqual(self.phone.events(), [])
        self.carry()

    def test_an_offer_is_answered_once_and_both_use_it(self):
        self.agree()
        self.assertTrue(self.phone.second_way and self.glasses.second_way)
        self.assertEqual(self.phone.data_to_send() + self.glasses.data_to_send(), [])
        self.phone.say(Ping())
        self.glasses.say(Pong())
        for frame in self.glasses.data_to_send():
            self.assertEqual((frame[2], frame[12:-2]), (FRAGMENT, b'{"type":"pong"}'))
            self.phone.receive(frame, 0)
        self.assertEqual((self.carry()[0], self.phone.events()), ([Ping()], [Pong()]))

    def test_long_messages_go_in_short_frames(self):
        self.agree()
        self.phone.say(LONG)
        frames = self.phone.data_to_send()
        self.assertTrue(len(frames) > 1 and max([len(frame) for frame in frames]) <= FRAME_BYTES)
        for frame in reversed(frames):
            self.glasses.receive(frame, 0)
        self.assertEqual(self.glasses.events(), [LONG])

    def test_commands_for_the_camera_keep_their_envelope(self):
        self.agree()
        self.phone.say(TakePhoto(request_id="r"))
        payload = b"".join([frame[12:-2] for frame in self.phone.data_to_send()])
        self.assertEqual(payload[:6], b'{"C":"')
        self.glasses.receive(b"".join(fragments(payload, 3, 0, 240)), 0)
        self.assertEqual(self.glasses.events(), [TakePhoto(request_id="r")])

    def test_fragments_are_understood_without_an_offer(self):
        for frame in fragments(b'{"type":"ping"}', 1, 0, 20):
            self.glasses.receive(frame, 0)
        self.assertEqual(self.glasses.events(), [Ping()])

    def test_offer_as_the_document_has_it(self):
        self.phone.receive(bytes.fromhex("23234009000b01000001020076322424"), 0)
        self.assertEqual(self.phone.events(), [])
        self.assertTrue(self.phone.second_way)
        self.assertEqual(self.phone.data_to_send(), fragments(OFFER, 1, HANDSHAKE, FRAME_BYTES))

    def test_it_ends_with_the_connection_and_with_the_peer(self):
        self.agree()
        self.phone.renewed()
        self.glasses.opened()
        self.assertFalse(self.phone.second_way or self.glasses.second_way)
        self.agree()
        self.assertTrue(self.phone.second_way and self.glasses.second_way)

    def test_another_offer_is_nothing(self):
        self.glasses.receive(fragments(b"v3", 1, HANDSHAKE, 240)[0], 0)
        self.assertEqual((self.glasses.second_way, self.glasses.data_to_send()), (False, []))

    def test_malformed_fragments_are_refused(self):
        for payload in (b"\x03\x01", b"\x03\x01\x00\x00\x01\x05\x00abc", b"\x03\x01\x00\x00\x01\x02\x00abc"):
            self.glasses.receive(encode_frame(FRAGMENT, payload, True), 0)
            self.assertEqual([type(said) for said in self.glasses.events()], [Rejected])
        self.glasses.receive(encode_frame(FRAGMENT, b"\x03\x01\x00\x01\x01\x01\x00{", True), 0)
        self.assertEqual((self.glasses.events(), self.glasses.tally["pieces"]), ([], 1))


class Ids(Case):
    def test_a_peer_that_knows_none_gets_none(self):
        self.assertEqual(self.phone.say_surely(Ping(), 0), 0)
        self.assertEqual(self.carry(), ([Ping()], []))
        self.assertIsNone(self.phone.deadline())

    def test_what_arrived_is_told_with_its_id(self):
        self.phone.answers_ids = True
        self.assertEqual(self.phone.say_surely(TakePhoto(request_id="r"), 0), 1_000)
        self.assertEqual(self.carry(), ([TakePhoto(request_id="r")], [1_000]))
        self.assertIsNone(self.phone.deadline())

    def test_a_lost_acknowledgement_doubles_nothing(self):
        self.phone.answers_ids = True
        self.phone.say_surely(TakePhoto(request_id="r"), 0)
        heard = self.carry(acks=False)[0]
        for _ in range(2):
            self.phone.timeout(self.phone.deadline())
            heard += self.carry(acks=False)[0]
        self.phone.timeout(self.phone.deadline())
        self.assertEqual(self.carry(), ([], [1_000]))
        self.assertEqual((heard, self.glasses.tally["repeated"]), ([TakePhoto(request_id="r")], 3))

    def test_a_lost_message_arrives_later(self):
        self.phone.answers_ids = True
        self.phone.say_surely(LONG, 0)
        self.phone.data_to_send()
        self.phone.timeout(self.phone.deadline())
        self.assertEqual(self.carry(), ([LONG], [1_000]))

    def test_silence_is_an_end_that_is_counted(self):
        self.phone.answers_ids = True
        self.phone.say_surely(Ping(), 0)
        while self.phone.deadline() is not None:
            self.phone.timeout(self.phone.deadline())
        self.assertEqual((len(self.phone.data_to_send()), self.phone.tally["given_up"]), (4, 1))

    def test_more_than_can_wait_is_said_once(self):
        self.phone.answers_ids = True
        said = [self.phone.say_surely(Ping(), 0) for _ in range(11)]
        self.assertEqual((said[-2], said[-1]), (1_009, 0))
        self.assertEqual(len(self.carry()[0]), 11)

    def test_a_repeated_id_is_one_message_on_a_later_connection_too(self):
        self.assertEqual(self.hear({"type": "take_photo", "requestId": "r", "mId": 7}), [TakePhoto(request_id="r")])
        self.glasses.opened()
        self.assertEqual(self.hear({"type": "take_photo", "requestId": "r", "mId": 7}), [])
        self.assertEqual([word["mId"] for word in self.told()], [7])

    def test_everything_with_an_id_is_acknowledged_even_what_is_refused(self):
        self.assertEqual(self.hear({"type": "from_the_future", "mId": 1}), [])
        self.assertEqual([type(said) for said in self.hear({"type": "take_photo", "mId": 2})], [Rejected])
        self.assertEqual(self.told(), [{"type": "msg_ack", "mId": at, "timestamp": 0} for at in (1, 2)])

    def test_the_id_of_a_long_message_may_stand_on_its_last_chunk_only(self):
        for chunk in chunks(b'{"type":"ping"}', "k", 9, 5):
            heard = self.hear(chunk)
        self.assertEqual((heard, [word["mId"] for word in self.told()]), ([Ping()], [9]))

    def test_ids_that_are_none_are_passed_over(self):
        for wrong in (0, -1, 1 << 63, "7", True, 1.5, None, [7]):
            self.assertEqual(self.hear({"type": "ping", "mId": wrong}), [Ping()])
        self.assertEqual(self.told(), [])
        self.assertEqual(self.hear({"type": "ping", "mId": (1 << 63) - 1}), [Ping()])
        self.assertEqual([word["mId"] for word in self.told()], [(1 << 63) - 1])

    def test_an_acknowledgement_is_not_acknowledged(self):
        self.assertEqual(self.hear({"type": "msg_ack", "mId": 5}) + self.hear({"type": "msg_ack"}), [])
        self.assertEqual(self.told(), [])

    def test_a_peer_that_uses_ids_gets_some(self):
        self.hear({"type": "ping", "mId": 1})
        self.assertEqual(self.glasses.say_surely(Pong(), 0), 1)

    def test_what_was_under_way_ends_with_the_connection(self):
        self.phone.answers_ids = True
        self.phone.say_surely(Ping(), 0)
        self.phone.opened()
        self.assertEqual((self.phone.deadline(), self.phone.data_to_send()), (None, []))
        self.phone.answers_ids = True
        self.assertEqual(self.phone.say_surely(Ping(), 0), 1_001)

    def test_an_incomplete_frame_keeps_its_deadline(self):
        self.glasses.receive(self.phone.encode(Ping())[:-1], 0)
        self.assertEqual(self.glasses.deadline(), 1_000)
        self.glasses.timeout(1_000)
        self.assertEqual((self.glasses.deadline(), self.glasses.tally["stalled"]), (None, 1))

    def test_the_second_way_carries_ids_too(self):
        self.glasses.offer()
        self.phone.receive(self.glasses.data_to_send()[0], 0)
        self.phone.events()
        self.carry()
        self.phone.answers_ids = True
        self.phone.say_surely(LONG, 0)
        self.assertEqual(self.carry(), ([LONG], [1_000]))

    def test_another_type_is_counted(self):
        self.phone.say(GlassesReady())
        self.assertEqual(self.carry(), ([], []))
        self.assertEqual(self.glasses.tally["unknown_message"], 1)


if __name__ == "__main__":
    unittest.main()
