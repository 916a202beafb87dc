"""Boards by name, and the program that begins their firmware."""

import ast
import dataclasses

import pytest

from trifocal_firmware import main
from trifocal_tools.failure import Failure
from trifocal_tools.flash.boards import BOARDS, board
from trifocal_tools.micropython import romfs


@pytest.mark.parametrize("name", BOARDS)
def test_the_main_of_each_board_names_what_its_file_has(name: str) -> None:
    found = board(name)
    tree = ast.parse(found.main)
    imported = {node.module: node.names[0].name for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert imported == {
        main.__name__: "Firmware",
        f"trifocal_firmware.boards.{found.module}": found.class_name,
    }
    source = romfs.flashed()[f"trifocal_firmware/boards/{found.module}.py"]
    classes = {node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    assert found.class_name in classes


def test_a_wired_board_begins_with_its_wire() -> None:
    assert b"Firmware(XiaoSense()).run()" in board("xiao-sense").main
    assert b"Firmware(XiaoSense(wired=True)).run()" in dataclasses.replace(board("xiao-sense"), wired=True).main


def test_another_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(Failure, match="there is no board 'toaster'") as caught:
        board("toaster")
    assert "xiao-sense" in caught.value.hint
