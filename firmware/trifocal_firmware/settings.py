"""What the glasses remember besides photos: what was set, their network, their owner. One JSON object on flash.

It is written aside and renamed, so that at any instant the old or the new one is there, whole; what is set to what it
was is not written again, for the flash's wear. A file that cannot be read reads as an empty one: everything has a
default.
"""

import json

from trifocal_shared.message import ProtocolError, decode_json

NAME = "settings"
LONGEST = 4096


class Settings:
    """All settings on one flash; see `store` for what a flash is."""

    def __init__(self, flash) -> None:  # type: ignore[no-untyped-def]
        self._flash = flash
        self._values: dict[str, object] = {}
        try:
            found = decode_json(flash.read(NAME, 0, LONGEST))
        except (OSError, ProtocolError):
            return  # the first start, or what a broken flash has left
        if isinstance(found, dict):
            self._values = found

    def get(self, name: str, default):  # type: ignore[no-untyped-def]
        """What was set, if it is of the default's type; else the default."""
        value = self._values.get(name)
        return value if type(value) is type(default) else default

    def put(self, name: str, value: object) -> bool:
        """Set it durably, or forget it (None). False: the flash did not take it, and all is as it was."""
        values = self._values.copy()
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
        return values == self._values or self._write(values)

    def clear(self) -> bool:
        """Forget everything. False: the flash did not take it."""
        return self._write({})

    def _write(self, values: "dict[str, object]") -> bool:
        text = json.dumps(values).encode()
        if len(text) > LONGEST:
            return False
        try:
            self._flash.write(NAME + ".tmp", (text,))
            self._flash.rename(NAME + ".tmp", NAME)
        except OSError:
            return False
        self._values = values
        return True
