"""Flashes a board: looks at it, decides, does it, and reads back what was done."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.flash import interpreter, plan
from trifocal_tools.flash.boards import Board
from trifocal_tools.flash.payload import MAIN, digest, payload
from trifocal_tools.flash.repl import Repl, check_port

WHO = "(sys.platform, getattr(sys.implementation, '_machine', ''), getattr(sys.implementation, '_mpy', 0) & 255)"


@dataclass(frozen=True)
class Done:
    """What was done, or would be."""

    board: str
    port: str
    plan: plan.Plan
    interpreter: str = ""

    def to_json(self) -> dict[str, object]:
        """What `--json` prints."""
        return {"board": self.board, "port": self.port, "interpreter": self.interpreter} | self.plan.to_json()


def look(board: Board, port: str, image: Path | None = None, quiet: bool = True) -> Done:
    """The plan for this board, which is not changed; an interpreter to be written is only checked. Raises Failure."""
    if image is not None:
        interpreter.check(board, image)
    files = payload(board)
    with Repl(port) as repl:
        return Done(board.name, port, _decide(board, repl, files), str(image or ""))


def flash(
    board: Board,
    port: str,
    image: Path | None = None,
    *,
    quiet: bool = True,
    begun: Callable[[plan.Plan], None] = lambda _: None,
    moved: Callable[[int], None] = lambda _: None,
) -> Done:
    """Put the firmware on the board, and the interpreter first if there is an `image`. What lies there is ours only
    when its SHA-256, read back from the board, is right. `begun` hears the plan, `moved` how many more bytes are there.

    Raises Failure; the board then waits at its prompt, and the same again goes on where this stopped.
    """
    files = payload(board)
    if image is not None:
        interpreter.check(board, image)
        check_port(port)
        interpreter.write(board, port, image, quiet)
    repl = Repl(port)
    if image is not None:
        repl.come_back()
    with repl:
        wanted = _decide(board, repl, files)
        begun(wanted)
        if not wanted.nothing:
            _carry_out(board, repl, wanted, files, moved)
    return Done(board.name, port, wanted, str(image or ""))


def _decide(board: Board, repl: Repl, files: dict[str, bytes]) -> plan.Plan:
    platform, machine, bytecode = repl.evaluate(WHO, first="import sys, os")
    if platform != board.platform or not machine.endswith(board.machine):
        said = machine or platform
        raise Failure(f"this board is '{said}', and no {board.sentence}", failure.USAGE, "wrong_board", "see --board")
    compiled = next(data for path, data in files.items() if path.endswith(".mpy"))
    if bytecode != compiled[1]:
        hint = "put a newer one on it with --interpreter FILE.bin"
        raise Failure(
            f"its interpreter reads bytecode {bytecode}, ours is {compiled[1]}", word="wrong_interpreter", hint=hint
        )
    for module in board.needs:
        _check_module(repl, module)
    ours = plan.listed(repl.read(plan.LIST))
    size, _, _, free = repl.evaluate("os.statvfs('.')[:4]")
    sums = repl.sums(list(dict.fromkeys([*files, *ours])))
    return plan.make(files, plan.Found(ours, sums, size * free))


def _check_module(repl: Repl, module: str) -> None:
    try:
        repl.evaluate("True", first=f"import {module}")
    except Failure as error:
        if error.word != "board_failed":
            raise
        hint = "put one on it that has it, with --interpreter FILE.bin"
        raise Failure(f"its interpreter has no module `{module}`", word="wrong_interpreter", hint=hint) from error


def _carry_out(
    board: Board, repl: Repl, wanted: plan.Plan, files: dict[str, bytes], moved: Callable[[int], None]
) -> None:
    if wanted.aside:
        repl.rename(MAIN, plan.ASIDE)
    elif wanted.restart:
        repl.remove(MAIN)
    if wanted.restart:
        repl.restart()
        repl.come_back()
    for path in wanted.remove:
        repl.remove(path)
    # Named before they are there: what a flashing leaves half done is ours too, and the next one may replace it.
    repl.write(plan.LIST, plan.listing(board.name, files), lambda _: None)
    for path, data in wanted.copy.items():
        if path == MAIN:
            _verify(repl, {path: data for path, data in files.items() if path != MAIN})
        repl.write(path, data, moved)
    _verify(repl, files)
    repl.restart()


def _verify(repl: Repl, files: dict[str, bytes]) -> None:
    sums = repl.sums(list(files))
    wrong = [path for path, data in files.items() if sums.get(path) != digest(data)]
    if wrong:
        hint = "start the same again; if it stays so, the board's flash is worn"
        raise Failure(f"{', '.join(wrong)}: not on the board as it was sent", word="not_verified", hint=hint)
