import unittest

from trifocal_shared import reasons
from trifocal_shared.rtmp import amf
from trifocal_shared.rtmp.chunks import AUDIO, COMMAND, DATA, USER_CONTROL, VIDEO, ChunkReader, encode
from trifocal_shared.rtmp.push import Closed, Live, Push
from trifocal_shared.rtmp.target import Target

URL = "rtmp://media.example:1936/live/inst/cam?key=abc"


def status(code, level="status"):
    said = {"level": level, "code": code, "description": "because"}
    return encode((COMMAND, 0, 1, amf.encode("onStatus", 0, None, said)), 5)


def answer(number, *values):
    return encode((COMMAND, 0, 0, amf.encode("_result", number, *values)), 3)


class Peer:
    """A server that says what it is told to, and remembers what it heard."""

    def __init__(self, url=URL, about=None):
        self.push = Push(Target(url), 0, about)
        self.reader = ChunkReader()
        self.heard = []

    def hear(self, skip=0):
        for message in self.reader.receive(self.push.data_to_send()[skip:]):
            self.heard.append(message)
        return [amf.decode(body)[0] for kind, _, _, body in self.heard if kind == COMMAND]

    def asking(self, now=0):
        self.push.connected(now)
        hello = self.push.data_to_send()
        assert len(hello) == 1537
        self.push.receive(b"\3" + b"s" * 1536 + hello[1:], now)
        self.hear(1536)
        return self

    def live(self, now=0):
        self.asking(now)
        self.push.receive(answer(1, {}, {}), now)
        self.push.receive(answer(4, None, 7), now)
        self.push.receive(status("NetStream.Publish.Start"), now)
        return self

    def closed(self):
        (event,) = [one for one in self.push.events() if isinstance(one, Closed)]
        return event.reason


class TestPush(unittest.TestCase):
    def test_it_gets_to_publish(self):
        peer = Peer(about={"width": 640})
        peer.push.configure(VIDEO, b"\x17\0config", 0)
        peer.live()
        self.assertEqual(peer.hear(), ["connect", "releaseStream", "FCPublish", "createStream", "publish"])
        self.assertEqual(amf.decode(peer.heard[1][3])[2]["app"], "live/inst")
        publish = [body for kind, _, stream, body in peer.heard if kind == COMMAND and stream == 7]
        self.assertEqual(amf.decode(publish[0])[3:], ["cam?key=abc", "live"])
        self.assertIsInstance(peer.push.events()[0], Live)
        self.assertEqual([kind for kind, _, _, _ in peer.heard[-2:]], [DATA, VIDEO])

    def test_media_goes_out_from_a_key_frame_on(self):
        peer = Peer().live()
        self.assertFalse(peer.push.video(b"p", 0, False, 0))
        self.assertTrue(peer.push.audio(b"a", 5, 0))
        self.assertTrue(peer.push.video(b"k" * 5000, 10, True, 0))
        self.assertTrue(peer.push.video(b"p", 43, False, 0))
        peer.hear()
        sent = [(kind, stamp, stream, len(body)) for kind, stamp, stream, body in peer.heard if kind in (AUDIO, VIDEO)]
        self.assertEqual(sent, [(AUDIO, 5, 7, 1), (VIDEO, 10, 7, 5000), (VIDEO, 43, 7, 1)])
        self.assertEqual((peer.push.frames, peer.push.dropped), (2, 1))

    def test_chunks_may_be_small(self):
        peer = Peer()
        peer.push = Push(Target(URL), 0, None, 128)
        peer.live()
        peer.push.video(b"k" * 5000, 10, True, 0)
        self.assertEqual(peer.push.data_to_send().count(b"\xc6"), 39)

    def test_nothing_goes_out_before_it_is_live(self):
        peer = Peer().asking()
        self.assertFalse(peer.push.video(b"k", 0, True, 0) or peer.push.audio(b"a", 0, 0))
        peer.push.configure(AUDIO, b"\xaf\0", 0)
        self.assertEqual(peer.push.data_to_send(), b"")

    def test_a_new_configuration_goes_out_at_once(self):
        peer = Peer().live()
        peer.hear()
        peer.push.configure(AUDIO, b"\xaf\0\x11\x88", 9)
        peer.hear()
        self.assertEqual(peer.heard[-1][3], b"\xaf\0\x11\x88")

    def test_old_pictures_are_dropped_up_to_the_next_key_frame(self):
        peer = Peer().live()
        push = peer.push
        push.unsent(push.sent_bytes, 0)
        for now in range(0, 1001, 100):
            self.assertTrue(push.video(b"k" * 20_000, now, True, now))
            push.data_to_send()
            push.unsent(max(0, push.sent_bytes - now * 40), now)
        self.assertTrue(30_000 < push.rate < 45_000)
        self.assertTrue(push.delay() > 3_900)
        while push.delay() <= 4_000:
            push.video(b"k" * 20_000, 1000, True, 1000)
            push.unsent(push.sent_bytes - 40_000, 1000)
        self.assertFalse(push.video(b"p", 1100, False, 1100))
        push.unsent(0, 1200)
        self.assertFalse(push.video(b"p", 1200, False, 1200))
        self.assertTrue(push.video(b"k", 1300, True, 1300))

    def test_no_connection(self):
        peer = Peer()
        peer.push.refused(5, "no route")
        self.assertEqual(peer.closed(), reasons.CONNECT_REFUSED)
        peer = Peer()
        peer.push.timeout(9_999)
        self.assertEqual(peer.push.deadline(), 10_000)
        peer.push.timeout(10_000)
        self.assertEqual(peer.closed(), reasons.CONNECT_REFUSED)
        self.assertIsNone(peer.push.deadline())

    def test_a_server_that_says_nothing(self):
        peer = Peer()
        peer.push.connected(100)
        peer.push.timeout(10_100)
        self.assertEqual(peer.closed(), reasons.TIMED_OUT)
        peer = Peer().asking(100)
        peer.push.timeout(10_100)
        self.assertEqual(peer.closed(), reasons.TIMED_OUT)

    def test_what_is_no_server_of_rtmp(self):
        peer = Peer()
        peer.push.connected(0)
        peer.push.receive(b"HTTP/1.1 400 Bad Request", 0)
        self.assertEqual(peer.closed(), reasons.MALFORMED)
        peer = Peer().asking()
        peer.push.receive(b"\xc3garbage", 0)
        self.assertEqual(peer.closed(), reasons.MALFORMED)

    def test_a_key_that_is_not_taken(self):
        for said in (
            status("NetStream.Publish.BadName", "error"),
            status("NetStream.Publish.Denied", "error"),
            encode((COMMAND, 0, 0, amf.encode("_error", 1, None, {"code": "NetConnection.Connect.Rejected"})), 3),
        ):
            peer = Peer().asking()
            peer.push.receive(said, 0)
            self.assertEqual(peer.closed(), reasons.AUTH_REJECTED)
        peer = Peer().asking()
        peer.push.lost(0)
        self.assertEqual(peer.closed(), reasons.AUTH_REJECTED)
        peer = Peer().asking()
        peer.push.receive(status("NetStream.Failed", "error"), 0)
        self.assertEqual(peer.closed(), reasons.CONNECT_REFUSED)

    def test_the_end(self):
        for end, reason in (
            (lambda push: push.lost(1), reasons.PEER_CLOSED),
            (lambda push: push.receive(status("NetStream.Unpublish.Success"), 1), reasons.PEER_CLOSED),
            (lambda push: push.stop(1), "stopped"),
        ):
            peer = Peer().live()
            end(peer.push)
            end(peer.push)
            self.assertEqual(peer.closed(), reason)
            self.assertEqual(peer.push.state, "closed")
        self.assertEqual(peer.hear()[-2:], ["FCUnpublish", "deleteStream"])

    def test_a_connection_that_takes_nothing_ends_and_an_idle_one_does_not(self):
        peer = Peer().live()
        peer.push.timeout(10_000)
        self.assertEqual((peer.push.state, peer.push.deadline()), ("live", 20_000))
        peer.push.video(b"k", 0, True, 10_000)
        peer.push.unsent(1, 10_000)
        peer.push.unsent(1, 19_000)
        peer.push.timeout(20_000)
        self.assertEqual(peer.closed(), reasons.TOO_SLOW)

    def test_pings_are_answered(self):
        peer = Peer().live()
        peer.hear()
        peer.push.receive(encode((USER_CONTROL, 0, 0, b"\0\6abcd"), 2), 0)
        peer.hear()
        self.assertEqual(peer.heard[-1][3], b"\0\7abcd")

    def test_strange_answers_are_not_tripped_over(self):
        for said in (
            encode((COMMAND, 0, 0, b""), 3),
            encode((COMMAND, 0, 0, amf.encode(5, "x")), 3),
            encode((COMMAND, 0, 0, amf.encode("onStatus", 0, None)), 3),
            encode((COMMAND, 0, 0, amf.encode("_error", 4, None, "text")), 3),
            answer(4, None, -1),
            answer(4, None, 1e300),
            answer(4, None, "x"),
        ):
            peer = Peer().asking()
            peer.push.receive(said, 0)
            self.assertIn(peer.push.state, ("asking", "closed"))
