"""What is written is what a demuxer reads."""

import io

import av

from trifocal_cloud.live import boxes, codecs
from trifocal_cloud.live.boxes import AUDIO_TRACK, VIDEO_TRACK
from trifocal_cloud.live.testing import clip, messages

TAGS = messages(clip(1.0))
VIDEO = codecs.video(next(body[5:] for kind, _, body in TAGS if kind == 9 and body[1] == 0))
AUDIO = codecs.audio(next(body[2:] for kind, _, body in TAGS if kind == 8 and body[1] == 0))


def test_a_box() -> None:
    assert boxes.box(b"free", b"ab", b"c") == b"\0\0\0\x0bfreeabc"


def test_an_opening_describes_both_tracks() -> None:
    data = boxes.opening({VIDEO_TRACK: 1000, AUDIO_TRACK: 48_000}, VIDEO, AUDIO)
    with av.open(io.BytesIO(data), format="mp4") as found:
        video, audio = found.streams
        assert (video.codec_context.name, video.codec_context.width, video.codec_context.height) == ("h264", 160, 90)
        assert (audio.codec_context.name, audio.codec_context.sample_rate) == ("aac", 48_000)
        assert video.codec_context.extradata == VIDEO.config


def test_a_fragment_of_video() -> None:
    frames = [body[5:] for kind, _, body in TAGS if kind == 9 and body[1] == 1][:3]
    samples = []
    for place, frame in enumerate(frames):
        samples += [40, len(frame), boxes.flags(place == 0), -5 & 0xFFFFFFFF if place == 1 else 5]
    head = boxes.video_head(1, 7_000, samples, 3, sum(map(len, frames)))
    data = boxes.opening({VIDEO_TRACK: 1000}, VIDEO, None) + head + b"".join(frames)
    with av.open(io.BytesIO(data)) as found:
        packets = [packet for packet in found.demux() if packet.size]
    assert [bytes(packet) for packet in packets] == frames
    # A demuxer moves everything until no picture is shown before it is decoded.
    assert [packet.pts - 5 for packet in packets] == [7005, 7035, 7085]
    assert [packet.dts - packets[0].dts for packet in packets] == [0, 40, 80]
    assert [packet.is_keyframe for packet in packets] == [True, False, False]


def test_a_fragment_is_moved_in_time() -> None:
    frame = next(body[5:] for kind, _, body in TAGS if kind == 9 and body[1] == 1)
    data = boxes.video_head(1, 7_000, [40, len(frame), boxes.flags(True), 0], 1, len(frame)) + frame
    head, rest = boxes.moved(data, VIDEO_TRACK, 6_500)
    assert (boxes.start(data, VIDEO_TRACK), boxes.start(head + bytes(rest), VIDEO_TRACK)) == (7_000, 500)
    sound = boxes.audio_head(1, 9_000, [1], 1) + b"x"
    assert boxes.start(sound, AUDIO_TRACK) == 9_000
    assert len(b"".join(boxes.moved(sound, AUDIO_TRACK, 9_000))) == len(sound)


def test_a_fragment_of_audio() -> None:
    frames = [body[2:] for kind, _, body in TAGS if kind == 8 and body[1] == 1][:4]
    head = boxes.audio_head(1, 480, [len(frame) for frame in frames], sum(map(len, frames)))
    data = boxes.opening({AUDIO_TRACK: 48_000}, None, AUDIO) + head + b"".join(frames)
    with av.open(io.BytesIO(data)) as found:
        packets = [packet for packet in found.demux() if packet.size]
    assert [bytes(packet) for packet in packets] == frames
    assert [packet.dts for packet in packets] == [480 + 1024 * place for place in range(4)]
