"""Deep sleep on an ESP32: what it is woken by, and what it still knows then.

Everything but the flash is forgotten, and Bluetooth is off. The clock of the chip goes on, so that the wall clock is
known again from one number in the memory that it keeps. A button wakes by its level: one that is pressed while the
chip falls asleep wakes it at once, so no press is lost in between.
"""

import struct
import time

BY_TIME = "time"
"""What `woken_by` answers for a look at whether the gateway is back."""

_OFFSET = ">q"


class EspSleep:
    """Over the modules `machine` and `esp32`. `pins` are the buttons by name, `machine.Pin`s, pressed is low.

    `any_low`: the chip wakes by any of several low pins (ESP32-S3). The first ESP32 knows only "all are low", so there
    the photo button alone wakes it.
    """

    def __init__(self, machine, esp32, pins, any_low: bool) -> None:  # type: ignore[no-untyped-def]
        self._machine = machine
        self._esp32 = esp32
        self._pins = pins
        self._any_low = any_low

    def woken_by(self, numbers: "dict[str, int]") -> str:
        """The button that ended a deep sleep, `BY_TIME`, or nothing after any other start. `numbers` are its pins."""
        machine = self._machine
        if machine.reset_cause() != machine.DEEPSLEEP_RESET:
            return ""
        reason = machine.wake_reason()
        if reason == machine.TIMER_WAKE:
            return BY_TIME
        if reason == machine.EXT1_WAKE:
            for name, number in numbers.items():
                if number in machine.wake_pins():
                    return name
        return "photo" if reason in (machine.EXT0_WAKE, machine.EXT1_WAKE) else ""

    def remember(self, wall_ms: int) -> None:
        """Keep the wall clock through the sleep; 0 is unknown."""
        offset = wall_ms - self._running_ms() if wall_ms else 0
        self._machine.RTC().memory(struct.pack(_OFFSET, offset))

    def remembered_ms(self) -> int:
        """The wall clock as it was remembered, 0 unknown."""
        kept = self._machine.RTC().memory()
        offset = struct.unpack(_OFFSET, kept)[0] if len(kept) == struct.calcsize(_OFFSET) else 0
        return offset + self._running_ms() if offset else 0

    def fall_asleep(self, wake_ms: int) -> bool:
        """Does not return; or False, for a button is down."""
        if not all(pin.value() for pin in self._pins.values()):
            return False
        if self._any_low:
            self._esp32.wake_on_ext1(tuple(self._pins.values()), self._esp32.WAKEUP_ALL_LOW)
        else:
            self._esp32.wake_on_ext0(self._pins["photo"], self._esp32.WAKEUP_ALL_LOW)
        if wake_ms:
            self._machine.deepsleep(wake_ms)
        else:
            self._machine.deepsleep()
        return True

    def _running_ms(self) -> int:
        """The chip's own clock, which sleep does not stop."""
        return int(time.time()) * 1_000
