"""Buttons and the privacy light of a Linux board, and the charge that Linux knows of.

The pins are gpiozero's (Raspberry Pi OS has it). It calls from a thread of its own; what it says is carried into the
loop.
"""

import os

POWER_SUPPLIES = "/sys/class/power_supply"


class Pins:
    """`light` and `buttons` (by name) are GPIO numbers; a light of -1 is none, which is for whoever says so aloud."""

    def __init__(self, gpiozero, light: int, buttons: "dict[str, int]") -> None:  # type: ignore[no-untyped-def]
        """Raises OSError when a pin cannot be had. `gpiozero` is the module, or None where no pin is asked for."""
        self._light = None
        self._buttons: dict[str, object] = {}
        try:
            if light >= 0:
                self._light = gpiozero.LED(light)
            for name, number in buttons.items():
                self._buttons[name] = gpiozero.Button(number)
        except Exception as error:  # gpiozero and its backends raise what they like
            self.close()
            raise OSError("GPIO cannot be had: " + (str(error) or type(error).__name__)) from error

    def watch(self, loop, level_changed) -> None:  # type: ignore[no-untyped-def]
        """Tell levels to `level_changed(name, down)` in the loop; first those that stand now."""
        for name, button in self._buttons.items():
            _watch(loop, level_changed, name, button)

    def set_light(self, on: bool) -> None:
        """Lit or dark."""
        if self._light is not None:
            self._light.value = on

    def close(self) -> None:
        """Let the pins go; the light is dark then."""
        self.set_light(False)
        things = list(self._buttons.values())
        things.append(self._light)
        for thing in things:
            if thing is not None:
                thing.close()  # type: ignore[attr-defined]


def _watch(loop, level_changed, name: str, button) -> None:  # type: ignore[no-untyped-def]
    def tell(down: bool) -> None:
        loop.call_soon_threadsafe(level_changed, name, down)

    button.when_pressed = lambda: tell(True)
    button.when_released = lambda: tell(False)
    tell(bool(button.is_pressed))


def cell(folder: str = POWER_SUPPLIES) -> "tuple[int, bool]":
    """Percent and whether it is charged, of the first battery that Linux knows; (100, False) without one."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        names = []
    for name in names:
        level = _read(folder + "/" + name + "/capacity")
        if _read(folder + "/" + name + "/type") == "Battery" and level.isdigit():
            return min(100, int(level)), _read(folder + "/" + name + "/status") in ("Charging", "Full")
    return 100, False


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read(64).strip()
    except (OSError, ValueError):
        return ""
