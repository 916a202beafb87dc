"""Pictures and sound into what RTMP carries: H.264 and AAC by FFmpeg, through PyAV, as bodies of FLV tags.

H.264 is baseline without any delay: each picture comes out as soon as it went in, and what comes out refers to nothing
later. The bit rate can be changed at any time. Everything here blocks; it belongs into a thread, one call at a time.
"""

from trifocal_firmware.stream_plan import Plan
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO

KEY_SECONDS = 2
"""From one key picture to the next, at most."""

BUFFER_MS = 500
"""Of the wished bit rate: so far a single picture may go beyond it."""

FALL_BEHIND_MS = 500
"""Sound that is later than this is left out."""

MS = 1_000

_CODEC_AAC = 0xAF
_CODEC_AVC = 7


class Encoder:
    """One stream's encoders. `av` is the module PyAV; `sound` gives samples as `Publisher` has it."""

    def __init__(self, av, plan: Plan, sound) -> None:  # type: ignore[no-untyped-def]
        self._av = av
        self._plan = plan
        self._sound = sound
        self._video = _video(av, plan)
        self._audio = self._resampler = None
        if plan.sound:
            self._audio = _audio(av, plan)
            self._resampler = av.AudioResampler("fltp", self._audio.layout, plan.rate)
        self._heard = 0  # samples, from the stream's begin
        self._key = False

    def heads(self) -> "list[tuple[int, bytes]]":
        """How to decode what comes: kinds of RTMP messages, and bodies."""
        found = [(VIDEO, bytes((0x10 | _CODEC_AVC, 0, 0, 0, 0)) + _avcc(bytes(self._video.extradata)))]
        if self._audio:
            found.append((AUDIO, bytes((_CODEC_AAC, 0)) + bytes(self._audio.extradata)))
        return found

    def key_wanted(self) -> None:
        """The next picture is to be a key picture: those before it were lost."""
        self._key = True

    def encode(self, frame, stamp: int, bitrate: int) -> "list[tuple[int, bytes, int, bool]]":  # type: ignore[no-untyped-def]
        """This picture, `stamp` ms from the begin, and the sound up to then: kind, body, stamp and whether it is key.

        Raises OSError.
        """
        found: list[tuple[int, bytes, int, bool]] = []
        try:
            found += self._pictures(frame, stamp, bitrate)
            found += self._sounds(stamp)
        except self._av.FFmpegError as error:
            raise OSError("the encoder: " + str(error.strerror)) from error
        return found

    def _pictures(self, frame, stamp: int, bitrate: int):  # type: ignore[no-untyped-def]
        frame.pts = stamp
        frame.time_base = self._video.time_base
        frame.pict_type = self._av.video.frame.PictureType.I if self._key else self._av.video.frame.PictureType.NONE
        self._key = False
        if self._video.bit_rate != bitrate:
            self._video.bit_rate = bitrate
        found = []
        for packet in self._video.encode(frame):
            kind = (0x10 if packet.is_keyframe else 0x20) | _CODEC_AVC
            body = bytes((kind, 1, 0, 0, 0)) + _with_lengths(bytes(packet))
            found.append((VIDEO, body, int(packet.pts), bool(packet.is_keyframe)))
        return found

    def _sounds(self, stamp: int):  # type: ignore[no-untyped-def]
        if self._audio is None or self._resampler is None:
            return []
        rate = self._plan.rate
        due = stamp * rate // MS
        if due - self._heard > FALL_BEHIND_MS * rate // MS:
            self._heard = due
        found = []
        size = self._audio.frame_size
        while self._heard + size <= due:
            frame = self._av.AudioFrame("s16", self._audio.layout.name, size)
            frame.sample_rate = rate
            frame.planes[0].update(self._sound(self._heard, size, rate, self._plan.channels))
            frame.pts = self._heard
            frame.time_base = self._audio.time_base
            self._heard += size
            for converted in self._resampler.resample(frame):
                for packet in self._audio.encode(converted):
                    at = max(0, int(packet.pts)) * MS // rate
                    found.append((AUDIO, bytes((_CODEC_AAC, 1)) + bytes(packet), at, False))
        return found


def _video(av, plan: Plan):  # type: ignore[no-untyped-def]
    from fractions import Fraction

    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = plan.width, plan.height, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, MS), Fraction(plan.fps, 1)
    codec.bit_rate = plan.bitrate
    codec.gop_size = plan.fps * KEY_SECONDS
    codec.max_b_frames = 0
    codec.profile = "Baseline"
    codec.thread_count = 1
    codec.flags |= av.codec.context.Flags.global_header
    codec.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "forced-idr": "1",
        "maxrate": str(plan.bitrate),
        "bufsize": str(plan.bitrate * BUFFER_MS // MS),
    }
    codec.open()
    return codec


def _audio(av, plan: Plan):  # type: ignore[no-untyped-def]
    from fractions import Fraction

    codec = av.CodecContext.create("aac", "w")
    codec.sample_rate = plan.rate
    codec.layout = "stereo" if plan.channels == 2 else "mono"
    codec.format = "fltp"
    codec.bit_rate = plan.sound_bitrate
    codec.time_base = Fraction(1, plan.rate)
    codec.flags |= av.codec.context.Flags.global_header
    codec.open()
    return codec


def _units(stream: bytes) -> "list[bytes]":
    """The NAL units between start codes (H.264 annex B); none of them ends with a zero."""
    return [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]


def _with_lengths(stream: bytes) -> bytes:
    return b"".join([len(unit).to_bytes(4, "big") + unit for unit in _units(stream)])


def _avcc(stream: bytes) -> bytes:
    """The configuration record (ISO 14496-15 §5.3.3.1) of parameter sets between start codes."""
    units = _units(stream)
    sequence = next(unit for unit in units if unit[0] & 31 == 7)
    picture = next(unit for unit in units if unit[0] & 31 == 8)
    head = bytes((1, sequence[1], sequence[2], sequence[3], 0xFF, 0xE1))
    return head + len(sequence).to_bytes(2, "big") + sequence + b"\1" + len(picture).to_bytes(2, "big") + picture
