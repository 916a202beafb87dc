"""The bucket: a burst is free, then everyone waits their turn."""

from trifocal_cloud.limits import Allowance, Bucket


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


def test_an_allowance_grants_a_burst_and_then_its_pace() -> None:
    allowance = Allowance(per_second=10, burst=3)
    assert [allowance.granted("ann", 0) for _ in range(4)] == [True, True, True, False]
    assert [allowance.granted("ann", 100) for _ in range(2)] == [True, False]
    assert [allowance.granted("ann", 10_000) for _ in range(4)] == [True, True, True, False]


def test_a_refusal_costs_nothing() -> None:
    allowance = Allowance(per_second=1, burst=1)
    assert allowance.granted("ann", 0)
    assert not any(allowance.granted("ann", now) for now in range(1, 1_000))
    assert allowance.granted("ann", 1_000)


def test_one_does_not_pay_for_another() -> None:
    allowance = Allowance(per_second=1, burst=1)
    assert allowance.granted("ann", 0)
    assert allowance.granted("bob", 0)
    assert not allowance.granted("ann", 0)


def test_who_has_paid_is_not_remembered() -> None:
    allowance = Allowance(per_second=10, burst=10)
    for now in range(0, 100_000, 10):
        allowance.granted(now, now)
    assert len(allowance) <= 12
