"""Films and webcams, with a PyAV that is a few lines long; and without one."""

import io
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import av
import pytest
from PIL import Image

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.sim.camera import open_camera
from trifocal_tools.sim.film import WARM_UP_FRAMES, FilmCamera, MovingFilm, WebCamera


class FFmpegError(ValueError):
    """As PyAV's, some of which are no OSErrors."""


class Film:
    """Ten frames a second, each one brighter; a key frame every second."""

    def __init__(self, seconds):
        self.duration = seconds * 1_000_000
        self.streams = SimpleNamespace(video=[object()] if seconds else [])
        self.at = 0

    def seek(self, microseconds):
        self.at = microseconds // 1_000_000 * 10

    def decode(self, video):
        for number in range(self.at, self.duration // 100_000):
            yield SimpleNamespace(time=number / 10, to_image=lambda n=number: Image.new("L", (32, 24), n * 5))


@pytest.fixture
def pyav(monkeypatch):
    """PyAV with one film of four seconds."""
    opened = []

    @contextmanager
    def open_film(path, format=None):  # noqa: A002 - PyAV's own word
        opened.append((path, format))
        if "bad" in path:
            raise FFmpegError("invalid data")
        yield Film(0 if "sound" in path else 4)

    module = SimpleNamespace(open=open_film, time_base=1_000_000, FFmpegError=FFmpegError, opened=opened)
    monkeypatch.setitem(sys.modules, "av", module)
    return module


def frame_number(jpeg):
    """Which frame it was."""
    return round(Image.open(io.BytesIO(jpeg)).convert("L").getpixel((5, 5)) / 5)


def test_a_film_shows_what_plays_now_and_begins_again(pyav, tmp_path):
    now = [100.0]
    camera = FilmCamera(tmp_path / "film.mp4", lambda: now[0])
    seen = []
    for later in (0.0, 0.55, 1.0, 3.95, 4.2):
        now[0] = 100.0 + later
        seen.append(frame_number(camera.shoot("small")))
    assert seen == [0, 5, 10, 39, 2]


def test_a_file_that_is_no_film_is_refused(pyav, tmp_path):
    for name in ("bad.mp4", "only sound.mp4"):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(Failure, match="is no film") as told:
            open_camera(str(tmp_path / name))
        assert told.value.code == failure.USAGE


def test_a_webcam_is_opened_for_each_picture_and_warms_up(pyav):
    camera = WebCamera("/dev/video7")
    assert pyav.opened == []
    assert frame_number(camera.shoot("small")) == WARM_UP_FRAMES - 1
    camera.shoot("small")
    assert pyav.opened == [("/dev/video7", "v4l2")] * 2


def test_a_webcam_that_fails_gives_oserror(pyav):
    with pytest.raises(OSError, match="invalid data"):
        WebCamera("/dev/bad").shoot("small")


def test_without_pyav_the_person_hears_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "film.mp4").write_bytes(b"")
    with pytest.raises(Failure, match="need PyAV") as told:
        open_camera(str(tmp_path / "film.mp4"))
    assert (told.value.code, told.value.hint) == (failure.MISSING, "pip install av")


def drawn(path, pictures=10, rate=10):
    """A film of so many pictures, each brighter than the one before it."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(pictures):
            image = Image.new("RGB", (64, 48), (number * 25,) * 3)
            film.mux(stream.encode(av.VideoFrame.from_image(image)))
        film.mux(stream.encode(None))


def test_a_film_moves_as_fast_as_it_was_taken_and_begins_again(tmp_path):
    drawn(tmp_path / "film.mp4")
    now = [50.0]
    moving = FilmCamera(tmp_path / "film.mp4", lambda: now[0]).moving()
    shown = []
    for _ in range(12):
        image = moving.picture(128, 72)
        assert image.size == (128, 72)
        shown.append(round(image.getpixel((64, 36))[0] / 25))
        now[0] += 0.1
    assert shown[:9] == sorted(shown[:9])
    assert shown[1] > 0
    assert min(shown[9:]) < 3, "from its beginning"
    moving.close()


def test_a_film_without_pictures_does_not_move(tmp_path):
    with av.open(str(tmp_path / "sound.wav"), "w") as film:
        stream = film.add_stream("pcm_s16le", rate=8_000, layout="mono")
        frame = av.AudioFrame("s16", "mono", 800)
        frame.sample_rate = 8_000
        film.mux(stream.encode(frame))
    with pytest.raises(OSError, match="no pictures"):
        MovingFilm(av, str(tmp_path / "sound.wav"), None, lambda: 0.0)


def test_a_device_that_is_not_there_does_not_move():
    with pytest.raises(OSError, match="No such file"):
        WebCamera("/dev/video9999").moving()
