"""Names that only the program knows become short ones; nobody else's name is touched."""

import subprocess

import pytest

from trifocal_tools.micropython import romfs
from trifocal_tools.micropython.lean import names
from trifocal_tools.micropython.lean.program import translate

DOOR = "class Firmware:\n    def run(self, now):\n        return 1\n"


def renamed(text, board="", user="", door=DOOR):
    sources = {"trifocal_firmware/main.py": (text + door).encode(), "trifocal_firmware/boards/b.py": board.encode()}
    return translate(sources, {"tests/test_a.py": user.encode()} if user else None).files


def main(text, **others):
    return renamed(text, **others)["trifocal_firmware/main.py"]


def test_definitions_attributes_and_parameters_are_renamed_everywhere():
    text = (
        "class Camera:\n"
        "    def __init__(self, owner):\n"
        "        self.the_owner = owner\n"
        "    def shout(self):\n"
        "        return self.the_owner\n"
        "kept_camera = Camera(1).shout()\n"
        "print(kept_camera)\n"
    )
    found = main(text)
    for word in ("Camera", "owner", "shout", "kept_camera"):
        assert word not in found
    space = {}
    exec(found, space)
    assert space["Firmware"]().run(1) == 1


def test_definitions_take_words_that_are_there_anyway():
    words = "'warming', 'warming', 'warming'"
    text = f"class Camera:\n    def f(self, x): return [x, {words}]\nprint(Camera().f({words[:9]}))\n"
    assert "class warming:" in main(text)
    text = "def f(): return json\nimport json\nprint('json', f(), 'json', 'no name', 'class', '__name__')\n"
    space = {}
    exec(main(text), space)
    assert space["json"].loads("1") == 1


def test_doors_keep_their_names_and_parameters():
    assert main("").endswith("class Firmware:\n\n    def run(self, now):\n        return 1\n")


def test_what_python_itself_asks_for_stays():
    text = (
        "import os\n"
        "class A:\n"
        "    def listdir(self, encode):\n"
        "        return os.listdir().encode()\n"
        "print(A().listdir(1))\n"
    )
    found = main(text)
    assert "os.listdir().encode()" in found
    assert "def listdir(self, _0_)" in found


def test_words_that_occur_as_texts_stay():
    text = "class A:\n    def secret(self): return getattr(self, 'secret')\nprint(A().secret())\n"
    assert "def secret" in main(text)


def test_arguments_given_by_name_stay():
    text = "def f(size, unit): return size + unit\nprint(f(size=1, unit=2))\n"
    assert "(size, unit):" in main(text)


def test_where_an_argument_is_given_by_name_the_others_get_known_words():
    text = "def f(one, two, size): return one, two, size\nprint(f(1, 2, size=3), [f(1, 2, 3) for all in []])\n"
    assert "(all, args, size):" in main(text)
    text = "def f(one, **two): return one, two\nprint(f(1, x=3))\n"
    assert "(all, **args):" in main(text)


def test_a_parameter_takes_no_name_that_its_function_uses():
    found = main("def f(one, two, *, x):\n    return all(one) or args(two) or x\nprint(f(1, 2, x=1))\n")
    assert "(callable, chr, *, x):\n    return all(callable) or args(chr)" in found


def test_a_name_that_means_two_things_in_a_function_stays():
    text = "def f(one):\n    return [one for one in one]\nprint(f([7]))\n"
    assert "(one):\n    return [one for one in one]" in main(text)


def test_what_boards_ask_of_their_hardware_stays_and_of_the_program_is_renamed():
    text = "class Lamp:\n    def shine(self): return self.dim()\n    def dim(self): return 1\n"
    board = (
        "from trifocal_firmware.main import Lamp\n"
        "class B(Lamp):\n"
        "    def _x(self):\n"
        "        return self.pin.shine() + self.dim()\n"
    )
    found = renamed(text, board)
    assert "def shine(self)" in found["trifocal_firmware/main.py"]
    assert "Lamp" not in found["trifocal_firmware/boards/b.py"]
    assert "dim" not in found["trifocal_firmware/boards/b.py"]


def test_parts_of_a_message_stay():
    text = (
        "class Message:\n"
        "    TYPE = ''\n"
        "class Ping(Message):\n"
        "    TYPE = 'ping'\n"
        "    sent_at = 0\n"
        "print(Ping().sent_at, Ping.TYPE)\n"
    )
    found = main(text)
    assert "sent_at" in found
    assert "TYPE = 'ping'" in found
    assert "Ping" not in found


def test_tests_speak_the_new_names_and_see_messages_by_their_own():
    text = (
        "class Message:\n"
        "    pass\n"
        "class Ping(Message):\n"
        "    at = 0\n"
        "class Box:\n"
        "    def fetch(self): return Ping()\n"
        "print(Box().fetch())\n"
    )
    files = renamed(
        text, user="from trifocal_firmware.main import Box\nclass Test:\n    def test(self): Box().fetch()\n"
    )
    assert "Box" not in files["tests/test_a.py"]
    assert "fetch" not in files["tests/test_a.py"]
    assert "def test(self)" in files["tests/test_a.py"]
    assert "class Ping" in files["trifocal_firmware/main.py"]


@pytest.mark.parametrize("word", names.KNOWN)
def test_known_words_need_no_text_in_a_compiled_file(tmp_path, word):
    (tmp_path / "a.py").write_text(f"def f(x):\n    x.{word}\n")
    subprocess.run(
        [romfs._compiler(), "-s", "a", "-o", tmp_path / "a.mpy", tmp_path / "a.py"], check=True, capture_output=True
    )
    assert word.encode() not in (tmp_path / "a.mpy").read_bytes()
