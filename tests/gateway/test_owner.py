"""Whose glasses these are: the gateway's end against the firmware's own, and against whoever only pretends."""

from itertools import count

import pytest

from trifocal_gateway.owner import KeepKey, Owner, Proven, Say, Strange
from trifocal_shared import reasons
from trifocal_shared.control_messages import Control
from trifocal_shared.keys import digest, proof, x25519

KEY = digest(b"key")


def owner(key: bytes = b"", pairs: bool = False) -> Owner:
    """One whose chance is no chance."""
    numbers = count()
    made = Owner(lambda: digest(b"%d" % next(numbers)), key, pairs)
    made.opened()
    return made


def state(word: str, **values: str) -> Control:
    """A word of the glasses."""
    return Control("owner_state", state=word, **values)


def test_without_a_key_any_glasses_will_do() -> None:
    nobody = owner()
    assert nobody.admits
    assert not nobody.has_key
    nobody.greeted("aaaa")
    assert nobody.events() == []


def test_the_glasses_of_somebody_else_are_let_go() -> None:
    nobody = owner()
    nobody.said(state("locked", nonce="00" * 16))
    assert nobody.events() == [Strange(reasons.NOT_OWNER)]
    assert nobody.counts["strange"] == 1


def test_glasses_that_offer_themselves_are_ours_once_the_key_is_durable() -> None:
    secret = digest(b"glasses")
    ours = owner(pairs=True)
    ours.said(state("pairing", key=x25519(secret).hex()))
    (keep,) = ours.events()
    assert isinstance(keep, KeepKey)
    ours.key_kept(True, 5)
    (say,) = ours.events()
    assert isinstance(say, Say)
    public = bytes.fromhex(str(say.message.values["key"]))
    assert keep.key == digest(x25519(secret, public), x25519(secret), public)
    assert ours.has_key
    assert not ours.admits


def test_a_key_that_is_not_durable_is_none() -> None:
    ours = owner(pairs=True)
    ours.said(state("pairing", key=x25519(KEY).hex()))
    ours.events()
    ours.key_kept(False, 5)
    ours.key_kept(True, 6)
    assert ours.events() == []
    assert ours.admits


@pytest.mark.parametrize("key", ["", "00" * 32, "zz" * 32, "00"])
def test_an_offer_that_is_none_makes_no_key(key: str) -> None:
    ours = owner(pairs=True)
    ours.said(state("pairing", key=key))
    assert ours.events() == []
    assert ours.counts["strange"] == 1


def test_nobody_pairs_who_was_not_told_to() -> None:
    nobody = owner()
    nobody.said(state("pairing", key=x25519(KEY).hex()))
    assert nobody.events() == []


def prove(ours: Owner, nonce: bytes) -> bytes:
    """What the glasses would show to the proof of this owner, after looking at it."""
    ours.said(state("locked", nonce=nonce.hex()))
    (say,) = ours.events()
    assert isinstance(say, Say)
    own = bytes.fromhex(str(say.message.values["nonce"]))
    assert say.message.values["proof"] == proof(KEY, b"gateway", nonce, own).hex()
    return proof(KEY, b"glasses", nonce, own)


def test_both_ends_prove_that_they_have_the_key() -> None:
    ours = owner(KEY)
    assert not ours.admits
    ours.said(state("welcome", proof=prove(ours, bytes(16)).hex()))
    assert ours.events() == [Proven()]
    assert ours.admits
    ours.opened()
    assert not ours.admits


def test_glasses_that_ask_twice_get_the_same_proof_and_their_second_welcome_is_nothing() -> None:
    ours = owner(KEY)
    first, second = prove(ours, bytes(16)), prove(ours, bytes(16))
    assert first == second
    for shown in (first, second):
        ours.said(state("welcome", proof=shown.hex()))
    assert ours.events() == [Proven()]
    assert ours.admits


def test_glasses_that_cannot_prove_it_are_strange() -> None:
    ours = owner(KEY)
    prove(ours, bytes(16))
    ours.said(state("welcome", proof="11" * 32))
    ours.opened()
    ours.said(state("welcome", proof="00" * 32))  # without having been asked
    ours.greeted("aaaa")
    ours.said(state("refused"))
    assert ours.events() == [Strange(reasons.NOT_OWNER)] * 4
    assert not ours.admits


def test_a_proof_of_another_link_proves_nothing() -> None:
    ours = owner(KEY)
    shown = prove(ours, bytes(16))
    ours.opened()
    prove(ours, bytes(16))
    ours.said(state("welcome", proof=shown.hex()))
    assert ours.events() == [Strange(reasons.NOT_OWNER)]


@pytest.mark.parametrize("word", ["", "open", "LOCKED", "nonsense"])
def test_unknown_words_change_nothing(word: str) -> None:
    ours = owner(KEY, pairs=True)
    ours.said(state(word))
    assert ours.events() == []


def test_no_key_is_shown() -> None:
    ours = owner(pairs=True)
    ours.said(state("pairing", key=x25519(KEY).hex()))
    (keep,) = ours.events()
    assert isinstance(keep, KeepKey)
    assert keep.key.hex() not in repr(keep)
    assert repr(keep.key) not in repr(keep)


def test_another_life_of_the_glasses_has_to_prove_it_again() -> None:
    ours = owner(KEY)
    ours.said(state("welcome", proof=prove(ours, bytes(16)).hex()))
    for _ in range(2):
        ours.greeted("aaaa")
    assert ours.events() == [Proven()]
    ours.greeted("bbbb")
    assert ours.events() == [Strange(reasons.NOT_OWNER)]
    assert not ours.admits
