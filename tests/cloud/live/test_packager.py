"""What goes in comes out of a decoder: every frame, at its time, whatever the parts are."""

import itertools

import pytest

from trifocal_cloud.live import flv
from trifocal_cloud.live.packager import MOST_PART_MS, MOST_SEGMENT_MS, Packager
from trifocal_cloud.live.testing import Message, clip, decode, messages
from trifocal_cloud.live.track import Track

START = 21
"""Where the pictures of a clip begin: its sound has a frame of nothing before them."""


def feed(packager: Packager, tags: list[Message], shift: int = 0) -> None:
    for kind, stamp, body in tags:
        if kind == 9:
            frame = flv.frame(body)
            assert frame is not None
            if frame.what == flv.CONFIG:
                packager.video_config(body[frame.at :])
            else:
                packager.video_frame(stamp + shift, frame.shift_ms, frame.key, memoryview(body)[frame.at :])
        elif kind == 8 and flv.sound(body) == flv.CONFIG:
            packager.audio_config(body[2:])
        elif kind == 8:
            packager.audio_frame(stamp + shift, memoryview(body)[2:])


class Kept(Packager):
    """Keeps every fragment."""

    def __init__(self) -> None:
        self.kept: dict[int, list[bytes]] = {1: [], 2: []}
        super().__init__()

    def film(self, track: Track) -> bytes:
        for made in self.parts():
            self.kept[made.track].append(made.part.data)
        return track.openings[track.run] + b"".join(self.kept[1 if track is self.video else 2])


def packaged(tags: list[Message]) -> Kept:
    packager = Kept()
    feed(packager, tags)
    packager.end()
    return packager


def test_every_picture_and_every_sound_comes_out_once_and_in_order() -> None:
    tags = messages(clip(4.0))
    packager = packaged(tags)
    pictures = decode(packager.film(packager.video))
    assert len(pictures.pictures) == sum(kind == 9 and body[1] == 1 for kind, _, body in tags) == 120
    assert pictures.pictures == [stamp for kind, stamp, body in tags if kind == 9 and body[1] == 1]
    assert pictures.bright[:50] == decode(clip(4.0)).bright[:50]
    sounds = decode(packager.film(packager.audio))
    frames = sum(kind == 8 and body[1] == 1 for kind, _, body in tags)
    assert sounds.samples >= (frames - 1) * 1024
    assert all(b > a for a, b in zip(sounds.sounds, sounds.sounds[1:], strict=False))


def test_segments_begin_with_key_frames_and_parts_are_short() -> None:
    packager = packaged(messages(clip(5.0)))
    segments = packager.video.segments
    assert [one.start for one in segments] == [START + 1000 * number for number in range(5)]
    for segment in segments:
        assert segment.parts[0].independent
        assert [part.independent for part in segment.parts[1:]] == [False] * 4
        assert all(part.ticks <= MOST_PART_MS for part in segment.parts)
    for segment, other in zip(packager.audio.segments, segments, strict=True):
        assert abs(segment.start / 48_000 - other.start / 1000) < 0.025
        assert all(part.ticks <= MOST_PART_MS * 48 for part in segment.parts)


def test_long_pauses_between_key_frames_do_not_break_the_promised_length() -> None:
    packager = packaged(messages(clip(6.0, gop=170)))
    assert len(packager.video.segments) >= 3
    for track, scale in ((packager.video, 1), (packager.audio, 48)):
        assert all(one.ticks <= (MOST_SEGMENT_MS + 100) * scale for one in track.segments)
    assert len(decode(packager.film(packager.video)).pictures) == 180


def test_video_alone() -> None:
    packager = packaged(messages(clip(1.5, sound=False)))
    assert packager.video.began
    assert not packager.audio.began


def test_sound_alone_begins_after_a_second() -> None:
    packager = packaged([one for one in messages(clip(3.0)) if one[0] == 8])
    assert not packager.video.began
    found = decode(packager.film(packager.audio))
    assert found.samples >= 138 * 1024
    assert len(packager.audio.segments) >= 2


def test_sound_before_the_first_picture_is_left_out() -> None:
    tags = messages(clip(2.0, gop=15))
    late = [one for one in tags if one[0] != 9 or one[2][1] == 0 or one[1] >= 500]
    packager = packaged(late)
    assert packager.video.segments[0].start == START + 500
    assert 0 <= packager.audio.segments[0].start / 48 - (START + 500) < 25


def test_nothing_begins_without_a_key_frame_or_a_configuration() -> None:
    tags = messages(clip(1.0))
    assert not packaged([one for one in tags if one[2][0] >> 4 != 1]).video.began
    assert packaged([one for one in tags if one[0] == 18 or one[2][1] != 0]).made == 0


@pytest.mark.parametrize("clock", ["stands", "back"])
def test_a_clock_that_does_not_go_on_is_made_to(clock: str) -> None:
    tags = messages(clip(2.0, sound=False))
    bent = [(kind, 500 if clock == "stands" else 2000 - stamp, body) for kind, stamp, body in tags]
    packager = packaged(bent)
    found = decode(packager.film(packager.video)).pictures
    assert len(found) == 60
    assert found == sorted(set(found))


def test_sound_that_strays_is_put_where_it_belongs() -> None:
    tags = [one for one in messages(clip(3.0)) if one[0] == 8]
    late = [(kind, stamp + (700 if stamp > 1500 else 0), body) for kind, stamp, body in tags]
    packager = packaged(late)
    found = decode(packager.film(packager.audio)).sounds
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert max(steps) in range(690, 760)
    assert sum(step > 30 for step in steps) == 1


def test_another_publisher_begins_another_run() -> None:
    packager = Kept()
    feed(packager, messages(clip(2.0)))
    packager.begin()
    feed(packager, messages(clip(2.0, size=(320, 240))), shift=5_000)
    packager.end()
    for track in (packager.video, packager.audio):
        runs = [(one.run, one.breaks) for one in track.segments]
        assert runs == [(0, False), (0, False), (1, True), (1, False)]
    assert packager.video.openings[0] != packager.video.openings[1]
    assert packager.video.segments[2].start == 5_000 + START


def test_a_new_configuration_within_a_run() -> None:
    packager = Kept()
    feed(packager, messages(clip(1.0, sound=False)))
    feed(packager, messages(clip(1.0, sound=False, size=(320, 240))), shift=1_000)
    packager.end()
    assert [one.run for one in packager.video.segments] == [0, 1]
    assert packager.picture is not None
    assert packager.picture.width == 320


def test_each_part_says_how_it_was_encoded_also_when_that_changes() -> None:
    packager = Packager()
    feed(packager, messages(clip(1.0)))
    feed(packager, messages(clip(1.0, size=(320, 240))), 1_000)
    packager.end()
    made = [one for one in packager.parts() if one.track == 1]
    assert packager.parts() == []
    widths = [one.picture.width for one in made if one.picture]
    assert len(widths) == len(made)
    assert widths == sorted(widths)
    assert set(widths) == {160, 320}
    assert sum(one.part.ticks for one in made if one.picture and one.picture.width == 160) in range(990, 1_010)
