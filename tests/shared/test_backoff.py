"""Waits grow, stay under the cap, and are spread by chance."""

import unittest

from trifocal_shared.backoff import Backoff


class Waits(unittest.TestCase):
    def test_double_up_to_the_cap(self):
        backoff = Backoff(1000, cap_ms=10_000)
        full = [backoff.next(0.99999) for _ in range(6)]
        self.assertEqual(full, [999, 1999, 3999, 7999, 9999, 9999])
        self.assertEqual(backoff.attempts, 6)

    def test_grow_by_the_factor_given(self):
        backoff = Backoff(1000, factor_percent=150)
        self.assertEqual([backoff.next(0.0) for _ in range(3)], [500, 750, 1125])

    def test_are_shortened_by_at_most_half(self):
        for chance in (0.0, 0.25, 0.5, 0.75, 0.999):
            wait = Backoff(1000).next(chance)
            self.assertGreaterEqual(wait, 500)
            self.assertLessEqual(wait, 1000)

    def test_begin_anew_after_success(self):
        backoff = Backoff(1000)
        for _ in range(5):
            backoff.next(0.5)
        backoff.reset()
        self.assertEqual((backoff.attempts, backoff.next(0.0)), (0, 500))

    def test_a_base_above_the_cap_is_the_cap(self):
        self.assertEqual(Backoff(5000, cap_ms=1000).next(0.0), 500)

    def test_stay_bounded_after_ever_so_many_tries(self):
        backoff = Backoff(1, cap_ms=300_000)
        for _ in range(5000):
            wait = backoff.next(0.5)
        self.assertEqual(wait, 225_000)
