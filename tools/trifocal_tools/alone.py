"""One part alone in its own process: the cloud, the gateway or simulated glasses."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from trifocal_tools import data_dir, failure, output, provision, running
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Endpoint, Settings, understood
from trifocal_tools.up import check_port

if TYPE_CHECKING:
    from trifocal_tools.sim.firmware_host import FirmwareHost
    from trifocal_tools.sim.link import Link

TTY = "tty"
"""What the serial port of simulated glasses is called in their folder."""


def run_cloud(settings: Settings, as_json: bool) -> None:
    """Run the cloud until a signal; say where it listens."""
    from trifocal_cloud.main import serve
    from trifocal_cloud.settings import CloudSettings

    check_port(settings.host, settings.port)
    folder = settings.data_dir.resolve() / "cloud"

    def started(url: str) -> None:
        _say(as_json, f"the cloud listens on {url} (data in {folder})", {"cloud": url, "dataDir": str(folder)})

    found = understood(
        lambda: CloudSettings(data_dir=folder, host=settings.host, port=settings.port, **_outside(settings))
    )

    async def main(stop: asyncio.Event) -> None:
        await serve(found, started, stop)

    _run(settings.data_dir, "cloud", main)


def run_gateway(  # noqa: PLR0917 - as the command line has them
    settings: Settings, endpoint: Endpoint, glasses: str, as_json: bool, pair: bool = False, hci: str = ""
) -> None:
    """Run the gateway until a signal. It waits for glasses and cloud for as long as they are away.

    Bluetooth is the system's, or bumble's on the controller at `hci`.
    """
    from trifocal_gateway.main import run
    from trifocal_gateway.settings import GatewaySettings

    folder = settings.data_dir.resolve() / "gateway"

    def started() -> None:
        said = {"glasses": glasses, "cloud": endpoint.cloud, "dataDir": str(folder)}
        _say(as_json, f"the gateway runs between {glasses} and {endpoint.cloud} (data in {folder})", said)

    found = understood(
        lambda: GatewaySettings(
            data_dir=folder, cloud_url=endpoint.cloud, token=SecretStr(endpoint.token), glasses=glasses, pair=pair
        )
    )

    async def main(stop: asyncio.Event) -> None:
        if not hci:
            await run(found, stop, started)
            return
        from trifocal_tools.radio.central import backends
        from trifocal_tools.radio.hci import HciCentral

        central = HciCentral(hci)
        try:
            await run(found, stop, started, backends=backends(central.device))
        finally:
            await central.close()

    _run(settings.data_dir, "gateway", main)


def run_sim(settings: Settings, listen: str, as_json: bool, baud: int = 0, radio: bool = False) -> None:
    """Run simulated glasses until a signal; with a cloud they let themselves be handled from there.

    They listen on TCP, or with a `baud` sit on a wire of that speed: a pty, whose name is said. With a `radio` what
    listens on TCP is a Bluetooth controller for the gateway, in the same virtual radio.
    """
    from trifocal_tools.sim import SimSettings, run
    from trifocal_tools.sim.run import device_id

    host, port = listen_address(listen)
    if not baud:
        check_port(host, port)
    if settings.python == "micropython":
        provision.micropython()
    folder = settings.data_dir.resolve() / "glasses"

    def started(found_port: int) -> None:
        where = f"serial:{folder / TTY}" if baud else f"tcp://{host}:{found_port}"
        verb = "are wired to" if baud else "listen on"
        said = {"glasses": where, "dataDir": str(folder)}
        if radio:
            said |= {"glasses": f"ble:{device_id(folder)}", "hci": f"tcp-client:{host}:{found_port}"}
            where, verb = said["hci"], "advertise in the radio at"
        _say(as_json, f"simulated glasses {verb} {where} (data in {folder})", said)

    def wire(firmware: "FirmwareHost", changed: Callable[[bool], None], _name: str) -> "Link":
        from trifocal_tools.sim.pty_link import PtyLink

        return PtyLink(firmware, changed, folder / TTY, baud)

    def on_air(firmware: "FirmwareHost", changed: Callable[[bool], None], name: str) -> "Link":
        from trifocal_tools.radio.room import Room

        return Room(random.random).join_open(firmware, changed, name)

    async def main(stop: asyncio.Event) -> None:
        found = SimSettings(
            data_dir=folder,
            listen_host=host,
            listen_port=port,
            camera=settings.camera,
            python=settings.python,
            cloud_url=settings.cloud,
            token=settings.token.get_secret_value(),
            keyboard="json" if as_json else "plain",
            join=wire if baud else on_air if radio else None,
        )
        await run(found, started, stop)

    _run(settings.data_dir, "glasses", main)


def listen_address(listen: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`. Raises Failure(USAGE)."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise Failure(f"'{listen}' is not HOST:PORT", failure.USAGE, "usage", "for example 127.0.0.1:4860")
    return host.strip("[]"), int(port)


def check_glasses(address: str) -> None:
    """Raises Failure(USAGE) unless glasses can be at this address."""
    from trifocal_gateway.io import links

    try:
        links.check(address)
    except ValueError as error:
        raise Failure(
            str(error), failure.USAGE, "usage", "for example tcp://127.0.0.1:4860, ble:Xy_A or serial:/dev/ttyUSB0"
        ) from None


def _outside(settings: Settings) -> dict[str, Any]:
    """How the cloud and the world see one another, where it was said here; else TRIFOCAL_CLOUD_* may say it."""
    return ({"public_url": settings.public_url} if settings.public_url else {}) | (
        {"app_networks": "private"} if settings.allow_private_apps else {}
    )


def _run(folder: Path, part: str, main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run one part holding its own folder, so that no two processes write there."""
    from trifocal_gateway.errors import GatewayError

    with data_dir.owned(folder, part):
        running.log_to_stderr()
        try:
            running.run_until_signal(main)
        except (OSError, GatewayError) as error:
            raise Failure(f"the {part} died: {error}", word="part_died") from error


def _say(as_json: bool, sentence: str, fields: dict[str, str]) -> None:
    if as_json:
        output.print_json(fields)
    else:
        output.print_line(sentence)
