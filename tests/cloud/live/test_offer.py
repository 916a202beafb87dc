"""Offers of browsers, and what they are answered."""

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live.offer import AUDIO, PLAYOUT_DELAY, VIDEO, Local, Section, answer, read
from trifocal_shared.message import ProtocolError

PRINT = ":".join(["AB"] * 32)
OFFER = f"""v=0
o=- 6196291670654395200 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1 2
a=extmap-allow-mixed
a=msid-semantic: WMS
m=video 9 UDP/TLS/RTP/SAVPF 96 102 103 104 106
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=ice-options:trickle
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
a=mid:0
a=candidate:1 1 udp 2113937151 8c0e5b5f.local 50000 typ host
a=extmap:1 urn:ietf:params:rtp-hdrext:toffset
a=recvonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:104 H264/90000
a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f
a=rtpmap:106 H264/90000
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
m=audio 9 UDP/TLS/RTP/SAVPF 111 0
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
a=mid:1
a=recvonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:0 PCMU/8000
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
a=mid:2
a=sctp-port:5000
""".replace("\n", "\r\n")
LOCAL = Local("user", "password", PRINT, ["f 1 udp 1 192.0.2.1 5 typ host"], {VIDEO: 7, AUDIO: 8}, "us")


def test_h264_in_packets_and_opus_are_taken() -> None:
    offer = read(OFFER, "sendonly")
    parameters = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
    assert offer.taken(VIDEO) == Section(VIDEO, "0", 106, "H264/90000", parameters)
    assert offer.taken(AUDIO) == Section(AUDIO, "1", 111, "opus/48000/2", "minptime=10;useinbandfec=1")
    assert (offer.user, offer.password) == ("abcd", "0123456789012345678901")
    assert offer.prints == [("sha-256", PRINT)]
    assert offer.waits


def test_the_profile_of_the_stream_is_preferred() -> None:
    taken = read(OFFER, "sendonly", "4d").taken(VIDEO)
    assert taken
    assert taken.format == 104
    other = read(OFFER, "sendonly", "64").taken(VIDEO)
    assert other
    assert other.format in (104, 106)


def test_the_answer_is_understood() -> None:
    said = answer(read(OFFER, "sendonly"), LOCAL, "sendonly")
    found = SessionDescription.parse(said)
    assert [media.kind for media in found.media] == ["video", "audio", "application"]
    video, audio, application = found.media
    assert (video.direction, video.fmt, video.rtp.muxId, video.port) == ("sendonly", [106], "0", 9)
    assert (audio.direction, audio.fmt) == ("sendonly", [111])
    assert (application.port, application.direction) == (0, "inactive")
    assert video.ssrc[0].ssrc == 7
    assert video.dtls is not None
    assert (video.dtls.role, video.dtls.fingerprints[0].value) == ("client", PRINT)
    assert [one.ip for one in video.ice_candidates] == ["192.0.2.1"]
    assert found.group[0].items == ["0", "1"]


def test_what_marks_a_picture_to_be_shown_at_once_is_agreed_on() -> None:
    with_it = OFFER.replace("a=extmap:1 urn:ietf:params:rtp-hdrext:toffset", f"a=extmap:9 {PLAYOUT_DELAY}")
    offer = read(with_it, "sendonly")
    taken = offer.taken(VIDEO)
    assert taken
    assert taken.hurry == 9
    found = SessionDescription.parse(answer(offer, LOCAL, "sendonly"))
    assert [(one.id, one.uri) for one in found.media[0].rtp.headerExtensions] == [(9, PLAYOUT_DELAY)]
    far = read(with_it.replace("a=extmap:9", "a=extmap:15"), "sendonly").taken(VIDEO)
    assert far
    assert far.hurry == 0


def test_who_begins_the_handshake_is_agreed_on() -> None:
    offer = read(OFFER.replace("a=setup:actpass", "a=setup:active"), "sendonly")
    assert not offer.waits
    assert "a=setup:passive" in answer(offer, LOCAL, "sendonly")


def test_a_section_that_cannot_be_taken_is_refused_alone() -> None:
    offer = read(OFFER.replace("opus", "g722"), "sendonly")
    assert offer.taken(AUDIO) is None
    assert "m=audio 0 " in answer(offer, LOCAL, "sendonly")
    twice = OFFER.replace("m=audio 9 UDP/TLS/RTP/SAVPF 111 0", OFFER[OFFER.index("m=video") : OFFER.index("m=audio")])
    assert [one.format for one in read(twice, "sendonly").sections] == [106, None, None]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OFFER, ""),
        (OFFER, "nonsense"),
        ("a=recvonly", "a=sendonly"),
        ("a=rtcp-mux\r\n", ""),
        ("a=group:BUNDLE 0 1 2\r\n", ""),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:a b"),
        ("a=ice-pwd:0123456789012345678901", "a=ice-pwd:"),
        (PRINT, "AB:CD"),
        (f"a=fingerprint:sha-256 {PRINT}\r\n", ""),
        ("a=setup:actpass\r\n", ""),
        ("a=setup:actpass", "a=setup:nobody"),
        ("a=mid:0", "a=mid:" + "x" * 40),
        ("m=application", "m=text"),
        ("m=video 9", "m=video x"),
        ("a=fmtp:106", "a=fmtp:99"),
        (
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" * 9,
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(old: str, new: str) -> None:
    assert old in OFFER
    with pytest.raises(ProtocolError):
        read(OFFER.replace(old, new), "sendonly")


@given(st.integers(0, len(OFFER) - 1), st.text(max_size=6), st.integers(0, 30))
def test_any_change_is_read_or_refused(at: int, new: str, length: int) -> None:
    try:
        offer = read(OFFER[:at] + new + OFFER[at + length :], "sendonly")
    except ProtocolError:
        return
    said = answer(offer, LOCAL, "sendonly")
    assert said.count("m=") >= len(offer.sections)
    assert all(line.isprintable() for line in said.removesuffix("\r\n").split("\r\n"))
