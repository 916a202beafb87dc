"""`trifocal doctor`: what this machine lacks, and how to get it."""

import typer

from trifocal_tools.commands import options


def command(as_json: options.Json = False, data_dir: options.DataDir = None) -> None:
    """Say what is missing here and how to get it. Ends with 3 when `trifocal up` could not run.

    Examples:

    - `trifocal doctor`

    - `trifocal doctor --json | jq '.findings[] | select(.ok | not)'`
    """
    from trifocal_tools import failure, output, settings
    from trifocal_tools.doctor import examine, print_findings

    findings = examine(settings.load(data_dir=data_dir))
    healthy = all(finding.ok for finding in findings if finding.needed)
    if as_json:
        output.print_json({"ok": healthy, "findings": [finding.to_json() for finding in findings]})
    else:
        print_findings(findings)
    if not healthy:
        raise typer.Exit(failure.MISSING)
