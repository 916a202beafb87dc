"""Who meets in one radio: glasses and a gateway, and those that come after them."""

import pytest

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io.links import Links
from trifocal_tools.radio.room import Room


class Paper:
    """Firmware that is told of the link and does nothing."""

    def __init__(self):
        self.told = []

    def link_opened(self):
        self.told.append("opened")

    def link_room(self, packs):
        """It has nothing to send."""

    def link_closed(self):
        self.told.append("closed")


async def test_a_gateway_finds_the_glasses_by_address_by_name_and_by_what_they_are():
    room, firmware = Room(lambda: 1.0), Paper()
    link = room.join(firmware, lambda linked: None, "Trifocal-Sim_1")
    await link.listen("127.0.0.1", 0)
    for where in (room.glasses, "ble:Trifocal-Sim_1", "ble:"):
        async with room.central() as types:
            await (await Links(where, types).connect()).close()
    assert firmware.told == ["opened", "closed"] * 3
    await link.close()


async def test_glasses_that_come_again_are_the_ones_a_gateway_meets():
    room, before, after = Room(lambda: 1.0), Paper(), Paper()
    await (room.join(before, lambda linked: None, "Trifocal-Sim_1")).listen()
    link = room.join(after, lambda linked: None, "Trifocal-Sim_2")
    await link.listen()
    async with room.central() as types:
        await (await Links(room.glasses, types).connect()).close()
    assert (before.told, after.told) == ([], ["opened", "closed"])
    assert len(room.radio.controllers) == 2
    await link.close()


async def test_out_of_reach_nobody_is_found(monkeypatch):
    monkeypatch.setattr("trifocal_gateway.io.ble.SCAN_S", 0.05)
    room = Room(lambda: 1.0)
    link = room.join(Paper(), lambda linked: None, "Trifocal-Sim_1")
    await link.listen()
    link.go_away()
    async with room.central() as types:
        with pytest.raises(LinkDown, match="not in reach"):
            await Links(room.glasses, types).connect()
    await link.close()
