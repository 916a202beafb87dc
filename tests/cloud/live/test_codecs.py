import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_cloud.live import codecs
from trifocal_cloud.live.testing import clip, messages
from trifocal_shared.message import ProtocolError


def config(size: tuple[int, int] = (160, 90)) -> bytes:
    """An avcC as x264 writes it."""
    return next(body[5:] for kind, _, body in messages(clip(0.1, sound=False, size=size)) if kind == 9 and not body[1])


@pytest.mark.parametrize("size", [(160, 90), (320, 240), (1280, 720), (854, 480), (1080, 1920)])
def test_the_size_of_a_picture(size: tuple[int, int]) -> None:
    found = codecs.video(config(size))
    assert (found.width, found.height) == size
    assert found.name.startswith("avc1.42")


def golomb(value: int) -> str:
    """A number as Exp-Golomb writes it."""
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


def avcc(*bits: str, profile: int = 100) -> bytes:
    """A configuration with a parameter set that goes on with these bits."""
    text = "".join(bits)
    text += "1" + "0" * (-(len(text) + 1) % 8)
    unit = bytes((0x67, profile, 0, 30)) + int(text, 2).to_bytes(len(text) // 8, "big")
    return bytes((1, profile, 0, 30, 0xFF, 0xE1)) + len(unit).to_bytes(2, "big") + unit


def test_a_high_profile_with_scaling_lists_and_fields() -> None:
    lists = "1" + "1" + golomb(16) + "0" * 3 + "1" + "1" * 16 + "0" * 3  # -8 ends the first, the fifth is written out
    chroma = golomb(1) + golomb(0) + golomb(0) + "0" + "1" + lists
    order = golomb(1) + "0" + golomb(1) + golomb(2) + golomb(2) + golomb(3) + golomb(4)
    size = golomb(2) + "0" + golomb(3) + golomb(1) + "0" + "1" + "1"
    crop = "1" + golomb(1) + golomb(2) + golomb(0) + golomb(1)
    found = codecs.video(avcc(golomb(0), chroma, golomb(4), order, size, crop))
    assert (found.width, found.height) == (64 - 2 * 3, 64 - 4 * 1)


def test_full_color_is_cropped_in_single_pixels() -> None:
    chroma = golomb(3) + "0" + golomb(0) + golomb(0) + "0" + "0"
    size = golomb(2) + "0" + golomb(3) + golomb(1) + "1" + "1"
    crop = "1" + golomb(1) + golomb(0) + golomb(0) + golomb(1)
    found = codecs.video(avcc(golomb(0), chroma, golomb(4), golomb(2), size, crop, profile=244))
    assert (found.width, found.height) == (63, 31)


@pytest.mark.parametrize(
    ("data", "name", "rate", "channels"),
    [
        (b"\x11\x88", "mp4a.40.2", 48_000, 1),
        (b"\x12\x10", "mp4a.40.2", 44_100, 2),
        (b"\x2b\x92\x08\x00", "mp4a.40.5", 22_050, 2),
        (b"\x17\x80\x3e\x80\x10", "mp4a.40.2", 32_000, 2),
    ],
)
def test_sound(data: bytes, name: str, rate: int, channels: int) -> None:
    found = codecs.audio(data)
    assert (found.name, found.rate, found.channels) == (name, rate, channels)


@pytest.mark.parametrize("data", [b"", b"\x11", b"\x17\xff\xff\xff\xff", b"\x16\x88", b"\xf8\x88\x00", b"\x41\x88"])
def test_sound_that_cannot_be(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        codecs.audio(data)


def test_every_shortening_of_a_configuration_is_refused() -> None:
    whole = config()
    unit = 8 + int.from_bytes(whole[6:8], "big")
    for count in range(unit):
        with pytest.raises(ProtocolError):
            codecs.video(whole[:count])


@pytest.mark.parametrize("place", [0, 4, 5])
def test_what_no_player_takes(place: int) -> None:
    damaged = bytearray(config())
    damaged[place] = 0
    with pytest.raises(ProtocolError):
        codecs.video(bytes(damaged))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.booleans())
def test_any_configuration_is_understood_or_refused(data: bytes, framed: bool) -> None:
    if framed:
        data = b"\1\x64\0\x1e\xff\xe1" + len(data).to_bytes(2, "big") + data
    for read in (codecs.video, codecs.audio):
        try:
            read(data)
        except ProtocolError:
            continue
