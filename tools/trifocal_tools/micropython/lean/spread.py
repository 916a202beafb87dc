"""Constant tuples are told part by part where that is shorter: a file holds a tuple with all its texts once more.

Only where much is gained, for a tuple that is told so is made anew each time.
"""

from collections import defaultdict

from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.assemble import number
from trifocal_tools.micropython.lean.mpy import Code, File, Step

LITERALS = {1: 0x51, 2: 0x50, 3: 0x52}
"""Kinds of constants that have a step of their own: None, False, True."""

TEXT, WHOLE = 5, 7

SMALL_FIRST, SMALL_LAST = -16, 47
SMALL_ZERO = 0x70 - SMALL_FIRST
"""Whole numbers that are a step each, from this one on."""

LOAD_CONST_SMALL_INT, BUILD_TUPLE = 0x22, 0x2A

BIG = 1 << 20
"""From here on a whole number may be an object."""

WORTH_IT = 8
"""Bytes that must be gained."""


def spread(file: File) -> None:
    """Do so in all of a file."""
    uses: dict[int, list[Code]] = defaultdict(list)
    for code in file.code.whole():
        for step in code.steps:
            if step.op == mpy.LOAD_CONST_OBJ and file.constants[step.number][0] == mpy.TUPLE:
                uses[step.number].append(code)
    for constant in sorted(uses, key=lambda one: -len(file.constants[one])):
        parts = mpy.parts(file.constants[constant])
        if _gained(file, parts, len(file.constants[constant]), len(uses[constant])) >= WORTH_IT:
            for code in set(uses[constant]):
                _tell(file, code, constant, parts)


def _gained(file: File, parts: list[bytes], size: int, uses: int) -> int:
    """How many bytes less it is to tell the parts, as far as can be said; none where a part cannot be told."""
    once, each = 0, len(number(len(parts))) + 1 - 2
    for part in parts:
        value = int(part[2:]) if part[0] == WHOLE else 0
        if part[0] in LITERALS or (part[0] == WHOLE and SMALL_FIRST <= value <= SMALL_LAST):
            each += 1
        elif part[0] == WHOLE and 0 < value < BIG:
            each += 1 + len(_whole(value))
        elif part[0] == TEXT:
            told = part[2:-1] in file.words
            each += 3 if told else 2
            once += 0 if told or part in file.constants else len(part)
        else:
            return 0
    return size - once - each * uses


def _tell(file: File, code: Code, constant: int, parts: list[bytes]) -> None:
    for place, step in reversed(list(enumerate(code.steps))):
        if step.op == mpy.LOAD_CONST_OBJ and step.number == constant:
            told = [_step(file, part) for part in parts]
            code.steps[place + 1 : place + 1] = [*told[1:], Step(BUILD_TUPLE, written=number(len(parts)))]
            step.op, step.number, step.written = told[0].op, told[0].number, told[0].written  # jumps to it stay right
    code.signature.places += len(parts) - 1


def _step(file: File, part: bytes) -> Step:
    if part[0] in LITERALS:
        return Step(LITERALS[part[0]])
    if part[0] == WHOLE:
        value = int(part[2:])
        small = SMALL_FIRST <= value <= SMALL_LAST
        return Step(SMALL_ZERO + value) if small else Step(LOAD_CONST_SMALL_INT, written=_whole(value))
    if part[2:-1] in file.words:
        return Step(mpy.LOAD_CONST_STRING, file.words.index(part[2:-1]))
    if part not in file.constants:
        file.constants.append(part)
    return Step(mpy.LOAD_CONST_OBJ, file.constants.index(part))


def _whole(value: int) -> bytes:
    """A whole number that is not negative, where others may be: the highest bit written is its sign."""
    found = number(value)
    return b"\x80" + found if found[0] & 64 else found
