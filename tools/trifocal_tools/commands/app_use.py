"""What a person does with an app that is there: `trifocal app start`, `stop` and `settings`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trifocal_tools.commands import options

if TYPE_CHECKING:
    from trifocal_tools.app_client import AppClient


def start(
    package: options.Package,
    *,
    user: options.AsUser = None,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    data_dir: options.DataDir = None,
) -> None:
    """Start an app. Ends with 0 when it runs, else with 1 and the reason.

    Examples:

    - `trifocal app start org.example.notes`

    - `trifocal app start org.example.notes --user ada@example.org --json`
    """
    from trifocal_tools import output

    with client_for(cloud, token, user, data_dir) as client:
        said = client.start_app(package)
    if as_json:
        output.print_json(said)
    else:
        output.print_line(f"{package} runs for {said.get('user')}")


def stop(
    package: options.Package,
    *,
    user: options.AsUser = None,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    data_dir: options.DataDir = None,
) -> None:
    """Stop an app, and do not start it again by itself.

    Examples:

    - `trifocal app stop org.example.notes`

    - `trifocal app stop org.example.notes --user ada@example.org`
    """
    from trifocal_tools import output

    with client_for(cloud, token, user, data_dir) as client:
        said = client.stop_app(package)
    if as_json:
        output.print_json(said)
    else:
        output.print_line(f"{package} is stopped for {said.get('user')}")


def settings(
    package: options.Package,
    values: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="What to set.")] = None,
    *,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    user: options.AsUser = None,
    data_dir: options.DataDir = None,
) -> None:
    """Show what you can set about an app, or set it. A running app hears it at once.

    Examples:

    - `trifocal app settings org.example.notes`

    - `trifocal app settings org.example.notes flash=on interval=30`
    """
    from trifocal_tools import apps, output

    with client_for(cloud, token, user, data_dir) as client:
        items = client.app_settings(package)
        if values:
            items = client.set_app_settings(package, apps.chosen(items, values))
    if as_json:
        output.print_json({"settings": items})
        return
    for key, value, label in apps.setting_lines(items):
        output.print_line(f"{key:20} {value:20} {label}".rstrip())


def client_for(cloud: str | None, token: str | None, user: str | None, data_dir: Path | None) -> "AppClient":
    """A conversation with the cloud that the options name, in that user's name. Raises Failure."""
    from trifocal_tools import apps
    from trifocal_tools.app_client import AppClient
    from trifocal_tools.settings import load

    return AppClient(apps.endpoint_for(load(cloud=cloud, token=token, data_dir=data_dir), user))
