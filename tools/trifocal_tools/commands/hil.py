"""`trifocal hil`: the same cases on a board and on simulated glasses."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trifocal_tools.commands import options

if TYPE_CHECKING:
    from trifocal_tools.hil.run import Case, Report

MARKS = {"passed": "[green]passed[/]", "failed": "[bold red]failed[/]", "skipped": "[yellow]skipped[/]"}


def command(
    sim: Annotated[
        str, typer.Argument(metavar="[cpython|micropython]", help="With --sim: what runs the firmware.")
    ] = "cpython",
    *,
    port: Annotated[str, typer.Option("--port", metavar="PORT", help="The serial port the board hangs on.")] = "",
    simulated: Annotated[
        bool, typer.Option("--sim", help="Simulated glasses instead, on a port of this machine.")
    ] = False,
    baud: options.Baud = None,
    power: Annotated[
        str,
        typer.Option(
            "--power", metavar="COMMAND", help="Cuts the board's power and gives it back; `lines` pulls RTS and DTR."
        ),
    ] = "",
    hand: Annotated[bool, typer.Option("--hand", help="Somebody sits beside the board and is asked to press.")] = False,
    only: Annotated[str, typer.Option("--only", metavar="WORDS", help="Only the cases with these words.")] = "",
    photos: Annotated[
        Path, typer.Option("--photos", help="Where photos are saved that lie on the board before the cases begin.")
    ] = Path("hil-photos"),
    as_json: options.Json = False,
) -> None:
    """Prove on a board, or on simulated glasses, that the firmware does what it says: one suite for both.

    It speaks frames over a serial port, as a gateway does. Cases that need more, power that can be cut, a finger, eyes,
    say so and are skipped where there is none. Ends with 1 when a case failed.

    Examples:

    - `trifocal hil --sim`

    - `trifocal hil --sim micropython --only transfer`

    - `trifocal hil --port /dev/ttyUSB0 --hand --power "uhubctl -l 1-1 -p 2 -a cycle"`
    """
    from trifocal_tools import output, provision

    if bool(port) == simulated:
        raise typer.BadParameter("say either --port PORT or --sim")
    provision.hil_tools(sim == "micropython" and simulated)
    from trifocal_tools.hil.run import run

    dut = sim if simulated else f"serial:{port}"
    told = None if as_json else lambda case: output.remark(f"{case.outcome:8}{case.name}")
    report = run(
        dut, baud=baud or 460_800, power=power, hand=hand, only=only, photos=photos, told=told or (lambda case: None)
    )
    if as_json:
        output.print_json(report.to_json())
    else:
        _print(report)
    raise typer.Exit(0 if report.good else 1)


def _print(report: "Report") -> None:
    from rich.table import Table

    from trifocal_tools import output

    table = Table(title=f"{report.dut}: what was proved", show_lines=True)
    for name, justify in (("case", "left"), ("", "left"), ("s", "right"), ("what it proves, or why not", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for case in report.cases:
        table.add_row(case.name, MARKS[case.outcome], f"{case.seconds:.1f}", _words(case))
    output.terminal().print(table)
    output.print_line(
        f"{report.count('passed')} passed, {report.count('failed')} failed, {report.count('skipped')} skipped"
    )


def _words(case: "Case") -> str:
    from rich.markup import escape

    return escape(case.proves + (f"\n{case.why}" if case.why else ""))
