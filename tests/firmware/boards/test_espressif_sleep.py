"""A board that sleeps and is woken, with the whole firmware on it and paper hardware around it."""

import os
import unittest

from trifocal_firmware import main
from trifocal_firmware.boards.paper import Chip
from trifocal_firmware.boards.paper_loop import Loop
from trifocal_firmware.boards.parts.sleep import LOOK_MS, QUIET_MS, RETRY_MS

FOLDER = ("" if os.getcwd() == "/" else "/tmp") + "/trifocal-sleep-test"
HOUR_MS = 3_600_000


def modules():
    """The board, and what needs the loop, imported with paper hardware in place of what no computer has."""
    chip = Chip()
    chip.put()
    try:
        from trifocal_firmware.boards import espressif, xiao_sense
        from trifocal_firmware.boards.parts import ble, esp_camera, esp_sleep, flag, pin
    finally:
        chip.take()
    return xiao_sense.XiaoSense, espressif, esp_sleep, (espressif, ble, esp_camera, flag, pin, main)


class Time:
    """The chip's own clock."""

    def __init__(self):
        self.seconds = 1_000
        self.time = lambda: self.seconds


class Case(unittest.TestCase):
    def setUp(self):
        self.board_class, self.module, self.sleeping, self.waiting = modules()
        self.loop, self.chip, self.now, self.said, self.firmware = Loop(), Chip(), 0, [], None
        # On a device `main` and what it needs are one file, whose driver takes this from asyncio.
        self.loop.Event = main.asyncio.Event
        self.real = [(module, module.asyncio) for module in self.waiting]
        for module in self.waiting:
            module.asyncio = self.loop
        self.others = [(name, getattr(self.module, name)) for name in self.chip.modules()]
        for name, thing in self.chip.modules().items():
            setattr(self.module, name, thing)
        self.board_class.ROOT = FOLDER
        self.real_time, self.sleeping.time = self.sleeping.time, Time()
        clear()

    def tearDown(self):
        self.power_off()
        for module, real in self.real:
            module.asyncio = real
        for name, thing in self.others:
            setattr(self.module, name, thing)
        self.sleeping.time = self.real_time

    def boot(self):
        """From the first line of the board's own `main.py`."""
        self.power_off()
        self.loop.tasks, self.now, self.said = [], 0, []
        board = self.board_class()
        board.clock.now = lambda: self.now
        report = board.report
        board.report = lambda step, fields: (self.said.append((step, fields)), report(step, fields))
        self.firmware = main.Firmware(board)
        self.firmware.changed()
        board.start(self.firmware)
        self.board = board
        self.link, self.buttons, self.look = self.loop.tasks
        for task in (self.link, self.buttons, self.look):
            task.step()

    def power_off(self):
        self.loop.close()
        if self.firmware:
            self.firmware._glasses.switched_off()

    def wait(self, milliseconds):
        """Time passes, the firmware's timers run, and the board looks round once."""
        self.now += milliseconds
        self.firmware._glasses.timeout(self.now)
        self.firmware.changed()
        self.look.step()

    def press(self):
        for level in (0, 1):
            self.chip.pins[2].level = level
            self.buttons.step()
            self.wait(100)

    def shoot(self):
        task = self.loop.tasks[-1]
        while not task.done():
            task.step()
        self.wait(1)

    def told(self, step):
        return [fields for name, fields in self.said if name == step]

    def woken(self, reason, pins=()):
        self.chip.cause, self.chip.reason, self.chip.woken, self.chip.slept = 4, reason, pins, []
        self.boot()


def clear():
    """The flash is empty."""
    parent, _, stem = FOLDER.rpartition("/")
    if stem not in os.listdir(parent or "/"):
        os.mkdir(FOLDER)
    for name in os.listdir(FOLDER):
        for file in os.listdir(FOLDER + "/" + name):
            os.remove(FOLDER + "/" + name + "/" + file)


class TestFallingAsleep(Case):
    def test_with_nothing_to_do_it_sleeps_until_a_button(self):
        self.boot()
        self.wait(QUIET_MS - 1)
        self.assertEqual(self.chip.slept, [])
        self.wait(1)
        self.assertEqual((self.chip.slept, self.chip.armed), ([()], [2, 4]))

    def test_with_a_finger_on_a_button_it_waits(self):
        self.boot()
        self.chip.pins[4].level = 0
        self.wait(QUIET_MS)
        self.assertEqual(self.chip.slept, [])
        self.chip.pins[4].level = 1
        self.wait(QUIET_MS)
        self.assertEqual(self.chip.slept, [()])

    def test_a_gateway_in_reach_keeps_it_awake(self):
        self.boot()
        self.chip.radio.tell(1, (7, 0, b""))
        self.link.step()
        for _ in range(10):
            self.wait(HOUR_MS)
        self.assertEqual(self.chip.slept, [])
        self.chip.radio.tell(2, (7, 0, b""))
        self.link.step()
        self.wait(1)
        self.wait(QUIET_MS)
        self.assertEqual(self.chip.slept, [()])

    def test_a_photo_for_a_gateway_that_is_away_is_looked_after_by_the_time(self):
        self.boot()
        self.press()
        self.shoot()
        self.assertEqual(self.told("stored")[-1]["photos"], 1)
        self.wait(2_000)
        self.wait(QUIET_MS)
        self.assertEqual(self.chip.slept, [], "the gateway may come in a moment")
        self.wait(HOUR_MS)
        self.assertEqual(self.chip.slept, [(RETRY_MS,)])
        self.woken(Chip.TIMER_WAKE)
        self.assertEqual((self.told("stored")[-1]["photos"], self.told("pressed")), (1, []))
        self.wait(LOOK_MS + 100)
        self.assertEqual(self.chip.slept, [(RETRY_MS,)])


class TestWaking(Case):
    def test_a_tap_that_is_over_by_now_is_a_press_with_an_id_and_becomes_a_photo(self):
        self.woken(Chip.EXT1_WAKE, (2,))
        self.now += 50
        self.buttons.step()
        self.wait(50)
        (pressed,) = self.told("pressed")
        press_id = self.board.boot_id + "-1"
        self.assertEqual(pressed, {"pressId": press_id, "button": "photo", "pressType": "short"})
        self.shoot()
        self.assertEqual(self.told("photo")[-1]["pressId"], press_id)
        self.assertEqual(self.told("stored")[-1]["photos"], 1)

    def test_a_finger_that_is_still_there_makes_one_press_not_two(self):
        self.chip.down = (2,)
        self.woken(Chip.EXT1_WAKE, (2,))
        self.now += 50
        self.buttons.step()
        self.wait(300)
        self.assertEqual(self.told("pressed"), [])
        self.chip.pins[2].level = 1
        self.buttons.step()
        self.wait(100)
        self.assertEqual([press["pressType"] for press in self.told("pressed")], ["short"])

    def test_a_finger_that_stays_makes_a_long_press(self):
        self.chip.down = (4,)
        self.woken(Chip.EXT1_WAKE, (4,))
        self.now += 50
        self.buttons.step()
        self.wait(900)
        self.assertEqual([(one["button"], one["pressType"]) for one in self.told("pressed")], [("video", "long")])

    def test_any_other_start_is_no_press(self):
        self.boot()
        self.wait(100)
        self.chip.cause, self.chip.reason, self.chip.woken = 3, Chip.EXT1_WAKE, (2,)
        self.boot()
        self.wait(100)
        self.assertEqual(self.told("pressed"), [])

    def test_the_wall_clock_goes_on_while_it_sleeps(self):
        self.boot()
        self.board.clock.set_epoch(1_780_000_000_000)
        self.wait(QUIET_MS)
        self.sleeping.time.seconds += 600
        self.woken(Chip.EXT1_WAKE, (2,))
        self.assertLess(abs(self.board.clock.epoch_ms() - (1_780_000_000_000 + QUIET_MS + 600_000)), 1_000)


if __name__ == "__main__":
    unittest.main()
