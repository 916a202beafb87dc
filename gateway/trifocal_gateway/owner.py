"""Whose glasses these are, the gateway's end: proves that it is their owner, and has them prove that they are the ones.

    NOBODY ── pairing offered, and wanted here ──▶ KEEPING ── key_kept ──▶ OWNER
    OWNER, on each link:  UNPROVEN ── locked: our proof ── welcome: theirs ──▶ PROVEN

Without a key any glasses will do, unless they are somebody else's: those say `locked`, and this end lets go. With one,
nothing that glasses say counts before they have proven that they have it too, so that neither the token nor a photo's
name goes to glasses that only look alike. Glasses that greet without being asked for a proof have been reset: they are
strange as well, until somebody pairs with them again.

The key is made of two halves (`keys.x25519`), durably kept before the glasses are told ours, and never said.
"""

from collections.abc import Callable
from dataclasses import dataclass

from trifocal_shared import reasons
from trifocal_shared.control_messages import Control
from trifocal_shared.keys import KEY_BYTES, NUMBER_BYTES, digest, proof, same, unhex, x25519


@dataclass(frozen=True)
class Say:
    """To the glasses."""

    message: Control


@dataclass(frozen=True)
class KeepKey:
    """Make this key durable; to be answered with `key_kept`. Never to be shown."""

    key: bytes

    def __repr__(self) -> str:
        return "KeepKey(...)"


@dataclass(frozen=True)
class Proven:
    """The glasses on this link are ours: greet them."""


@dataclass(frozen=True)
class Strange:
    """The glasses on this link are not ours, for this reason: let them go."""

    reason: str


Event = Say | KeepKey | Proven | Strange


class Owner:
    """The owner of one pair of glasses, or somebody who has none. `draw` gives 32 bytes that nobody can guess."""

    def __init__(self, draw: Callable[[], bytes], key: bytes = b"", pairs: bool = False) -> None:
        """`pairs` says that a person wants to own the glasses that offer themselves."""
        self.counts = {"strange": 0}
        self._draw = draw
        self._key = key
        self._pairs = pairs
        self._made = b""  # a key that is not durable yet
        self._public = b""
        self._numbers: tuple[bytes, bytes] = (b"", b"")  # theirs, ours
        self._proven = False
        self._sid = ""  # of the life in which it was proven
        self._events: list[Event] = []

    @property
    def has_key(self) -> bool:
        """Whether this end owns any glasses."""
        return bool(self._key)

    @property
    def admits(self) -> bool:
        """Whether what these glasses say counts."""
        return self._proven or not self._key

    def opened(self) -> None:
        """Another link."""
        self._proven = False
        self._numbers = (b"", b"")
        self._made = b""

    def greeted(self, sid: str) -> None:
        """The glasses greet. A life of theirs that nothing was proven in is a strange one."""
        if self._proven and self._sid in {"", sid}:
            self._sid = sid
        elif self._key:
            self._proven = False
            self._strange()

    def said(self, state: Control) -> None:
        """An `owner_state` of the glasses."""
        kind, values = state.values["state"], state.values
        if kind == "pairing" and self._pairs:
            self._pair(unhex(values.get("key"), KEY_BYTES))
        elif kind == "locked":
            self._prove(unhex(values.get("nonce"), NUMBER_BYTES))
        elif kind == "welcome":
            self._welcomed(unhex(values.get("proof"), KEY_BYTES))
        elif kind == "refused":
            self._strange()

    def key_kept(self, durable: bool, now: int) -> None:
        """What came of a KeepKey. Without it the glasses stay nobody's."""
        if durable and self._made:
            self._key = self._made
            self._events.append(Say(Control("owner_pair", key=self._public.hex())))
        self._made = b""

    def events(self) -> list[Event]:
        """Drain what is to be done."""
        events, self._events = self._events, []
        return events

    def _pair(self, theirs: bytes) -> None:
        secret = self._draw()
        agreed = x25519(secret, theirs) if theirs else b""
        if not any(agreed):
            self.counts["strange"] += 1
            return
        self._public = x25519(secret)
        self._made = digest(agreed, theirs, self._public)
        self._events.append(KeepKey(self._made))

    def _prove(self, number: bytes) -> None:
        if not self._key or not number:
            self._strange()
            return
        self._proven = False
        theirs, own = self._numbers
        if theirs != number:  # the same number again asks for the same proof
            own = self._draw()[:NUMBER_BYTES]
            self._numbers = (number, own)
        shown = proof(self._key, b"gateway", number, own)
        self._events.append(Say(Control("owner_proof", nonce=own.hex(), proof=shown.hex())))

    def _welcomed(self, shown: bytes) -> None:
        if self._proven:  # to a proof that was asked for twice
            return
        number, own = self._numbers
        if not own or not same(shown, proof(self._key, b"glasses", number, own)):
            self._strange()
            return
        self._numbers = (b"", b"")
        self._proven = True
        self._sid = ""
        self._events.append(Proven())

    def _strange(self) -> None:
        self.counts["strange"] += 1
        self._events.append(Strange(reasons.NOT_OWNER))
