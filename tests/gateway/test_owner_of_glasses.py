"""Pairing and the lock between the two real ends: the gateway's machines and the firmware's, byte by byte."""

from itertools import count

import pytest

from trifocal_firmware.glasses import Glasses
from trifocal_firmware.owner import Owner as Lock
from trifocal_firmware.settings import Settings
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import MemoryFlash
from trifocal_gateway import gateway, owner
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.session import LINKED, READY
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import reasons
from trifocal_shared.keys import digest
from trifocal_shared.messages import AuthToken

TOKEN = "header.payload.signature"


class Pair:
    """Glasses on a flash, and whichever gateway is there."""

    def __init__(self) -> None:
        self.flash = MemoryFlash()
        self.now = 0
        self.boots = 0
        self.down: list[bytes] = []
        self.up: list[bytes] = []
        self.boot()

    def boot(self) -> None:
        self.boots += 1
        boot_id = f"{self.boots:08x}"
        lock = Lock(Settings(self.flash), digest(b"chance", bytes([self.boots])))
        self.glasses = Glasses(PhotoStore(self.flash, boot_id), lock, boot_id, "device", "model")

    def meet(self, key: bytes = b"", pairs: bool = False, durable: bool = True) -> Gateway:
        """A gateway with this key comes."""
        numbers = count()
        its_owner = owner.Owner(lambda: digest(b"gateway", b"%d" % next(numbers)), key, pairs)
        self.gateway = Gateway(TOKEN, UploadQueue(), its_owner=its_owner)
        self.key = key
        self.durable = durable
        self.closed = False
        self.gateway.start(self.now)
        self.gateway.glasses_connected(0, self.now)
        self.glasses.link_opened(self.now)
        self.pump()
        return self.gateway

    def wait(self, ms: int) -> None:
        """Time passes at both ends."""
        end = self.now + ms
        while self.now < end:
            self.now = min(end, self.now + 50)
            self.glasses.timeout(self.now)
            self.gateway.timeout(self.now)
            self.pump()

    def hold(self, ms: int) -> None:
        """A finger on the button."""
        self.glasses.level_changed("photo", True, self.now)
        self.wait(ms)
        self.glasses.level_changed("photo", False, self.now)
        self.wait(3_000)

    def pump(self) -> None:
        busy = True
        while busy:
            busy = False
            for event in self.glasses.events():
                if event[0] == "send" and not self.closed:
                    busy = True
                    self.up.append(event[1])  # type: ignore[arg-type]
                    self.gateway.glasses_received(event[1], self.now)  # type: ignore[arg-type]
            for wanted in self.gateway.events():
                busy = True
                self.do(wanted)

    def do(self, wanted: object) -> None:
        """What the gateway wants of the world."""
        if isinstance(wanted, gateway.WriteGlasses):
            self.down.append(wanted.data)
            if not self.closed:
                self.glasses.link_received(wanted.data, self.now)
            self.gateway.outgoing.wrote(self.now)
            self.gateway.carry(self.now)
        elif isinstance(wanted, owner.KeepKey):
            self.key = wanted.key if self.durable else self.key
            self.gateway.owner.key_kept(self.durable, self.now)
            self.gateway.carry(self.now)
        elif isinstance(wanted, gateway.CloseGlasses):
            self.closed = True

    @property
    def status(self) -> str:
        return self.gateway.relay.session.status


@pytest.fixture
def paired() -> Pair:
    """A gateway and the glasses that it has become the owner of."""
    pair = Pair()
    pair.meet(pairs=True)
    pair.hold(5_200)
    assert pair.gateway.owner.has_key
    return pair


def test_a_held_button_makes_the_gateway_the_owner_and_the_talk_goes_on(paired: Pair) -> None:
    assert paired.status == READY
    assert paired.glasses.session.ready
    assert paired.glasses.session.has_token
    assert paired.key
    paired.boot()
    paired.meet(paired.key)
    paired.wait(5_000)
    assert paired.status == READY
    assert not paired.closed


def test_neither_key_nor_token_goes_over_a_link_to_the_wrong_ones(paired: Pair) -> None:
    everything = b"".join(paired.up + paired.down)
    assert paired.key.hex().encode() not in everything
    paired.down.clear()
    paired.meet(digest(b"somebody else's key"))
    paired.wait(5_000)
    assert TOKEN.encode() not in b"".join(paired.down)
    assert paired.closed


def test_a_stranger_is_refused_with_a_word_and_the_owner_comes_in_after_him(paired: Pair) -> None:
    key = paired.key
    for stranger in (b"", digest(b"eve")):
        paired.up.clear()
        made = paired.meet(stranger)
        paired.wait(5_000)
        assert made.strange == reasons.NOT_OWNER
        assert paired.status == LINKED
        assert b"model" not in b"".join(paired.up)
    paired.meet(key)
    paired.wait(5_000)
    assert paired.status == READY


def test_of_another_link_nobody_says_that_it_leads_to_a_stranger(paired: Pair) -> None:
    made = paired.meet(digest(b"eve"))
    paired.wait(5_000)
    assert made.strange == reasons.NOT_OWNER
    made.glasses_lost(0.5, 5_000)
    made.timeout(60_000)
    made.glasses_connected(0, 60_000)
    assert made.strange == ""


def test_glasses_that_only_look_alike_get_no_token(paired: Pair) -> None:
    key, paired.flash = paired.key, MemoryFlash()
    paired.boot()
    paired.down.clear()
    made = paired.meet(key)
    paired.wait(5_000)
    assert made.strange == reasons.NOT_OWNER
    assert TOKEN.encode() not in b"".join(paired.down)


def test_after_the_reset_by_the_button_another_may_have_them(paired: Pair) -> None:
    first = paired.key
    paired.hold(15_200)
    assert paired.gateway.strange == reasons.NOT_OWNER
    paired.meet(pairs=True)
    paired.hold(5_200)
    assert paired.status == READY
    assert paired.key != first


def test_a_gateway_that_cannot_keep_a_key_leaves_the_glasses_nobodys() -> None:
    pair = Pair()
    pair.meet(pairs=True, durable=False)
    pair.hold(5_200)
    assert not pair.gateway.owner.has_key
    assert pair.status == READY
    pair.meet()
    assert pair.status == READY


def test_who_was_not_told_to_pair_does_not(paired: Pair) -> None:
    pair = Pair()
    pair.meet()
    pair.hold(5_200)
    assert pair.status == READY
    assert not pair.gateway.owner.has_key


def test_the_token_is_shown_nowhere() -> None:
    assert TOKEN not in repr(AuthToken(core_token=TOKEN))
