"""What outlives a restart without warning (DESIGN §3.1)."""

import hashlib

import pytest

from trifocal_shared.messages import FileAnnounce, TakePhoto
from trifocal_tools.hil.dut import POWER, Dut
from trifocal_tools.hil.peer import PHOTO_S, Peer
from trifocal_tools.hil.plugin import Take, restarted

pytestmark = pytest.mark.needs(POWER)


def test_photo_survives(peer: Peer, take: Take, dut: Dut) -> None:
    """A photo that was announced and not confirmed is there after a restart, byte for byte, under its own id."""
    before = peer.hello()
    photo = take()
    dut.cut_power()
    restarted(peer, before)
    found = peer.hear(FileAnnounce, PHOTO_S)
    assert (found.request_id, found.sha256, found.size) == (photo.request_id, photo.sha256, photo.size)
    assert found.age_ms == -1
    assert hashlib.sha256(peer.fetch(found)).hexdigest() == photo.sha256
    peer.confirm(found)


def test_transfer_survives(peer: Peer, take: Take, dut: Dut) -> None:
    """A restart in the middle of a photo costs nothing that had arrived: the rest comes, and fits."""
    before = peer.hello()
    photo = take()
    held = peer.fetch(photo, until=photo.size // 2)
    dut.cut_power()
    restarted(peer, before)
    found = peer.hear(FileAnnounce, PHOTO_S)
    assert found.number == photo.number
    assert hashlib.sha256(peer.fetch(found, held)).hexdigest() == photo.sha256
    peer.confirm(found)


def test_confirmed_is_gone(peer: Peer, take: Take, dut: Dut) -> None:
    """A photo that was confirmed does not come back, and its number is never given to another one."""
    before = peer.hello()
    photo = take()
    peer.fetch(photo)
    peer.confirm(photo)
    peer.ping()
    dut.cut_power()
    restarted(peer, before)
    peer.ping()
    assert peer.listen(FileAnnounce, 1.0) is None
    other = take()
    assert other.number > photo.number
    peer.fetch(other)
    peer.confirm(other)


def test_request_is_known_again(peer: Peer, take: Take, dut: Dut) -> None:
    """A request that is repeated after a restart, while its photo lies on the glasses, is no second photo."""
    before = peer.hello()
    photo = take()
    dut.cut_power()
    restarted(peer, before)
    peer.say(TakePhoto(request_id=photo.request_id))
    found = peer.hear(FileAnnounce, PHOTO_S)
    peer.fetch(found)
    peer.confirm(found)
    peer.ping()
    assert peer.listen(FileAnnounce, 2.0, lambda said: said.file_name != found.file_name) is None
