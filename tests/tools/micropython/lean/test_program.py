"""The whole translation: what becomes one file, what stays one of its own, and that it does what the sources do."""

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.micropython.lean.program import dotted, needed, translate

SOURCES = {
    "trifocal_shared/__init__.py": b'"""Ground floor."""\n',
    "trifocal_shared/words.py": (
        b"import time\n"
        b'GREETING = "hello"\n'
        b"UNUSED = 1\n"
        b"def greet(name):\n"
        b"    return GREETING + time.tzname[0][:0] + name\n"
    ),
    "trifocal_shared/nobody.py": b"X = 1\n",
    "trifocal_firmware/board.py": b"class Board:\n    def model(self):\n        return 'none'\n",
    "trifocal_firmware/main.py": (
        b"import time\nfrom trifocal_firmware.board import Board\nfrom trifocal_shared import words\n\n\n"
        b"class Firmware:\n    def run(self):\n        return words.greet(Board().model()) + str(time.time())[:0]\n"
    ),
    "trifocal_firmware/io/pin.py": b"class Pin:\n    pass\n",
    "trifocal_firmware/boards/kite.py": (
        b"from trifocal_firmware.board import Board\nfrom trifocal_firmware.io.pin import Pin\n\n\n"
        b"class Kite(Board):\n    pin = Pin\n"
    ),
}


def test_what_main_needs_is_one_file_and_what_boards_need_is_beside_it():
    assert set(translate(SOURCES).files) == {
        "trifocal_firmware/main.py",
        "trifocal_firmware/board.py",
        "trifocal_firmware/boards/kite.py",
        "trifocal_firmware/io/pin.py",
    }


def test_only_what_is_needed_is_needed_with_its_packages():
    package = {"trifocal_shared/__init__.py": b"", "trifocal_shared/idle/__init__.py": b""}
    assert set(needed(SOURCES | package)) == set(SOURCES) - {"trifocal_shared/nobody.py"} | {
        "trifocal_shared/__init__.py"
    }


def test_the_one_file_does_what_the_sources_do():
    text = translate(SOURCES).files["trifocal_firmware/main.py"]
    space = {}
    exec(text, space)
    assert space["Firmware"]().run() == "hellonone"
    assert text.count("import time") == 1
    assert "trifocal" not in text


def test_doors_are_found_where_they_were():
    assert translate(SOURCES).files["trifocal_firmware/board.py"] == "from trifocal_firmware.main import Board\n"


def test_with_users_everything_can_be_imported_and_what_they_use_is_kept():
    user = b"from trifocal_shared import words, nobody\nprint(words.UNUSED, words.time, nobody.X)\n"
    files = translate(SOURCES, {"tests/test_a.py": user}).files
    assert "trifocal_shared/nobody.py" in files
    assert files["tests/test_a.py"].startswith("from trifocal_firmware import main as words")
    assert "print(1, words.time, nobody.X)" in files["tests/test_a.py"]


def test_the_way_back_knows_functions_and_lines():
    trace = translate(SOURCES).trace
    assert ["trifocal_shared.words.greet"] in trace.functions.values()
    assert "trifocal_shared/words.py:5" in trace.lines.values()


def test_the_same_sources_give_the_same_text():
    assert translate(SOURCES).files == translate(dict(SOURCES)).files


@pytest.mark.parametrize(
    ("text", "error"), [(b"from trifocal_shared.words import nothing\nnothing()\n", Failure), (b"class", SyntaxError)]
)
def test_faulty_sources_are_told(text, error):
    with pytest.raises(error):
        translate(SOURCES | {"trifocal_firmware/main.py": text})


def test_paths_are_modules():
    assert dotted("trifocal_shared/io/pin.py") == "trifocal_shared.io.pin"
    assert dotted("trifocal_shared/__init__.py") == "trifocal_shared"
