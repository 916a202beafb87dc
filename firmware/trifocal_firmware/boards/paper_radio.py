"""The module `bluetooth` on paper, for tests on both Pythons: notes what it is asked, and has room for so many
notifications. Never flashed. The module over a radio is `trifocal_tools.radio.bluetooth_module`.
"""

EVENTS, COMMANDS, DATA, MORE = 16, 18, 20, 22
"""Handles of the four characteristics."""

CONNECT, DISCONNECT, WRITE, MTU, GET, SET = 1, 2, 3, 21, 29, 30


class Radio:
    """The module, and the radio in it. `tell` is the interrupt that the board gave."""

    def __init__(self) -> None:
        self.on = False
        self.settings: dict[str, object] = {}
        self.service = 0
        self.shape: object = ()
        self.buffers: dict[int, tuple[int, bool]] = {}
        self.written: dict[int, bytes] = {}
        self.advertised: list[tuple[int, bytes]] = []
        self.quiet = False  # refuses to advertise
        self.sent: list[tuple[int, bytes]] = []
        self.room = 999
        self.trouble = 12  # what is raised when there is none
        self.ended: list[int] = []
        self.tell = None

    def BLE(self) -> "Radio":  # noqa: N802 - the module's own names
        """The radio; there is one."""
        return self

    def UUID(self, value: int) -> int:  # noqa: N802
        """As it is."""
        return value

    def active(self, on: bool) -> None:
        """On or off."""
        self.on = on

    def config(self, **settings: object) -> None:
        """What it was set to."""
        self.settings.update(settings)

    def irq(self, handler) -> None:  # type: ignore[no-untyped-def]
        """Who is told of events."""
        self.tell = handler

    def gatts_register_services(self, services) -> "tuple[tuple[int, ...], ...]":  # type: ignore[no-untyped-def]
        """One service of four characteristics."""
        ((self.service, self.shape),) = services
        return ((EVENTS, COMMANDS, DATA, MORE),)

    def gatts_set_buffer(self, handle: int, room: int, append: bool) -> None:
        """How much of what is written is kept."""
        self.buffers[handle] = (room, append)

    def gatts_read(self, handle: int) -> bytes:
        """What was written, once."""
        return self.written.pop(handle, b"")

    def gatts_notify(self, peer: int, handle: int, data: "bytes | memoryview") -> None:
        """Taken, as long as there is room."""
        if not self.room:
            raise OSError(self.trouble)
        self.room -= 1
        self.sent.append((handle, bytes(data)))

    def gap_advertise(self, interval_us: int, data: bytes) -> None:
        """Noted, unless it is quiet."""
        if self.quiet:
            raise OSError(16)
        self.advertised.append((interval_us, data))

    def gap_disconnect(self, peer: int) -> None:
        """Noted."""
        self.ended.append(peer)
