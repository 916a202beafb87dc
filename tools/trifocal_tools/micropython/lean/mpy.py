"""Compiled files taken apart: the words, the constants, and the steps of each function. `assemble` puts them together.

The format is MicroPython's .mpy, version 6, with bytecode only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from trifocal_tools.failure import Failure

HEADS = (b"M\x06\x00",)
"""How a file begins that can be taken apart: its version, and no machine code. The size of whole numbers follows."""

BYTECODE = 0

LOAD_CONST_STRING, LOAD_NAME, STORE_NAME, LOAD_CONST_OBJ = 0x10, 0x11, 0x16, 0x23
POP_TOP, RETURN_VALUE = 0x59, 0x63
UNWIND_JUMP, JUMP, POP_JUMP_IF_TRUE, POP_JUMP_IF_FALSE, POP_EXCEPT_JUMP = 0x40, 0x42, 0x43, 0x44, 0x4A
SETUPS = {0x47, 0x48, 0x49}
"""With, except, finally: their jump is to the handler."""

RAISE_LAST, RAISE_OBJ, RAISE_FROM = 0x64, 0x65, 0x66
FINAL = {UNWIND_JUMP, JUMP, POP_EXCEPT_JUMP, RETURN_VALUE, RAISE_LAST, RAISE_OBJ, RAISE_FROM}
"""After these the next step is run only by a jump to it."""

WITH_EXTRA_BYTE = (0x20, 0x21, UNWIND_JUMP)

VARIOUS, PRESET = 2, 8
"""Of functions: `**` takes what is given by name, and parameters after a star have defaults."""

TUPLE = 10
TEXT_KINDS = (5, 6)
"""Of constants: text and bytes, which end in a zero."""


@dataclass(eq=False)
class Step:
    """One instruction: its operation, then a word or a constant by number, or a number as it was written, or a jump."""

    op: int
    number: int = 0
    written: bytes = b""
    to: "Step | None" = None

    @property
    def jumps(self) -> bool:
        """Whether it names another instruction."""
        return self.op >> 4 == UNWIND_JUMP >> 4

    @property
    def both_ways(self) -> bool:
        """Whether its jump may lead backwards."""
        return self.op <= POP_JUMP_IF_FALSE

    @property
    def tells(self) -> bool:
        """Whether it tells a word."""
        return self.op >> 4 == LOAD_CONST_STRING >> 4


@dataclass
class Signature:
    """How a function is called: places for locals and values, handlers, and what parameters it has."""

    places: int
    handlers: int
    flags: int = 0
    parameters: int = 0
    named_only: int = 0
    defaults: int = 0


@dataclass(eq=False)
class Code:
    """One function, class body, or the file itself. `words` are its name and those of its parameters."""

    signature: Signature
    words: list[int]
    lines: bytes
    cells: bytes
    steps: list[Step]
    inner: "list[Code]" = field(default_factory=list)

    @property
    def takes_words(self) -> bool:
        """Whether it has parameters that are given by name only, or takes any."""
        return bool(self.signature.flags & (VARIOUS | PRESET) or self.signature.named_only)

    def whole(self) -> Iterator["Code"]:
        """This and all that lie in it."""
        yield self
        for one in self.inner:
            yield from one.whole()


@dataclass
class File:
    """A compiled file. A word is a text, or the number of one that every interpreter knows; the first is the file's."""

    head: bytes
    words: list[bytes | int]
    constants: list[bytes]
    code: Code


def read(data: bytes) -> File:
    """Take a file apart. Raises Failure for one of another format."""
    if not data.startswith(HEADS):
        raise Failure("mpy-cross writes files of an unknown format", word="image_failed")
    reader = _Reader(data, 4)
    try:
        words, constants = reader.number(), reader.number()
        told, kept = [reader.word() for _ in range(words)], [reader.constant() for _ in range(constants)]
        file = File(data[:4], told, kept, reader.code())
    except (IndexError, KeyError) as error:
        raise Failure("mpy-cross wrote a broken file", word="image_failed") from error
    if reader.at != len(data):
        raise Failure("mpy-cross wrote more than one file", word="image_failed")
    return file


def parts(constant: bytes) -> list[bytes]:
    """The constants that a tuple holds."""
    reader = _Reader(constant, 1)
    return [reader.constant() for _ in range(reader.number())]


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self.at = at
        self._data = data

    def byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def take(self, count: int) -> bytes:
        self.at += count
        return self._data[self.at - count : self.at]

    def written(self) -> bytes:
        """A number, as it is written."""
        start = self.at
        while self.byte() & 128:
            pass
        return self._data[start : self.at]

    def number(self) -> int:
        value = 0
        for byte in self.written():
            value = value << 7 | byte & 127
        return value

    def word(self) -> bytes | int:
        length = self.number()
        return length >> 1 if length & 1 else self.take((length >> 1) + 1)[:-1]

    def constant(self) -> bytes:
        start = self.at
        kind = self.byte()
        if kind == TUPLE:
            for _ in range(self.number()):
                self.constant()
        elif kind >= TEXT_KINDS[0]:
            self.take(self.number() + (kind in TEXT_KINDS))
        return self._data[start : self.at]

    def code(self) -> Code:
        length = self.number()
        if length & 3 != BYTECODE:
            raise Failure("mpy-cross wrote machine code", word="image_failed")
        end = self.at + (length >> 3)
        signature = self._signature()
        info, cells = self._sizes()
        lines_end = self.at + info
        words = [self.number()]
        while (
            self.at < lines_end and len(words) <= signature.parameters + signature.named_only
        ):  # a linked file may have no names of parameters
            words.append(self.number())
        lines = self.take(lines_end - self.at)
        code = Code(signature, words, lines, self.take(cells), self._steps(end))
        if length & 4:
            code.inner = [self.code() for _ in range(self.number())]
        return code

    def _signature(self) -> Signature:
        byte, turn = self.byte(), 0
        found = Signature((byte >> 3 & 15) + 1, byte >> 2 & 1, parameters=byte & 3)
        while byte > 127:
            byte = self.byte()
            found.places += (byte & 48) << 2 * turn
            found.handlers += (byte & 2) << turn
            found.flags += (byte >> 6 & 1) << turn
            found.parameters += (byte & 4) << turn
            found.named_only += (byte >> 3 & 1) << turn
            found.defaults += (byte & 1) << turn
            turn += 1
        return found

    def _sizes(self) -> tuple[int, int]:
        info = cells = turn = 0
        more = True
        while more:
            byte = self.byte()
            info |= (byte >> 1 & 63) << 6 * turn
            cells |= (byte & 1) << turn
            more = byte > 127
            turn += 1
        return info, cells

    def _steps(self, end: int) -> list[Step]:
        found: dict[int, Step] = {}
        aims: list[tuple[Step, int]] = []
        start = self.at
        while self.at < end:
            place, step = self.at - start, Step(self.byte())
            if step.jumps:
                distance = self._label(step)
                aims.append((step, self.at - start + distance))
                if step.op in WITH_EXTRA_BYTE:
                    step.written = self.take(1)
            elif step.tells or step.op == LOAD_CONST_OBJ:
                step.number = self.number()
            elif step.op >> 4 in (2, 3):
                step.written = self.written() + (self.take(1) if step.op in WITH_EXTRA_BYTE else b"")
            found[place] = step
        for step, aim in aims:
            step.to = found[aim]
        return list(found.values())

    def _label(self, step: Step) -> int:
        value = self.byte()
        signed = 64
        if value > 127:
            value = value & 127 | self.byte() << 7
            signed = 0x4000
        return value - signed * step.both_ways
