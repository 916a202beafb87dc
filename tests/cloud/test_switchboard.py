"""The switchboard: who hears what, under which name, and who does not."""

from trifocal_cloud.switchboard import Switchboard

ANN, BOB = "ann@example.com", "bob@example.com"
AT = 1_770_000_000_000
TOUCH = ("touch_event", "touch_event:long_press")


class Ear:
    """A subscriber that remembers."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def __call__(self, stream: str, raw: bytes, at: int) -> None:
        assert at == AT
        self.heard.append((stream, raw))


def everything(permission: str) -> bool:
    return True


def nothing(permission: str) -> bool:
    return False


def test_everybody_who_asked_hears_it_as_it_came() -> None:
    board, one, two = Switchboard(), Ear(), Ear()
    board.join(ANN, "one", ("button_press",), one, nothing)
    board.join(ANN, "two", ("button_press", "touch_event"), two, nothing)
    assert board.relay(ANN, ("button_press",), b'{"a":1}', AT) == 2
    assert one.heard == two.heard == [("button_press", b'{"a":1}')]


def test_nobody_hears_what_happens_to_another_user() -> None:
    board, ear = Switchboard(), Ear()
    board.join(ANN, "app", ("button_press",), ear, everything)
    assert board.relay(BOB, ("button_press",), b"{}", AT) == 0
    assert not board.audience(BOB).hearers("button_press")
    assert ear.heard == []


def test_a_narrower_name_is_heard_under_that_name() -> None:
    board, plain, narrow, both = Switchboard(), Ear(), Ear(), Ear()
    board.join(ANN, "plain", TOUCH[:1], plain, nothing)
    board.join(ANN, "narrow", TOUCH[1:], narrow, nothing)
    board.join(ANN, "both", TOUCH, both, nothing)
    assert board.relay(ANN, TOUCH, b"1", AT) == 4
    assert [name for name, _ in plain.heard + narrow.heard + both.heard] == [*TOUCH, *TOUCH]
    assert board.relay(ANN, TOUCH[:1], b"2", AT) == 2


def test_a_wildcard_hears_everything_that_it_may_and_nothing_twice() -> None:
    board, ear = Switchboard(), Ear()
    board.join(ANN, "app", ("*", "button_press"), ear, nothing)
    assert board.relay(ANN, ("button_press",), b"1", AT) == 1
    assert board.relay(ANN, TOUCH, b"2", AT) == 1
    assert board.relay(ANN, ("location_update",), b"3", AT) == 0
    assert [name for name, _ in ear.heard] == ["button_press", "touch_event"]
    assert board.audience(ANN).hearers("head_position")
    board.join(ANN, "app", ("all",), ear, everything)
    assert board.relay(ANN, ("location_update",), b"4", AT) == 1


def test_joining_again_replaces_and_leaving_ends() -> None:
    board, ear = Switchboard(), Ear()
    board.join(ANN, "app", ("button_press",), ear, nothing)
    board.join(ANN, "app", ("head_position",), ear, nothing)
    assert not board.audience(ANN).hearers("button_press")
    assert board.audience(ANN).hearers("head_position")
    board.join(ANN, "app", (), ear, nothing)
    assert not board.audience(ANN).hearers("head_position")
    board.leave(ANN, "app")
    board.leave(BOB, "app")
    assert board.relay(ANN, ("head_position",), b"", AT) == 0


def test_one_that_leaves_takes_nobody_along() -> None:
    board, one, two = Switchboard(), Ear(), Ear()
    board.join(ANN, "one", ("button_press",), one, nothing)
    board.join(ANN, "two", ("button_press",), two, nothing)
    board.leave(ANN, "one")
    assert board.relay(ANN, ("button_press",), b"1", AT) == 1
    assert (one.heard, two.heard) == ([], [("button_press", b"1")])
