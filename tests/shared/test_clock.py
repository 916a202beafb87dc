"""The clock: near 0 at the start, never back, and no wall clock where none was told."""

import sys
import time
import unittest

from trifocal_shared import clock
from trifocal_shared.clock import Clock


class FakeTicks:
    """A `time` of MicroPython's kind, whose milliseconds wrap at `period`."""

    def __init__(self, at, period):
        self.at = at
        self.period = period

    def ticks_ms(self):
        return self.at % self.period

    def ticks_diff(self, later, earlier):
        half = self.period // 2
        return (later - earlier + half) % self.period - half


class Monotonic(unittest.TestCase):
    def test_starts_near_zero_and_never_goes_back(self):
        made = Clock()
        self.assertLessEqual(made.now(), 1000)
        seen = [made.now() for _ in range(100)]
        self.assertEqual(seen, sorted(seen))
        self.assertIsInstance(seen[0], int)


class Wrapping(unittest.TestCase):
    def setUp(self):
        self.time, self.on_device = clock.time, clock._ON_DEVICE
        self.ticks = clock.time = FakeTicks(1000, 1 << 16)
        clock._ON_DEVICE = True

    def tearDown(self):
        clock.time, clock._ON_DEVICE = self.time, self.on_device

    def test_counts_on_when_the_ticks_wrap(self):
        made = Clock()
        passed = 0
        for _ in range(50):
            self.ticks.at += 30_000
            passed += 30_000
            self.assertEqual(made.now(), passed)

    def test_knows_no_wall_clock_until_told(self):
        made = Clock()
        self.assertEqual(made.epoch_ms(), 0)
        self.ticks.at += 500
        made.set_epoch(1_700_000_000_000)
        self.ticks.at += 250
        self.assertEqual(made.epoch_ms(), 1_700_000_000_250)
        made.set_epoch(0)
        self.assertEqual(made.epoch_ms(), 0)


class Wall(unittest.TestCase):
    def test_a_told_time_goes_before_the_systems(self):
        made = Clock()
        made.set_epoch(1_000_000)
        self.assertLessEqual(made.epoch_ms() - 1_000_000, 1000)

    def test_a_computer_knows_the_time(self):
        shown = Clock().epoch_ms()
        if sys.implementation.name == "cpython":
            self.assertLessEqual(abs(shown - time.time() * 1000), 5000)
        else:
            self.assertEqual(shown, 0)
