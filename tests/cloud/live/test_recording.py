"""What is recorded plays as it was sent, whole or cut anywhere."""

from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_cloud.live.recording import Recording, Survey
from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.testing import Message, clip, decode, messages


class Scene:
    """A stream, and its recordings one after the other."""

    def __init__(self) -> None:
        self.cam = LiveStream("cam", 1_770_000_000_000, 0)
        self.recordings: list[Recording] = []
        self.films: list[bytes] = []

    def start(self) -> None:
        self.recordings.append(Recording())
        self.films.append(b"")

    def hear(self) -> None:
        parts = self.cam.packager.parts()
        for made in parts if self.recordings else ():
            self.recordings[-1].add(made)
            if self.recordings[-1].over:
                self.start()
                self.recordings[-1].add(made)
            self.films[-1] += b"".join(self.recordings[-1].data_to_write())

    def send(self, tags: list[Message], now: int) -> None:
        self.cam.begin("a", now)
        for tag in tags:
            self.cam.media("a", [tag], now + tag[1])
            self.hear()
        self.cam.lost("a", now + 4_000)
        self.hear()


def film() -> bytes:
    scene = Scene()
    scene.start()
    scene.send(messages(clip(2.0)), 0)
    return scene.films[0]


def test_a_film_has_every_picture_and_every_sound() -> None:
    found = decode(film())
    assert len(found.pictures) == 60
    assert found.pictures[0] == 0
    assert found.samples > 90 * 1024
    assert found.bright == decode(clip(2.0)).bright


def test_a_film_that_begins_later_begins_with_a_key_frame_at_zero() -> None:
    scene = Scene()
    tags = messages(clip(4.0))
    half = next(place for place, tag in enumerate(tags) if tag[1] > 1_500)
    scene.cam.begin("a", 0)
    for tag in tags[:half]:
        scene.cam.media("a", [tag], tag[1])
    scene.hear()
    scene.start()
    for tag in tags[half:]:
        scene.cam.media("a", [tag], tag[1])
    scene.cam.lost("a", 4_000)
    scene.hear()
    found = decode(scene.films[0])
    assert len(found.pictures) == 60
    assert found.pictures[0] == 0
    assert min(found.sounds) in range(200)


def test_a_pause_is_as_long_in_the_film_as_it_was() -> None:
    scene = Scene()
    scene.start()
    scene.send(messages(clip(2.0)), 0)
    scene.send(messages(clip(2.0)), 6_000)
    found = decode(scene.films[0])
    assert len(scene.films) == 1
    assert len(found.pictures) == 120
    assert found.pictures[60] in range(5_950, 6_050)


def test_a_publisher_that_sends_something_else_begins_another_film() -> None:
    scene = Scene()
    scene.start()
    scene.send(messages(clip(2.0)), 0)
    scene.send(messages(clip(1.0, size=(320, 240))), 6_000)
    assert [len(decode(one).pictures) for one in scene.films] == [60, 30]


def test_sound_alone() -> None:
    scene = Scene()
    scene.start()
    scene.send([tag for tag in messages(clip(3.0)) if tag[0] == 8], 0)
    assert decode(scene.films[0]).samples > 130 * 1024


def test_sound_that_comes_later_is_left_out() -> None:
    scene = Scene()
    scene.start()
    tags = messages(clip(2.0))
    config = next(tag for tag in tags if tag[0] == 8 and tag[2][1] == 0)
    late = [tag for tag in tags if tag[0] != 8 or tag[1] > 1_000]
    place = next(place for place, tag in enumerate(late) if tag[1] > 1_000)
    scene.send([*late[:place], config, *late[place:]], 0)
    found = decode(scene.films[0])
    assert (len(found.pictures), found.sounds) == (60, [])


def survey(data: bytes) -> int:
    found = Survey(len(data))
    while found.at is not None:
        found.head(data[found.at : found.at + 8])
    return found.whole


FILM = film()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(FILM)))
def test_what_is_left_after_a_cut_plays(cut: int) -> None:
    whole = survey(FILM[:cut])
    assert whole <= cut
    assert survey(FILM[:whole]) == whole
    if whole > 5_000:
        found = decode(FILM[:whole])
        assert found.pictures or found.sounds


def test_a_whole_film_is_whole_and_garbage_is_not() -> None:
    assert survey(FILM) == len(FILM)
    for bad in (b"", b"abc", bytes(100), b"\0\0\0\x08ftyp" + bytes(50), FILM[100:]):
        assert survey(bad) == 0
    assert survey(FILM + b"\0\0\0\4free") == len(FILM)
