"""Constants are told by their parts where that is shorter: a file holds a tuple with all its texts once more, and a
large whole number digit by digit, even where it is a power of two and a little.

Only where much is gained, for what is told so is made anew each time.
"""

from collections import defaultdict
from dataclasses import replace

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
SHIFT, ADD, SUBTRACT = 0xF0, 0xF2, 0xF3

BIG = 1 << 20
"""From here on a whole number may be an object."""

WORTH_IT = 8
"""Bytes that must be gained."""


def spread(file: File) -> None:
    """Do so in all of a file."""
    uses: dict[int, list[Code]] = defaultdict(list)
    for code in file.code.whole():
        for step in code.steps:
            if step.op == mpy.LOAD_CONST_OBJ and file.constants[step.number][0] in (mpy.TUPLE, WHOLE):
                uses[step.number].append(code)
    for constant in sorted(uses, key=lambda one: -len(file.constants[one])):
        whole, codes = file.constants[constant], set(uses[constant])
        size, count = len(whole), len(uses[constant])
        if whole[0] == WHOLE:
            told, more = _power(int(whole[2:])), 1
            gained = size - count * (sum(1 + len(step.written) for step in told) - 2) if told else 0
        else:
            parts = mpy.parts(whole)
            gained = _gained(file, parts, size, count)
            told, more = _tuple(file, parts) if gained >= WORTH_IT else [], len(parts) - 1
        if gained >= WORTH_IT:
            for code in codes:
                _tell(code, constant, told)
                code.signature.places += more


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


def _tell(code: Code, constant: int, told: list[Step]) -> None:
    """These steps stand where the constant was told."""
    for place, step in reversed(list(enumerate(code.steps))):
        if step.op == mpy.LOAD_CONST_OBJ and step.number == constant:
            first, *rest = told
            code.steps[place + 1 : place + 1] = [replace(one) for one in rest]
            step.op, step.number, step.written = first.op, first.number, first.written  # jumps to it stay right


def _tuple(file: File, parts: list[bytes]) -> list[Step]:
    return [*(_step(file, part) for part in parts), Step(BUILD_TUPLE, written=number(len(parts)))]


def _power(value: int) -> list[Step]:
    """A power of two and a little more or less; nothing for other whole numbers."""
    bits = max(value, 1).bit_length()
    for places in (bits - 1, bits):
        more = value - (1 << places)
        if value >= BIG and abs(more) < BIG:
            end = [_small(abs(more)), Step(ADD if more > 0 else SUBTRACT)] if more else []
            return [_small(1), _small(places), Step(SHIFT), *end]
    return []


def _step(file: File, part: bytes) -> Step:
    if part[0] in LITERALS:
        return Step(LITERALS[part[0]])
    if part[0] == WHOLE:
        return _small(int(part[2:]))
    if part[2:-1] in file.words:
        return Step(mpy.LOAD_CONST_STRING, file.words.index(part[2:-1]))
    if part not in file.constants:
        file.constants.append(part)
    return Step(mpy.LOAD_CONST_OBJ, file.constants.index(part))


def _small(value: int) -> Step:
    small = SMALL_FIRST <= value <= SMALL_LAST
    return Step(SMALL_ZERO + value) if small else Step(LOAD_CONST_SMALL_INT, written=_whole(value))


def _whole(value: int) -> bytes:
    """A whole number that is not negative, where others may be: the highest bit written is its sign."""
    found = number(value)
    return b"\x80" + found if found[0] & 64 else found
