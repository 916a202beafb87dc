"""Sound from AAC to Opus, decoded again."""

import itertools

import av

from trifocal_cloud.live import codecs
from trifocal_cloud.live.opus import OPUS_SAMPLES, Aac, Opus
from trifocal_cloud.live.testing import clip, messages
from trifocal_shared.rtmp.chunks import AUDIO


def sound(seconds: float = 2.0) -> tuple[bytes, list[tuple[int, bytes]]]:
    tags = [(at, body) for kind, at, body in messages(clip(seconds)) if kind == AUDIO]
    return tags[0][1][2:], [(at, body[2:]) for at, body in tags if body[1] == 1]


def test_it_is_as_long_as_it_was_and_decodes() -> None:
    config, frames = sound()
    opus = Opus(config)
    made = [packet for at, frame in frames for packet in opus.hear(at, frame)]
    assert [at for at, _ in made] == list(range(0, 20 * len(made), 20))
    assert abs(20 * len(made) - frames[-1][0]) < 60
    decoder = av.CodecContext.create("libopus", "r")
    decoded = [frame for _, packet in made for frame in decoder.decode(av.Packet(packet))]
    assert all(isinstance(frame, av.AudioFrame) and frame.samples == OPUS_SAMPLES for frame in decoded)


def test_after_a_pause_it_goes_on_at_its_own_time() -> None:
    config, frames = sound()
    opus = Opus(config)
    before = [at for place, frame in frames[:40] for at, _ in opus.hear(place, frame)]
    after = [at for place, frame in frames[40:] for at, _ in opus.hear(place + 5_000, frame)]
    assert before[-1] < 1_000
    assert after[0] >= 5_000 + frames[40][0] - 20
    assert [later - sooner for sooner, later in itertools.pairwise(after)] == [20] * (len(after) - 1)


def test_what_cannot_be_decoded_is_left_out() -> None:
    config, frames = sound()
    opus = Opus(config)
    assert list(opus.hear(0, b"nonsense" * 20)) == []
    assert list(opus.hear(0, b"")) == []
    assert len([packet for at, frame in frames for packet in opus.hear(at, frame)]) > 80
    assert list(Opus(b"\xff\xff\xff").hear(0, frames[0][1])) == []


def test_opus_becomes_aac_of_the_same_length() -> None:
    config, frames = sound()
    there, back = Opus(config), Aac()
    made = [
        again for at, frame in frames for heard, packet in there.hear(at, frame) for again in back.hear(heard, packet)
    ]
    assert codecs.audio(back.config).rate == 48_000
    assert codecs.audio(back.config).channels == 2
    assert abs(made[-1][0] - frames[-1][0]) < 100
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = back.config
    decoded = [frame for _, packet in made for frame in decoder.decode(av.Packet(packet))]
    assert len(decoded) > 80
    assert list(back.hear(0, b"\xff")) == []
