"""Between the firmware, whatever interpreter runs it, and the world around it: two faces that know only each other."""

from pathlib import Path
from typing import Protocol

from trifocal_tools.sim.camera import Camera


class World(Protocol):
    """What the firmware reaches for. Called in the event loop's thread."""

    camera: Camera

    @property
    def battery(self) -> int:
        """Charge in percent."""

    @property
    def charging(self) -> bool:
        """Whether the charger is plugged in."""

    @property
    def folded(self) -> bool:
        """Whether the temples are folded."""

    @property
    def air(self) -> str:
        """The Wi-Fi networks within reach, as `SimHost.air` has them."""

    @property
    def temperature(self) -> int:
        """°C at the warmest place."""

    def link_write(self, data: bytes) -> None:
        """Bytes for the gateway; dropped when none is connected."""

    def link_pack(self, frame: bytes) -> None:
        """A framed piece of a photo for the gateway; there was room for it (`FirmwareHost.link_room`)."""

    def light_changed(self, state: str) -> None:
        """The privacy light shows `off`, `photo`, `video` or `stream` now."""

    def reported(self, step: str, fields: dict[str, object]) -> None:
        """Something happened that a person would see; the steps are those of `SimHost.report`."""

    async def shoot(self, size: str, compress: str) -> bytes:
        """A JPEG from the camera; size and compression are those of `Board.capture`. Raises OSError."""


class FirmwareHost(Protocol):
    """The firmware running somewhere. Its inputs are those of `Firmware`; they return at once."""

    python: str
    """What runs it: `cpython` or `micropython`."""

    async def start(self, world: World) -> None:
        """Boot. Raises Failure when the interpreter cannot be had."""

    async def run(self) -> None:
        """Serve until cancelled. Raises when the firmware ends by itself: it never should."""

    async def stop(self) -> None:
        """The power goes off, at this very moment."""

    async def settle(self) -> None:
        """Wait until the firmware has taken in most of what it was told."""

    def link_opened(self) -> None:
        """A gateway is connected."""

    def link_room(self, packs: int) -> None:
        """The link takes so many more packs. A link that opens takes none until this is said."""

    def link_received(self, data: bytes) -> None:
        """Bytes from the gateway."""

    def link_closed(self) -> None:
        """The gateway is gone."""

    def mcu_received(self, data: bytes) -> None:
        """Bytes from the button controller."""

    def level_changed(self, button: str, down: bool) -> None:
        """The raw level of a button's pin."""

    def changed(self) -> None:
        """Battery, charger or temples changed."""


def make_host(python: str, flash: Path, boot_id: str, device_id: str) -> FirmwareHost:
    """A host for the firmware on `cpython` or `micropython`, with its flash in a folder that exists."""
    if python == "micropython":
        from trifocal_tools.sim.micropython_host import MicroPythonHost

        return MicroPythonHost(flash, boot_id, device_id)
    from trifocal_tools.sim.cpython_host import CPythonHost

    return CPythonHost(flash, boot_id, device_id)
