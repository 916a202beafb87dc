"""What the load of `trifocal bench rtmp` publishes: messages of the sizes and times of 720p30 at 1.5 Mbit/s.

Neither server looks into a picture, so only its frame is real: the decoder configurations, NAL units with their
lengths, a key frame a second, and AAC of 128 kbit/s beside it. A picture can carry a number by which it is known again.
"""

import random

FPS = 30
KEY_BYTES = 24_000
PICTURE_BYTES = 5_640
SOUND_BYTES = 341
SOUND_S = 1024 / 48_000
VIDEO, AUDIO = 9, 8

VIDEO_CONFIG = b"\x17\0\0\0\0" + bytes.fromhex(
    "0142c01fffe100166742c01fda014016e840000003004000000f03c60ca801000468ce0fc8"
)
AUDIO_CONFIG = b"\xaf\0\x11\x88"

Message = tuple[float, int, bool, bytes]
"""When, in s from the beginning; kind; whether it is a key frame; body."""


def second() -> list[Message]:
    """One second of it, to be sent again and again, in order."""
    noise = random.Random(1)  # noqa: S311 - the same for everybody
    found: list[Message] = []
    for number in range(FPS):
        key = number == 0
        size = KEY_BYTES if key else PICTURE_BYTES
        unit = (b"\x65" if key else b"\x41") + bytes(noise.randrange(1, 256) for _ in range(size))
        head = b"\x17\1\0\0\0" if key else b"\x27\1\0\0\0"
        found.append((number / FPS, VIDEO, key, head + len(unit).to_bytes(4, "big") + unit))
    for number in range(47):
        body = b"\xaf\1" + bytes(noise.randrange(256) for _ in range(SOUND_BYTES))
        found.append((number * SOUND_S + 0.01, AUDIO, False, body))
    return sorted(found, key=lambda one: one[0])


def marked(body: bytes, number: int) -> bytes:
    """The same picture with a number in it, behind its head."""
    return body[:10] + (number + 1).to_bytes(8, "big").replace(b"\0", b"\xff") + body[18:]
