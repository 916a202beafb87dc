"""Keys of the gateways that were paired with, as MicroPython's `bluetooth` asks for them; they outlive a restart.

The stack asks from an interrupt and wants its answer at once, so everything is held in memory. `save` writes what has
changed, from the loop. The newest `MOST` entries are kept: a stack has two or three for each gateway.
"""

import json

from trifocal_firmware.io.flash import Flash

NAME = "bonds"
TEMPORARY = "bonds.new"
MOST = 12
LONGEST = 512
"""Bytes of a key or value; NimBLE's are below 100."""

LONGEST_FILE = MOST * LONGEST * 3


class Bonds:
    """Entries (kind, key, value) in a folder of the flash. A file that cannot be read counts as none."""

    def __init__(self, flash: Flash) -> None:
        self.changed = False
        self._flash = flash
        self._entries: list[tuple[int, bytes, bytes]] = []
        try:
            for kind, key, value in json.loads(flash.read(NAME, 0, LONGEST_FILE)):
                self.put(kind, bytes.fromhex(key), bytes.fromhex(value))
        except (OSError, ValueError, TypeError):
            self._entries = []
        self.changed = False

    def put(self, kind: int, key: "bytes | memoryview", value: "bytes | memoryview | None") -> bool:
        """Keep a value, or forget it (None). Whether that was possible."""
        if type(kind) is not int or len(key) > LONGEST or (value is not None and len(value) > LONGEST):
            return False
        rest = [entry for entry in self._entries if entry[:2] != (kind, bytes(key))]
        if value is not None:
            rest.append((kind, bytes(key), bytes(value)))
        self._entries = rest[-MOST:]
        self.changed = True
        return True

    def get(self, kind: int, index: int, key: "bytes | memoryview | None") -> "bytes | None":
        """The value under a key; without one, the `index`-th of this kind."""
        found = [entry[2] for entry in self._entries if entry[0] == kind and (key is None or entry[1] == bytes(key))]
        if key is not None:
            index = 0
        return found[index] if 0 <= index < len(found) else None

    def save(self) -> None:
        """Write what has changed. A flash that takes nothing costs the next restart a pairing, no more."""
        if not self.changed:
            return
        self.changed = False
        entries = [(kind, key.hex(), value.hex()) for kind, key, value in self._entries]
        try:
            self._flash.write(TEMPORARY, (json.dumps(entries).encode(),))
            self._flash.rename(TEMPORARY, NAME)
        except OSError:
            pass
