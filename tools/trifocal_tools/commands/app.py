"""`trifocal app`: the apps of a cloud: which there are, how they fare, and what a person has set about them."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from trifocal_tools.commands import app_use, options

Url = Annotated[str, typer.Option("--url", metavar="URL", help="Where the app's server is found.")]
Key = Annotated[
    str | None, typer.Option("--key", help="Its API key. [default: the one it has, or a new one]", show_default=False)
]
Permissions = Annotated[
    list[str] | None,
    typer.Option("--permission", metavar="CAMERA", help="What it may use. Once for each.", show_default=False),
]
Hardware = Annotated[
    list[str] | None,
    typer.Option("--hardware", metavar="CAMERA", help="What it cannot do without. Once for each.", show_default=False),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="JSON: the list of what people can set.", show_default=False),
]
Name = Annotated[
    str | None, typer.Option("--name", help="What people call it. [default: the package]", show_default=False)
]
Kind = Annotated[Literal["background", "standard"], typer.Option("--type", help="What sort it is.")]

group = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@group.callback()
def command() -> None:
    """Register apps, start and stop them, and set what they let you set.

    Examples:

    - `trifocal app add org.example.notes --url http://127.0.0.1:7010 --permission CAMERA`

    - `trifocal app start org.example.notes`

    - `trifocal app show org.example.notes`

    - `trifocal app settings org.example.notes flash=on`
    """


@group.command()
def add(
    package: options.Package,
    *,
    url: Url,
    key: Key = None,
    permission: Permissions = None,
    hardware: Hardware = None,
    settings_file: SettingsFile = None,
    name: Name = None,
    kind: Kind = "background",
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    user: options.AsUser = None,
    data_dir: options.DataDir = None,
) -> None:
    """Register an app, or describe one of yours anew: what is not named is taken from it, except its key.

    Without `--key` a new app is given one, which is shown this once.

    Examples:

    - `trifocal app add org.example.notes --url http://127.0.0.1:7010 --key s3cret --permission CAMERA`

    - `trifocal app add org.example.notes --url https://notes.example.org --settings settings.json`
    """
    from trifocal_cloud.apps import HARDWARE, PERMISSIONS
    from trifocal_tools import apps, output

    body: dict[str, Any] = {
        "publicUrl": url,
        "type": kind,
        "permissions": apps.words_of("permission", permission, PERMISSIONS),
        "hardware": apps.words_of("hardware", hardware, HARDWARE),
        "settings": apps.setting_items(settings_file) if settings_file else [],
    }
    body |= {key_: value for key_, value in (("name", name), ("apiKey", key)) if value is not None}
    with app_use.client_for(cloud, token, user, data_dir) as client:
        app = client.put_app(package, body)
    if as_json:
        output.print_json(app)
        return
    output.print_line(f"{package} is registered")
    if app.get("apiKey") and not key:
        output.print_line(f"  API key {app['apiKey']}")
        output.remark("  keep it: it is shown only now")


@group.command("list")
def list_(
    *,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    user: options.AsUser = None,
    data_dir: options.DataDir = None,
) -> None:
    """List the apps, each with how it is for you.

    Examples:

    - `trifocal app list`

    - `trifocal app list --json | jq -r '.apps[] | select(.state == "running").package'`
    """
    import time

    from trifocal_tools import apps, output

    with app_use.client_for(cloud, token, user, data_dir) as client:
        found = client.apps()
    if as_json:
        output.print_json({"apps": found})
        return
    width = max((len(apps.said(app, "package")) for app in found), default=0)
    for app in found:
        output.print_line(f"{apps.said(app, 'package'):{width}}  {apps.state_words(app, time.time())}")
    if not found:
        output.remark("no apps are registered; `trifocal app add` registers one")


@group.command()
def show(
    package: options.Package,
    *,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    user: options.AsUser = None,
    data_dir: options.DataDir = None,
) -> None:
    """Show one app: its state, what it hears, what went wrong lately.

    Examples:

    - `trifocal app show org.example.notes`

    - `trifocal app show org.example.notes --json | jq .subscriptions`
    """
    from trifocal_tools import apps, output

    with app_use.client_for(cloud, token, user, data_dir) as client:
        app = client.app(package)
    if as_json:
        output.print_json(app)
        return
    for label, text in apps.describe(app):
        output.print_line(f"{label:9} {text}")


@group.command()
def remove(
    package: options.Package,
    *,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    user: options.AsUser = None,
    data_dir: options.DataDir = None,
) -> None:
    """Take one of your apps out of the registry. It stops for everybody who runs it.

    Examples:

    - `trifocal app remove org.example.notes`
    """
    from trifocal_tools import output

    with app_use.client_for(cloud, token, user, data_dir) as client:
        said = client.remove_app(package)
    if as_json:
        output.print_json(said)
    else:
        output.print_line(f"{package} is removed")


for _use in (app_use.start, app_use.stop, app_use.settings):
    group.command()(_use)
