"""The last step, on what mpy-cross made of a file: what the interpreter reads and nothing asks for goes.

Nothing here changes what a program does. Names of parameters are read when an argument is given by name only;
`__module__` and `__qualname__` of a class by nobody. `flow` shortens the steps of each function.
"""

import re

from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.assemble import assemble
from trifocal_tools.micropython.lean.flow import shorten
from trifocal_tools.micropython.lean.mpy import Code, File
from trifocal_tools.micropython.lean.spread import spread

UNNAMED = re.compile(rb"_\d+_")
"""Parameters of ours that are never given by name."""

STAR, SELF = 5, 137
"""Of the words that every interpreter knows: the parameter of a comprehension, and of methods the first."""

MODULE, NAME, QUALNAME = 22, 23, 26
"""`__module__`, `__name__`, `__qualname__`."""

IN_CLASSES = [(mpy.LOAD_NAME, NAME), (mpy.STORE_NAME, MODULE), mpy.LOAD_CONST_STRING, (mpy.STORE_NAME, QUALNAME)]
"""How the body of a class begins."""


def link(data: bytes) -> bytes:
    """The compiled file, shorter. One with line numbers is left alone. Raises Failure for one of another format."""
    file = mpy.read(data)
    if any(code.lines for code in file.code.whole()):
        return data
    _unname(file.code, file, file.code.words[0])
    spread(file)
    for code in file.code.whole():
        _unqualify(code, file)
        code.steps = shorten(code.steps)
    return assemble(file)


def _unname(code: Code, file: File, outer: int) -> None:
    """Functions without a name are called as what they lie in, and parameters that nobody names not at all."""
    name = file.words[code.words[0]]
    if isinstance(name, bytes) and name[:1] == b"<":
        code.words[0] = outer
    if not code.takes_words and all(_unnamed(file.words[word]) for word in code.words[1:]):
        del code.words[1:]
    for one in code.inner:
        _unname(one, file, code.words[0])


def _unnamed(word: bytes | int) -> bool:
    return word in (STAR, SELF) if isinstance(word, int) else UNNAMED.fullmatch(word) is not None


def _unqualify(code: Code, file: File) -> None:
    """A class needs neither."""
    head = code.steps[: len(IN_CLASSES)]
    found = [
        one.op if one.op == mpy.LOAD_CONST_STRING else (one.op, file.words[one.number]) for one in head if one.tells
    ]
    if found == IN_CLASSES and not {one.to for one in code.steps} & set(head):
        del code.steps[: len(IN_CLASSES)]
