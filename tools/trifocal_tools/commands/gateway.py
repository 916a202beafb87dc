"""`trifocal gateway`: the gateway alone, between glasses and a cloud."""

from typing import Annotated

import typer

from trifocal_tools.commands import options


def command(
    *,
    sim: Annotated[
        str, typer.Option("--sim", metavar="tcp://HOST:PORT", help="Where simulated glasses listen (`trifocal sim`).")
    ] = "tcp://127.0.0.1:4860",
    ble: Annotated[
        str,
        typer.Option("--ble", metavar="NAME", help="Bluetooth name or address of glasses, instead of simulated ones."),
    ] = "",
    cloud: options.Cloud = None,
    token: options.Token = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Run the gateway: the phone's or Raspberry Pi's part. It reconnects for ever and loses nothing. Ctrl-C stops it.

    Examples:

    - `trifocal gateway --sim tcp://127.0.0.1:4860 --cloud http://192.0.2.7:8000 --token eyJ…`

    - `trifocal gateway --ble Xy_A`

    - `trifocal gateway`: simulated glasses on this machine, cloud from the environment
    """
    from trifocal_tools import alone, settings

    if not ble:
        alone.check_sim_address(sim)
    found = settings.load(cloud=cloud, token=token, data_dir=data_dir)
    alone.run_gateway(found, settings.endpoint(found), f"ble:{ble}" if ble else sim, as_json)
