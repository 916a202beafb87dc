"""The driver against a loop of paper, on both interpreters; and against the real one where it can be run to an end."""

import asyncio
import unittest

from trifocal_shared import driver as module
from trifocal_shared.clock import Clock
from trifocal_shared.driver import LONGEST_SLEEP_MS, Driver
from trifocal_shared.testing import VirtualClock
from trifocal_shared.watchdog import Watchdog


class Asleep:
    """Awaiting this hands the seconds of sleep to whoever steps the coroutine."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __iter__(self):
        yield self.seconds

    __await__ = __iter__


class PaperEvent:
    """An event that remembers whether it was set."""

    def __init__(self):
        self.is_on = False

    def set(self):
        self.is_on = True

    def clear(self):
        self.is_on = False

    def wait(self):
        return self


class SleepOverError(Exception):
    """The sleep was not ended by the event."""


class PaperLoop:
    """The four names that the driver takes from asyncio."""

    Event = PaperEvent
    TimeoutError = SleepOverError

    @staticmethod
    async def wait_for(_event, seconds):
        await Asleep(seconds)


class Machine(Watchdog):
    """Notes what it was told; `again_ms` starts it anew after each timeout."""

    def __init__(self, period_ms, again_ms=None):
        super().__init__(period_ms)
        self.again_ms = again_ms
        self.told = []

    def timeout(self, now):
        self.told.append(now)
        self.stop()
        if self.again_ms is not None:
            self.period_ms = self.again_ms
            self.start(now)


class OnPaper(unittest.TestCase):
    def setUp(self):
        module.asyncio = PaperLoop
        self.addCleanup(self.restore)
        self.clock = VirtualClock()
        self.drains = []

    def restore(self):
        module.asyncio = asyncio

    def drive(self, machine):
        """A driver and its running coroutine, first step taken; and the ms that it sleeps."""
        driver = Driver(machine, self.clock, lambda: self.drains.append(self.clock.now()))
        running = driver.run()
        return driver, running, self.step(running)

    def step(self, running):
        """Wake it by its event; how many ms it sleeps next."""
        return int(running.send(None) * 1000)

    def expire(self, running, ms):
        """Let `ms` pass and its sleep run out; how many ms it sleeps next."""
        self.clock.advance(ms)
        return int(running.throw(SleepOverError()) * 1000)

    def test_sleeps_until_the_deadline_and_tells_the_machine(self):
        machine = Machine(1500)
        machine.start(0)
        _, running, asleep = self.drive(machine)
        self.assertEqual((asleep, machine.told, self.drains), (1500, [], []))
        asleep = self.expire(running, 1500)
        self.assertEqual((asleep, machine.told, self.drains), (LONGEST_SLEEP_MS, [1500], [1500]))

    def test_looks_in_each_hour_without_a_deadline(self):
        machine = Machine(1)
        _, running, asleep = self.drive(machine)
        self.assertEqual(asleep, LONGEST_SLEEP_MS)
        self.assertEqual(self.expire(running, LONGEST_SLEEP_MS), LONGEST_SLEEP_MS)
        self.assertEqual(machine.told, [])

    def test_never_sleeps_longer_than_an_hour(self):
        machine = Machine(10 * LONGEST_SLEEP_MS)
        machine.start(0)
        self.assertEqual(self.drive(machine)[2], LONGEST_SLEEP_MS)

    def test_a_poke_drains_and_wakes_only_for_an_earlier_deadline(self):
        machine = Machine(1000)
        driver, running, _ = self.drive(machine)
        driver.poke()
        self.assertEqual((self.drains, driver._wake.is_on), ([0], False))
        machine.start(0)
        driver.poke()
        self.assertTrue(driver._wake.is_on)
        self.assertEqual(self.step(running), 1000)
        self.assertFalse(driver._wake.is_on)
        machine.start(500)
        driver.poke()
        self.assertFalse(driver._wake.is_on)

    def test_waking_too_early_tells_the_machine_nothing(self):
        machine = Machine(1000)
        machine.start(0)
        _, running, _ = self.drive(machine)
        machine.start(400)
        self.assertEqual(self.expire(running, 1000), 400)
        self.assertEqual(machine.told, [])

    def test_a_machine_that_stays_overdue_does_not_starve_the_loop(self):
        machine = Machine(100, again_ms=0)
        machine.start(0)
        _, running, _ = self.drive(machine)
        self.assertEqual(self.expire(running, 100), 1)
        self.assertEqual(self.expire(running, 0), 1)
        self.assertEqual(machine.told, [100, 100])

    def test_what_was_poked_before_it_runs_is_not_lost(self):
        machine = Machine(700)
        driver = Driver(machine, self.clock, lambda: None)
        machine.start(0)
        driver.poke()
        self.assertEqual(self.step(driver.run()), 700)

    def test_a_bug_in_the_machine_surfaces(self):
        machine = Machine(0)
        machine.start(0)
        machine.timeout = lambda now: 1 // 0
        with self.assertRaises(ZeroDivisionError):
            self.drive(machine)


if hasattr(asyncio, "run"):  # MicroPython in a browser or in Node leaves the loop to JavaScript

    class OnARealLoop(unittest.TestCase):
        def test_wakes_and_is_cancelled(self):
            machine = Machine(5)

            async def serve():
                done = asyncio.Event()
                driver = Driver(machine, Clock(), lambda: done.set() if machine.told else None)
                running = asyncio.create_task(driver.run())
                await asyncio.sleep(0)
                machine.start(0)
                driver.poke()
                await asyncio.wait_for(done.wait(), 5)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                return running.cancelled()

            self.assertTrue(asyncio.run(serve()))
            self.assertEqual(len(machine.told), 1)

        def test_is_cancelled_in_the_instant_of_a_poke(self):
            machine = Machine(5_000)

            async def serve():
                driver = Driver(machine, Clock(), lambda: None)
                running = asyncio.create_task(driver.run())
                for _ in range(3):
                    await asyncio.sleep(0)
                machine.start(0)
                driver.poke()
                await asyncio.sleep(0)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                return running.cancelled()

            self.assertTrue(asyncio.run(serve()))
