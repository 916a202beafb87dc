"""The room in which simulated glasses and a gateway meet: one radio, whose air takes its time, and who is in it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bumble.hci import Address

from trifocal_gateway.io.ble import Backends
from trifocal_tools.radio.air import Air
from trifocal_tools.radio.central import INTERVAL_MS, at_hand, backends
from trifocal_tools.radio.controller import Radio
from trifocal_tools.radio.hci import GATEWAY, HciRadioLink
from trifocal_tools.radio.peripheral import RadioLink, make_device
from trifocal_tools.sim.firmware_host import FirmwareHost

GLASSES = "C0:00:00:00:00:01"


class Room:
    """One pair of glasses and one gateway, each of which may come again."""

    def __init__(self, chance: Callable[[], float], interval_ms: float = INTERVAL_MS, loss: float = 0.0) -> None:
        """`chance` and `loss` are the air's; connections have this interval."""
        self.radio = Radio(Air(chance, loss=loss))
        self._interval_ms = interval_ms
        self.glasses = f"ble:{GLASSES}"
        """Where a gateway finds the glasses (`ble.Central`)."""

    def join(self, firmware: FirmwareHost, changed: Callable[[bool], None], name: str) -> RadioLink:
        """The link of the glasses with this name; those that were here before are gone."""
        self._leave(GLASSES)
        return RadioLink(firmware, changed, make_device(name, GLASSES, self.radio), self.radio)

    def join_open(self, firmware: FirmwareHost, changed: Callable[[bool], None], name: str) -> HciRadioLink:
        """The same, for gateways in other processes."""
        self._leave(GLASSES)
        return HciRadioLink(firmware, changed, make_device(name, GLASSES, self.radio), self.radio)

    @asynccontextmanager
    async def central(self) -> AsyncIterator[Backends]:
        """A gateway's Bluetooth, powered on, as types for bleak's `backend=`."""
        self._leave(GATEWAY)
        device = make_device("gateway", GATEWAY, self.radio)
        await device.power_on()
        try:
            yield backends(at_hand(device), self._interval_ms)
        finally:
            await device.power_off()

    def _leave(self, address: str) -> None:
        for controller in list(self.radio.controllers):
            if controller.random_address == Address(address):
                self.radio.leave(controller)
