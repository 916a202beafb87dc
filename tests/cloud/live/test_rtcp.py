"""RTCP as it is said and heard, also against aiortc, which others speak with too."""

from aiortc.rtp import RtcpByePacket, RtcpPacket, RtcpPsfbPacket, RtcpRrPacket, RtcpRtpfbPacket, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live import rtcp


def test_what_we_say_is_understood() -> None:
    said = rtcp.sender_report(1, 90_500, 2**32 + 7, (3, 4), "us")
    sent, named = RtcpPacket.parse(said)
    assert isinstance(sent, RtcpSrPacket)
    assert (sent.ssrc, sent.sender_info.rtp_timestamp, sent.sender_info.packet_count) == (1, 7, 3)
    assert sent.sender_info.ntp_timestamp == 90 << 32 | 1 << 31
    assert named.chunks[0].items == [(1, b"us")]
    (asked,) = RtcpPacket.parse(rtcp.missing(1, 2, [5, 7]))
    assert isinstance(asked, RtcpRtpfbPacket)
    assert asked.lost == [5, 7]
    (key,) = RtcpPacket.parse(rtcp.key_wanted(1, 2))
    assert isinstance(key, RtcpPsfbPacket)
    assert (key.fmt, key.media_ssrc) == (rtcp.PLI, 2)
    (over,) = RtcpPacket.parse(rtcp.goodbye(9))
    assert isinstance(over, RtcpByePacket)
    assert over.sources == [9]
    got, _ = RtcpPacket.parse(rtcp.receiver_report(1, 2, 77, "us"))
    assert isinstance(got, RtcpRrPacket)
    assert got.reports[0].highest_sequence == 77


def test_what_others_say_is_heard() -> None:
    theirs = bytes(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=2, lost=[40, 65_533, 65_535]))
    theirs += bytes(RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=2)) + bytes(RtcpByePacket(sources=[1]))
    assert list(rtcp.heard(theirs)) == [
        rtcp.Missing(2, [40, 65_533, 65_535]),
        rtcp.KeyWanted(2),
        rtcp.Over(),
    ]
    assert list(rtcp.heard(rtcp.sender_report(8, 90_500, 7, (0, 0), "us"))) == [rtcp.Sent(8, 90 << 16 | 1 << 15, 7)]


def test_who_asks_for_everything_gets_a_part() -> None:
    (said,) = rtcp.heard(bytes(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=2, lost=list(range(2_000)))))
    assert isinstance(said, rtcp.Missing)
    assert len(said.numbers) == rtcp.MOST_MISSING


def test_what_is_cut_short_or_of_another_version_is_passed_over() -> None:
    good = rtcp.key_wanted(1, 2)
    for bad in (good[:-1], b"\0" + good[1:], good[:4], b"", b"\x81\xcd\0\1\0\0\0\1", b"\x81\xce\0\0\0\0\0\0"):
        assert list(rtcp.heard(bad)) == []
    assert list(rtcp.heard(good + good[:7])) == [rtcp.KeyWanted(2)]


@given(st.binary(max_size=100))
def test_any_bytes_are_heard(data: bytes) -> None:
    assert all(isinstance(said, rtcp.Said) for said in rtcp.heard(data))
