"""The firmware in this process, on CPython."""

import asyncio
import json
import secrets
from pathlib import Path

from trifocal_firmware.boards.sim_host import SimHost
from trifocal_firmware.main import Firmware
from trifocal_shared.clock import Clock
from trifocal_tools.sim.firmware_host import World
from trifocal_tools.sim.publishing import PublishingBoard


class CPythonHost:
    """Hands inputs to the firmware; see `FirmwareHost`."""

    python = "cpython"

    def __init__(self, flash: Path, boot_id: str, device_id: str, clock: Clock | None = None) -> None:
        """The firmware's `clock`, instead of the machine's."""
        self._identity = (flash, boot_id, device_id)
        self._clock = clock
        self._hardware: Hardware
        self._firmware: Firmware

    async def start(self, world: World) -> None:
        """Boot."""
        self._hardware = Hardware(world, *self._identity)
        self._hardware.board.clock = self._clock or self._hardware.board.clock
        self._firmware = Firmware(self._hardware.board)

    async def run(self) -> None:
        """Serve until cancelled."""
        await self._firmware.run()

    async def stop(self) -> None:
        """Forget the picture that is being taken."""
        for shot in self._hardware.shots:
            shot.cancel()

    async def settle(self) -> None:
        """Inputs are taken in at once; let others have their turn."""
        await asyncio.sleep(0)

    def link_opened(self) -> None:
        """A gateway is connected."""
        self._hardware.room = 0
        self._firmware.link_opened()

    def link_room(self, packs: int) -> None:
        """The link takes so many more packs."""
        self._hardware.room += packs
        self._firmware.link_room()

    def link_received(self, data: bytes) -> None:
        """Bytes from the gateway."""
        self._firmware.link_received(data)

    def link_closed(self) -> None:
        """The gateway is gone."""
        self._firmware.link_closed()

    def mcu_received(self, data: bytes) -> None:
        """Bytes from the button controller."""
        self._firmware.mcu_received(data)

    def level_changed(self, button: str, down: bool) -> None:
        """The raw level of a button's pin."""
        self._firmware.level_changed(button, down)

    def changed(self) -> None:
        """Battery, charger or temples changed."""
        self._firmware.changed()


class Hardware(SimHost):
    """What the board reaches for, passed on to the world. Its calls are described in `SimHost`."""

    def __init__(self, world: World, flash: Path, boot_id: str, device_id: str) -> None:
        self._world = world
        self._flash = flash
        self._boot_id = boot_id
        self._device_id = device_id
        self._picture = b""
        self.shots: set[asyncio.Task[None]] = set()
        """Pictures that were asked for and have not come; a cancelled one never does."""
        self.room = 0
        """Packs that the link takes now."""
        self.board = PublishingBoard(self, world)

    def boot_id(self) -> str:
        return self._boot_id

    def device_id(self) -> str:
        return self._device_id

    def flash_folder(self) -> str:
        return str(self._flash)

    def link_write(self, place: bytes | bytearray | int, count: int) -> None:
        assert not isinstance(place, int)
        self._world.link_write(bytes(place[:count]))

    def link_pack(self, place: memoryview | int, count: int) -> bool:
        assert not isinstance(place, int)
        if self.room <= 0:
            return False
        self.room -= 1
        self._world.link_pack(bytes(place[:count]))
        return True

    def capture(self, number: int, size: str, compress: str) -> None:
        shot = asyncio.get_running_loop().create_task(self._shoot(number, size, compress))
        self.shots.add(shot)
        shot.add_done_callback(self.shots.discard)

    def picture(self, number: int) -> bytes:
        return self._picture

    def set_light(self, state: str) -> None:
        self._world.light_changed(state)

    def seed(self) -> str:
        return secrets.token_hex(32)

    def air(self) -> str:
        return self._world.air

    def battery(self) -> int:
        return self._world.battery

    def charging(self) -> bool:
        return self._world.charging

    def folded(self) -> bool:
        return self._world.folded

    def temperature(self) -> int:
        return self._world.temperature

    def report(self, step: str, fields: str) -> None:
        self._world.reported(step, json.loads(fields))

    async def _shoot(self, number: int, size: str, compress: str) -> None:
        try:
            picture = await self._world.shoot(size, compress)
        except OSError:
            picture = b""
        self._picture = picture
        self.board.captured(number, len(picture))
