"""Moments that are set, moved and called off."""

from trifocal_cloud.waits import Key, Waits
from trifocal_shared.testing import Chance


def over(waits: Waits[Key], now: int) -> list[Key]:
    """All that is due, in the order in which it was."""
    found = []
    while (key := waits.next(now)) is not None:
        found.append(key)
    return found


def test_what_is_due_comes_in_order_and_once() -> None:
    waits: Waits[str] = Waits()
    waits.set("b", 20)
    waits.set("a", 10)
    waits.set("c", 20)
    assert waits.deadline() == 10
    assert over(waits, 9) == []
    assert over(waits, 20) == ["a", "b", "c"]
    assert (waits.deadline(), over(waits, 1_000)) == (None, [])


def test_what_was_moved_or_called_off_is_not_due() -> None:
    waits: Waits[str] = Waits()
    waits.set("a", 10)
    waits.set("a", 30)
    waits.set("b", 20)
    waits.cancel("b")
    waits.cancel("never set")
    assert ("a" in waits, "b" in waits, waits.deadline()) == (True, False, 30)
    assert over(waits, 29) == []
    waits.set("a", 5)
    assert over(waits, 29) == ["a"]
    assert over(waits, 30) == []


def test_what_is_called_off_by_the_one_before_it_is_not_due() -> None:
    waits: Waits[str] = Waits()
    waits.set("a", 10)
    waits.set("b", 10)
    assert waits.next(10) == "a"
    waits.cancel("b")
    assert waits.next(10) is None


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
        assert set(over(waits, now)) == due
        for key in due:
            del plain[key]
        assert waits.deadline() == min(plain.values(), default=None)
