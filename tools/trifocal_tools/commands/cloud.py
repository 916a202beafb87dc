"""`trifocal cloud`: the cloud alone."""

from typing import Annotated

import typer

from trifocal_tools.commands import options


def command(
    *,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port; 0 takes a free one.", show_default=False)] = None,
    public_url: options.PublicUrl = None,
    allow_private_apps: options.PrivateApps = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Run the cloud: gateways connect to it, photos lie in it.

    People and gateways come with a token (`trifocal token`). Ctrl-C stops it.

    Examples:

    - `trifocal cloud`

    - `trifocal cloud --host 0.0.0.0 --port 80 --data-dir /srv/trifocal`

    - `trifocal cloud --public-url https://trifocal.example.org`: behind a proxy that ends TLS
    """
    from trifocal_tools import alone, settings

    found = settings.load(
        host=host, port=port, data_dir=data_dir, public_url=public_url, allow_private_apps=allow_private_apps
    )
    alone.run_cloud(found, as_json)
