"""Buttons, light and charge of a Linux board, on gpiozero's face and a folder that looks like Linux's."""

import asyncio
import threading

import pytest

from trifocal_firmware.boards.linux_pins import Pins, cell


class Gpio:
    """gpiozero, as far as it is asked; pins above 27 are not there."""

    def __init__(self):
        self.pins = {}

    def _pin(self, number):
        if number > 27:
            raise ValueError(f"{number} is not a valid pin name")
        self.pins[number] = self
        return Pin(self, number)

    def LED(self, number):  # noqa: N802
        return self._pin(number)

    def Button(self, number):  # noqa: N802
        return self._pin(number)


class Pin:
    """An LED or a Button."""

    def __init__(self, gpio, number):
        self.value, self.is_pressed, self.open = False, number == 22, True
        gpio.pins[number] = self

    def close(self):
        self.value, self.open = False, False


async def test_levels_are_told_in_the_loop_first_those_that_stand():
    gpio, told, enough = Gpio(), [], asyncio.Event()

    def tell(name, down):
        told.append((name, down, threading.get_ident()))
        if len(told) == 4:
            enough.set()

    Pins(gpio, -1, {"photo": 27, "video": 22}).watch(asyncio.get_running_loop(), tell)
    button = gpio.pins[27]

    def from_outside():
        button.when_pressed()
        button.when_released()

    await asyncio.to_thread(from_outside)
    async with asyncio.timeout(60):
        await enough.wait()
    here = threading.get_ident()
    assert told == [("photo", False, here), ("video", True, here), ("photo", True, here), ("photo", False, here)]


def test_the_light_is_lit_and_dark_and_dark_when_the_pins_are_let_go():
    gpio = Gpio()
    pins = Pins(gpio, 17, {"photo": 27})
    for on in (True, False, True):
        pins.set_light(on)
        assert gpio.pins[17].value is on
    pins.close()
    assert (gpio.pins[17].value, gpio.pins[17].open, gpio.pins[27].open) == (False, False, False)


def test_without_a_light_nothing_is_lit():
    Pins(None, -1, {}).set_light(True)


def test_a_pin_that_cannot_be_had_is_said_and_the_others_are_let_go():
    gpio = Gpio()
    with pytest.raises(OSError, match="GPIO cannot be had: 99"):
        Pins(gpio, 17, {"photo": 99})
    assert not gpio.pins[17].open


def supply(folder, name, **facts):
    (folder / name).mkdir()
    for fact, text in facts.items():
        (folder / name / fact).write_text(text + "\n")


def test_the_charge_is_that_of_the_first_battery(tmp_path):
    supply(tmp_path, "AC0", type="Mains", online="1")
    supply(tmp_path, "BAT1", type="Battery", capacity="7", status="Charging")
    supply(tmp_path, "BAT2", type="Battery", capacity="50", status="Discharging")
    assert cell(str(tmp_path)) == (7, True)


@pytest.mark.parametrize(("capacity", "status", "seen"), [("250", "Full", (100, True)), ("0", "", (0, False))])
def test_strange_words_of_linux_are_taken_as_far_as_they_go(tmp_path, capacity, status, seen):
    supply(tmp_path, "BAT0", type="Battery", capacity=capacity, status=status)
    assert cell(str(tmp_path)) == seen


@pytest.mark.parametrize("capacity", ["", "-3", "half", "\xff"])
def test_a_battery_that_says_nothing_counts_as_none(tmp_path, capacity):
    supply(tmp_path, "BAT0", type="Battery", capacity=capacity)
    assert cell(str(tmp_path)) == (100, False)
    assert cell(str(tmp_path / "absent")) == (100, False)
