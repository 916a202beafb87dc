"""Films on a real disk: whole, in more than one file, after a crash, and when the disk fails."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from trifocal_cloud.live.io import recorder
from trifocal_cloud.live.io.recorder import Recorder, recover
from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.testing import Message, clip, decode, messages


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


class Scene:
    """A stream that is recorded."""

    def __init__(self, folder: Path) -> None:
        self.cam = LiveStream("cam", 1_770_000_000_000, 0)
        self.recorder = Recorder(folder, "cam")

    def hear(self) -> None:
        for made in self.cam.packager.parts():
            self.recorder.add(made)

    def send(self, tags: list[Message], now: int) -> None:
        self.cam.begin("a", now)
        for tag in tags:
            self.cam.media("a", [tag], now + tag[1])
            self.hear()
        self.cam.lost("a", now + 4_000)
        self.hear()


async def test_a_film_is_written_and_named_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "WRITE_BYTES", 2_000)
    scene = Scene(tmp_path)
    scene.send(messages(clip(2.0)), 0)
    await scene.recorder._jobs.join()
    assert names(tmp_path) == {"cam-1.mp4.part"}
    assert await scene.recorder.finish() == [tmp_path / "cam-1.mp4"]
    assert len(decode((tmp_path / "cam-1.mp4").read_bytes()).pictures) == 60


async def test_another_format_is_another_file(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.send(messages(clip(2.0)), 0)
    scene.send(messages(clip(1.0, size=(320, 240))), 6_000)
    files = await scene.recorder.finish()
    assert [len(decode(path.read_bytes()).pictures) for path in files] == [60, 30]


async def test_where_nothing_came_there_is_no_file(tmp_path: Path) -> None:
    assert await Scene(tmp_path).recorder.finish() == []
    assert names(tmp_path) == set()


async def test_a_crash_costs_the_last_moment_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "WRITE_BYTES", 2_000)
    scene = Scene(tmp_path)
    scene.send(messages(clip(2.0)), 0)
    await scene.recorder._jobs.join()
    scene.recorder._worker.cancel()
    await asyncio.wait([scene.recorder._worker])
    part = tmp_path / "cam-1.mp4.part"
    data = part.read_bytes()
    part.write_bytes(data[:-7])
    (tmp_path / "empty-1.mp4.part").write_bytes(b"\0\0")
    (tmp_path / "other.txt").write_bytes(b"x")
    assert recover(tmp_path) == [tmp_path / "cam-1.mp4"]
    assert len(decode((tmp_path / "cam-1.mp4").read_bytes()).pictures) in range(40, 60)
    assert names(tmp_path) == {"cam-1.mp4", "other.txt"}
    assert recover(tmp_path) == []


async def test_a_disk_that_fails_stops_the_recording_and_nothing_else(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "not there")
    with capture_logs() as logs:
        scene.send(messages(clip(2.0)), 0)
        assert await scene.recorder.finish() == []
        scene.send(messages(clip(1.0)), 9_000)
    assert scene.recorder.failed
    assert logs[0]["event"] == "recording has stopped"
    assert scene.cam.statistics(10_000).frames == 90


async def test_a_disk_that_is_too_slow_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "WRITE_BYTES", 1_000)
    monkeypatch.setattr(recorder, "MOST_WAITING_BYTES", 3_000)
    scene = Scene(tmp_path)
    scene.send(messages(clip(2.0)), 0)
    assert scene.recorder.failed == "the disk is too slow"
    await scene.recorder.finish()


async def test_nothing_follows_the_gap_of_a_write_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "WRITE_BYTES", 2_000)
    written: list[int] = []
    write = recorder._write

    def failing(path: Path, data: list[bytes | memoryview], finished: bool) -> None:
        written.append(len(data))
        if len(written) == 3:
            with path.open("ab") as file:
                file.write(b"".join(data)[:100])  # what a full disk takes of it
            raise OSError("no space left")
        write(path, data, finished)

    monkeypatch.setattr(recorder, "_write", failing)
    scene = Scene(tmp_path)
    scene.send(messages(clip(4.0)), 0)
    (film,) = await scene.recorder.finish()
    assert "no space left" in scene.recorder.failed
    assert names(tmp_path) == {film.name}
    assert 0 < len(decode(film.read_bytes()).pictures) < 120
