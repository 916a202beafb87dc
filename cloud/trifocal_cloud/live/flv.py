"""FLV tags, as RTMP carries them: what a video or audio body holds (FLV 10.1 annex E.4, and its enhanced form).

The bodies already are what an MP4 file holds: H.264 with a length before each NAL unit, AAC without headers, and
their decoder configurations. So nothing is copied here; a frame is where its payload begins. Other codecs are refused
by name. `frame` and `sound` raise ProtocolError; None is a tag that carries nothing to pass on.
"""

from typing import NamedTuple

from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError

CONFIG, FRAME = 0, 1

_AVC, _KEY, _COMMAND_FRAME = 7, 1, 5
_ENHANCED = 0x80
_START, _CODED, _END, _CODED_WITHOUT_TIME = 0, 1, 2, 3
_AAC = 10
_VIDEO_CODECS = {2: "H.263", 3: "Screen", 4: "VP6", 5: "VP6", 6: "Screen", 12: "HEVC", 13: "AV1"}
_ENHANCED_CODECS = {b"hvc1": "HEVC", b"av01": "AV1", b"vp09": "VP9", b"vp08": "VP8", b"vvc1": "VVC"}
_AUDIO_CODECS = {
    0: "PCM",
    2: "MP3",
    3: "PCM",
    4: "Nellymoser",
    5: "Nellymoser",
    6: "Nellymoser",
    7: "G.711",
    8: "G.711",
}
_AUDIO_CODECS |= {9: "Opus or another of the enhanced kind", 11: "Speex", 14: "MP3"}


class Frame(NamedTuple):
    """One video tag: `what` is CONFIG or FRAME, its payload begins at `at`."""

    what: int
    key: bool
    shift_ms: int
    """From decoding to showing; may be negative."""
    at: int


def frame(body: bytes) -> Frame | None:
    """What a video body holds."""
    if not body:
        return None
    first = body[0]
    if first & _ENHANCED:
        return _enhanced(body)
    if first & 15 != _AVC:
        raise unsupported(_VIDEO_CODECS.get(first & 15, "unknown"), "H.264")
    if first >> 4 == _COMMAND_FRAME:
        return None
    if len(body) < 5:
        raise ProtocolError("a video message is cut short")
    what = body[1]
    if what > _CODED:
        return None
    shift = int.from_bytes(body[2:5], "big")
    return Frame(what, first >> 4 == _KEY, shift - (shift >> 23 << 24), 5)


def _enhanced(body: bytes) -> Frame | None:
    codec = bytes(body[1:5])
    if codec != b"avc1":
        raise unsupported(_ENHANCED_CODECS.get(codec, "unknown"), "H.264")
    what, key = body[0] & 15, body[0] >> 4 & 7 == _KEY
    if what == _START:
        return Frame(CONFIG, key, 0, 5)
    if what == _CODED_WITHOUT_TIME:
        return Frame(FRAME, key, 0, 5)
    if what != _CODED:
        return None
    if len(body) < 8:
        raise ProtocolError("a video message is cut short")
    shift = int.from_bytes(body[5:8], "big")
    return Frame(FRAME, key, shift - (shift >> 23 << 24), 8)


def sound(body: bytes) -> int | None:
    """What an audio body holds, CONFIG or FRAME; its payload begins at 2."""
    if not body:
        return None
    if body[0] >> 4 != _AAC:
        raise unsupported(_AUDIO_CODECS.get(body[0] >> 4, "unknown"), "AAC")
    if len(body) < 2:
        raise ProtocolError("an audio message is cut short")
    return body[1] if len(body) > 2 and body[1] <= _CODED else None


def whole(payload: memoryview) -> bool:
    """Whether the NAL units of an H.264 frame (four bytes of length before each) fill it exactly."""
    at, end = 0, len(payload)
    while at + 4 < end:
        at += 4 + int.from_bytes(payload[at : at + 4], "big")
    return at == end and end > 0


def unsupported(codec: str, wanted: str) -> ProtocolError:
    """The refusal of a codec; says which one is taken."""
    return ProtocolError(f"{codec} cannot be passed on; send {wanted}", reasons.UNSUPPORTED_CODEC)
