"""Boxes of MP4 (ISO 14496-12): what a track begins with, and the head of each fragment. Payloads are never touched."""

import struct

from trifocal_cloud.live.codecs import Audio, Video

VIDEO_TRACK, AUDIO_TRACK = 1, 2
FRAME_SAMPLES = 1024
"""Samples in an AAC frame."""

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_KEY, _OTHER = 0x02000000, 0x01010000
"""Sample flags: depends on no other; depends on others and is no sync sample."""

_TIME_AT = {VIDEO_TRACK: 60, AUDIO_TRACK: 68}
"""Where in a fragment of ours stands when it begins."""

_MFHD = struct.Struct(">I4sI4sII")
_TFHD_VIDEO = struct.Struct(">I4sII")
_TFHD_AUDIO = struct.Struct(">I4sIIII")
_TFDT = struct.Struct(">I4sIQ")
_TRUN = struct.Struct(">I4sIII")


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of this kind."""
    return b"".join((struct.pack(">I4s", 8 + sum(map(len, parts)), kind), *parts))


def opening(timescales: dict[int, int], video: Video | None, audio: Audio | None) -> bytes:
    """The initialization of a file with one or both tracks; timescales by track."""
    tracks = []
    if video:
        tracks.append(_track(VIDEO_TRACK, timescales[VIDEO_TRACK], _video_entry(video), (video.width, video.height)))
    if audio:
        tracks.append(_track(AUDIO_TRACK, timescales[AUDIO_TRACK], _audio_entry(audio), None))
    extends = [
        box(b"trex", struct.pack(">6I", 0, track, 1, 0, 0, 0))
        for track, has in ((VIDEO_TRACK, video), (AUDIO_TRACK, audio))
        if has
    ]
    head = struct.pack(">6I2H8x", 0, 0, 0, 1000, 0, 0x10000, 0x100, 0) + _MATRIX + struct.pack(">24xI", 3)
    movie = box(b"moov", box(b"mvhd", head), *tracks, box(b"mvex", *extends))
    return box(b"ftyp", b"iso6\0\0\0\1iso6cmfcmp41") + movie


def video_head(number: int, start: int, samples: list[int], count: int, size: int) -> bytes:
    """The head of a video fragment up to its payload of `size` bytes.

    `samples` are four numbers each: duration, size, `flags`, and the shift from decoding to showing (as 32 bits).
    """
    runs = 20 + 16 * count
    length = 8 + 16 + 8 + 16 + 20 + runs
    return b"".join(
        (
            _MFHD.pack(length, b"moof", 16, b"mfhd", 0, number),
            struct.pack(">I4s", length - 24, b"traf"),
            _TFHD_VIDEO.pack(16, b"tfhd", 0x020000, VIDEO_TRACK),
            _TFDT.pack(20, b"tfdt", 0x01000000, start),
            _TRUN.pack(runs, b"trun", 0x01000F01, count, length + 8),
            struct.pack(f">{4 * count}I", *samples),
            struct.pack(">I4s", 8 + size, b"mdat"),
        )
    )


def audio_head(number: int, start: int, sizes: list[int], size: int) -> bytes:
    """The head of an audio fragment up to its payload of `size` bytes: AAC frames of these sizes."""
    count = len(sizes)
    runs = 20 + 4 * count
    length = 8 + 16 + 8 + 24 + 20 + runs
    return b"".join(
        (
            _MFHD.pack(length, b"moof", 16, b"mfhd", 0, number),
            struct.pack(">I4s", length - 24, b"traf"),
            _TFHD_AUDIO.pack(24, b"tfhd", 0x020028, AUDIO_TRACK, FRAME_SAMPLES, _KEY),
            _TFDT.pack(20, b"tfdt", 0x01000000, start),
            _TRUN.pack(runs, b"trun", 0x00000201, count, length + 8),
            struct.pack(f">{count}I", *sizes),
            struct.pack(">I4s", 8 + size, b"mdat"),
        )
    )


def moved(data: bytes, track: int, ticks: int) -> tuple[bytes, memoryview]:
    """A fragment of ours that begins so many ticks earlier, in two pieces; only the first is copied."""
    at = _TIME_AT[track]
    return data[:at] + (start(data, track) - ticks).to_bytes(8, "big"), memoryview(data)[at + 8 :]


def start(data: bytes, track: int) -> int:
    """When a fragment of ours begins, in ticks."""
    at = _TIME_AT[track]
    return int.from_bytes(data[at : at + 8], "big")


def flags(key: bool) -> int:
    """A video sample's flags."""
    return _KEY if key else _OTHER


def _track(number: int, timescale: int, entry: bytes, size: tuple[int, int] | None) -> bytes:
    width, height = size or (0, 0)
    head = struct.pack(">6I8x4H", 7, 0, 0, number, 0, 0, 0, 0, 0 if size else 0x100, 0) + _MATRIX
    head += struct.pack(">II", width << 16, height << 16)
    media = struct.pack(">5I2H", 0, 0, 0, timescale, 0, 0x55C4, 0)
    kind, name = (b"vide", b"video\0") if size else (b"soun", b"sound\0")
    about = box(b"vmhd", struct.pack(">I8x", 1)) if size else box(b"smhd", bytes(8))
    data = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), box(b"url ", struct.pack(">I", 1))))
    tables = [box(b"stts", bytes(8)), box(b"stsc", bytes(8)), box(b"stsz", bytes(12)), box(b"stco", bytes(8))]
    samples = box(b"stbl", box(b"stsd", struct.pack(">II", 0, 1), entry), *tables)
    handler = box(b"hdlr", struct.pack(">II4s12x", 0, 0, kind), name)
    return box(
        b"trak",
        box(b"tkhd", head),
        box(b"mdia", box(b"mdhd", media), handler, box(b"minf", about, data, samples)),
    )


def _video_entry(video: Video) -> bytes:
    head = struct.pack(">6xH16x2H2I4xH32xHh", 1, video.width, video.height, 0x480000, 0x480000, 1, 24, -1)
    return box(b"avc1", head, box(b"avcC", video.config))


def _audio_entry(audio: Audio) -> bytes:
    head = struct.pack(">6xH8x2H4xI", 1, audio.channels or 2, 16, min(audio.rate, 0xFFFF) << 16)
    specific = _descriptor(5, audio.config)
    decoder = _descriptor(4, struct.pack(">BBxxxII", 0x40, 0x15, 0, 0), specific)
    stream = _descriptor(3, struct.pack(">HB", AUDIO_TRACK, 0), decoder, _descriptor(6, b"\2"))
    return box(b"mp4a", head, box(b"esds", bytes(4), stream))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    """A descriptor of MPEG-4 systems (ISO 14496-1 §8.3.3); its length in four bytes of seven bits."""
    size = sum(map(len, parts))
    length = bytes((size >> 21 & 127 | 128, size >> 14 & 127 | 128, size >> 7 & 127 | 128, size & 127))
    return b"".join((bytes((tag,)), length, *parts))
