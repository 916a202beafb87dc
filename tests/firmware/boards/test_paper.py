import sys
import unittest

from trifocal_firmware.boards.paper import Chip


class TestChip(unittest.TestCase):
    def setUp(self):
        self.chip = Chip()

    def test_its_modules_are_there_only_between_put_and_take(self):
        self.chip.put()
        self.assertIs(__import__("machine"), self.chip)
        self.assertIs(__import__("bluetooth"), self.chip.radio)
        self.chip.take()
        self.assertFalse("machine" in sys.modules or "camera" in sys.modules)

    def test_a_pin_is_up_unless_it_is_said_to_be_down(self):
        self.chip.down = (4,)
        self.assertEqual([self.chip.Pin(number).value() for number in (2, 4)], [1, 0])
        self.assertEqual(self.chip.Pin(21, self.chip.Pin.OUT, value=0).value(), 0)
        self.assertEqual(self.chip.pins[21].value(1), 1)

    def test_what_it_keeps_and_where_it_sleeps_is_noted(self):
        self.chip.RTC().memory(b"kept")
        self.chip.wake_on_ext1((self.chip.Pin(4), self.chip.Pin(2)), False)
        self.chip.deepsleep(7)
        self.chip.deepsleep()
        self.assertEqual((self.chip.memory(), self.chip.armed, self.chip.slept), (b"kept", [2, 4], [(7,), ()]))

    def test_a_watchdog_counts_how_often_it_was_fed(self):
        dog = self.chip.WDT(timeout=9)
        dog.feed()
        self.assertEqual((self.chip.watchdog_ms, self.chip.fed), (9, 1))

    def test_bytes_go_over_the_wire_and_the_air(self):
        uart = self.chip.UART(1, tx=3)
        uart.arrived = b"in"
        self.assertEqual(
            (uart.any(), uart.read(2), uart.any(), uart.write(b"out"), uart.written), (2, b"in", 0, 3, b"out")
        )
        self.chip.radio.gatts_notify(7, 1, memoryview(b"said"))
        self.assertEqual(self.chip.radio.sent, [(1, b"said")])


if __name__ == "__main__":
    unittest.main()
