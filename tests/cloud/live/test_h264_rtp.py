"""Frames of H.264 in RTP payloads and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live.flv import frame as flv_frame
from trifocal_cloud.live.h264_rtp import (
    FU_A,
    MOST_BYTES,
    MOST_FRAME_BYTES,
    STAP_A,
    Assembly,
    parameter_sets,
    payloads,
    units,
)
from trifocal_cloud.live.testing import clip, messages
from trifocal_shared.message import ProtocolError

SPS, PPS = bytes([0x67]) + bytes(20), bytes([0x68]) + bytes(4)


def unit(kind: int, size: int) -> memoryview:
    return memoryview(bytes([0x60 | kind]) + bytes(number % 251 for number in range(size - 1)))


def back(made: list[bytes]) -> list[bytes]:
    assembly = Assembly()
    for payload in made:
        assembly.add(payload)
    return assembly.whole()


@pytest.mark.parametrize(
    ("sizes", "kinds"),
    [
        ([10], [5]),
        ([MOST_BYTES], [5]),
        ([10, 10], [STAP_A]),
        ([MOST_BYTES - 5, 1], [5, 5]),
        ([MOST_BYTES + 1], [FU_A, FU_A]),
        ([9, 9, 5 * MOST_BYTES, 9], [STAP_A, *[FU_A] * 6, 5]),
    ],
)
def test_small_ones_share_and_large_ones_are_cut(sizes: list[int], kinds: list[int]) -> None:
    wanted = [unit(5, size) for size in sizes]
    made = payloads(wanted)
    assert [payload[0] & 31 for payload in made] == kinds
    assert max(map(len, made)) <= MOST_BYTES
    assert back(made) == [bytes(one) for one in wanted]


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=8))
def test_any_frame_comes_back_in_its_order(sizes: list[int]) -> None:
    wanted = [unit(1 + place % 9, size) for place, size in enumerate(sizes) if size > 1]
    made = payloads(wanted)
    assert all(len(payload) <= MOST_BYTES for payload in made)
    assert back(made) == [bytes(one) for one in wanted]


def test_a_publishers_frames_come_back() -> None:
    for kind, _, body in messages(clip(0.5)):
        if kind == 9 and body[1] == 1:
            found = flv_frame(body)
            assert found
            wanted = list(units(memoryview(body)[found.at :]))
            assert back(payloads(wanted)) == [bytes(one) for one in wanted]


def test_parameter_sets_of_a_configuration() -> None:
    config = b"\x01\x42\xc0\x1f\xff\xe1" + len(SPS).to_bytes(2, "big") + SPS + b"\1" + len(PPS).to_bytes(2, "big") + PPS
    assert [bytes(one) for one in parameter_sets(config)] == [SPS, PPS]
    for bad in (config[:5], config[:-1], config[:9], config.replace(b"\0\x15\x67", b"\0\0\x67")):
        with pytest.raises(ProtocolError):
            parameter_sets(bad)


def test_a_frame_that_is_cut_short_ends_where_it_is() -> None:
    frame = b"\0\0\0\2\x65\1" + b"\0\0\0\0" + b"\0\0\0\x09\x41"
    assert [bytes(one) for one in units(memoryview(frame))] == [b"\x65\1"]
    assert list(units(memoryview(b"\0\0\0"))) == []


START, MIDDLE, END = (bytes([0x60 | FU_A, mark | 5, 1]) for mark in (0x80, 0, 0x40))


@pytest.mark.parametrize(
    "bad",
    [
        [MIDDLE, END],
        [START, MIDDLE],
        [START, b"\x65\1", END],
        [START, START, END],
        [b"\x78\0\x09\x65"],
        [b"\x78\0\0\0\1\x65"],
        [b"\x78\0"],
        [START[:2]],
        [b""],
        [b"\x79\1\1"],
        [START, bytes([0x60 | FU_A, 5]) + bytes(MOST_FRAME_BYTES), END],
    ],
)
def test_what_does_not_fit_together_is_no_picture(bad: list[bytes]) -> None:
    assert back(bad) == []


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_payloads_make_a_picture_or_none(made: list[bytes]) -> None:
    assert all(isinstance(one, bytes) for one in back(made))
