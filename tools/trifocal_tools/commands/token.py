"""`trifocal token`: a core token for one user of the cloud whose data lies here."""

from typing import Annotated

import typer

from trifocal_tools.commands import options

DAY_S = 86_400


def command(
    user: options.User = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How long it holds.")] = 30,
    as_json: options.Json = False,
    data_dir: options.DataDir = None,
) -> None:
    """Make a token for a user. It works for the cloud that keeps its data in this folder.

    Examples:

    - `trifocal token --user ada@example.org --days 7`

    - `TRIFOCAL_TOKEN=$(trifocal token) trifocal glasses --cloud http://127.0.0.1:8000`
    """
    import time

    from trifocal_tools import output, settings
    from trifocal_tools.up import core_token

    found = settings.load(user=user, data_dir=data_dir)
    now_s = int(time.time())
    made = core_token(found.data_dir, found.user, days * DAY_S, now_s)
    if as_json:
        output.print_json({"token": made, "user": found.user, "expiresAt": now_s + days * DAY_S})
    else:
        output.print_line(made)
