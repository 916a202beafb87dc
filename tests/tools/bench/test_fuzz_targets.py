"""The targets themselves: they hold on their corpus, and they fall when a promise is broken."""

import pytest

from trifocal_shared.chunk import Gathering
from trifocal_shared.frame import FrameDecoder
from trifocal_shared.link import Link
from trifocal_shared.pack import Piece
from trifocal_tools.bench import fuzz_targets
from trifocal_tools.bench.fuzz_targets import TARGETS, BadAir, Pieces, corpus, talk


@pytest.mark.parametrize("target", TARGETS)
def test_each_holds_on_what_it_begins_with(target: str) -> None:
    fuzzed = TARGETS[target]()
    inputs = corpus(target)
    assert inputs
    for data in [b"", b"\x00", b"\xff" * 40, *inputs]:
        fuzzed(data)


def test_a_decoder_that_keeps_too_much_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def receive(self: FrameDecoder, data: bytes, now: int) -> None:
        self._buffer += data

    monkeypatch.setattr(FrameDecoder, "receive", receive)
    with pytest.raises(AssertionError):
        fuzz_targets.frames(b"\xff" + bytes(5_000))


def test_a_parser_that_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> Piece:
        raise IndexError(data)

    monkeypatch.setattr("trifocal_shared.pack.parse", broken)
    with pytest.raises(IndexError):
        fuzz_targets.words(b"{}")


def test_a_gathering_without_bounds_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gathering, "add", lambda self, *_: self._open.append((1, 2, 0, {0: b"x"})))
    pieces = Pieces()
    for link in pieces._ends:
        link._gathering._room = 32
    with pytest.raises(AssertionError):
        pieces(bytes((1, 6, 0, 2, 1)) + b"abc")


def test_ids_that_are_not_remembered_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def always(self: Link, *_: object) -> bool:
        raise AssertionError("asked")

    monkeypatch.setattr("trifocal_shared.ids.Ids.first", always)
    with pytest.raises(AssertionError, match="asked"):
        Pieces()(bytes((5, 3, 7, 0, 0)))


def test_a_photo_that_comes_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    store = fuzz_targets.House._store

    def twice(self: fuzz_targets.House, announce: object) -> None:
        store(self, announce)  # type: ignore[arg-type]
        self.stored.append(self.stored[-1])

    monkeypatch.setattr(fuzz_targets.House, "_store", twice)
    with pytest.raises(AssertionError):
        talk(bytes(4))


def test_a_link_on_which_nobody_answers_is_made_anew() -> None:
    # Three pongs in a row are lost of this one.
    talk(
        bytes.fromhex(
            "ff030a1150575e656c477ac1b2b90000000000000000000000000000000000000000000000000000"
            "00000000000000ffffffff50577e65000000000000c0c7ce2b231c15f1f8"
        )
    )


def test_the_air_does_what_the_bytes_say() -> None:
    air = BadAir()
    air.fate = bytes((0, 1, 2 | 1 << 3, 3 | 31 << 3, 4 | 16 << 3, 5 | 1 << 3))
    for item in (b"whole", b"dropped", b"twice", b"changed", b"cut short", b"late"):
        air.notify(True, len(item), item, 0)
    items: list[object] = []
    while (due := air.deadline()) is not None:
        air.timeout(due)
        items += [arrived.item for arrived in air.events()]
    assert items == [b"whole", b"twice", b"change\xe4", b"cut ", b"late", b"twice"]
    assert air.fate == b""
    air.notify(True, 1, b"x", 0)
    air.cut()
    assert air.deadline() is None
