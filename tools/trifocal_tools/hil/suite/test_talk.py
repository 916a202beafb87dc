"""The handshake and the small talk (PROTOCOL-device §2.8, §4)."""

from trifocal_shared.messages import (
    PROTOCOL_VERSION,
    AuthToken,
    BatteryStatus,
    RequestBatteryState,
    RequestVersion,
    TokenStatus,
    VersionInfo,
)
from trifocal_tools.hil.peer import Peer

TOKEN = "of no account"  # noqa: S105


def test_handshake(peer: Peer) -> None:
    """Glasses answer `phone_ready` with their protocol, a boot id of eight hex digits, and their battery."""
    ready = peer.hello()
    assert ready.protocol == PROTOCOL_VERSION
    assert len(bytes.fromhex(ready.sid)) == 4
    assert 0 <= peer.hear(BatteryStatus).level <= 100


def test_boot_id_stays(peer: Peer) -> None:
    """Glasses that did not restart greet every gateway with the same boot id."""
    first = peer.hello()
    peer.reopen()
    assert peer.hello().sid == first.sid


def test_battery(peer: Peer) -> None:
    """The battery is told when it is asked for, in percent."""
    peer.say(RequestBatteryState())
    assert 0 <= peer.hear(BatteryStatus).level <= 100


def test_version(peer: Peer) -> None:
    """Glasses say which firmware they run, and on which board."""
    peer.say(RequestVersion())
    version = peer.hear(VersionInfo)
    assert version.app_version
    assert version.device_model


def test_token(peer: Peer) -> None:
    """A token is taken, and taken away again by an empty one; the answer never repeats it."""
    peer.say(AuthToken(core_token=TOKEN))
    assert peer.hear(TokenStatus).success
    peer.say(AuthToken(core_token=""))
    assert not peer.hear(TokenStatus).success


def test_ping(peer: Peer) -> None:
    """A hundred pings in a row have a hundred answers: nothing is lost between two frames that come together."""
    for _ in range(100):
        peer.ping()
