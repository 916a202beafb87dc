"""What was taken apart is put together without loss, and in the best order."""

import subprocess

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.micropython import romfs
from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.assemble import assemble

TEXT = """
import os
BIG = (1 << 70, "a long text of many words", b"bytes", 1.5, None, (1, (2, "x")))
class A:
    def f(self, one, *rest, two=2, **more):
        for x in rest:
            try:
                with self:
                    one += x or two
                    if one > 1000:
                        continue
            except (ValueError, OSError) as error:
                raise one from error
            finally:
                one = -1000 if x else 70000
        return lambda: [one + y for y in more]
async def g(x):
    await x
"""


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


def shape(file):
    """All that a file says, whatever its numbers."""
    found = []
    for code in file.code.whole():
        places = {id(step): place for place, step in enumerate(code.steps)}
        steps = []
        for step in code.steps:
            told = file.words[step.number] if step.tells else None
            kept = file.constants[step.number] if step.op == mpy.LOAD_CONST_OBJ else None
            steps.append((step.op, told, kept, step.written, step.to and places[id(step.to)]))
        found.append((code.signature, [file.words[word] for word in code.words], code.lines, code.cells, steps))
    return found


@pytest.mark.parametrize("options", [(), ("-O3",)])
def test_what_is_put_together_again_says_the_same(compiled, options):
    data = compiled(TEXT, *options)
    first = mpy.read(data)
    again = assemble(first)
    assert shape(mpy.read(again)) == shape(mpy.read(data))
    assert assemble(mpy.read(again)) == again
    assert len(again) <= len(data)


def test_jumps_grow_with_their_distance(compiled):
    for lines in (1, 8, 20, 40, 2000):
        text = "def f(x):\n    while x:\n        try:\n" + "            x(1000)\n" * lines + "        finally: x()\n"
        data = compiled(text, "-O3")
        assert len(assemble(mpy.read(data))) == len(data)


def test_words_that_are_told_often_come_first(compiled):
    rare = "".join(f"    a.w{number:03}\n" for number in range(200))
    data = compiled(f"def f(a):\n{rare}    a.often; a.often; a.often\n", "-O3")
    file = mpy.read(assemble(mpy.read(data)))
    assert file.words[0] == b"a.mpy"
    assert file.words.index(b"often") == 1
    assert len(assemble(file)) == len(data) - 3 + 1  # the last of the others takes two bytes now


def test_words_and_constants_that_nothing_tells_go(compiled):
    file = mpy.read(compiled("def f(gone):\n    return 'a text that is long enough', 1 << 80\n", "-O3"))
    code = file.code.inner[0]
    del code.words[1:]
    code.steps = [one for one in code.steps if one.op != mpy.LOAD_CONST_OBJ]
    data = assemble(file)
    assert b"gone" not in data
    assert b"a text" not in data


def test_a_jump_backwards_that_cannot_be_is_refused(compiled):
    file = mpy.read(compiled("def f(x):\n    for y in x:\n        y()\n", "-O3"))
    steps = file.code.inner[0].steps
    next(step for step in steps if step.op == 0x4B).to = steps[0]
    with pytest.raises(Failure, match="backwards"):
        assemble(file)
