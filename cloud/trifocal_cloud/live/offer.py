"""What a browser offers for WebRTC and what it is answered: one bundle, H.264 and Opus, candidates of ours alone.

The peer's candidates are not used: whoever asks over HTTP reaches us, so its packets find us, and we send nothing to
addresses that somebody merely named. That spares the second in which browsers' `.local` names would be looked up.
"""

import re
from dataclasses import dataclass

from aiortc.sdp import MediaDescription, SessionDescription

from trifocal_shared.message import ProtocolError

MOST_SECTIONS = 8
VIDEO, AUDIO = "video", "audio"
CLOCKS = {VIDEO: 90_000, AUDIO: 48_000}
PLAYOUT_DELAY = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
_CODECS = {VIDEO: "video/h264", AUDIO: "audio/opus"}
_PARTNERS = {"sendonly": ("recvonly", "sendrecv"), "recvonly": ("sendonly", "sendrecv")}
_BASELINE, _PACKETS = "42", "1"
_NAME = re.compile(r"[!-~]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PRINT = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31,63}")
_FEEDBACK = {VIDEO: ("nack", "nack pli"), AUDIO: ()}


@dataclass(frozen=True)
class Section:
    """One medium of an offer; `format` is the payload type that is taken of it, None: nothing is."""

    kind: str
    name: str
    format: int | None
    codec: str
    parameters: str
    hurry: int = 0
    """What a packet is marked with that is to be shown without waiting; 0: the peer knows no such mark."""


@dataclass(frozen=True)
class Offer:
    """What is wanted, and who wants it."""

    sections: list[Section]
    user: str
    password: str
    prints: list[tuple[str, str]]
    """Digests of the certificate that the peer will show, with their algorithms."""
    waits: bool
    """Whether the peer wants us to begin the handshake."""

    def taken(self, kind: str) -> Section | None:
        """The section of this kind that is answered with media."""
        return next((one for one in self.sections if one.kind == kind and one.format is not None), None)


@dataclass(frozen=True)
class Local:
    """Our end of a connection."""

    user: str
    password: str
    fingerprint: str
    candidates: list[str]
    sources: dict[str, int]
    """Of our tracks, by kind."""
    name: str
    """What our tracks belong together by."""


def read(text: str, direction: str, profile: str = _BASELINE) -> Offer:
    """An offer of which we take what goes in our `direction`; `profile` is how the pictures' configuration begins.

    Raises ProtocolError for what is none, or has nothing that can be taken.
    """
    try:
        found = SessionDescription.parse(text)
    except Exception as error:  # the parser says what it does not like in every way there is
        raise ProtocolError("this is no offer of WebRTC") from error
    bundle = next((group.items for group in found.group if group.semantic == "BUNDLE"), [])
    if not 0 < len(found.media) <= MOST_SECTIONS:
        raise ProtocolError("the offer has no media, or too many")
    sections: list[Section] = []
    for media in found.media:
        usable = media.rtp.muxId in bundle and media.rtcp_mux and media.direction in _PARTNERS[direction]
        fresh = not any(one.kind == media.kind and one.format is not None for one in sections)
        sections.append(_section(media, usable and fresh, profile))
    first = next((media for media, one in zip(found.media, sections, strict=True) if one.format is not None), None)
    if first is None:
        raise ProtocolError("the offer has neither H.264 nor Opus that could be taken")
    return _offer(sections, first)


def _offer(sections: list[Section], first: MediaDescription) -> Offer:
    dtls, ice = first.dtls, first.ice
    prints = [(one.algorithm.lower(), one.value) for one in dtls.fingerprints] if dtls else []
    good = dtls is not None and prints and all(_PRINT.fullmatch(value) for _, value in prints)
    user, password = (ice.usernameFragment or "", ice.password or "") if ice else ("", "")
    if dtls is None or not good or not (_SECRET.fullmatch(user) and _SECRET.fullmatch(password)):
        raise ProtocolError("the offer has no usable keys")
    return Offer(sections, user, password, prints, dtls.role != "client")


def _section(media: MediaDescription, usable: bool, profile: str) -> Section:
    name = str(media.rtp.muxId or "")
    if not _NAME.fullmatch(name) or media.kind not in (VIDEO, AUDIO, "application"):
        raise ProtocolError("the offer names its media as nobody does")
    if usable:
        codecs = [one for one in media.rtp.codecs if one.mimeType.lower() == _CODECS.get(media.kind)]
        codecs = [one for one in codecs if one.clockRate == CLOCKS[media.kind]]
        if media.kind == VIDEO:
            codecs = [one for one in codecs if str(one.parameters.get("packetization-mode", "0")) == _PACKETS]
            codecs.sort(key=lambda one: not str(one.parameters.get("profile-level-id", "")).startswith(profile))
        for codec in codecs:
            words = [key if value is None else f"{key}={value}" for key, value in codec.parameters.items()]
            parameters = ";".join(words)
            if parameters.isprintable() and codec.payloadType is not None and codec.payloadType < 128:
                said = "H264/90000" if media.kind == VIDEO else "opus/48000/2"
                return Section(media.kind, name, codec.payloadType, said, parameters, _hurry(media))
    return Section(media.kind, name, None, "", "")


def _hurry(media: MediaDescription) -> int:
    known = [one.id for one in media.rtp.headerExtensions if one.uri == PLAYOUT_DELAY and 0 < one.id < 15]
    return known[0] if known and media.kind == VIDEO else 0


def answer(offer: Offer, local: Local, direction: str) -> str:
    """The answer to an offer."""
    names = " ".join(one.name for one in offer.sections if one.format is not None)
    head = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {names}", "a=msid-semantic: WMS *"]
    lines = [line for one in offer.sections for line in _answered(one, offer, local, direction)]
    return "\r\n".join([*head, *lines, ""])


def _answered(one: Section, offer: Offer, local: Local, direction: str) -> list[str]:
    if one.format is None:
        protocol = "UDP/DTLS/SCTP webrtc-datachannel" if one.kind == "application" else "UDP/TLS/RTP/SAVPF 0"
        return [f"m={one.kind} 0 {protocol}", "c=IN IP4 0.0.0.0", f"a=mid:{one.name}", "a=inactive"]
    lines = [
        f"m={one.kind} 9 UDP/TLS/RTP/SAVPF {one.format}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=ice-ufrag:{local.user}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        f"a=setup:{'active' if offer.waits else 'passive'}",
        f"a=mid:{one.name}",
        f"a={direction}",
        "a=rtcp-mux",
        f"a=rtpmap:{one.format} {one.codec}",
        *(f"a=rtcp-fb:{one.format} {feedback}" for feedback in _FEEDBACK[one.kind]),
    ]
    if one.hurry:
        lines.append(f"a=extmap:{one.hurry} {PLAYOUT_DELAY}")
    if one.parameters:
        lines.append(f"a=fmtp:{one.format} {one.parameters}")
    if one.kind in local.sources:
        lines += [f"a=msid:{local.name} {one.kind}", f"a=ssrc:{local.sources[one.kind]} cname:{local.name}"]
    return [*lines, *(f"a=candidate:{candidate}" for candidate in local.candidates), "a=end-of-candidates"]
