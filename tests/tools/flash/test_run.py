"""Flashing a real interpreter: what lands, what stays, what goes on after trouble."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import serial

from trifocal_tools.failure import Failure
from trifocal_tools.flash import plan, run
from trifocal_tools.flash.boards import BOARDS, Board
from trifocal_tools.flash.payload import payload
from trifocal_tools.flash.repl import Repl

from .conftest import TINY, WORN

pytestmark = pytest.mark.journey

Stands = Callable[..., Any]

OWN = {"config.json": b'{"deviceId": "mine"}', "photos/P000000001.jpg": b"\xff\xd8", "lib/mine.py": b"answer = 42\n"}


def lay(board: Any, files: dict[str, bytes]) -> None:
    """Files of somebody's own."""
    for path, data in files.items():
        (board.flash / path).parent.mkdir(parents=True, exist_ok=True)
        (board.flash / path).write_bytes(data)


def test_the_firmware_lands_byte_for_byte_what_was_there_stays_and_it_runs(stand: Stands, paper_board: Board) -> None:
    board = stand()
    lay(board, OWN)
    moved: list[int] = []
    done = run.flash(paper_board, board.port, moved=moved.append)
    files = payload(paper_board)
    assert board.files() == files | OWN | {plan.LIST: board.files()[plan.LIST]}
    assert sum(moved) == done.plan.bytes == sum(len(data) for data in files.values())
    assert list(done.plan.copy)[-1] == "main.py"
    with Repl(board.port) as repl:
        words = "from trifocal_firmware.main import Firmware, Board\nimport mine"
        assert repl.evaluate("(Firmware.__name__, Board.model, mine.answer)", first=words) == (
            "Firmware",
            "unknown",
            42,
        )


def test_a_dry_run_says_exactly_what_would_be_done_and_does_nothing(stand: Stands, paper_board: Board) -> None:
    board = stand()
    lay(board, OWN)
    would = run.look(paper_board, board.port)
    assert board.files() == OWN
    assert board.restarts == 0
    assert run.flash(paper_board, board.port) == would


def test_a_second_time_there_is_nothing_to_do_and_a_new_version_replaces_only_what_differs(
    stand: Stands, paper_board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = stand()
    run.flash(paper_board, board.port)
    assert run.look(paper_board, board.port).plan.nothing
    files = payload(paper_board)
    newer = {path: data for path, data in files.items() if not path.endswith("pin.mpy")}
    newer["lib/trifocal_firmware/main.mpy"] += b" "
    monkeypatch.setattr(run, "payload", lambda _: newer)
    done = run.flash(paper_board, board.port)
    assert set(done.plan.copy) == {"lib/trifocal_firmware/main.mpy", "main.py"}
    assert done.plan.remove == ["lib/trifocal_firmware/boards/parts/pin.mpy"]
    assert done.plan.restart
    assert board.files().keys() == newer.keys() | {plan.LIST}


def test_a_main_of_ones_own_is_kept_under_another_name(stand: Stands, paper_board: Board) -> None:
    board = stand()
    lay(board, {"main.py": b"started.append('mine')\n"})
    done = run.flash(paper_board, board.port)
    assert done.plan.aside
    assert board.files()[plan.ASIDE] == b"started.append('mine')\n"
    assert board.files()["main.py"] == paper_board.main


def test_a_board_that_loses_its_power_runs_no_half_firmware_and_the_same_again_goes_on(
    stand: Stands, paper_board: Board
) -> None:
    board = stand()
    run.flash(paper_board, board.port)
    lay(board, {"lib/trifocal_firmware/main.mpy": b"an older one"})
    board.dies_after = board.typed + 30_000
    with pytest.raises(Failure) as caught:
        run.flash(paper_board, board.port)
    assert caught.value.word in ("board_lost", "no_prompt")
    assert "main.py" not in board.files()
    assert board.files()["lib/trifocal_firmware/main.mpy"] != payload(paper_board)["lib/trifocal_firmware/main.mpy"]
    again = stand()
    run.flash(paper_board, again.port)
    assert again.files().items() >= payload(paper_board).items()


def test_a_flash_that_does_not_keep_what_it_is_given_is_found(stand: Stands, paper_board: Board) -> None:
    board = stand(WORN)
    with pytest.raises(Failure, match=r"main\.mpy: not on the board as it was sent") as caught:
        run.flash(paper_board, board.port)
    assert caught.value.word == "not_verified"
    assert "main.py" not in board.files()


@pytest.mark.parametrize(
    ("boot", "change", "word"),
    [
        ("", {"machine": "ESP32S3"}, "wrong_board"),
        ("", {"platform": "esp32"}, "wrong_board"),
        ("", {"needs": ("camera",)}, "wrong_interpreter"),
        (TINY, {}, "no_space"),
    ],
)
def test_a_board_that_is_not_fit_is_left_as_it_is(
    boot: str, change: dict[str, Any], word: str, stand: Stands, paper_board: Board
) -> None:
    board = stand(boot)
    with pytest.raises(Failure) as caught:
        run.flash(dataclasses.replace(paper_board, **change), board.port)
    assert (caught.value.word, board.files()) == (word, {})
    assert caught.value.hint


def test_bytecode_of_another_generation_is_refused(
    stand: Stands, paper_board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "payload", lambda _: {"lib/x.mpy": b"M\x05\x00", "main.py": b""})
    with pytest.raises(Failure, match="reads bytecode 6, ours is 5"):
        run.flash(paper_board, stand().port)


def test_a_port_that_is_not_there_or_busy_is_said(stand: Stands, paper_board: Board, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="there is no port") as caught:
        run.look(paper_board, str(tmp_path / "ttyACM0"))
    assert caught.value.word == "no_port"
    board = stand()
    with serial.Serial(board.port, exclusive=True), pytest.raises(Failure, match="another program uses it") as caught:
        run.look(paper_board, board.port)
    assert caught.value.word == "busy_port"


def test_an_interpreter_is_checked_before_anything_is_touched(stand: Stands, tmp_path: Path) -> None:
    file = tmp_path / "micropython.bin"
    file.write_bytes(bytes(100))
    with pytest.raises(Failure, match="is no interpreter for"):
        run.flash(BOARDS["xiao-sense"], stand().port, file)


def test_the_outcome_is_json(stand: Stands, paper_board: Board) -> None:
    said = json.loads(json.dumps(run.look(paper_board, stand().port).to_json()))
    assert said["board"] == "paper"
    assert list(said["copy"])[-1] == "main.py"
