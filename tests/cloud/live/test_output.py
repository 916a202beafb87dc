"""One output in virtual time: tries, waits, gives up, and goes on from a key frame."""

import itertools

import pytest

from trifocal_cloud.live.output import GIVE_UP_MS, Output, OutputChanged
from trifocal_cloud.live.rtmp_session import PublishAsked, RtmpSession
from trifocal_shared import app_words, reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.chunks import AUDIO, DATA, VIDEO

URL = "rtmp://elsewhere.example/live/cam?key=abc"


class Pair:
    """An output, and the server that it finds."""

    def __init__(self) -> None:
        self.output = Output(URL, 0)
        self.server = RtmpSession(0)
        self.now = 0

    def connect(self) -> "Pair":
        assert self.output.due(self.now)
        self.server = RtmpSession(self.now)
        self.output.connected(self.now)
        self.carry()
        assert self.server.events() == [PublishAsked("cam", "abc")]
        return self

    def live(self) -> "Pair":
        self.connect()
        self.server.accept(self.now)
        self.carry()
        assert self.output.state == "active"
        return self

    def carry(self) -> None:
        while True:
            up, down = self.output.data_to_send(), self.server.data_to_send()
            if not up and not down:
                return
            self.server.receive(up, self.now)
            self.output.receive(down, self.now, 0.5)


def states(output: Output) -> list[str]:
    return [event.state for event in output.events()]


def test_media_go_out_from_a_key_frame_on() -> None:
    pair = Pair()
    pair.output.configure(VIDEO, b"\x17\0config", 0)
    pair.output.configure(DATA, b"about", 0)
    pair.output.media(VIDEO, 0, b"\x17\1too early", True, 0)
    pair.live()
    pair.output.media(VIDEO, 33, b"\x27\1picture", False, 33)
    pair.output.media(AUDIO, 40, b"\xaf\1sound", False, 40)
    pair.output.media(VIDEO, 66, b"\x17\1key", True, 66)
    pair.carry()
    assert pair.server.media() == [(VIDEO, 0, b"\x17\0config"), (AUDIO, 40, b"\xaf\1sound"), (VIDEO, 66, b"\x17\1key")]
    assert states(pair.output) == ["connecting", "active"]


def test_a_server_that_goes_away_is_tried_again_with_the_configuration() -> None:
    pair = Pair()
    pair.output.configure(AUDIO, b"\xaf\0config", 0)
    pair.live()
    pair.output.lost(5_000, 0.0)
    assert not pair.output.due(5_499)
    pair.now = 5_500
    pair.live()
    assert pair.server.media() == [(AUDIO, 0, b"\xaf\0config")]
    assert states(pair.output) == ["connecting", "active", "waiting", "connecting", "active"]


def test_tries_grow_rarer_and_end() -> None:
    output = Output(URL, 0)
    tries = []
    now = 0
    while output.state != "error":
        if output.due(now):
            tries.append(now)
            output.refused(reasons.CONNECT_REFUSED, now, 1.0)
        now += 100
    waits = [after - before for before, after in itertools.pairwise(tries)]
    assert waits == sorted(waits)
    assert GIVE_UP_MS <= tries[-1] <= GIVE_UP_MS + 30_000
    assert len(tries) < 20
    assert output.events()[-1] == OutputChanged("error", reasons.CONNECT_REFUSED)
    assert not output.due(now + 10**9)


@pytest.mark.parametrize("reason", [reasons.AUTH_REJECTED, app_words.ADDRESS_FORBIDDEN])
def test_what_will_not_change_is_not_tried_again(reason: str) -> None:
    output = Output(URL, 0)
    output.due(0)
    output.refused(reason, 0, 0.5)
    assert (output.state, output.reason) == ("error", reason)


def test_a_server_that_refuses_the_key() -> None:
    pair = Pair().connect()
    pair.server.refuse(reasons.AUTH_REJECTED)
    pair.carry()
    assert (pair.output.state, pair.output.reason) == ("error", reasons.AUTH_REJECTED)


def test_a_server_that_hangs_is_let_go() -> None:
    output = Output(URL, 0)
    output.due(0)
    output.connected(0)
    output.timeout(9_999, 0.5)
    assert output.state == "connecting"
    output.timeout(10_000, 0.5)
    assert (output.state, output.reason, output.push) == ("waiting", reasons.TIMED_OUT, None)
    pair = Pair().live()
    pair.output.media(VIDEO, 0, b"\x17\1key", True, 0)
    pair.output.unsent(10, 0)
    pair.output.timeout(10_000, 0.5)
    assert (pair.output.state, pair.output.reason) == ("waiting", reasons.TOO_SLOW)


def test_the_end() -> None:
    pair = Pair().live()
    pair.output.stop(5)
    pair.carry()
    pair.output.stop(6)
    pair.output.lost(7, 0.5)
    assert states(pair.output)[-1] == "stopped"
    assert pair.server.state == "closed"
    waiting = Output(URL, 0)
    waiting.stop(0)
    for call in (waiting.connected, waiting.data_to_send):
        call(*(() if call == waiting.data_to_send else (1,)))
    assert not waiting.due(1)


def test_an_address_that_is_none() -> None:
    with pytest.raises(ProtocolError) as caught:
        Output("http://example.com/", 0)
    assert caught.value.code == reasons.BAD_URL
