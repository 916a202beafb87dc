"""Photos, by request and by press (PROTOCOL-device §4.4, §6.1)."""

import hashlib

import pytest

from trifocal_shared import reasons
from trifocal_shared.messages import (
    LOCAL_PREFIX,
    AuthToken,
    ButtonPress,
    ButtonPressResponse,
    FileAnnounce,
    PhotoStatus,
    SetSystemTime,
    TakePhoto,
)
from trifocal_tools.hil.dut import BUTTON, Dut
from trifocal_tools.hil.peer import PHOTO_S, Peer
from trifocal_tools.hil.plugin import Take, fresh_id

TOKEN = "of no account"  # noqa: S105
HAND_S = 60.0


def whole(peer: Peer, photo: FileAnnounce) -> bytes:
    """The photo's bytes, which are what was announced, and a JPEG; the glasses may forget it."""
    data = peer.fetch(photo)
    assert len(data) == photo.size
    assert hashlib.sha256(data).hexdigest() == photo.sha256
    assert (data[:2], data[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    peer.confirm(photo)
    return data


def test_photo_by_request(peer: Peer, take: Take) -> None:
    """A requested photo is taken, told step by step, announced with size and SHA-256, and comes byte for byte so."""
    photo = take()
    peer.hear(PhotoStatus, where=lambda said: (said.request_id, said.status) == (photo.request_id, "captured"))
    whole(peer, photo)
    peer.ping()
    peer.forget()  # an announcement is repeated while nobody asks for the photo
    peer.hello()
    peer.ping()
    assert peer.listen(FileAnnounce, 0) is None, "a photo that was confirmed is announced again"


def test_sizes(peer: Peer, take: Take) -> None:
    """Small photos have fewer bytes than medium ones, compressed ones fewer than others."""
    small, medium = len(whole(peer, take("small"))), len(whole(peer, take("medium")))
    assert small < medium
    assert len(whole(peer, take("medium", "heavy"))) < medium


def test_photo_by_press_alone(peer: Peer) -> None:
    """A press that nobody can be asked about, for want of a token, is a photo all the same, under a `local_` id."""
    peer.say(AuthToken(core_token=""))
    peer.say_native("cs_pho")
    photo = peer.hear(FileAnnounce, PHOTO_S)
    assert photo.request_id.startswith(LOCAL_PREFIX)
    assert photo.press_id
    whole(peer, photo)


def test_photo_by_press(peer: Peer) -> None:
    """A press is told with an id of its own, and the photo that is asked for in answer comes under the asked id."""
    peer.say(AuthToken(core_token=TOKEN))
    peer.say_native("cs_pho")
    press = peer.hear(ButtonPress)
    assert (press.button_id, press.press_type) == ("photo", "short")
    request_id = fresh_id()
    peer.say(ButtonPressResponse(press_id=press.press_id, success=True, action="take_photo", request_id=request_id))
    photo = peer.hear(FileAnnounce, PHOTO_S)
    assert (photo.request_id, photo.press_id) == (request_id, press.press_id)
    whole(peer, photo)


def test_press_that_does_nothing(peer: Peer) -> None:
    """A press that an app has taken for itself is no photo."""
    peer.say(AuthToken(core_token=TOKEN))
    peer.say_native("cs_pho")
    press = peer.hear(ButtonPress)
    peer.say(ButtonPressResponse(press_id=press.press_id, success=True, action="none"))
    peer.ping()
    assert peer.listen(FileAnnounce, 2.0) is None


def test_press_twice(peer: Peer) -> None:
    """A press whose frame a bad link doubled is one press."""
    peer.say(AuthToken(core_token=TOKEN))
    peer.say_native("cs_pho", times=2)
    press = peer.hear(ButtonPress)
    peer.say(ButtonPressResponse(press_id=press.press_id, success=True, action="none"))
    peer.ping()
    # The same press said again, for want of an acknowledgement, is no second one.
    assert peer.listen(ButtonPress, 1.0, lambda said: said.press_id != press.press_id) is None


def test_duplicate_request(peer: Peer, take: Take) -> None:
    """A request that is repeated, before, while and after its photo is taken, is one photo."""
    request_id = fresh_id()
    for _ in range(2):
        peer.say(TakePhoto(request_id=request_id, size="small"))
    photo = peer.hear(FileAnnounce, PHOTO_S)
    peer.say(TakePhoto(request_id=request_id, size="small"))
    whole(peer, photo)
    peer.ping()  # the photo is gone
    peer.say(TakePhoto(request_id=request_id, size="small"))
    other = take()
    assert other.file_name != photo.file_name
    whole(peer, other)
    peer.ping()
    known = (photo.file_name, other.file_name)
    assert peer.listen(FileAnnounce, 1.0, lambda said: said.file_name not in known) is None


def test_stale_request(peer: Peer) -> None:
    """A request that is minutes old is refused as stale: nobody wants a photo of another moment."""
    now = 1_800_000_000_000
    peer.say(SetSystemTime(timestamp_ms=now))
    request_id = fresh_id()
    peer.say(TakePhoto(request_id=request_id, timestamp=now - 120_000))
    said = peer.hear(PhotoStatus, where=lambda said: said.request_id == request_id)
    assert (said.status, said.error_code) == ("failed", reasons.STALE)


@pytest.mark.needs(BUTTON)
def test_photo_by_hand(peer: Peer, dut: Dut) -> None:
    """The button itself, under a finger, brings a photo."""
    peer.say(AuthToken(core_token=""))
    peer.ping()
    dut.press()
    whole(peer, peer.hear(FileAnnounce, HAND_S))
