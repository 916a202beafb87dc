"""`trifocal sim`: simulated glasses alone."""

from typing import Annotated

import typer

from trifocal_tools.commands import options


def command(
    *,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where the gateway connects to.")
    ] = "127.0.0.1:4860",
    pty: Annotated[
        bool,
        typer.Option("--pty", help="Sit on a serial port instead: a pty, whose name is said (`--serial` takes it)."),
    ] = False,
    baud: options.Baud = None,
    radio: Annotated[
        bool,
        typer.Option("--radio", help="Be a Bluetooth peripheral in a virtual radio, which gateways enter at --listen."),
    ] = False,
    camera: options.Camera = None,
    python: options.Python = None,
    cloud: options.Cloud = None,
    token: options.Token = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Run simulated glasses: the real firmware over a pretended board. Ctrl-C stops them.

    Lines on stdin handle them: `press photo`, `long`, `battery 5`, `offline`, `fold`, `state`, `quit` and more. With a
    cloud they can be handled from its console too, and by `trifocal press` and `trifocal glasses`.

    Examples:

    - `trifocal sim --camera ~/Pictures`

    - `trifocal sim --camera /dev/video0 --python micropython`

    - `trifocal sim --pty --baud 115200`

    - `trifocal sim --radio`, and beside it `trifocal gateway --ble --hci tcp-client:127.0.0.1:4860`

    - `trifocal sim --listen 127.0.0.1:4861 --data-dir ./second-pair`
    """
    from trifocal_tools import alone, settings

    if baud and not pty:
        raise typer.BadParameter("--baud is the speed of a wire: it needs --pty")
    if pty and radio:
        raise typer.BadParameter("glasses are reached by --pty or by --radio, not by both")
    speed = 0
    if pty:
        from trifocal_gateway.io.serial import BAUD  # only where there are terminals

        speed = baud or BAUD
    found = settings.load(camera=camera, python=python, cloud=cloud, token=token, data_dir=data_dir)
    alone.run_sim(found, listen, as_json, speed, radio)
