import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_tools.network.pipe import Pipe, Shape

PACKET = bytes(1000)
NEVER, ALWAYS = (lambda: 0.999), (lambda: 0.0)


def arrived(pipe: Pipe, now: int) -> list[bytes]:
    pipe.timeout(now)
    return pipe.events()


def test_a_packet_travels_for_the_delay() -> None:
    pipe = Pipe(Shape(delay_us=25_000), NEVER)
    pipe.push(b"a", 1_000)
    assert pipe.deadline() == 26_000
    assert arrived(pipe, 25_999) == []
    assert arrived(pipe, 26_000) == [b"a"]
    assert pipe.deadline() is None


def test_packets_wait_for_one_another_at_the_sender() -> None:
    pipe = Pipe(Shape(delay_us=10, bytes_per_s=1_000_000), NEVER)
    pipe.push(PACKET, 0)
    pipe.push(b"b" * 500, 0)
    assert arrived(pipe, 1_009) == []
    assert arrived(pipe, 1_010) == [PACKET]
    assert pipe.deadline() == 1_510


def test_a_sender_that_rests_saves_nothing_up() -> None:
    pipe = Pipe(Shape(bytes_per_s=1_000_000), NEVER)
    pipe.push(PACKET, 0)
    pipe.push(PACKET, 50_000)
    pipe.timeout(1_000)
    assert pipe.deadline() == 51_000


def test_a_full_queue_drops_what_comes_and_has_room_again_later() -> None:
    pipe = Pipe(Shape(bytes_per_s=1_000_000, queue_bytes=2_000), NEVER)
    for _ in range(3):
        pipe.push(PACKET, 0)
    assert pipe.counts["dropped"] == 1
    pipe.push(PACKET, 999)
    assert pipe.counts["dropped"] == 2
    pipe.push(PACKET, 1_000)
    assert pipe.counts["dropped"] == 2
    assert len(arrived(pipe, 10_000)) == 3


def test_a_line_of_any_rate_has_no_queue() -> None:
    pipe = Pipe(Shape(queue_bytes=0), NEVER)
    pipe.push(PACKET, 0)
    assert arrived(pipe, 0) == [PACKET]


def test_a_lost_packet_took_its_time_all_the_same() -> None:
    chances = iter([0.01, 0.5])
    pipe = Pipe(Shape(bytes_per_s=1_000_000, loss=0.02), lambda: next(chances))
    pipe.push(b"x" * 1000, 0)
    pipe.push(PACKET, 0)
    assert pipe.counts["lost"] == 1
    assert pipe.deadline() == 2_000


def test_a_line_that_loses_everything_and_one_that_loses_nothing() -> None:
    for loss, word in ((1.0, "lost"), (0.0, "passed")):
        pipe = Pipe(Shape(loss=loss), ALWAYS if loss else NEVER)
        pipe.push(PACKET, 0)
        pipe.timeout(0)
        assert pipe.counts[word] == 1


def test_a_line_that_goes_down_loses_what_is_on_it_and_takes_nothing() -> None:
    pipe = Pipe(Shape(delay_us=100, bytes_per_s=1_000), NEVER)
    pipe.push(b"a", 0)
    pipe.set_down(True, 50)
    pipe.push(b"b", 60)
    assert pipe.deadline() is None
    pipe.set_down(False, 1_000)
    pipe.push(b"c", 1_000)
    assert arrived(pipe, 10_000) == [b"c"]
    assert pipe.counts == {"passed": 1, "lost": 0, "dropped": 0, "cut": 2}


def test_packets_do_not_overtake_when_the_line_becomes_shorter() -> None:
    pipe = Pipe(Shape(delay_us=1_000), NEVER)
    pipe.push(b"a", 0)
    pipe.reshape(Shape(delay_us=10))
    pipe.push(b"b", 1)
    assert arrived(pipe, 999) == []
    assert arrived(pipe, 1_000) == [b"a", b"b"]


@pytest.mark.parametrize(
    "wrong",
    [{"delay_us": -1}, {"delay_us": 10**9}, {"loss": 1.1}, {"loss": -0.1}, {"bytes_per_s": -1}, {"queue_bytes": -1}],
)
def test_a_line_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any sentence
        Shape(**wrong)


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.sampled_from(["push", "wake", "down", "up"]), st.floats(0, 0.999))),
    st.integers(0, 50_000),
)
def test_every_packet_ends_once_and_in_order(steps: list[tuple[int, str, float]], rate: int) -> None:
    chance = [0.0]
    pipe = Pipe(Shape(delay_us=700, loss=0.3, bytes_per_s=rate, queue_bytes=120), lambda: chance[0])
    now, pushed = 0, 0
    came: list[bytes] = []
    for gap, step, chance[0] in steps:
        now += gap
        if step == "push":
            pipe.push(pushed.to_bytes(4, "big"), now)
            pushed += 1
        elif step == "wake":
            came += arrived(pipe, now)
        else:
            pipe.set_down(step == "down", now)
    came += arrived(pipe, now + 10**9)
    assert came == sorted(came)
    assert len(came) == pipe.counts["passed"]
    assert sum(pipe.counts.values()) == pushed
