"""The one who talks with the glasses, at a pty whose other end the test holds."""

import os
import select
import tty
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from trifocal_shared import messages
from trifocal_shared.envelope import Native
from trifocal_shared.frame import encode_frame
from trifocal_shared.messages import FileAnnounce, GlassesReady, PhoneReady, Ping, Pong, TransferComplete
from trifocal_shared.pack import DATA_BYTES, Have, Piece
from trifocal_shared.pack import encode as encode_pack
from trifocal_shared.wire import Wire
from trifocal_tools.hil import peer as module
from trifocal_tools.hil.peer import Peer

DEADLINE_S = 10
PICTURE = bytes(range(256)) * 8
PHOTO = FileAnnounce(file_name="P000000007.jpg", request_id="r", size=len(PICTURE), sha256="", number=7)


class Glasses:
    """The other end, which says what the test wants before it is asked."""

    def __init__(self) -> None:
        self.ours, self.theirs = os.openpty()
        tty.setraw(self.theirs)
        os.set_blocking(self.ours, False)
        self.wire = Wire(messages.TO_GLASSES, glasses_side=True)

    def say(self, *said: object) -> None:
        for one in said:
            data = encode_frame(0x50, encode_pack(one), False) if isinstance(one, Piece) else self.wire.encode(one)
            os.write(self.ours, data)

    def heard(self, kind: type, times: int) -> list[object]:
        """Everything until this has been heard so many times."""
        said: list[object] = []
        while [type(one) for one in said].count(kind) < times:
            assert select.select([self.ours], [], [], DEADLINE_S)[0], said
            self.wire.receive(os.read(self.ours, 65_536), 0)
            said += self.wire.events()
        return said


@pytest.fixture
def glasses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Glasses]:
    for name in ("KNOCK_S", "STALL_S"):
        monkeypatch.setattr(module, name, 0.01)
    made = Glasses()
    yield made
    os.close(made.ours)
    os.close(made.theirs)


@pytest.fixture
def peer(glasses: Glasses) -> Iterator[Peer]:
    made = Peer(os.ttyname(glasses.theirs), 115_200)
    yield made
    made.close()


def pieces(begin: int = 0) -> list[Piece]:
    return [Piece(7, at, PICTURE[at : at + DATA_BYTES]) for at in range(begin, len(PICTURE), DATA_BYTES)]


def test_what_comes_is_kept_until_it_is_asked_for(peer: Peer, glasses: Glasses) -> None:
    glasses.say(GlassesReady(sid="a"), Pong(), GlassesReady(sid="b"))
    assert peer.hear(Pong)
    assert peer.hear(GlassesReady, where=lambda said: said.sid == "b").sid == "b"
    assert peer.hear(GlassesReady).sid == "a"
    glasses.say(Pong())
    peer.listen(FileAnnounce, 0.05)
    peer.forget()
    assert peer.listen(Pong, 0) is None


def test_what_does_not_come_is_an_assertion_that_says_what_did(peer: Peer, glasses: Glasses) -> None:
    glasses.say(Pong())
    with pytest.raises(AssertionError, match=r"no GlassesReady within 0.05 s; came: .*Pong"):
        peer.hear(GlassesReady, 0.05)


def test_it_knocks_until_somebody_answers_or_gives_up(peer: Peer, glasses: Glasses) -> None:
    with pytest.raises(AssertionError, match="nobody answered"):
        peer.hello(within_s=0.5)
    assert glasses.heard(PhoneReady, 2)
    glasses.say(GlassesReady(sid="a"))
    assert peer.hello().sid == "a"


def test_of_many_knocks_that_are_answered_late_one_counts(peer: Peer, glasses: Glasses) -> None:
    def answer() -> None:
        knocks = glasses.heard(PhoneReady, 3)
        glasses.say(*[said for _ in knocks for said in (GlassesReady(sid="a"), PHOTO)])
        glasses.heard(Ping, 1)
        glasses.say(Pong())
        glasses.heard(PhoneReady, 1)
        glasses.say(GlassesReady(sid="a"), PHOTO, Pong())

    with ThreadPoolExecutor() as pool:
        answering = pool.submit(answer)
        assert peer.hello().sid == "a"
        answering.result()
    assert peer.hear(FileAnnounce) == PHOTO
    peer.hear(Pong)
    assert peer.listen(FileAnnounce, 0) is None


def test_a_photo_is_fetched_whole_in_spite_of_repeats_and_strangers(peer: Peer, glasses: Glasses) -> None:
    first, *rest = pieces()
    glasses.say(Piece(8, 0, b"of another photo"), first, first, *rest)
    assert peer.fetch(PHOTO) == PICTURE
    wanted = [said.offset for said in glasses.heard(Have, 2) if isinstance(said, Have)]
    assert (wanted[0], wanted[-1]) == (0, len(PICTURE))


def test_a_gap_is_asked_for_and_a_photo_that_stops_is_a_failure(peer: Peer, glasses: Glasses) -> None:
    first, _, third, *_ = pieces()
    glasses.say(first, third)
    with pytest.raises(AssertionError, match=f"stopped at byte {DATA_BYTES}"):
        peer.fetch(PHOTO)
    assert {said.offset for said in glasses.heard(Have, 3) if isinstance(said, Have)} == {0, DATA_BYTES}


def test_what_is_held_is_not_fetched_again_and_half_may_be_enough(peer: Peer, glasses: Glasses) -> None:
    glasses.say(*pieces(1_000))
    assert peer.fetch(PHOTO, PICTURE[:1_000], until=1_400) == PICTURE[: 1_000 + DATA_BYTES]


def test_a_photo_comes_in_file_packets_too(peer: Peer, glasses: Glasses) -> None:
    name = PHOTO.file_name
    for at in range(0, len(PICTURE), 400):
        data = PICTURE[at : at + 400]
        os.write(glasses.ours, glasses.wire.encode_file_packet(0x31, at // 400, len(PICTURE), name, data))
    assert peer.fetch_packets(PHOTO) == PICTURE


def test_the_last_word_about_a_photo_is_said(peer: Peer, glasses: Glasses) -> None:
    peer.confirm(PHOTO)
    peer.confirm(PHOTO, good=False)
    peer.say_native("cs_pho")
    said = glasses.heard(Native, 1)
    assert [one.success for one in said if isinstance(one, TransferComplete)] == [True, False]


def test_a_port_that_stays_away_is_an_error_of_the_port(peer: Peer) -> None:
    peer._where = ("/dev/no-such-port", 9600)
    with pytest.raises(OSError, match="no-such-port"):
        peer.reopen(within_s=0.05)
