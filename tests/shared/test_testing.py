"""The test kit itself: time that moves when told, chance that repeats, links that lose."""

import unittest

from trifocal_shared.testing import Chance, LossyLink, VirtualClock, run_until
from trifocal_shared.watchdog import Watchdog


class Time(unittest.TestCase):
    def test_moves_only_when_told(self):
        clock = VirtualClock(5)
        self.assertEqual((clock.now(), clock.advance(10), clock.now()), (5, 15, 15))

    def test_wall_time_goes_along(self):
        clock = VirtualClock(100, epoch_ms=1_000_000)
        clock.advance(50)
        self.assertEqual(clock.epoch_ms(), 1_000_050)
        clock.set_epoch(0)
        self.assertEqual(clock.epoch_ms(), 0)
        clock.set_epoch(9_000)
        self.assertEqual(clock.epoch_ms(), 9_000)


class Chances(unittest.TestCase):
    def test_repeat_and_spread(self):
        one, two = Chance(7), Chance(7)
        seen = [one.below(10) for _ in range(300)]
        self.assertEqual(seen, [two.below(10) for _ in range(300)])
        self.assertEqual(sorted(set(seen)), list(range(10)))
        self.assertTrue(0 <= one.fraction() < 1)


class Links(unittest.TestCase):
    def test_a_good_link_delivers_in_order_after_its_delay(self):
        link = LossyLink(delay_ms=80)
        link.send("a", 0)
        link.send("b", 0)
        self.assertEqual(link.deadline(), 80)
        link.timeout(79)
        self.assertEqual(link.events(), [])
        link.timeout(80)
        self.assertEqual((link.events(), link.deadline()), (["a", "b"], None))

    def test_a_bad_link_loses_doubles_and_reorders(self):
        link = LossyLink(delay_ms=10, loss=20, duplicate=20, jitter_ms=50, seed=3)
        for number in range(200):
            link.send(number, 0)
        link.timeout(60)
        got = link.events()
        self.assertEqual(len(set(got)) + link.lost, 200)
        self.assertTrue(20 < link.lost < 60)
        self.assertTrue(len(got) > len(set(got)))
        self.assertFalse(got == sorted(got))

    def test_a_cut_link_loses_all_until_restored(self):
        link = LossyLink(delay_ms=10)
        link.send("on its way", 0)
        link.cut()
        link.send("too late", 5)
        self.assertEqual((link.deadline(), link.lost), (None, 2))
        link.restore()
        link.send("again", 6)
        link.timeout(16)
        self.assertEqual(link.events(), ["again"])


class Dog(Watchdog):
    """A watchdog that is a machine by itself: `broken` ones never settle."""

    def __init__(self, period_ms, broken=False):
        super().__init__(period_ms)
        self.broken = broken
        self.barked = []

    def timeout(self, now):
        if self.expired(now) and not self.broken:
            self.barked.append(now)
            self.stop()


class Running(unittest.TestCase):
    def test_jumps_from_deadline_to_deadline(self):
        clock = VirtualClock()
        dogs = [Dog(1000), Dog(30_000)]
        for dog in dogs:
            dog.start(0)
        self.assertTrue(run_until(dogs, clock, lambda: None))
        self.assertEqual((dogs[0].barked, dogs[1].barked, clock.now()), ([1000], [30_000], 30_000))

    def test_stops_when_done(self):
        clock = VirtualClock()
        dogs = [Dog(1000), Dog(30_000)]
        for dog in dogs:
            dog.start(0)
        self.assertTrue(run_until(dogs, clock, lambda: None, lambda: bool(dogs[0].barked)))
        self.assertEqual(clock.now(), 1000)

    def test_says_when_it_never_came(self):
        clock = VirtualClock()
        dog = Dog(1000)
        dog.start(0)
        self.assertFalse(run_until([dog], clock, lambda: None, lambda: False, limit_ms=5000))
        self.assertEqual(clock.now(), 5000)
        dog.start(5000)
        self.assertFalse(run_until([dog], clock, lambda: None, limit_ms=10))
        self.assertEqual(clock.now(), 5010)

    def test_a_machine_that_stays_overdue_is_found_out(self):
        dog = Dog(10, broken=True)
        dog.start(0)
        with self.assertRaises(AssertionError):
            run_until([dog], VirtualClock(), lambda: None)
