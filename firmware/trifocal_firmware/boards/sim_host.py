"""What simulated glasses stand on; see `boards/sim.py` for how bytes are handed over. Never imported on a device."""


class SimHost:
    """The calls a host serves. Subclass it on CPython; in Node a module with the same functions stands for it."""

    def boot_id(self) -> str:
        """Eight hex digits, fresh for each boot."""
        raise NotImplementedError

    def device_id(self) -> str:
        """Stays the same for ever."""
        raise NotImplementedError

    def flash_folder(self) -> str:
        """An existing folder, as the interpreter sees it."""
        raise NotImplementedError

    def link_write(self, place: "bytes | bytearray | int", count: int) -> None:
        """Send `count` bytes to the gateway; drop them when none is connected."""
        raise NotImplementedError

    def link_pack(self, place: "memoryview | int", count: int) -> bool:
        """Send a piece of a photo; False, and nothing is taken, without room: then `Firmware.link_room` follows."""
        raise NotImplementedError

    def capture(self, number: int, size: str, compress: str) -> None:
        """Begin to take picture `number`. The answer is `SimBoard.captured(number, count)`, now or later."""
        raise NotImplementedError

    def picture(self, number: int) -> "bytes | int":
        """Where the JPEG of picture `number` lies, asked after `captured`. It stays there until the next `capture`."""
        raise NotImplementedError

    def set_light(self, state: str) -> None:
        """Show the privacy light: `off`, `photo`, `video` or `stream`."""
        raise NotImplementedError

    def seed(self) -> str:
        """64 hex digits that nobody can guess, fresh for each boot."""
        raise NotImplementedError

    def air(self) -> str:
        """The Wi-Fi networks within reach, a JSON object as text: name -> [password, dBm]. Empty: Wi-Fi is off."""
        raise NotImplementedError

    def battery(self) -> int:
        """Charge in percent."""
        raise NotImplementedError

    def charging(self) -> bool:
        """Whether the charger is plugged in."""
        raise NotImplementedError

    def folded(self) -> bool:
        """Whether the temples are folded."""
        raise NotImplementedError

    def temperature(self) -> int:
        """°C at the warmest place."""
        raise NotImplementedError

    def report(self, step: str, fields: str) -> None:
        """Something a person would see; `fields` is a JSON object as text.

        `stream` {streamId, status, reason} · `wifi` {ssid} · `lamp` {command, led} · `pairing` {open} · `reset` {} ·
        `ready` {bootId} · `pressed` {pressId, button, pressType} · `pressEnded` {pressId, action, requestId, reason} ·
        `camera` {state, owner} · `photo` {requestId, pressId, status, reason, sha256, size} · `stored` {photos, bad}.
        """
        raise NotImplementedError
