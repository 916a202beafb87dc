"""What a stream will be like: what was wished for, as far as it can be had, and what nobody said anything about.

Wishes out of bounds are brought within them, as MentraOS's glasses do (PROTOCOL-device §4.2), and what is no number
counts as not said. What became of the wishes is told with the stream's statistics, so that nobody has to guess.
"""

SHORTEST, LONGEST = 240, 1920
"""Sides of a picture in pixels."""

FPS = (10, 60, 30)
BITRATE = (100_000, 10_000_000, 1_500_000)
SOUND_BITRATE = (32_000, 320_000, 96_000)
"""Least, most and usual; bits a second."""

RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
USUAL_RATE = 44_100
"""Samples a second that AAC has."""


class Plan:
    """`video` and `audio` are those of a StartRtmpStream; `sound` is whether there is a microphone."""

    def __init__(self, video: "dict[str, object]", audio: "dict[str, object]", sound: bool) -> None:
        self.width = _within(video.get("width"), SHORTEST, LONGEST, 1280) & ~1
        self.height = _within(video.get("height"), SHORTEST, LONGEST, 720) & ~1
        self.fps = _within(video.get("fps", video.get("frameRate")), *FPS)
        self.bitrate = _within(video.get("bitrate"), *BITRATE)
        self.sound = sound
        self.sound_bitrate = _within(audio.get("bitrate"), *SOUND_BITRATE)
        wished = _within(audio.get("sampleRate"), RATES[0], RATES[-1], USUAL_RATE)
        self.rate = min(RATES, key=lambda rate: abs(rate - wished))
        self.channels = 2 if audio.get("stereo") is True else 1

    def about(self) -> "dict[str, object]":
        """What the server is told of it, by the names of onMetaData; bit rates are in kbit/s there."""
        found: dict[str, object] = {
            "width": self.width,
            "height": self.height,
            "framerate": self.fps,
            "videodatarate": self.bitrate // 1000,
            "videocodecid": 7,
        }
        if self.sound:
            found["audiocodecid"] = 10
            found["audiodatarate"] = self.sound_bitrate // 1000
            found["audiosamplerate"] = self.rate
            found["stereo"] = self.channels == 2
        return found

    def stats(self) -> "dict[str, object]":
        """What is told of it beside what is measured; `sampleRate` 0 is no sound."""
        return {
            "width": self.width,
            "height": self.height,
            "targetFps": self.fps,
            "targetBitrate": self.bitrate,
            "audioBitrate": self.sound_bitrate if self.sound else 0,
            "sampleRate": self.rate if self.sound else 0,
            "stereo": self.sound and self.channels == 2,
        }


def _within(wish: object, least: int, most: int, usual: int) -> int:
    if isinstance(wish, float) and -1e9 < wish < 1e9:  # which NaN is not
        wish = int(wish)
    return max(least, min(most, wish)) if type(wish) is int else usual
