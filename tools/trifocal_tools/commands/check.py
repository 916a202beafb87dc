"""`trifocal check`: every gate a change must pass."""

from typing import Annotated

import typer

from trifocal_tools.commands import options


def command(
    gates: Annotated[list[str] | None, typer.Argument(metavar="[GATE]…", help="Only these gates.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Only the gates that take seconds.")] = False,
    as_json: options.Json = False,
) -> None:
    """Pass the gates: format, lint, types, floors, vectors, tests, MicroPython, journeys, browser.

    What the machine lacks is installed where it can be. A gate that cannot run is said aloud, and fails when CI=true.
    The last line is `N passed, N failed`, counting single tests.

    Examples:

    - `trifocal check`

    - `trifocal check --fast`

    - `trifocal check types tests`
    """
    from trifocal_tools.check import check

    raise typer.Exit(check(gates or [], fast=fast, as_json=as_json))
