"""Videos as browsers play them, made of real files by the real program."""

import io
import subprocess
import sys
from pathlib import Path

import av
import pytest
from PIL import Image

from trifocal_cloud.io import transcode
from trifocal_cloud.io.transcode import Unplayable, make
from trifocal_cloud.testing import film


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path, Path]:
    return tmp_path / "source", tmp_path / "made.mp4", tmp_path / "still.jpg"


def times(path: Path) -> list[float]:
    with av.open(str(path)) as opened:
        return [round(float(frame.time or 0), 2) for frame in opened.decode(video=0)]


def codec(path: Path) -> str:
    with av.open(str(path)) as opened:
        return opened.streams.video[0].codec_context.name


def test_pictures_in_an_avi_become_h264_and_keep_their_time(paths: tuple[Path, Path, Path]) -> None:
    source, video, still = paths
    source.write_bytes(film("avi", "mjpeg", frames=12))
    make(*paths)
    assert codec(video) == "h264"
    assert times(video) == times(source) == [round(number / 10, 2) for number in range(12)]
    with Image.open(still) as image:
        assert (image.format, image.size) == ("JPEG", (64, 48))


def test_h264_is_only_packed_anew(paths: tuple[Path, Path, Path]) -> None:
    source, video, _ = paths
    source.write_bytes(film("mp4", "libx264", frames=12, options={"movflags": "frag_keyframe+empty_moov"}))
    make(*paths)
    with av.open(str(source)) as before, av.open(str(video)) as after:
        sent = [bytes(packet) for packet in before.demux(video=0) if packet.size]
        assert [bytes(packet) for packet in after.demux(video=0) if packet.size] == sent
    assert b"moof" not in video.read_bytes()


def test_the_index_of_the_mp4_lies_at_its_beginning(paths: tuple[Path, Path, Path]) -> None:
    paths[0].write_bytes(film("avi", "mjpeg", frames=3))
    make(*paths)
    data = paths[1].read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_large_one_is_made_smaller_and_even(paths: tuple[Path, Path, Path]) -> None:
    paths[0].write_bytes(film("avi", "mjpeg", frames=2, size=(1999, 1001)))
    make(*paths)
    with av.open(str(paths[1])) as made:
        assert (made.streams.video[0].width, made.streams.video[0].height) == (1280, 640)


def test_broken_frames_are_left_out(paths: tuple[Path, Path, Path]) -> None:
    data = bytearray(film("avi", "mjpeg", frames=10))
    second = data.find(b"\xff\xd8", data.find(b"\xff\xd8") + 2)
    data[second : second + 300] = bytes(300)
    paths[0].write_bytes(data)
    make(*paths)
    assert len(times(paths[1])) >= 8


def test_an_avi_that_was_cut_off_is_played_as_far_as_it_goes(paths: tuple[Path, Path, Path]) -> None:
    data = film("avi", "mjpeg", frames=20)
    paths[0].write_bytes(data[: len(data) * 2 // 3])
    make(*paths)
    assert 8 <= len(times(paths[1])) < 20


@pytest.mark.parametrize("data", [b"", b"RIFF\x10\0\0\0AVI LIST", b"\0\0\0\x20ftypisom" + bytes(400), bytes(5_000)])
def test_what_holds_no_picture_is_refused(paths: tuple[Path, Path, Path], data: bytes) -> None:
    paths[0].write_bytes(data)
    with pytest.raises(Unplayable):
        make(*paths)


def test_one_that_is_too_long_or_too_large_is_refused(
    paths: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths[0].write_bytes(film("avi", "mjpeg", frames=12))
    monkeypatch.setattr(transcode, "MOST_FRAMES", 5)
    with pytest.raises(Unplayable, match="too long"):
        make(*paths)
    monkeypatch.setattr(transcode, "MOST_PIXELS", 100)
    with pytest.raises(Unplayable, match="too large"):
        make(*paths)


def test_sound_alone_is_no_video(paths: tuple[Path, Path, Path]) -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as sound:
        stream = sound.add_stream("aac", rate=44_100)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1_024)
        frame.sample_rate, frame.pts = 44_100, 0
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        sound.mux(stream.encode(frame))
        sound.mux(stream.encode(None))
    paths[0].write_bytes(out.getvalue())
    with pytest.raises(Unplayable, match="no pictures"):
        make(*paths)


def test_the_program_says_how_it_ended(paths: tuple[Path, Path, Path]) -> None:
    paths[0].write_bytes(b"nothing")
    command = [sys.executable, "-m", "trifocal_cloud.io.transcode", *map(str, paths)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == transcode.REFUSED
    assert ended.stderr.strip()
