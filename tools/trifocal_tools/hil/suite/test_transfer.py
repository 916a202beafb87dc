"""How a photo crosses the wire when the wire, the gateway or a byte is lost (FIRMWARE §6, PROTOCOL-device §2.9)."""

import hashlib

import pytest

from trifocal_shared.messages import FileAnnounce
from trifocal_shared.pack import DATA_BYTES, Have, Piece
from trifocal_tools.hil.dut import CABLE, Dut
from trifocal_tools.hil.peer import PHOTO_S, Peer
from trifocal_tools.hil.plugin import Take


def again(peer: Peer, photo: FileAnnounce) -> FileAnnounce:
    """The same photo, announced once more."""
    found = peer.hear(FileAnnounce, PHOTO_S)
    assert (found.file_name, found.sha256, found.request_id) == (photo.file_name, photo.sha256, photo.request_id)
    return found


def test_resume(peer: Peer, take: Take) -> None:
    """A gateway that comes back in the middle of a photo gets the rest, from the very byte that it lacks."""
    photo = take()
    held = peer.fetch(photo, until=photo.size // 2)
    peer.reopen()
    peer.hello()
    photo = again(peer, photo)
    peer.ping()
    peer.forget()  # what was still on its way to the gateway that went
    peer.say(Have(number=photo.number, offset=len(held), window=DATA_BYTES))
    assert peer.hear(Piece).offset == len(held)
    data = peer.fetch(photo, held)
    assert hashlib.sha256(data).hexdigest() == photo.sha256
    peer.confirm(photo)


@pytest.mark.needs(CABLE)
def test_cable_cut(peer: Peer, take: Take, dut: Dut) -> None:
    """A cable that is pulled in the middle of a photo and put in again costs nothing that was there."""
    photo = take()
    held = peer.fetch(photo, until=photo.size // 2)
    dut.set_plugged(False)
    dut.set_plugged(True)
    peer.reopen()
    peer.hello()
    photo = again(peer, photo)
    peer.ping()
    peer.forget()
    peer.say(Have(number=photo.number, offset=len(held), window=DATA_BYTES))
    assert peer.hear(Piece).offset == len(held)
    assert hashlib.sha256(peer.fetch(photo, held)).hexdigest() == photo.sha256
    peer.confirm(photo)


def test_window(peer: Peer, take: Take) -> None:
    """Glasses send what the window allows and not a piece more, from whatever byte they are asked."""
    photo = take()
    offset = 1_234
    peer.say(Have(number=photo.number, offset=offset, window=3 * DATA_BYTES))
    offsets = [peer.hear(Piece).offset for _ in range(3)]
    assert offsets == [offset, offset + DATA_BYTES, offset + 2 * DATA_BYTES]
    assert peer.listen(Piece, 0.5) is None
    peer.fetch(photo)
    peer.confirm(photo)


def test_unconfirmed(peer: Peer, take: Take) -> None:
    """A photo that came whole but was not confirmed stays on the glasses, and is announced to the next gateway."""
    photo = take()
    peer.fetch(photo)
    peer.reopen()
    peer.hello()
    photo = again(peer, photo)
    assert hashlib.sha256(peer.fetch(photo)).hexdigest() == photo.sha256
    peer.confirm(photo)


def test_spoilt(peer: Peer, take: Take) -> None:
    """A photo that the gateway could not use is announced again, and comes whole the second time."""
    photo = take()
    peer.fetch(photo)
    peer.confirm(photo, good=False)
    photo = again(peer, photo)
    assert hashlib.sha256(peer.fetch(photo)).hexdigest() == photo.sha256
    peer.confirm(photo)


def test_words_about_no_photo(peer: Peer, take: Take) -> None:
    """Words about photos that are not there, or not this one, change nothing."""
    photo = take()
    peer.say(Have(number=photo.number + 7, offset=0, window=DATA_BYTES))
    peer.say(Have(number=photo.number, offset=photo.size + 1, window=DATA_BYTES))
    other = "P999999999.jpg" if photo.file_name != "P999999999.jpg" else "P999999998.jpg"
    lost = FileAnnounce(file_name=other, request_id="none", size=1, sha256="")
    peer.confirm(lost)
    peer.confirm(lost, good=False)
    assert hashlib.sha256(peer.fetch(photo)).hexdigest() == photo.sha256
    peer.confirm(photo)


def test_file_packets(peer: Peer, take: Take) -> None:
    """A gateway that knows no packs gets MentraOS's file packets of 400 bytes, and the same photo."""
    photo = take()
    assert photo.number > 0
    peer.hello(protocol=1)
    photo = peer.hear(FileAnnounce, PHOTO_S, lambda said: said.number == 0)
    assert hashlib.sha256(peer.fetch_packets(photo)).hexdigest() == photo.sha256
    peer.confirm(photo)
    peer.hello()
