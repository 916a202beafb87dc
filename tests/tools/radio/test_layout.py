"""A peer's attributes are asked for once, and used again as they were."""

from types import SimpleNamespace

from bumble.core import UUID
from bumble.gatt import Characteristic

from trifocal_tools.radio import layout


class Paper:
    """A peer with one service; `asked` counts its questions."""

    def __init__(self):
        self.gatt_client = object()
        self.asked = 0

    async def discover_services(self):
        self.asked += 1
        return [SimpleNamespace(handle=1, end_group_handle=9, uuid=UUID("4860"))]

    async def discover_characteristics(self, service):
        self.asked += 1
        notify = Characteristic.Properties.NOTIFY
        return [SimpleNamespace(handle=3, end_group_handle=4, uuid=UUID("70FF"), properties=notify)]

    async def discover_descriptors(self, characteristic):
        self.asked += 1
        return [SimpleNamespace(handle=4, type=UUID("2902"))]


async def test_what_was_discovered_is_there_for_another_connection_without_a_question():
    before, after = Paper(), Paper()
    known = await layout.discovered(before)
    (service,) = layout.services(known, after)
    (characteristic,) = service.characteristics
    (descriptor,) = characteristic.descriptors
    assert (before.asked, after.asked) == (3, 0)
    assert (service.handle, service.end_group_handle, service.uuid) == (1, 9, UUID("4860"))
    assert (characteristic.handle, characteristic.uuid) == (3, UUID("70FF"))
    assert characteristic.properties == Characteristic.Properties.NOTIFY
    assert characteristic.descriptors_discovered
    assert (descriptor.handle, descriptor.type) == (4, UUID("2902"))
    assert {service.client, characteristic.client, descriptor.client} == {after.gatt_client}
