"""The session and the publishing machine, joined by bytes cut anywhere; and peers that break the rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_cloud.live.rtmp_session import ASK_MS, SHAKE_MS, SILENCE_MS, Ended, PlayAsked, PublishAsked, RtmpSession
from trifocal_shared import reasons
from trifocal_shared.rtmp import amf
from trifocal_shared.rtmp.chunks import (
    ACKNOWLEDGEMENT,
    AGGREGATE,
    AUDIO,
    COMMAND,
    DATA,
    USER_CONTROL,
    VIDEO,
    WINDOW_SIZE,
    ChunkReader,
    encode,
)
from trifocal_shared.rtmp.push import Closed, Live, Push
from trifocal_shared.rtmp.target import Target

SHAKE = b"\3" + b"c" * 1536


class Pair:
    """A publisher and our end."""

    def __init__(self, url: str = "rtmp://h/live/cam?key=abc", cut: int = 1000) -> None:
        self.session = RtmpSession(0)
        self.push = Push(Target(url), 0)
        self.push.connected(0)
        self.cut = cut
        self.said: list[object] = []

    def carry(self, now: int = 0) -> list[object]:
        """Carry bytes both ways until nobody says any more; the session's events."""
        found: list[object] = []
        while True:
            up, down = self.push.data_to_send(), self.session.data_to_send()
            if not up and not down:
                self.said += self.push.events()
                return found
            for at in range(0, len(up), self.cut):
                self.session.receive(up[at : at + self.cut], now)
            for at in range(0, len(down), self.cut):
                self.push.receive(down[at : at + self.cut], now)
            found += self.session.events()

    def publishing(self) -> "Pair":
        assert self.carry() == [PublishAsked("cam", "abc")]
        self.session.accept(0)
        assert self.carry() == []
        return self


def command(name: str, number: int = 1, *values: object) -> bytes:
    return encode((COMMAND, 0, 0, amf.encode(name, number, *values)), 3)


def connected(*more: bytes) -> RtmpSession:
    """A session after its handshake and `connect`, and what more was said to it."""
    session = RtmpSession(0)
    session.receive(SHAKE + b"z" * 1536 + command("connect", 1, {"app": "live"}), 0)
    for data in more:
        session.receive(data, 0)
    return session


def published() -> RtmpSession:
    session = connected(command("publish", 5, None, "cam", "live"))
    session.events()
    session.accept(0)
    session.data_to_send()
    return session


def commands(data: bytes) -> list[list[object]]:
    """What is said in commands after the handshake."""
    return [amf.decode(body) for kind, _, _, body in ChunkReader().receive(data) if kind == COMMAND]


@pytest.mark.parametrize("cut", [1, 7, 1536, 100_000])
def test_a_publisher_is_let_in_and_heard(cut: int) -> None:
    pair = Pair(cut=cut).publishing()
    assert isinstance(pair.said[0], Live)
    pair.push.video(b"\x17\1" + b"k" * 300, 40, True, 0)
    pair.push.audio(b"\xaf\1a", 41, 0)
    pair.carry()
    assert pair.session.media() == [(VIDEO, 40, b"\x17\1" + b"k" * 300), (AUDIO, 41, b"\xaf\1a")]
    assert pair.session.media() == []
    pair.push.stop(5)
    assert pair.carry() == [Ended("stopped")]


def test_a_publisher_is_refused_with_the_reason() -> None:
    pair = Pair()
    pair.carry()
    pair.session.refuse(reasons.AUTH_REJECTED)
    assert pair.carry() == [Ended(reasons.AUTH_REJECTED)]
    (closed,) = [one for one in pair.said if isinstance(one, Closed)]
    assert (closed.reason, "auth_rejected" in closed.detail) == (reasons.AUTH_REJECTED, True)


def test_ending_it_from_here() -> None:
    pair = Pair().publishing()
    pair.session.end(reasons.DISPLACED)
    assert pair.carry() == [Ended(reasons.DISPLACED)]
    assert any(isinstance(one, Closed) for one in pair.said)
    pair.session.receive(b"more", 0)
    pair.session.lost()
    assert pair.session.events() == []


def test_the_key_may_stand_with_the_app() -> None:
    session = RtmpSession(0)
    session.receive(SHAKE + b"z" * 1536 + command("connect", 1, {"app": "live?x=1&key=k1"}), 0)
    session.receive(command("publish", 5, None, "cam?other=2"), 0)
    assert session.events() == [PublishAsked("cam", "k1")]


def test_a_player_is_let_in() -> None:
    session = connected(command("createStream", 2, None), command("play", 3, None, "cam?key=k", -2))
    assert session.events() == [PlayAsked("cam", "k")]
    session.data_to_send()
    session.accept(0)
    codes = [values[3]["code"] for values in commands(session.data_to_send())]  # type: ignore[index, call-overload]
    assert codes == ["NetStream.Play.Reset", "NetStream.Play.Start"]
    assert session.deadline() is None
    session.receive(encode((VIDEO, 0, 1, b"x"), 6), 0)
    assert session.media() == []


def test_what_publishers_ask_beside() -> None:
    session = connected()
    session.data_to_send()
    for number, name in enumerate(("releaseStream", "FCPublish", "createStream", "getStreamLength"), 2):
        session.receive(command(name, number, None, "cam"), 0)
    session.receive(command("_checkbw", 9, None), 0)
    answers = commands(session.data_to_send())
    assert [one[:2] for one in answers] == [["_result", float(number)] for number in range(2, 6)]


def test_times_without_an_answer() -> None:
    session = RtmpSession(100)
    assert session.deadline() == 100 + SHAKE_MS
    session.timeout(100 + SHAKE_MS - 1)
    assert session.events() == []
    session.timeout(100 + SHAKE_MS)
    assert session.events() == [Ended(reasons.TIMED_OUT, "nothing came while shaking")]
    waiting = connected()
    assert waiting.deadline() == ASK_MS
    quiet = published()
    quiet.receive(encode((VIDEO, 0, 1, b"x"), 6), 500)
    assert quiet.deadline() == 500 + SILENCE_MS
    quiet.timeout(500 + SILENCE_MS)
    assert quiet.events()[0] == Ended(reasons.TIMED_OUT, "nothing came while open")


def test_a_byte_a_second_is_no_handshake() -> None:
    session = RtmpSession(0)
    for second in range(6):
        session.receive(b"\3", second * 1000)
        session.timeout(second * 1000)
    assert session.state == "closed"


def test_acknowledgements_follow_the_bytes() -> None:
    session = published()
    session.receive(encode((WINDOW_SIZE, 0, 0, (1).to_bytes(4, "big")), 2), 0)
    for _ in range(3):
        session.receive(encode((VIDEO, 0, 1, bytes(40_000)), 6), 0)
    kinds = [kind for kind, *_ in ChunkReader().receive(session.data_to_send())]
    assert kinds == [ACKNOWLEDGEMENT]


def test_aggregates_are_taken_apart() -> None:
    def tag(kind: int, stamp: int, body: bytes) -> bytes:
        return bytes((kind,)) + len(body).to_bytes(3, "big") + stamp.to_bytes(3, "big") + bytes(4) + body + bytes(4)

    session = published()
    whole = tag(VIDEO, 500, b"v") + tag(AUDIO, 510, b"a") + tag(7, 1, b"?")
    session.receive(encode((AGGREGATE, 2000, 1, whole), 6), 0)
    assert session.media() == [(VIDEO, 2000, b"v"), (AUDIO, 2010, b"a")]
    session.receive(encode((AGGREGATE, 2000, 1, whole[:12]), 6), 0)
    session.receive(encode((AGGREGATE, 2000, 1, tag(VIDEO, 1, b"long")[:13]), 6), 0)
    assert session.state == "closed"


def test_other_forms_of_commands_and_data() -> None:
    session = connected(encode((17, 0, 0, b"\0" + amf.encode("publish", 5, None, "cam")), 3))
    assert session.events() == [PublishAsked("cam", "")]
    session.accept(0)
    session.receive(encode((15, 7, 1, b"\0meta"), 5) + encode((DATA, 8, 1, bytes(70_000)), 5), 0)
    assert session.media() == [(DATA, 7, b"meta")]
    session.data_to_send()
    session.receive(encode((USER_CONTROL, 0, 0, b"\0\6wxyz"), 2), 0)
    assert ChunkReader().receive(session.data_to_send())[-1][3] == b"\0\7wxyz"


@pytest.mark.parametrize(
    "data",
    [
        b"\6" + bytes(1536),
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        SHAKE + b"z" * 1536 + b"\xff" * 40,
        SHAKE + b"z" * 1536 + b"\x06\x00\x00\x00\xff\xff\xff\x09\x01\x00\x00\x00",
    ],
)
def test_what_is_no_rtmp_ends_it(data: bytes) -> None:
    session = RtmpSession(0)
    session.receive(data, 0)
    assert [type(event) for event in session.events()] == [Ended]
    assert session.deadline() is None


@pytest.mark.parametrize(
    "said",
    [
        command("connect", 1, {}),  # a second one
        command("publish", 5, None),
        command("publish", 5, None, "n" * 2000),
        command("publish", 5, None, 7),
        command("publish", 5, None, "cam") + command("publish", 6, None, "cam2"),
        encode((COMMAND, 0, 0, b""), 3),
        encode((COMMAND, 0, 0, amf.encode("x" * 70_000, 1)), 3),
        encode((COMMAND, 0, 0, amf.encode(1, 2)), 3),
        encode((COMMAND, 0, 0, b"\x03" * 20_000), 3),
    ],
)
def test_commands_that_break_the_rules_end_it(said: bytes) -> None:
    session = connected()
    session.receive(said, 0)
    assert session.state == "closed"


def test_media_before_it_is_let_in_goes_nowhere() -> None:
    session = connected(encode((VIDEO, 0, 1, b"x"), 6))
    assert (session.state, session.media()) == ("waiting", [])
    session.accept(0)
    session.refuse("x")
    assert session.state == "waiting"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 3), st.integers(1, 64))
def test_any_bytes_in_any_state_end_it_or_do_nothing(data: bytes, state: int, cut: int) -> None:
    session = (lambda: RtmpSession(0), connected, published, lambda: connected(command("play", 3, None, "c")))[state]()
    for at in range(0, len(data), cut):
        session.receive(data[at : at + cut], 0)
    assert session.state in {"shaking", "waiting", "asking", "open", "closed"}
    assert sum(isinstance(event, Ended) for event in session.events()) == (session.state == "closed")
