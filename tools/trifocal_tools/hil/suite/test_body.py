"""Battery, temples and the privacy light (DESIGN §3.3, PROTOCOL-device §7)."""

from collections.abc import Iterator

import pytest

from trifocal_shared import reasons
from trifocal_shared.messages import BatteryStatus, FileAnnounce, PhotoStatus, TakePhoto
from trifocal_tools.hil.dut import BATTERY, LIGHT, TEMPLES, Dut
from trifocal_tools.hil.peer import PHOTO_S, Peer
from trifocal_tools.hil.plugin import Take, fresh_id


@pytest.fixture
def body(dut: Dut) -> Iterator[Dut]:
    """A device whose body is as it was, afterwards."""
    yield dut
    if BATTERY in dut.can:
        dut.set_battery(100)
    if TEMPLES in dut.can:
        dut.set_folded(False)


def refusal(peer: Peer) -> str:
    """Why a photo that is asked for now is not taken."""
    request_id = fresh_id()
    peer.say(TakePhoto(request_id=request_id, size="small"))
    said = peer.hear(PhotoStatus, PHOTO_S, lambda said: said.request_id == request_id)
    assert said.status == "failed"
    return said.error_code


@pytest.mark.needs(BATTERY)
def test_battery_low(peer: Peer, take: Take, body: Dut) -> None:
    """Below ten percent the camera refuses and says why; at ten it does not."""
    body.set_battery(9)
    assert peer.hear(BatteryStatus, where=lambda said: said.level == 9)
    assert refusal(peer) == reasons.BATTERY_LOW
    body.set_battery(10)
    assert peer.hear(BatteryStatus, where=lambda said: said.level == 10)
    photo = take()
    peer.fetch(photo)
    peer.confirm(photo)


@pytest.mark.needs(TEMPLES)
def test_folded(peer: Peer, body: Dut) -> None:
    """Folded glasses see cloth: they take no photo, and say why."""
    body.set_folded(True)
    peer.ping()
    assert refusal(peer) == reasons.GLASSES_FOLDED


@pytest.mark.needs(LIGHT)
def test_light_follows_camera(peer: Peer, dut: Dut) -> None:
    """The privacy light is lit before the camera sees anything and until it is off again, and at no other time."""
    photos: list[FileAnnounce] = []

    def shoot() -> None:
        peer.say(TakePhoto(request_id=fresh_id(), size="small"))
        photos.append(peer.hear(FileAnnounce, PHOTO_S))
        peer.fetch(photos[0])

    seen = dut.watch_light(shoot)
    peer.confirm(photos[0])
    lights = [light for at, (light, _) in enumerate(seen) if at == 0 or seen[at - 1][0] != light]
    assert lights == ["off", "photo", "off"]
    began = [
        light for (light, camera), (_, before) in zip(seen[1:], seen, strict=False) if camera not in (before, "off")
    ]
    assert set(began) <= {"photo"}
