"""The connections of apps: numbered, found again, and heard by nobody once they are gone."""

from typing import Any

import pytest

from trifocal_cloud.apps import App
from trifocal_cloud.io.app_lines import AppLines
from trifocal_cloud.switchboard import Switchboard
from trifocal_shared.message import Message

ANN, BOB = "ann@example.com", "bob@example.com"
CAM = App("com.example.cam", ANN, "Cam", "", "http://127.0.0.1:7010")


class Spoken:
    """A line that remembers."""

    def __init__(self, user: str = ANN, package: str = CAM.package) -> None:
        self.user = user
        self.package = package
        self.told: list[Message] = []
        self.heard: list[tuple[str, bytes]] = []

    def say(self, message: Message) -> None:
        self.told.append(message)

    def hear(self, stream: str, raw: bytes, at: int) -> None:
        self.heard.append((stream, raw))


@pytest.fixture
def board() -> Switchboard:
    return Switchboard()


def test_lines_are_found_by_number_by_user_and_by_app(board: Switchboard) -> None:
    lines = AppLines(board)
    mine, other, bobs = Spoken(), Spoken(package="com.example.other"), Spoken(BOB)
    numbers = [lines.add(line) for line in (mine, other, bobs)]  # type: ignore[arg-type]
    assert len(set(numbers)) == 3
    assert lines[numbers[1]] is other  # type: ignore[comparison-overlap]
    assert set(lines.of_user(ANN)) == {mine, other}
    assert set(lines.of_app(CAM.package)) == {mine, bobs}
    assert lines.drop(mine) == numbers[0]  # type: ignore[arg-type]
    assert lines.drop(mine) is None  # type: ignore[arg-type]
    assert lines.of_user(ANN) == [other]
    assert lines.number(mine) is None  # type: ignore[arg-type]


def test_a_list_replaces_the_one_before_and_what_is_denied_is_said(board: Switchboard) -> None:
    lines, line = AppLines(board), Spoken()
    any_line: Any = line
    assert lines.subscribe(any_line, CAM, ["button_press", "nonsense", 7]) == ()
    denied = lines.subscribe(any_line, CAM, ["head_position", "audio_chunk"])
    assert [one.stream for one in denied] == ["audio_chunk"]
    assert lines.streams(ANN, CAM.package) == ("head_position",)
    assert not board.audience(ANN).hearers("button_press")
    wire = line.told[0].to_wire()
    assert wire["type"] == "permission_error"
    assert wire["details"] == [
        {
            "stream": "audio_chunk",
            "requiredPermission": "MICROPHONE",
            "message": "declare MICROPHONE for this app",
        }
    ]


def test_an_app_that_is_away_hears_nothing_and_is_connected_again_as_it_was(board: Switchboard) -> None:
    lines, before, after = AppLines(board), Spoken(), Spoken()
    any_before: Any = before
    any_after: Any = after
    lines.subscribe(any_before, CAM, ["button_press"])
    lines.disconnect(ANN, CAM.package)
    assert board.relay(ANN, ("button_press",), b"1", 7) == 0
    lines.connect(any_after, CAM)
    assert board.relay(ANN, ("button_press",), b"2", 7) == 1
    assert (before.heard, after.heard) == ([], [("button_press", b"2")])
    lines.forget(ANN, CAM.package)
    lines.connect(any_after, CAM)
    assert board.relay(ANN, ("button_press",), b"3", 7) == 0
