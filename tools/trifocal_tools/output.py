"""What commands print: results on stdout, everything else on stderr."""

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from trifocal_tools.failure import Failure


def print_json(value: object) -> None:
    """One JSON value on one line of stdout, at once even into a pipe."""
    print_line(json.dumps(value, ensure_ascii=False))


def print_line(text: str = "") -> None:
    """One plain line on stdout, at once even into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def remark(text: str) -> None:
    """One plain line on stderr: said to the person, no part of the result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def print_failure(failure: "Failure", as_json: bool) -> None:
    """A failure for people on stderr, or for programs on stdout."""
    if as_json:
        print_json(failure.to_json())
        return
    remark(f"trifocal: {failure}")
    if failure.hint:
        remark(f"  hint: {failure.hint}")


def terminal() -> "Console":
    """Rich on stdout; plain text, and wide enough for any table of ours, when that is not a terminal."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)
