"""What pytest is told about devices under test, on a device that is a test's own."""

from pathlib import Path
from typing import Any

import pytest

from trifocal_shared.messages import FileAnnounce, GlassesReady, Pong
from trifocal_tools.hil import plugin, run


class Line:
    """A peer whose glasses hold photos."""

    def __init__(self, *photos: bytes) -> None:
        self.log: list[str] = []
        self._photos = dict(enumerate(photos))

    def say(self, message: object) -> None:
        return

    def hear(self, kind: type) -> object:
        assert kind is Pong
        return Pong()

    def listen(self, kind: type, within_s: float) -> FileAnnounce | None:
        if not self._photos:
            return None
        number, data = next(iter(self._photos.items()))
        return FileAnnounce(file_name=f"../P{number}.jpg", request_id="r", size=len(data), sha256="", number=number)

    def fetch(self, photo: FileAnnounce) -> bytes:
        self.log.append("fetched")
        return self._photos[photo.number]

    def confirm(self, photo: FileAnnounce) -> None:
        self.log.append("confirmed" if (self.folder / f"P{photo.number}.jpg").exists() else "lost")
        del self._photos[photo.number]


def test_photos_of_somebody_are_saved_before_they_are_forgotten_and_only_in_their_folder(tmp_path: Path) -> None:
    line: Any = Line(b"one", b"two")
    line.folder = tmp_path / "saved"
    plugin.empty(line, line.folder)
    assert line.log == ["fetched", "confirmed"] * 2
    assert {file.name: file.read_bytes() for file in line.folder.iterdir()} == {"P0.jpg": b"one", "P1.jpg": b"two"}
    assert [file.name for file in tmp_path.iterdir()] == ["saved"]


def test_a_restart_shows_in_the_boot_id() -> None:
    class Again:
        def reopen(self) -> None: ...

        def hello(self) -> GlassesReady:
            return GlassesReady(sid="b")

    again: Any = Again()
    assert plugin.restarted(again, GlassesReady(sid="a")).sid == "b"
    with pytest.raises(AssertionError, match="have not restarted"):
        plugin.restarted(again, GlassesReady(sid="b"))


def test_ids_are_never_the_same() -> None:
    assert len({plugin.fresh_id() for _ in range(100)}) == 100


def test_a_person_is_asked_on_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin.readline", lambda: "y\n")
    assert plugin.ask("Lit? ") == "y\n"
    assert capsys.readouterr() == ("", "Lit? ")


@pytest.mark.journey
def test_pytest_alone_takes_the_suite_too(tmp_path: Path) -> None:
    report = run.run("sim", only="test_boot_id_stays or test_version", photos=tmp_path)
    assert {case.name for case in report.cases} == {"boot_id_stays", "version"}
    assert report.good
