"""Cameras of a Linux board: FFmpeg's own sources for real, a Raspberry Pi's on paper."""

import asyncio
import io
import sys
import threading
import types

import pytest
from PIL import Image

from trifocal_firmware.boards.linux_camera import PiCamera, open_camera

DRAWN = "lavfi:testsrc2=size=1280x720:rate=30"


def size_of(picture):
    with Image.open(io.BytesIO(picture)) as image:
        assert image.format == "JPEG"
        return image.size


async def shots(camera, *asked):
    await camera.warm()
    try:
        return [await camera.capture(*one) for one in asked]
    finally:
        camera.cool()


async def test_a_drawn_picture_has_the_size_and_the_weight_that_were_asked_for():
    small, medium, large, full, light, lightest = await shots(
        open_camera(DRAWN),
        ("small", "none"),
        ("medium", "none"),
        ("large", "none"),
        ("full", "none"),
        ("full", "medium"),
        ("full", "heavy"),
    )
    assert [size_of(one) for one in (small, medium, large, full)] == [(640, 360), (1024, 576), (1280, 720), (1280, 720)]
    assert len(full) > len(light) > len(lightest)
    assert len({small, medium, large, full}) == 4


async def test_a_film_begins_again_when_it_is_over(tmp_path):
    await asyncio.to_thread(Image.new("RGB", (64, 48), "red").save, tmp_path / "still.png")
    one, two = await shots(open_camera(str(tmp_path / "still.png")), ("full", "none"), ("full", "none"))
    assert size_of(one) == (64, 48)
    assert one == two


async def test_power_goes_off_and_on_again_and_without_it_there_is_no_picture():
    camera = open_camera(DRAWN)
    with pytest.raises(OSError, match="no power"):
        await camera.capture("full", "none")
    for _ in range(2):
        await camera.warm()
        await camera.warm()
        assert await camera.capture("small", "none")
        camera.cool()
        camera.cool()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("/dev/video99", r"there is no camera at /dev/video99: No such file"),
        ("/no/such/film.mp4", "there is no camera at /no/such/film.mp4"),
        ("picamera2", "python3-picamera2"),
    ],
)
def test_a_camera_that_is_not_there_is_said_before_anything_is_switched_on(source, words):
    with pytest.raises(OSError, match=words):
        open_camera(source)


@pytest.mark.parametrize(
    "source", ["lavfi:nosuchfilter", "lavfi:anullsrc[out0]", "{tmp}/broken.mp4", "{tmp}/empty.mp4", "/dev/null"]
)
async def test_a_source_that_gives_no_picture_is_an_error_with_its_name(source, tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no film at all" * 100)
    (tmp_path / "empty.mp4").write_bytes(b"")
    camera = open_camera(source.format(tmp=tmp_path))
    with pytest.raises(OSError, match="the camera"):
        await shots(camera, ("full", "none"))


class Hanging:
    """PyAV with a driver that does not return until it is let go."""

    class FFmpegError(OSError):
        pass

    def __init__(self):
        self.go, self.closed, self.opened = threading.Event(), threading.Event(), 0
        self.streams = types.SimpleNamespace(video=["the only one"])

    def open(self, source, format):  # noqa: A002 - PyAV's own word
        self.opened += 1
        return self

    def decode(self, stream):
        while True:
            assert self.go.wait(20)
            yield types.SimpleNamespace(to_image=lambda: Image.new("RGB", (8, 8)))

    def close(self):
        self.closed.set()


async def test_a_driver_that_hangs_does_not_hold_up_the_loop_and_is_closed_when_it_returns(monkeypatch, tmp_path):
    hanging = Hanging()
    monkeypatch.setitem(sys.modules, "av", hanging)
    (tmp_path / "film").write_bytes(b"")
    camera = open_camera(str(tmp_path / "film"))
    await camera.warm()
    shot = asyncio.create_task(camera.capture("full", "none"))
    await asyncio.sleep(0)
    shot.cancel()
    with pytest.raises(asyncio.CancelledError):
        await shot
    with pytest.raises(OSError, match="has not returned"):
        await camera.capture("full", "none")
    camera.cool()
    assert not hanging.closed.is_set(), "the thread still works with it"
    hanging.go.set()
    assert await asyncio.to_thread(hanging.closed.wait, 20)
    await camera.warm()
    assert size_of(await camera.capture("full", "none")) == (8, 8)
    assert hanging.opened == 2


async def test_a_camera_that_opens_after_it_was_given_up_is_closed_and_none_is_opened_beside_it(monkeypatch, tmp_path):
    hanging, entered = Hanging(), threading.Event()

    def slowly(source, format):  # noqa: A002
        hanging.opened += 1
        entered.set()
        assert hanging.go.wait(20)
        return hanging

    hanging.open = slowly
    monkeypatch.setitem(sys.modules, "av", hanging)
    (tmp_path / "film").write_bytes(b"")
    camera = open_camera(str(tmp_path / "film"))
    warming = asyncio.create_task(camera.warm())
    await asyncio.to_thread(entered.wait, 20)
    warming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await warming
    camera.cool()
    with pytest.raises(OSError, match="has not returned"):
        await camera.warm()
    camera.cool()
    hanging.go.set()
    assert await asyncio.to_thread(hanging.closed.wait, 20)
    with pytest.raises(OSError, match="no power"):
        await camera.capture("full", "none")
    assert hanging.opened == 1


class Picamera2:
    """The class of that name, on paper."""

    trouble = None

    def __init__(self):
        self.told = []
        Picamera2.made = self

    def create_still_configuration(self):
        return "still"

    def configure(self, what):
        self.told.append(what)

    def start(self):
        if Picamera2.trouble:
            raise Picamera2.trouble
        self.told.append("start")

    def capture_image(self):
        return Image.new("RGBA", (2000, 1000), "blue")

    def stop(self):
        self.told.append("stop")

    def close(self):
        self.told.append("close")


async def test_a_raspberry_pis_camera_has_power_only_between_warming_and_cooling(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", types.SimpleNamespace(Picamera2=Picamera2))
    camera = open_camera("picamera2")
    assert isinstance(camera, PiCamera)
    with pytest.raises(OSError, match="no power"):
        await camera.capture("full", "none")
    (picture,) = await shots(camera, ("medium", "heavy"))
    assert size_of(picture) == (1024, 512)
    assert Picamera2.made.told == ["still", "start", "stop", "close"]


async def test_a_raspberry_pis_camera_that_takes_its_time_holds_nothing_up(monkeypatch):
    go = threading.Event()
    monkeypatch.setattr(Picamera2, "start", lambda _: go.wait(20))
    camera = PiCamera(types.SimpleNamespace(Picamera2=Picamera2))
    warming = asyncio.create_task(camera.warm())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not warming.done()
    go.set()
    await warming
    camera.cool()


@pytest.mark.parametrize("trouble", [RuntimeError("Camera __init__ sequence did not complete."), IndexError("list")])
async def test_a_camera_that_another_program_has_or_that_is_not_there_is_an_error_and_let_go(monkeypatch, trouble):
    monkeypatch.setattr(Picamera2, "trouble", trouble)
    with pytest.raises(OSError, match="picamera2"):
        await PiCamera(types.SimpleNamespace(Picamera2=Picamera2)).warm()
    assert Picamera2.made.told == ["still", "close"]


async def moved(camera, *sizes):
    await camera.warm()
    try:
        return [await camera.moving(*size) for size in sizes]
    finally:
        camera.cool()


async def test_a_stream_gets_frames_of_the_size_that_was_asked_for_whatever_the_shape():
    frames = await moved(open_camera(DRAWN), (640, 360), (640, 480), (540, 960))
    assert [(frame.width, frame.height) for frame in frames] == [(640, 360), (640, 480), (540, 960)]
    assert {frame.format.name for frame in frames} == {"yuv420p"}


async def test_a_raspberry_pis_camera_moves_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", types.SimpleNamespace(Picamera2=Picamera2))
    (frame,) = await moved(open_camera("picamera2"), (640, 360))
    assert (frame.width, frame.height, frame.format.name) == (640, 360, "yuv420p")


async def test_without_power_nothing_moves():
    with pytest.raises(OSError, match="no power"):
        await open_camera(DRAWN).moving(640, 360)
