"""Whose glasses these are, and who may talk with them.

    OPEN ── held for 5 s ──▶ PAIRING ── owner_pair ──▶ LOCKED ── owner_proof, right ──▶ PROVEN
      ▲                        │ 60 s                    ▲ │                              │
      ├────────────────────────┘                         │ └── wrong: refused             │
      │                                                  └──── the link is another ───────┘
      └──────────────────────────── held for 15 s: everything of the owner's is gone ─────┘

OPEN glasses talk with any gateway or phone, as MentraOS's do. While PAIRING, which only a finger on the button begins,
they offer the public half of a fresh key; the first gateway that answers with its own half is the owner for good: the
key that both make of it stands on flash before anything is said, and is never said itself. From then on each new link
begins LOCKED: whatever is said, nothing is done about it and nothing acknowledged; it is counted, and answered with
`locked` and a fresh number. The owner proves that it has the key (for this number and one of its own, so that nothing
can be played back), and is shown in return that the glasses have it. A stranger learns that these glasses are
somebody's, and nothing else.

Owned glasses do not pair again. The reset by the button, and no word on any link, makes them OPEN.
"""

from trifocal_firmware.settings import Settings
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.keys import KEY_BYTES, NUMBER_BYTES, digest, proof, same, unhex, x25519
from trifocal_shared.message import Message

WINDOW_MS = 60_000
"""How long the glasses can be taken into possession after the button was held."""

OWNER = "owner"


class Owner:
    """One owner, or none. `seed` are 32 bytes nobody can guess, fresh at each boot; none: these cannot be paired."""

    def __init__(self, settings: Settings, seed: bytes) -> None:
        self.settings = settings
        self.counts = {"refused": 0}
        self._seed = seed
        self._drawn = 0
        self._secret = b""
        self._window: int | None = None
        self._key = unhex(settings.get(OWNER, ""), KEY_BYTES)
        self.opened()

    @property
    def locked(self) -> bool:
        """Whether this link has still to be proven the owner's."""
        return bool(self._key) and not self._proven

    def opened(self) -> None:
        """Another link: whoever is there has proven nothing."""
        self._proven = False
        self._number = self._draw()[:NUMBER_BYTES]

    def held(self, now: int) -> bool:
        """The button was held: let the glasses be taken into possession, if nobody has them. Whether they can be."""
        if self._key or not self._seed:
            return False
        self._secret = self._draw()
        self._window = now + WINDOW_MS
        return True

    def reset(self) -> bool:
        """Nobody's any more. False: the flash did not take it, and all is as it was."""
        if not self.settings.clear():
            return False
        self._key = b""
        self._close()
        self.opened()
        return True

    def heard(self, said: object) -> "list[Control] | None":
        """What is to be said to this, and nothing else done about it; None: it is no business of the lock."""
        kind = said.TYPE if isinstance(said, Control) else ""
        values = said.values if isinstance(said, Control) else {}
        if kind == "owner_pair":
            return self._pair(unhex(values["key"], KEY_BYTES))
        if kind == "owner_proof":
            return self._prove(unhex(values["nonce"], NUMBER_BYTES), unhex(values["proof"], KEY_BYTES))
        if not self.locked or isinstance(said, int):  # an acknowledgement asks for nothing
            return None
        self.counts["refused"] += 1
        return [self._challenge()] if isinstance(said, (Message, Native)) else []

    def offers(self) -> "list[Control]":
        """What is to be said to a gateway that came while the glasses can be taken into possession."""
        return [Control("owner_state", state="pairing", key=x25519(self._secret).hex())] if self._secret else []

    def deadline(self) -> "int | None":
        """When the window closes."""
        return self._window

    def timeout(self, now: int) -> None:
        """Close the window."""
        if self._window is not None and now >= self._window:
            self._close()

    def _pair(self, public: bytes) -> "list[Control]":
        agreed = x25519(self._secret, public) if self._secret and public else bytes(32)
        key = digest(agreed, x25519(self._secret) if any(agreed) else b"", public)
        if not any(agreed) or not self.settings.put(OWNER, key.hex()):
            self.counts["refused"] += 1
            return [Control("owner_state", state="refused")]
        self._key = key
        self._close()
        self.opened()
        return [self._challenge()]

    def _prove(self, number: bytes, shown: bytes) -> "list[Control]":
        if not self._key or not number or not same(shown, proof(self._key, b"gateway", self._number, number)):
            self.counts["refused"] += 1
            self._number = self._draw()[:NUMBER_BYTES]
            return [Control("owner_state", state="refused")]
        self._proven = True
        return [Control("owner_state", state="welcome", proof=proof(self._key, b"glasses", self._number, number).hex())]

    def _challenge(self) -> Control:
        return Control("owner_state", state="locked", nonce=self._number.hex())

    def _close(self) -> None:
        self._window = None
        self._secret = b""

    def _draw(self) -> bytes:
        self._drawn += 1
        return digest(self._seed, b"%d" % self._drawn)
