"""`trifocal flash`: the firmware onto a board."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trifocal_tools.commands import options

if TYPE_CHECKING:
    from trifocal_tools.flash.boards import Board
    from trifocal_tools.flash.run import Done


def command(
    *,
    board: Annotated[str, typer.Option("--board", metavar="NAME", help="Which board it is; `list` lists them.")],
    port: Annotated[str, typer.Option("--port", metavar="PORT", help="The serial port of its prompt.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at the board, say what would be done, do nothing.")
    ] = False,
    interpreter: Annotated[
        Path | None,
        typer.Option(
            "--interpreter",
            metavar="FILE.bin",
            help="Put this MicroPython on it first, with esptool.",
            show_default=False,
        ),
    ] = None,
    wired: Annotated[
        bool, typer.Option("--wired", help="The gateway comes over the board's UART, as `trifocal hil` does.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Put the firmware on a board, and read back what landed. Photos, settings and other files on it stay.

    What is there already is not copied again. `main.py` comes last, so that no half of a firmware ever runs; one of
    your own is kept under another name.

    Examples:

    - `trifocal flash --board list`

    - `trifocal flash --board xiao-sense --port /dev/ttyACM0 --dry-run`

    - `trifocal flash --board xiao-sense --port /dev/ttyACM0 --interpreter micropython.bin`
    """
    from trifocal_tools import output, provision
    from trifocal_tools.flash import boards

    if board == "list":
        known = {name: found.sentence for name, found in boards.BOARDS.items()}
        if as_json:
            output.print_json(known)
        else:
            for name, sentence in known.items():
                output.print_line(f"{name:16} {sentence}")
        return
    found = dataclasses.replace(boards.board(board), wired=wired)
    if not port:
        raise typer.BadParameter("say with --port where the board is")
    provision.flash_tools(interpreter is not None)
    from trifocal_tools.flash import run

    if dry_run:
        _print(run.look(found, port, interpreter), "would be done", as_json)
    elif as_json:
        _print(run.flash(found, port, interpreter), "", as_json)
    else:
        _print(_shown(found, port, interpreter), "done and read back", as_json)


def _shown(board: "Board", port: str, interpreter: Path | None) -> "Done":
    from rich.console import Console
    from rich.progress import Progress

    from trifocal_tools.flash import run

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("looking at the board", total=None)
        return run.flash(
            board,
            port,
            interpreter,
            quiet=False,
            begun=lambda plan: bars.update(task, description="copying", total=plan.bytes),
            moved=lambda count: bars.advance(task, count),
        )


def _print(done: "Done", heading: str, as_json: bool) -> None:
    from trifocal_tools import output

    if as_json:
        output.print_json(done.to_json())
        return
    output.print_line(f"{done.board} at {done.port}: {heading}")
    if done.interpreter:
        output.print_line(f"  write   {done.interpreter}")
    for sentence in done.plan.sentences():
        output.print_line(f"  {sentence}")
