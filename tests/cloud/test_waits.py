"""Moments that are set, moved and called off."""

from trifocal_cloud.waits import Waits
from trifocal_shared.testing import Chance


def test_what_is_due_comes_in_order_and_once() -> None:
    waits: Waits[str] = Waits()
    waits.set("b", 20)
    waits.set("a", 10)
    waits.set("c", 20)
    assert waits.deadline() == 10
    assert waits.over(9) == []
    assert waits.over(20) == ["a", "b", "c"]
    assert (waits.deadline(), waits.over(1_000)) == (None, [])


def test_what_was_moved_or_called_off_is_not_due() -> None:
    waits: Waits[str] = Waits()
    waits.set("a", 10)
    waits.set("a", 30)
    waits.set("b", 20)
    waits.cancel("b")
    waits.cancel("never set")
    assert ("a" in waits, "b" in waits, waits.deadline()) == (True, False, 30)
    assert waits.over(29) == []
    waits.set("a", 5)
    assert waits.over(29) == ["a"]
    assert waits.over(30) == []


def test_what_is_called_off_again_and_again_leaves_nothing_behind() -> None:
    waits: Waits[int] = Waits()
    for number in range(10_000):
        waits.set(number, 1_000_000 + number)
        waits.cancel(number)
    assert len(waits._heap) < 200


def test_against_a_plain_dict() -> None:
    chance, waits, plain = Chance(7), Waits[int](), dict[int, int]()
    for now in range(5_000):
        key = chance.below(20)
        if chance.below(3):
            plain[key] = now + chance.below(50)
            waits.set(key, plain[key])
        else:
            plain.pop(key, None)
            waits.cancel(key)
        due = {key for key, at in plain.items() if at <= now}
        assert set(waits.over(now)) == due
        for key in due:
            del plain[key]
        assert waits.deadline() == min(plain.values(), default=None)
