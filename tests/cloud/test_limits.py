"""The bucket: a burst is free, then everyone waits their turn."""

from trifocal_cloud.limits import Bucket


def test_a_burst_costs_nothing() -> None:
    bucket = Bucket(per_second=10, burst=3)
    assert [bucket.taken(1_000) for _ in range(3)] == [0, 0, 0]


def test_after_the_burst_one_waits() -> None:
    bucket = Bucket(per_second=10, burst=3)
    for _ in range(3):
        bucket.taken(0)
    assert bucket.taken(0) == 100
    assert bucket.taken(100) == 100


def test_time_refills_it() -> None:
    bucket = Bucket(per_second=10, burst=3)
    for _ in range(4):
        bucket.taken(0)
    assert bucket.taken(10_000) == 0
