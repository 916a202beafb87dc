"""Every source of pictures: what it gives, and what is said when it cannot."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.sim.camera import BrokenCamera, FolderCamera, PatternCamera, Slides, encode, open_camera


def picture(folder, name, size=(40, 30), kind="PNG", colour="red"):
    """A file with a picture in it."""
    file = folder / name
    Image.new("RGB", size, colour).save(file, kind)
    return file


def opened(jpeg):
    """A JPEG, looked at."""
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    return image


def test_the_pattern_counts_its_pictures():
    camera = PatternCamera(now=lambda: datetime(2026, 5, 1, tzinfo=UTC))
    assert camera.shoot("medium") != camera.shoot("medium")
    assert opened(camera.shoot("small")).size == (640, 480)


def test_a_folder_gives_its_pictures_in_turn_and_jpegs_as_they_are(tmp_path):
    first = picture(tmp_path, "a.jpg", kind="JPEG")
    picture(tmp_path, "b.png", colour="blue")
    (tmp_path / "notes.txt").write_text("no picture")
    camera = FolderCamera(tmp_path)
    assert camera.shoot("small") == first.read_bytes()
    red, _, blue = opened(camera.shoot("small")).getpixel((5, 5))
    assert blue > red + 200
    assert camera.shoot("small") == first.read_bytes()


def test_a_jpeg_that_is_to_be_compressed_is_made_smaller_and_otherwise_left_alone(tmp_path):
    file = tmp_path / "a.jpg"
    Image.effect_noise((400, 300), 60).save(file, "JPEG", quality=95)
    camera = FolderCamera(tmp_path)
    sizes = [len(camera.shoot("medium", compress)) for compress in ("none", "whatever", "medium", "heavy")]
    assert sizes[0] == sizes[1] == file.stat().st_size
    assert sizes[3] < sizes[2] < sizes[1]
    assert opened(camera.shoot("medium", "heavy")).size == (400, 300)


def test_a_jpeg_that_compression_would_make_larger_is_handed_on_as_it_is(tmp_path):
    file = tmp_path / "a.jpg"
    Image.effect_noise((400, 300), 60).save(file, "JPEG", quality=5)
    assert FolderCamera(tmp_path).shoot("medium", "medium") == file.read_bytes()


@pytest.mark.parametrize("compress", ["medium", "heavy"])
def test_half_a_jpeg_fails_when_it_is_to_be_compressed(tmp_path, compress):
    whole = picture(tmp_path, "a.jpg", size=(400, 300), kind="JPEG").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OSError, match=r".+"):
        FolderCamera(tmp_path).shoot("small", compress)


def test_the_pattern_is_compressed_as_asked():
    camera = PatternCamera(now=lambda: datetime(2026, 5, 1, tzinfo=UTC))
    assert len(camera.shoot("small", "heavy")) < len(camera.shoot("small", "none")) / 2


def test_a_folder_without_pictures_is_no_camera(tmp_path):
    with pytest.raises(Failure, match="no picture"):
        FolderCamera(tmp_path)


def test_a_file_that_is_no_picture_fails_and_does_not_stop_the_next(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture at all")
    good = picture(tmp_path, "b.jpg", kind="JPEG")
    camera = FolderCamera(tmp_path)
    with pytest.raises(OSError, match="no picture"):
        camera.shoot("small")
    assert camera.shoot("small") == good.read_bytes()


def test_half_a_picture_and_a_vanished_one_fail(tmp_path):
    whole = picture(tmp_path, "a.png", size=(400, 300)).read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    gone = picture(tmp_path, "b.jpg", kind="JPEG")
    camera = FolderCamera(tmp_path)
    gone.unlink()
    for _ in range(2):
        with pytest.raises(OSError, match=r".+"):
            camera.shoot("small")


def test_the_broken_camera_never_gives_a_picture():
    with pytest.raises(OSError, match="broken"):
        BrokenCamera().shoot("small")


def test_encoding_makes_smaller_but_never_larger_and_turns_upright():
    assert opened(encode(Image.new("RGB", (1280, 960)), "small")).size == (640, 480)
    assert opened(encode(Image.new("RGB", (32, 24)), "large")).size == (32, 24)
    lying = Image.new("RGB", (40, 30))
    lying.getexif()[0x0112] = 6  # to be turned by 90 degrees
    assert opened(encode(lying, "small")).size == (30, 40)


def test_sources_are_known_by_name(tmp_path):
    picture(tmp_path, "a.png")
    assert open_camera("pattern").name == "pattern"
    assert open_camera("broken").name == "broken"
    assert open_camera(str(tmp_path)).name == str(tmp_path)


@pytest.mark.parametrize(
    ("source", "code"),
    [("nowhere", failure.MISSING), ("/dev/video9999", failure.MISSING), (__file__, failure.USAGE)],
)
def test_anything_else_is_refused_with_a_sentence(source, code):
    with pytest.raises(Failure) as told:
        open_camera(source)
    assert told.value.code == code
    assert told.value.word == "no_camera"


def test_a_test_card_moves_at_any_size():
    moving = PatternCamera().moving()
    one, two, three = moving.picture(320, 240), moving.picture(320, 240), moving.picture(640, 360)
    assert (one.size, three.size) == ((320, 240), (640, 360))
    assert one.tobytes() != two.tobytes()
    moving.close()


def test_pictures_of_a_folder_are_shown_for_a_second_each_and_fill_the_frame(tmp_path):
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        Image.new("RGB", (100, 100), colour).save(tmp_path / name)
    now = [5.0]
    moving = Slides(sorted(tmp_path.iterdir()), lambda: now[0])
    shown = []
    for _ in range(5):
        image = moving.picture(320, 240)
        assert image.size == (320, 240)
        shown.append(image.getpixel((160, 120)))
        image.paste("white", (0, 0, 320, 240))  # the caller's own
        now[0] += 0.5
    red, blue = (255, 0, 0), (0, 0, 255)
    assert shown == [red, red, blue, blue, red]
    moving.close()


def test_a_file_that_is_no_picture_fails_in_its_turn_only(tmp_path):
    (tmp_path / "a.png").write_bytes(b"nothing")
    Image.new("RGB", (10, 10)).save(tmp_path / "b.png")
    now = [0.0]
    moving = Slides(sorted(tmp_path.iterdir()), lambda: now[0])
    with pytest.raises(OSError, match="cannot identify"):
        moving.picture(320, 240)
    now[0] = 1.0
    assert moving.picture(320, 240).size == (320, 240)


def test_a_broken_camera_does_not_move():
    with pytest.raises(OSError, match="broken"):
        BrokenCamera().moving()
