import unittest

from trifocal_firmware.boards.parts import pin as module
from trifocal_firmware.boards.parts.pin import PinWatch


class Flag:
    """A flag that hands control out until it is set."""

    def __init__(self):
        self.is_set = False

    def set(self):
        self.is_set = True

    def __iter__(self):
        while not self.is_set:
            yield
        self.is_set = False

    __await__ = __iter__

    def wait(self):
        return self


class Paper:
    """The one name that pins take from asyncio."""

    ThreadSafeFlag = Flag


class Pin:
    """A pin with a pull-up."""

    IRQ_FALLING = 1
    IRQ_RISING = 2

    def __init__(self):
        self.level = 1

    def irq(self, interrupted, trigger):
        self.interrupted, self.trigger = interrupted, trigger

    def value(self):
        return self.level

    def change(self, level):
        self.level = level
        self.interrupted(self)


class TestPinWatch(unittest.TestCase):
    def setUp(self):
        self.real, module.asyncio = module.asyncio, Paper
        self.told = []
        self.pins = {"photo": Pin(), "video": Pin()}
        self.run_ = PinWatch(self.pins, self.tell).run()
        self.run_.send(None)
        self.start, self.told = self.told, []

    def tell(self, name, down):
        self.told.append((name, down))

    def tearDown(self):
        self.run_.close()
        module.asyncio = self.real

    def test_levels_at_the_start_are_told(self):
        self.assertEqual(sorted(self.start), [("photo", False), ("video", False)])

    def test_both_edges_of_every_pin_interrupt(self):
        self.assertEqual([pin.trigger for pin in self.pins.values()], [3, 3])

    def test_an_edge_is_told_by_the_loop_not_by_the_interrupt(self):
        self.pins["photo"].change(0)
        self.assertEqual(self.told, [])
        self.run_.send(None)
        self.assertEqual(sorted(self.told), [("photo", True), ("video", False)])

    def test_the_loop_sees_the_level_that_stands_when_it_looks(self):
        for level in (0, 1, 0, 1, 0):
            self.pins["video"].change(level)
        self.run_.send(None)
        self.assertEqual(sorted(self.told), [("photo", False), ("video", True)])


if __name__ == "__main__":
    unittest.main()
