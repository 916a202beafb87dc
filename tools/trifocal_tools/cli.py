"""The command `trifocal`: what it offers, and how every command ends."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from trifocal_tools import failure, output
from trifocal_tools.commands import app as app_group
from trifocal_tools.commands import (
    bench,
    check,
    cloud,
    control,
    doctor,
    flash,
    gateway,
    glasses,
    hil,
    press,
    queue,
    sim,
    token,
    up,
)
from trifocal_tools.failure import EXIT_CODES, Failure

RUN = "Run"
USE = "Use"
KEEP = "Look after"

COMMANDS = (
    (RUN, up.command, "up"),
    (RUN, cloud.command, "cloud"),
    (RUN, gateway.command, "gateway"),
    (RUN, sim.command, "sim"),
    (USE, press.command, "press"),
    (USE, glasses.command, "glasses"),
    (USE, control.command, "control"),
    (USE, app_group.group, "app"),
    (USE, token.command, "token"),
    (KEEP, queue.group, "queue"),
    (KEEP, doctor.command, "doctor"),
    (KEEP, check.command, "check"),
    (KEEP, flash.command, "flash"),
    (KEEP, hil.command, "hil"),
    (KEEP, bench.command, "bench"),
)

_EPILOG = "Exit codes: " + " · ".join(f"**{code}** {meaning}" for code, meaning in EXIT_CODES) + "."


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        output.print_line(f"trifocal {version('trifocal')}")
        raise typer.Exit


def _trifocal(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """The open, self-hosted stack for camera smart glasses: firmware, gateway and cloud.

    **Start here**: `trifocal up` runs all of it with simulated glasses; open the console that it names, or in a second
    terminal take a photo with `trifocal press photo --wait`.

    Settings come from flags, then the environment (TRIFOCAL_*), then ./trifocal.toml, then defaults.
    """


def build() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        rich_markup_mode="markdown",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=_EPILOG,
    )
    app.callback()(_trifocal)
    for panel, command, name in COMMANDS:
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, rich_help_panel=panel)
        else:
            app.command(name, rich_help_panel=panel)(command)
    return app


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and return its exit code; failures are printed, never raised."""
    as_json = "--json" in arguments
    try:
        code = typer.main.get_command(build()).main(list(arguments), prog_name="trifocal", standalone_mode=False)
    except Failure as error:
        output.print_failure(error, as_json)
        return error.code
    except TyperException as error:
        if sentence := error.format_message():  # empty where the help was printed for want of a command
            hint = "`trifocal --help` and `trifocal COMMAND --help` show what there is"
            output.print_failure(Failure(sentence, failure.USAGE, "usage", hint), as_json)
        return failure.USAGE
    except (KeyboardInterrupt, typer.Abort):
        return failure.INTERRUPTED
    return code if isinstance(code, int) else failure.OK


def main() -> None:
    """Entry point of the installed command; a reader that closed our pipe early ends us quietly."""
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whatever is left in the buffer would complain once more when the interpreter closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = failure.OK
    sys.exit(code)


if __name__ == "__main__":
    main()
