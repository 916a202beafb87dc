"""Compiled files put together from what `mpy` took apart.

Words and constants come in the order of how often they are told, for the first 128 are told in one byte, and every jump
is as short as can be.
"""

from collections import Counter

from trifocal_tools.failure import Failure
from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.mpy import Code, File, Signature, Step


def assemble(file: File) -> bytes:
    """Put a file together, without words and constants that nothing tells."""
    words, constants = _numbers(file)
    head = file.head + number(len(words)) + number(len(constants))
    text = b"".join(_word(file.words[word]) for word in words)
    return head + text + b"".join(file.constants[one] for one in constants) + _code(file.code, words, constants)


def weights(file: File) -> list[int]:
    """How many bytes each function takes, in the order of `File.code.whole`, without those in it."""
    words, constants = _numbers(file)
    return [
        len(_code(code, words, constants)) - sum(len(_code(one, words, constants)) for one in code.inner)
        for code in file.code.whole()
    ]


def _numbers(file: File) -> tuple[dict[int, int], dict[int, int]]:
    """New numbers of words and of constants, in their order."""
    told: Counter[int] = Counter()
    used: Counter[int] = Counter()
    for code in file.code.whole():
        told.update(code.words)
        told.update(step.number for step in code.steps if step.tells)
        used.update(step.number for step in code.steps if step.op == mpy.LOAD_CONST_OBJ)
    words = [0, *sorted(told.keys() - {0}, key=lambda word: (-told[word], word))]
    constants = sorted(used, key=lambda one: (-used[one], one))
    return (
        {word: place for place, word in enumerate(words)},
        {one: place for place, one in enumerate(constants)},
    )


def number(value: int) -> bytes:
    """A whole number from 0, seven bits a byte, the highest first."""
    found = bytes((value & 127,))
    while value := value >> 7:
        found = bytes((value & 127 | 128,)) + found
    return found


def _plain(step: Step, words: dict[int, int], constants: dict[int, int]) -> bytes:
    if step.tells:
        return bytes((step.op,)) + number(words[step.number])
    if step.op == mpy.LOAD_CONST_OBJ:
        return bytes((step.op,)) + number(constants[step.number])
    return bytes((step.op,)) + step.written


def _word(word: bytes | int) -> bytes:
    if isinstance(word, int):
        return number(word << 1 | 1)
    return number(len(word) << 1) + word + b"\0"


def _code(code: Code, words: dict[int, int], constants: dict[int, int]) -> bytes:
    info = b"".join(number(words[word]) for word in code.words) + code.lines
    data = _signature(code.signature) + _sizes(len(info), len(code.cells)) + info + code.cells
    data += _steps(code.steps, words, constants)
    inner = b"".join(_code(one, words, constants) for one in code.inner)
    if code.inner:
        inner = number(len(code.inner)) + inner
    return number(len(data) << 3 | bool(code.inner) << 2 | mpy.BYTECODE) + data + inner


def _signature(one: Signature) -> bytes:
    """All in one number, the lowest bits of each first."""
    places, handlers, flags, parameters = one.places - 1, one.handlers, one.flags, one.parameters
    named_only, defaults = one.named_only, one.defaults
    found = [(places & 15) << 3 | (handlers & 1) << 2 | parameters & 3]
    places, handlers, parameters = places >> 4, handlers >> 1, parameters >> 2
    while places or handlers or flags or parameters or named_only or defaults:
        found[-1] |= 128
        byte = (flags & 1) << 6 | (places & 3) << 4 | (named_only & 1) << 3
        found.append(byte | (parameters & 1) << 2 | (handlers & 1) << 1 | defaults & 1)
        places, handlers, flags, parameters = places >> 2, handlers >> 1, flags >> 1, parameters >> 1
        named_only, defaults = named_only >> 1, defaults >> 1
    return bytes(found)


def _sizes(info: int, cells: int) -> bytes:
    """Both in one number: of seven bits six of the first and one of the second, the lowest first."""
    found = []
    while True:
        byte = (info & 63) << 1 | cells & 1
        info, cells = info >> 6, cells >> 1
        more = bool(info or cells)
        found.append(byte | more << 7)
        if not more:
            return bytes(found)


def _steps(steps: list[Step], words: dict[int, int], constants: dict[int, int]) -> bytes:
    far: set[int] = set()
    while True:
        places, at = {}, 0
        for step in steps:
            places[id(step)] = at
            at += (2 + (id(step) in far) + len(step.written)) if step.jumps else len(_plain(step, words, constants))
        grown = {id(step) for step in steps if step.jumps and not _near(_distance(step, places, far), step)} - far
        if not grown:
            break
        far |= grown
    return b"".join(
        _jump(step, _distance(step, places, far), id(step) in far) if step.jumps else _plain(step, words, constants)
        for step in steps
    )


def _distance(step: Step, places: dict[int, int], far: set[int]) -> int:
    return places[id(step.to)] - places[id(step)] - 2 - (id(step) in far)


def _near(distance: int, step: Step) -> bool:
    return -64 <= distance <= 63 if step.both_ways else distance <= 127


def _jump(step: Step, distance: int, far: bool) -> bytes:
    if distance < 0 and not step.both_ways:
        raise Failure("a jump leads backwards that cannot", word="image_failed")
    if far:
        distance += 0x4000 * step.both_ways
        return bytes((step.op, distance & 127 | 128, distance >> 7)) + step.written
    return bytes((step.op, distance + 64 * step.both_ways)) + step.written
