"""`trifocal gateway`: the gateway alone, between glasses and a cloud."""

from typing import Annotated

import typer

from trifocal_tools.commands import options


def command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="With --ble: the name or address of the glasses.", show_default=False),
    ] = None,
    *,
    sim: Annotated[
        str, typer.Option("--sim", metavar="tcp://HOST:PORT", help="Where simulated glasses listen (`trifocal sim`).")
    ] = "tcp://127.0.0.1:4860",
    ble: Annotated[
        bool, typer.Option("--ble", help="Glasses by Bluetooth instead: NAME, or the first ones that are heard.")
    ] = False,
    hci: Annotated[
        str, typer.Option("--hci", metavar="TRANSPORT", help="With --ble: another controller, as bumble names it.")
    ] = "",
    serial: Annotated[
        str, typer.Option("--serial", metavar="PORT", help="Glasses on a wire instead: the serial port they hang on.")
    ] = "",
    baud: options.Baud = None,
    pair: Annotated[
        bool,
        typer.Option("--pair", help="Become the owner of the glasses, when their button is held for five seconds."),
    ] = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Run the gateway: the phone's or Raspberry Pi's part. It reconnects for ever and loses nothing. Ctrl-C stops it.

    Examples:

    - `trifocal gateway --sim tcp://127.0.0.1:4860 --cloud http://192.0.2.7:8000 --token eyJ…`

    - `trifocal gateway --ble`: the first glasses in reach, and from then on only those

    - `trifocal gateway --ble Xy_A`

    - `trifocal gateway --ble --hci tcp-client:127.0.0.1:4860`: the virtual radio of `trifocal sim --radio`

    - `trifocal gateway --serial /dev/ttyUSB0`: it may be unplugged and plugged in again

    - `trifocal gateway --ble --pair`: from then on these glasses talk with no other gateway

    - `trifocal gateway`: simulated glasses on this machine, cloud from the environment
    """
    from trifocal_tools import alone, settings

    glasses = _address(name, ble, hci, serial, baud) or sim
    alone.check_glasses(glasses)
    found = settings.load(cloud=cloud, token=token, data_dir=data_dir)
    alone.run_gateway(found, settings.endpoint(found), glasses, as_json, pair, hci)


def _address(name: str | None, ble: bool, hci: str, serial: str, baud: int | None) -> str:
    """Where the glasses are, unless they are simulated ones. Raises BadParameter for what does not go together."""
    if name is not None and not ble:
        raise typer.BadParameter(f"'{name}' is the name of glasses only after --ble")
    if hci and not ble:
        raise typer.BadParameter("--hci is for --ble")
    if ble and serial:
        raise typer.BadParameter("glasses are reached by --ble or by --serial, not by both")
    if baud and not serial:
        raise typer.BadParameter("--baud is the speed of a wire: it needs --serial")
    if serial:
        return f"serial:{serial}" + (f"?baud={baud}" if baud else "")
    return f"ble:{name or ''}" if ble else ""
