import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live.aggregate import parted
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO


def tag(kind: int, stamp: int, body: bytes) -> bytes:
    head = bytes((kind,)) + len(body).to_bytes(3, "big") + (stamp & 0xFFFFFF).to_bytes(3, "big")
    return head + bytes((stamp >> 24, 0, 0, 0)) + body + bytes(4)


def test_media_come_out_with_the_times_they_mean() -> None:
    body = tag(VIDEO, 500, b"v") + tag(7, 501, b"?") + tag(AUDIO, 510, b"a")
    assert list(parted(2_000, body)) == [(VIDEO, 2_000, b"v"), (AUDIO, 2_010, b"a")]
    assert list(parted(0xFFFFFFFF, body))[1] == (AUDIO, 9, b"a")
    assert list(parted(7, tag(AUDIO, 0x1000001, b"a"))) == [(AUDIO, 7, b"a")]


def test_one_that_is_cut_short() -> None:
    with pytest.raises(ProtocolError):
        list(parted(0, tag(VIDEO, 0, b"long")[:13]))
    assert list(parted(0, tag(VIDEO, 0, b"v")[:-4])) == [(VIDEO, 0, b"v")]


@given(st.binary(max_size=80))
def test_any_body_is_taken_apart_or_refused(body: bytes) -> None:
    try:
        assert all(kind in (8, 9, 18) for kind, _, _ in parted(0, body))
    except ProtocolError:
        return
