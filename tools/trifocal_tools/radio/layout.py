"""What lies where in a peer's attributes: kept, so that it need not be asked for again (systems do so as well)."""

from dataclasses import dataclass

from bumble.core import UUID
from bumble.device import Peer
from bumble.gatt_client import CharacteristicProxy, DescriptorProxy, ServiceProxy


@dataclass(frozen=True)
class _Characteristic:
    handle: int
    end: int
    uuid: UUID
    properties: int
    descriptors: tuple[tuple[int, UUID], ...]


@dataclass(frozen=True)
class _Service:
    handle: int
    end: int
    uuid: UUID
    characteristics: tuple[_Characteristic, ...]


Layout = tuple[_Service, ...]


async def discovered(peer: Peer) -> Layout:
    """Ask the peer. Raises what bumble raises."""
    found = []
    for service in await peer.discover_services():
        characteristics = []
        for each in await peer.discover_characteristics(service=service):
            descriptors = tuple((one.handle, one.type) for one in await peer.discover_descriptors(each))
            characteristics.append(
                _Characteristic(each.handle, each.end_group_handle, each.uuid, int(each.properties), descriptors)
            )
        found.append(_Service(service.handle, service.end_group_handle, service.uuid, tuple(characteristics)))
    return tuple(found)


def services(layout: Layout, peer: Peer) -> list[ServiceProxy]:
    """The services of a peer whose layout is known."""
    made = []
    for known in layout:
        service = ServiceProxy(peer.gatt_client, known.handle, known.end, known.uuid)  # type: ignore[no-untyped-call]
        for one in known.characteristics:
            characteristic: CharacteristicProxy[bytes] = CharacteristicProxy(
                peer.gatt_client, one.handle, one.end, one.uuid, one.properties
            )
            characteristic.descriptors = [DescriptorProxy(peer.gatt_client, at, kind) for at, kind in one.descriptors]
            characteristic.descriptors_discovered = True
            service.characteristics.append(characteristic)
        made.append(service)
    return made
