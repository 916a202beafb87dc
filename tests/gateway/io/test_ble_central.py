"""Whom the central calls, on a bleak that is told whom it hears."""

from types import SimpleNamespace

import pytest

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io import ble
from trifocal_gateway.io.ble import BleLink, Central


class Listener:
    """bleak's scanner and client at once: hears these, and connects to them while they are there."""

    def __init__(self, heard):
        self.heard = heard
        self.scans = 0
        self.called = []
        self.absent = False

    async def find_device_by_filter(self, ours, timeout):  # noqa: ASYNC109 - bleak's own name
        self.scans += 1
        return next((device for device, said in self.heard if ours(device, said)), None)

    def __call__(self, device, lost, timeout, backend):
        self.called.append(device.address)
        return device

    async def usable(self, client, lost):
        if self.absent:
            raise TimeoutError
        return BleLink(client, lost)


def heard(address, name, services=()):
    """Somebody who advertises."""
    said = SimpleNamespace(local_name=name, service_uuids=list(services))
    return SimpleNamespace(address=address, name=name), said


@pytest.fixture
def listener(monkeypatch):
    """Who hears a lamp and three pairs of glasses."""
    found = Listener(
        [heard("A", "lamp", ["180f"]), heard("B", None, [ble.SERVICE]), heard("C", "Xy_A"), heard("D", "XyBLE_7")]
    )
    monkeypatch.setattr(ble, "BleakScanner", found)
    monkeypatch.setattr(ble, "BleakClient", found)
    monkeypatch.setattr(ble, "_usable", found.usable)
    return found


@pytest.mark.parametrize(("name", "address"), [("Xy_A", "C"), ("D", "D"), ("", "B"), ("lamp", "A")])
async def test_glasses_are_found_by_name_by_address_or_by_what_they_are(listener, name, address):
    await Central(name).connect()
    assert listener.called == [address]


async def test_without_a_name_older_glasses_are_known_by_how_theirs_begins(listener):
    del listener.heard[1]
    await Central().connect()
    assert listener.called == ["C"]


async def test_nobody_of_that_name_is_a_link_that_is_down(listener):
    with pytest.raises(LinkDown, match="not in reach"):
        await Central("nobody").connect()


async def test_the_same_glasses_are_called_again_at_once_and_no_others_ever(listener):
    central = Central()
    await central.connect()
    await central.connect()
    assert (listener.scans, listener.called) == (1, ["B", "B"])
    listener.absent = True
    with pytest.raises(LinkDown, match="TimeoutError"):
        await central.connect()
    listener.absent = False
    del listener.heard[1]
    with pytest.raises(LinkDown, match="not in reach"):
        await central.connect()
    listener.heard.append(heard("B", None, [ble.SERVICE]))
    assert isinstance(await central.connect(), BleLink)
    assert listener.called == ["B"] * 4
