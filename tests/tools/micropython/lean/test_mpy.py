"""Compiled files come apart; what is no such file is refused."""

import subprocess

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.micropython import romfs
from trifocal_tools.micropython.lean import mpy


@pytest.fixture
def compiled(tmp_path):
    """What mpy-cross makes of a text."""

    def make(text, *options):
        (tmp_path / "a.py").write_text(text)
        out = tmp_path / "a.mpy"
        line = [romfs._compiler(), *options, "-s", "a.mpy", "-o", out, tmp_path / "a.py"]
        subprocess.run(line, check=True, capture_output=True)
        return out.read_bytes()

    return make


def test_parameters_that_must_be_named_are_known(compiled):
    heads = {
        "a": False,
        "a, *b": False,
        "a=1": False,
        "a, **b": True,
        "*, a=1": True,
        "*, a": True,
        "a, b, c, d, e": False,
    }
    for head, wanted in heads.items():
        code = mpy.read(compiled(f"def f({head}):\n    return 1\n")).code.inner[0]
        assert (head, code.takes_words) == (head, wanted)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"M\x05" + data[2:],
        lambda data: data[:2] + b"\x04" + data[3:],
        lambda data: data + b"\0",
        lambda data: data[:-1],
        lambda data: data[:-4] + b"\x42\x7f\x51\x63",
        lambda data: b"import os\n",
    ],
)
def test_what_is_no_such_file_is_refused(compiled, spoil):
    with pytest.raises(Failure, match="mpy-cross"):
        mpy.read(spoil(compiled("x = 1\n")))


def test_machine_code_is_refused(compiled):
    with pytest.raises(Failure, match="mpy-cross"):
        mpy.read(compiled("@micropython.native\ndef f():\n    return 1\n", "-march=xtensawin"))
