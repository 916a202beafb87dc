"""The watchdog notices silence, no earlier and no later."""

import unittest

from trifocal_shared.watchdog import Watchdog


class Silence(unittest.TestCase):
    def test_expires_a_period_after_the_start(self):
        dog = Watchdog(1000)
        dog.start(50)
        self.assertEqual(dog.deadline(), 1050)
        self.assertFalse(dog.expired(1049))
        self.assertTrue(dog.expired(1050))

    def test_a_sign_of_life_puts_it_off(self):
        dog = Watchdog(1000)
        dog.start(0)
        dog.feed(900)
        self.assertFalse(dog.expired(1899))
        self.assertTrue(dog.expired(1900))

    def test_stays_expired_until_fed(self):
        dog = Watchdog(1000)
        dog.start(0)
        self.assertTrue(dog.expired(5000))
        self.assertTrue(dog.expired(6000))
        dog.feed(6000)
        self.assertFalse(dog.expired(6999))

    def test_sleeps_while_stopped_and_is_not_woken_by_food(self):
        dog = Watchdog(1000)
        self.assertFalse(dog.expired(10_000))
        dog.start(0)
        dog.stop()
        dog.feed(10)
        self.assertIsNone(dog.deadline())
        self.assertFalse(dog.expired(10_000))

    def test_a_second_start_begins_anew(self):
        dog = Watchdog(1000)
        dog.start(0)
        dog.start(500)
        self.assertEqual(dog.deadline(), 1500)
