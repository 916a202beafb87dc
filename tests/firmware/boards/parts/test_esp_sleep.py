import unittest

from trifocal_firmware.boards.parts import esp_sleep as module
from trifocal_firmware.boards.parts.esp_sleep import BY_TIME, EspSleep

BUTTONS = {"photo": 2, "video": 4}


class Pin:
    def __init__(self):
        self.level = 1

    def value(self):
        return self.level


class Machine:
    """The chip: why it started, what its memory keeps, and what it is asked last."""

    DEEPSLEEP_RESET, PWRON_RESET, WDT_RESET = 4, 1, 3
    EXT0_WAKE, EXT1_WAKE, TIMER_WAKE, TOUCHPAD_WAKE = 2, 3, 4, 5

    def __init__(self):
        self.cause, self.reason, self.pins, self.kept, self.slept = 1, 0, (), b"", []
        self.reset_cause, self.wake_reason, self.wake_pins = lambda: self.cause, lambda: self.reason, lambda: self.pins

    def RTC(self):  # noqa: N802
        return self

    def memory(self, data=None):
        if data is not None:
            self.kept = bytes(data)
        return self.kept

    def deepsleep(self, *wake_ms):
        self.slept.append(wake_ms)


class Esp32:
    WAKEUP_ALL_LOW = False

    def __init__(self):
        self.armed = []
        self.wake_on_ext0 = lambda pin, level: self.armed.append((pin, level))
        self.wake_on_ext1 = lambda pins, level: self.armed.append((pins, level))


class Time:
    seconds = 1_000

    @staticmethod
    def time():
        return Time.seconds


class Case(unittest.TestCase):
    def setUp(self):
        self.machine, self.esp32, self.pins = Machine(), Esp32(), {"photo": Pin(), "video": Pin()}
        self.sleep = EspSleep(self.machine, self.esp32, self.pins, True)
        self.real, module.time = module.time, Time
        Time.seconds = 1_000

    def tearDown(self):
        module.time = self.real

    def woken(self, cause, reason=0, pins=()):
        self.machine.cause, self.machine.reason, self.machine.pins = cause, reason, pins
        return self.sleep.woken_by(BUTTONS)


class TestWaking(Case):
    def test_the_button_that_ended_the_sleep_is_named(self):
        self.assertEqual(self.woken(4, 3, (2,)), "photo")
        self.assertEqual(self.woken(4, 3, (4,)), "video")
        self.assertIn(self.woken(4, 3, (2, 4)), ("photo", "video"))

    def test_a_chip_that_does_not_say_which_pin_it_was_means_the_photo_button(self):
        self.assertEqual(self.woken(4, 3, ()), "photo")
        self.assertEqual(self.woken(4, 3, (17,)), "photo")
        self.assertEqual(self.woken(4, 2), "photo")

    def test_the_time_is_no_button_and_neither_is_any_other_reason(self):
        self.assertEqual((self.woken(4, 4), self.woken(4, 5), self.woken(4, 0)), (BY_TIME, "", ""))

    def test_a_start_that_was_no_sleep_is_no_press_whatever_the_pins_say(self):
        self.assertEqual([self.woken(cause, 3, (2,)) for cause in (1, 2, 3, 5)], [""] * 4)


class TestFallingAsleep(Case):
    def test_any_button_wakes_it_and_the_time_where_that_is_wanted(self):
        self.assertTrue(self.sleep.fall_asleep(0))
        self.assertTrue(self.sleep.fall_asleep(900_000))
        self.assertEqual(self.machine.slept, [(), (900_000,)])
        ((pins, level), _) = self.esp32.armed
        self.assertEqual(
            (sorted([id(pin) for pin in pins]), level), (sorted([id(p) for p in self.pins.values()]), False)
        )

    def test_the_first_esp32_is_woken_by_the_photo_button_alone(self):
        EspSleep(self.machine, self.esp32, self.pins, False).fall_asleep(0)
        self.assertEqual(self.esp32.armed, [(self.pins["photo"], False)])

    def test_with_a_finger_on_a_button_it_stays_awake(self):
        self.pins["video"].level = 0
        self.assertFalse(self.sleep.fall_asleep(0))
        self.assertEqual((self.machine.slept, self.esp32.armed), ([], []))


class TestTheClock(Case):
    def test_the_wall_clock_goes_on_through_the_sleep(self):
        self.sleep.remember(1_780_000_000_000)
        Time.seconds += 3_600
        self.assertEqual(self.sleep.remembered_ms(), 1_780_003_600_000)

    def test_a_clock_that_was_unknown_stays_so(self):
        self.sleep.remember(0)
        self.assertEqual(self.sleep.remembered_ms(), 0)

    def test_a_memory_that_holds_something_else_is_no_clock(self):
        for kept in (b"", b"1234567", b"123456789"):
            self.machine.kept = kept
            self.assertEqual(self.sleep.remembered_ms(), 0)


if __name__ == "__main__":
    unittest.main()
