import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live import flv
from trifocal_cloud.live.flv import CONFIG, FRAME, Frame
from trifocal_shared.message import ProtocolError


@pytest.mark.parametrize(
    ("body", "frame"),
    [
        (b"\x17\x00\x00\x00\x00config", Frame(CONFIG, True, 0, 5)),
        (b"\x17\x01\x00\x00\x21frame", Frame(FRAME, True, 33, 5)),
        (b"\x27\x01\xff\xff\xdfframe", Frame(FRAME, False, -33, 5)),
        (b"\x90avc1config", Frame(CONFIG, True, 0, 5)),
        (b"\xa1avc1\xff\xff\xfeframe", Frame(FRAME, False, -2, 8)),
        (b"\x93avc1frame", Frame(FRAME, True, 0, 5)),
        (b"", None),
        (b"\x57\x00", None),  # a command for a player's seeking
        (b"\x17\x02\x00\x00\x00", None),  # the end
        (b"\x92avc1", None),
        (b"\x94avc1meta", None),
    ],
)
def test_a_video_body(body: bytes, frame: Frame | None) -> None:
    assert flv.frame(body) == frame


@pytest.mark.parametrize("body", [b"\x17", b"\x17\x01\x00\x00", b"\x91avc1\x00"])
def test_a_video_body_that_is_cut_short(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        flv.frame(body)


@pytest.mark.parametrize(
    ("body", "name"),
    [(b"\x1c\x01", "HEVC"), (b"\x12", "H.263"), (b"\x90hvc1", "HEVC"), (b"\x90av01", "AV1"), (b"\x9f", "unknown")],
)
def test_another_video_codec_is_refused_by_name(body: bytes, name: str) -> None:
    with pytest.raises(ProtocolError, match=name) as caught:
        flv.frame(body)
    assert caught.value.code == "unsupported_codec"


def test_an_audio_body() -> None:
    assert flv.sound(b"\xaf\x00\x12\x10") == CONFIG
    assert flv.sound(b"\xaf\x01x") == FRAME
    for nothing in (b"", b"\xaf\x01", b"\xaf\x05x"):
        assert flv.sound(nothing) is None
    with pytest.raises(ProtocolError):
        flv.sound(b"\xaf")


@pytest.mark.parametrize(("first", "name"), [(0x2F, "MP3"), (0x9F, "Opus"), (0xB2, "Speex"), (0xCF, "unknown")])
def test_another_audio_codec_is_refused_by_name(first: int, name: str) -> None:
    with pytest.raises(ProtocolError, match=name):
        flv.sound(bytes((first, 1)))


def test_nal_units_must_fill_a_frame() -> None:
    good = b"\0\0\0\2ab\0\0\0\1c"
    assert flv.whole(memoryview(good))
    for bad in (b"", good[:-1], good + b"\0", b"\xff\xff\xff\xffab", b"ab"):
        assert not flv.whole(memoryview(bad))


@given(st.binary(max_size=40))
def test_any_body_is_understood_or_refused(body: bytes) -> None:
    for read in (flv.frame, flv.sound):
        try:
            read(body)
        except ProtocolError as error:
            known = error.code in {"malformed", "unsupported_codec"}
            assert known
