"""How a video lies in its file: AVI with one JPEG a chunk, as every player reads it.

    head (224 bytes, `head` writes them) · the chunks of the frames · the index (`INDEX_HEAD` + 16 bytes a frame)

Frames stand at equal distances. An empty chunk says that the picture before it still stands: so a camera that slows
down, or loses a frame, keeps the time.
"""

import struct

HEAD = 224
"""Bytes before the first chunk."""

CHUNK_HEAD = 8
ENTRY = 16
INDEX_HEAD = 8

_FRAME = b"00dc"
_HAS_INDEX = 16
_KEY_FRAME = 16
_NEAREST = b"\xc0\xc1\xc2"  # the markers of JPEG that say how large the picture is


def chunk(size: int) -> bytes:
    """What stands before a frame of so many bytes; after an odd one comes a byte more."""
    return _FRAME + size.to_bytes(4, "little")


def frame_size(head: "bytes | bytearray") -> int:
    """Bytes of the frame after this head of a chunk, or -1 when it is none."""
    return int.from_bytes(head[4:8], "little") if head[:4] == _FRAME and len(head) == CHUNK_HEAD else -1


def index_head(frames: int) -> bytes:
    """What stands before the index."""
    return b"idx1" + (frames * ENTRY).to_bytes(4, "little")


def entry(offset: int, size: int) -> bytes:
    """A frame's place in the index: its chunk begins so many bytes after the first one."""
    return struct.pack("<4sIII", _FRAME, _KEY_FRAME if size else 0, offset + 4, size)


def measures(jpeg: "bytes | bytearray") -> "tuple[int, int]":
    """Width and height of a JPEG by its beginning; (0, 0) when they do not stand there."""
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        if jpeg[at + 1] in _NEAREST:
            return int.from_bytes(jpeg[at + 7 : at + 9], "big"), int.from_bytes(jpeg[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return 0, 0


def head(photo) -> bytes:  # type: ignore[no-untyped-def]
    """The head of a video of which everything is known but its sum."""
    frames, width, height = photo.frames, photo.width, photo.height
    micros = photo.interval * 1_000
    size = HEAD + photo.film + INDEX_HEAD + frames * ENTRY
    return (
        struct.pack("<4sI4s4sI4s", b"RIFF", size - 8, b"AVI ", b"LIST", 192, b"hdrl")
        + struct.pack("<4s15I", b"avih", 56, micros, 0, 0, _HAS_INDEX, frames, 0, 1, 0, width, height, 0, 0, 0, 0)
        + struct.pack("<4sI4s", b"LIST", 116, b"strl")
        + struct.pack("<4sI4s4s3I", b"strh", 56, b"vids", b"MJPG", 0, 0, 0)
        + struct.pack("<7I4H", photo.interval, 1_000, 0, frames, 0, 0, 0, 0, 0, width, height)
        + struct.pack("<4sIIIIHH4s5I", b"strf", 40, 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
        + struct.pack("<4sI4s", b"LIST", photo.film + 4, b"movi")
    )
