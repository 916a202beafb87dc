"""`trifocal up`: cloud, gateway and simulated glasses in one terminal."""

from typing import Annotated

import typer

from trifocal_tools.commands import options


def command(
    *,
    headless: Annotated[bool, typer.Option("--headless", help="No live view and no keys.")] = False,
    host: Annotated[
        str | None, typer.Option("--host", help="Address the cloud listens on.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Port of the cloud; 0 takes a free one. [default: 8000]", show_default=False),
    ] = None,
    data_dir: options.DataDir = None,
    user: options.User = None,
    python: options.Python = None,
    camera: options.Camera = None,
    public_url: options.PublicUrl = None,
    allow_private_apps: options.PrivateApps = None,
    radio: Annotated[
        bool | None, typer.Option("--radio", help="Glasses and gateway meet over a virtual Bluetooth radio, not TCP.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Run all of Trifocal here: cloud, gateway and simulated glasses, joined by real sockets on this machine.

    When all are joined, `--json` prints one line: {"console", "cloud", "user", "token", "dataDir", "pid", …}.
    Apps may be served from this machine and from the Internet (`trifocal app add`).
    SIGINT or SIGTERM stops everything within 5 s; a second one at once.

    Keys: **p** press · **l** long press · **o** offline/online · **f** fold/unfold · **b** battery · **q** quit.

    Examples:

    - `trifocal up`

    - `trifocal up --camera ~/Pictures --python micropython`

    - `trifocal up --radio`

    - `trifocal up --headless --json --port 0 --data-dir ./elsewhere`
    """
    from trifocal_tools import settings
    from trifocal_tools.up import up

    found = settings.load(
        host=host,
        port=port,
        data_dir=data_dir,
        user=user,
        python=python,
        camera=camera,
        public_url=public_url,
        allow_private_apps=allow_private_apps,
        radio=radio,
    )
    up(found, headless=headless or as_json, as_json=as_json)
