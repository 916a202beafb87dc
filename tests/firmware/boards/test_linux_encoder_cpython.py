import unittest

import av

from trifocal_firmware.boards.linux_encoder import Encoder
from trifocal_firmware.stream_plan import Plan
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO

VIDEO_WISH = {"width": 320, "height": 240, "fps": 30, "bitrate": 800_000}


def frame(seed):
    """Noise, which is hard to encode."""
    made = av.VideoFrame(320, 240, "yuv420p")
    noise = bytes((seed * 7 + at * at * (seed + 3) >> 3) & 255 for at in range(320 * 240))
    made.planes[0].update(noise)
    for plane in (1, 2):
        made.planes[plane].update(bytes([128]) * made.planes[plane].buffer_size)
    return made


def silence(begin, count, rate, channels):
    return bytes(2 * count * channels)


def decoded(heads, tags):
    """The pictures' sizes and the samples, as a decoder gives them."""
    video = av.CodecContext.create("h264", "r")
    video.extradata = dict(heads)[VIDEO][5:]
    pictures = [
        (shown.width, shown.height)
        for kind, body, _, _ in tags
        if kind == VIDEO
        for shown in video.decode(av.Packet(body[5:]))
    ]
    pictures += [(shown.width, shown.height) for shown in video.decode(None)]
    return pictures


class TestEncoder(unittest.TestCase):
    def encoder(self, sound=silence, **audio):
        return Encoder(av, Plan(VIDEO_WISH, audio, sound is not None), sound)

    def test_each_picture_comes_out_at_once_and_can_be_decoded(self):
        encoder = self.encoder(None)
        tags = []
        for at in range(10):
            made = encoder.encode(frame(at), at * 33, 800_000)
            self.assertEqual([(kind, stamp) for kind, _, stamp, _ in made], [(VIDEO, at * 33)])
            tags += made
        self.assertEqual([key for _, _, _, key in tags], [True] + [False] * 9)
        self.assertEqual([body[0] for _, body, _, _ in tags], [0x17] + [0x27] * 9)
        self.assertEqual(decoded(encoder.heads(), tags), [(320, 240)] * 10)

    def test_the_configuration_is_baseline(self):
        heads = dict(self.encoder(None).heads())
        self.assertEqual(heads[VIDEO][:7], bytes((0x17, 0, 0, 0, 0, 1, 66)))
        self.assertNotIn(AUDIO, heads)

    def test_a_key_picture_on_demand(self):
        encoder = self.encoder(None)
        encoder.encode(frame(0), 0, 800_000)
        encoder.key_wanted()
        self.assertEqual([encoder.encode(frame(at), at * 33, 800_000)[0][3] for at in (1, 2)], [True, False])

    def test_the_bit_rate_changes_while_it_runs(self):
        encoder = self.encoder(None)
        sizes = {}
        for at, bitrate in enumerate([800_000] * 60 + [150_000] * 90):
            for _, body, _, _ in encoder.encode(frame(at), at * 33, bitrate):
                sizes[at] = len(body)
        before = sum(sizes[at] for at in range(30, 60)) * 8
        after = sum(sizes[at] for at in range(120, 150)) * 8
        self.assertLess(after, before / 2)

    def test_sound_is_as_long_as_the_pictures(self):
        encoder = self.encoder(sampleRate=48_000, stereo=True)
        self.assertEqual(dict(encoder.heads())[AUDIO][:2], b"\xaf\0")
        tags = [tag for at in range(61) for tag in encoder.encode(frame(at), at * 33, 800_000)]
        stamps = [stamp for kind, _, stamp, _ in tags if kind == AUDIO]
        self.assertTrue(80 <= len(stamps) <= 95, len(stamps))  # 48 000 / 1 024 a second
        self.assertEqual(stamps, sorted(stamps))
        self.assertTrue(all(body[:2] == b"\xaf\1" for kind, body, _, _ in tags if kind == AUDIO))

    def test_after_a_gap_sound_goes_on_at_the_present(self):
        encoder = self.encoder()
        encoder.encode(frame(0), 0, 800_000)
        encoder.encode(frame(1), 60_000, 800_000)
        tags = encoder.encode(frame(2), 60_100, 800_000)
        stamps = [stamp for kind, _, stamp, _ in tags if kind == AUDIO]
        self.assertTrue(0 < len(stamps) < 6)
        self.assertTrue(stamps[0] >= 59_900)

    def test_what_ffmpeg_refuses_is_an_oserror(self):
        encoder = self.encoder(None)
        encoder._video.encode(None)  # after which it takes nothing more
        with self.assertRaises(OSError):
            encoder.encode(frame(0), 0, 800_000)
