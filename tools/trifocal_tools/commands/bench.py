"""`trifocal bench`: ours beside a named peer, in one run."""

from typing import Annotated, Any

import typer

from trifocal_tools.commands import options


def command(
    name: Annotated[str | None, typer.Argument(help="Which benchmark; none lists them.")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer rounds; ends within 50 s.")] = False,
    kill: Annotated[
        bool, typer.Option("--kill", help="`queue` only: kill -9 at random instants and count what arrives.")
    ] = False,
    inputs: Annotated[int, typer.Option("--inputs", min=0, help="`fuzz` only: how many; 0 is ten million.")] = 0,
    as_json: options.Json = False,
) -> None:
    """Measure ours beside a named peer. Ends with 3 when a peer is missing.

    Examples:

    - `trifocal bench`

    - `trifocal bench press --quick`

    - `trifocal bench queue --json | jq .aims`

    - `trifocal bench fuzz --inputs 1000000`
    """
    from trifocal_tools import bench as benches
    from trifocal_tools import output
    from trifocal_tools.bench import report

    if name is None:
        _list(benches.BENCHES, as_json)
        return
    found = benches.run(name, quick=quick, kill=kill, inputs=inputs)
    if as_json:
        output.print_json(found)
    else:
        report.print_report(found, output.terminal())


def _list(known: dict[str, Any], as_json: bool) -> None:
    from trifocal_tools import output

    if as_json:
        output.print_json({name: bench.sentence for name, bench in known.items()})
        return
    for name, bench in known.items():
        output.print_line(f"{name:8} {bench.sentence}")
