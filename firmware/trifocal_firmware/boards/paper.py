"""A board's hardware on paper, for tests: what MicroPython's modules look like to the files of boards. Never flashed.

It notes what it is asked, and says what it was told to say. `Chip` is all of it; `put` lays its modules where imports
find them.
"""

import sys

from trifocal_firmware.boards.paper_radio import Radio

USUAL_UV = 2_090_000
"""A full cell behind two equal resistors."""


class Pin:
    """`machine.Pin`; up, until it is said to be down."""

    OUT, IN, PULL_UP, IRQ_FALLING, IRQ_RISING = range(5)

    def __init__(self, chip: "Chip", number: int, pull: "int | None", value: "int | None") -> None:
        self.number = number
        self.pull = pull
        self.level = 1 if value is None else value
        self._chip = chip

    def irq(self, interrupted: object, trigger: int) -> None:
        """Who is told of edges."""

    def value(self, level: "int | None" = None) -> int:
        """The level, after it was set."""
        if level is not None:
            self.level = level
        return self.level


class Uart:
    """`machine.UART`: what has arrived, and what was written."""

    def __init__(self) -> None:
        self.arrived = self.written = b""

    def any(self) -> int:
        """How much has arrived."""
        return len(self.arrived)

    def read(self, count: int) -> bytes:
        """All of it."""
        data, self.arrived = self.arrived, b""
        return data

    def write(self, data: bytes) -> int:
        """Everything is taken."""
        self.written += data
        return len(data)


class Camera:
    """The module `camera`: a sensor that has power or not."""

    JPEG, WHEN_EMPTY, VGA, XGA, SXGA, UXGA = 4, 0, 10, 12, 14, 15

    def __init__(self) -> None:
        self.powered = False
        self.settings: dict[str, object] = {}
        self.PixelFormat = self.GrabMode = self.FrameSize = self
        self.Camera = self._made

    def _made(self, **settings: object) -> "Camera":
        self.settings, self.powered = settings, True
        return self

    def frame_available(self) -> bool:
        """At once."""
        return True

    def capture(self) -> memoryview:
        """The shortest thing that begins as a JPEG."""
        return memoryview(b"\xff\xd8")

    def free_buffer(self) -> None:
        """It is free."""

    def get_quality(self) -> int:
        """The usual one."""
        return 85

    def get_frame_size(self) -> int:
        """XGA."""
        return self.XGA

    def deinit(self) -> None:
        """No power."""
        self.powered = False


class Chip:
    """`machine` and `esp32` in one, a file system and what is attached."""

    PWRON_RESET, DEEPSLEEP_RESET, EXT0_WAKE, EXT1_WAKE, TIMER_WAKE = 1, 4, 2, 3, 4
    WAKEUP_ALL_LOW = False
    IRQ_FALLING, IRQ_RISING = 3, 4

    def __init__(self) -> None:
        self.pins: dict[int, Pin] = {}
        self.down: tuple[int, ...] = ()
        self.microvolts = USUAL_UV
        self.measured: list[int] = []
        self.settings: dict[str, object] = {}
        self.uart = Uart()
        self.watchdog_ms = 0
        self.fed = 0
        self.cause, self.reason = self.PWRON_RESET, 0
        self.woken: tuple[int, ...] = ()
        self.kept = b""
        self.armed: list[int] = []
        self.slept: list[tuple[int, ...]] = []
        self.folders: list[str] = []  # the whole file system: `listdir` and `mkdir` of `os`
        self.resets = 0
        self.urandom = bytes  # of `os`: nobody guesses a paper chip
        self.listdir, self.mkdir = lambda root: [name[1:] for name in self.folders], self.folders.append
        self.radio = Radio()
        self.camera = Camera()
        self.reset_cause, self.wake_reason = lambda: self.cause, lambda: self.reason
        self.Pin = _Pins(self)
        self.ADC = _Inputs(self)

    def modules(self) -> "dict[str, object]":
        """What a board imports, by name."""
        return {"machine": self, "esp32": self, "bluetooth": self.radio, "camera": self.camera}

    def put(self) -> None:
        """Lay the modules where imports find them."""
        sys.modules.update(self.modules())  # type: ignore[arg-type]

    def take(self) -> None:
        """Take them away again."""
        for name in self.modules():
            sys.modules.pop(name, None)

    def unique_id(self) -> bytes:
        """Its own."""
        return b"\x12\x34"

    def UART(self, number: int, **settings: object) -> Uart:  # noqa: N802
        """The one there is."""
        self.settings = settings
        return self.uart

    def WDT(self, timeout: int) -> "Chip":  # noqa: N802
        """Once made it runs."""
        self.watchdog_ms, self.fed = timeout, 0
        return self

    def feed(self) -> None:
        """Of the watchdog."""
        self.fed += 1

    def wake_pins(self) -> "tuple[int, ...]":
        """The pins that did."""
        return self.woken

    def RTC(self) -> "Chip":  # noqa: N802
        """The one there is."""
        return self

    def memory(self, data: "bytes | None" = None) -> bytes:
        """What sleep does not forget."""
        self.kept = self.kept if data is None else bytes(data)
        return self.kept

    def wake_on_ext1(self, pins: "tuple[Pin, ...]", level: bool) -> None:
        """Any of them will."""
        self.armed = sorted([pin.number for pin in pins])

    def wake_on_ext0(self, pin: Pin, level: bool) -> None:
        """This one will."""
        self.armed = [pin.number]

    def reset(self) -> None:
        """Noted; on paper it returns."""
        self.resets += 1

    def deepsleep(self, *wake_ms: int) -> None:
        """On paper it returns."""
        self.slept.append(wake_ms)


class _Pins:
    """`machine.Pin` of one chip."""

    OUT, IN, PULL_UP = Pin.OUT, Pin.IN, Pin.PULL_UP

    def __init__(self, chip: Chip) -> None:
        self._chip = chip

    def __call__(
        self, number: int, mode: "int | None" = None, pull: "int | None" = None, value: "int | None" = None
    ) -> Pin:
        pin = Pin(self._chip, number, pull, value)
        if number in self._chip.down:
            pin.level = 0
        self._chip.pins[number] = pin
        return pin


class _Inputs:
    """`machine.ADC` of one chip."""

    ATTN_11DB = 3

    def __init__(self, chip: Chip) -> None:
        self._chip = chip

    def __call__(self, pin: Pin, atten: int) -> "_Inputs":
        self._chip.measured.append(pin.number)
        return self

    def read_uv(self) -> int:
        """What is there now."""
        return self._chip.microvolts
