"""Whole transfers between real ends in virtual time: cut, restarted, bad; always resumed, once, and whole."""

from collections.abc import Callable

import pytest

from trifocal_firmware.testing import picture
from trifocal_shared.pack import DATA_BYTES
from trifocal_shared.testing import LossyLink
from trifocal_tools.bench.link_ends import Ends, make_air
from trifocal_tools.radio.air import Air, Arrived

SIZE = 60_000
JPEG = picture(7, SIZE)
PACKS, FILE_PACKETS = 2, 1
WINDOW = {PACKS: 2 * 50 * 177_800 // 1_000 + 8 * DATA_BYTES, FILE_PACKETS: 16 * 400}
PIECES = {PACKS: -(-SIZE // DATA_BYTES), FILE_PACKETS: SIZE // 400}


def disturbed(protocol: int, at: int, disturb: Callable[[Ends], None]) -> Ends:
    """A transfer that this befell when the piece `at` had come; it went through, once and whole."""
    ends = Ends(make_air(), protocol)
    ends.add_photo("r", JPEG)

    def come() -> None:
        if ends.pieces == at:
            disturb(ends)

    ends.on_piece = come
    assert ends.run(lambda: bool(ends.stored) and not ends.store.count)
    assert ends.stored == [("r", JPEG)]
    assert not ends.parts
    return ends


@pytest.mark.parametrize("protocol", [PACKS, FILE_PACKETS])
def test_undisturbed_no_byte_goes_twice(protocol: int) -> None:
    ends = disturbed(protocol, 0, Ends.cut)
    assert (ends.sent, ends.pieces) == (SIZE, PIECES[protocol])


@pytest.mark.parametrize("protocol", [PACKS, FILE_PACKETS])
def test_cut_at_every_piece_it_resumes_and_sends_at_most_a_window_twice(protocol: int) -> None:
    twice = [disturbed(protocol, at, Ends.cut).sent - SIZE for at in range(1, PIECES[protocol])]
    assert 0 <= min(twice) < max(twice) <= WINDOW[protocol]


@pytest.mark.parametrize("side", [Ends.boot_glasses, Ends.start_gateway])
@pytest.mark.parametrize("protocol", [PACKS, FILE_PACKETS])
def test_a_restart_of_either_side_resumes_at_the_first_missing_byte(
    protocol: int, side: Callable[[Ends], None]
) -> None:
    def restart(ends: Ends) -> None:
        ends.cut()
        side(ends)

    for at in range(1, PIECES[protocol], 9):
        ends = disturbed(protocol, at, restart)
        assert 0 <= ends.sent - SIZE <= WINDOW[protocol], at


@pytest.mark.parametrize("protocol", [PACKS, FILE_PACKETS])
def test_a_link_that_breaks_twenty_times_loses_a_window_each_time_at_most(protocol: int) -> None:
    ends = Ends(make_air(loss_percent=5), protocol)
    jpeg = picture(3, 200_000)
    ends.add_photo("r", jpeg)
    cuts = [0]

    def come() -> None:
        if cuts[0] < 20 and ends.pieces > (cuts[0] + 1) * 15:
            cuts[0] += 1
            ends.cut()

    ends.on_piece = come
    assert ends.run(lambda: bool(ends.stored))
    assert (ends.stored, cuts) == ([("r", jpeg)], [20])
    assert ends.sent - len(jpeg) <= 20 * WINDOW[protocol]


@pytest.mark.parametrize("protocol", [PACKS, FILE_PACKETS])
def test_photos_come_in_their_order_each_once(protocol: int) -> None:
    ends = Ends(make_air(), protocol)
    photos = [(f"r{number}", picture(number, 5_000 + number)) for number in range(6)]
    for request_id, jpeg in photos:
        ends.add_photo(request_id, jpeg)
    ends.on_piece = lambda: ends.cut() if ends.pieces % 17 == 0 else None
    assert ends.run(lambda: not ends.store.count)
    assert ends.stored == photos


@pytest.mark.parametrize("interval", [15, 50])
@pytest.mark.parametrize("loss", [0, 5])
def test_packs_fill_the_air(interval: int, loss: int) -> None:
    ends = Ends(make_air(interval, loss), PACKS)
    ends.add_photo("r", picture(1, 1_000_000))
    assert ends.run(lambda: bool(ends.stored))
    share = 1_000_000 / (ends.stored_at / 1_000) / ends.air.most_per_second()
    assert 0.95 < share < 1


class Wire(Air):
    """A bad serial line in the place of the air: frames come late, out of order, twice or never."""

    def __init__(self, loss: int, duplicate: int, jitter_ms: int, seed: int) -> None:
        super().__init__(lambda: 1.0)
        self.ways = [LossyLink(10, loss, duplicate, jitter_ms, seed + way) for way in (0, 100)]

    def notify(self, to_central: bool, size: int, item: object, now: int) -> None:
        self.ways[to_central].send(item, now // 1_000)

    def cut(self) -> None:
        for way in self.ways:
            way.cut()
            way.restore()

    def deadline(self) -> int | None:
        return min((at * 1_000 for way in self.ways if (at := way.deadline()) is not None), default=None)

    def timeout(self, now: int) -> None:
        for way in self.ways:
            way.timeout(now // 1_000)

    def events(self) -> list[Arrived]:
        return [Arrived(bool(to), item) for to, way in enumerate(self.ways) for item in way.events()]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("protocol", [PACKS, FILE_PACKETS])
@pytest.mark.parametrize(
    ("loss", "duplicate", "jitter_ms"), [(0, 0, 0), (5, 0, 0), (0, 50, 0), (0, 0, 100), (20, 20, 50), (40, 0, 0)]
)
def test_over_a_bad_line_the_photo_comes_once_and_whole(
    protocol: int, loss: int, duplicate: int, jitter_ms: int, seed: int
) -> None:
    ends = Ends(Wire(loss, duplicate, jitter_ms, seed), protocol)
    ends.add_photo("r", JPEG)
    assert ends.run(lambda: bool(ends.stored) and not ends.store.count, limit_ms=3_600_000)
    assert ends.stored == [("r", JPEG)]


@pytest.mark.parametrize("protocol", [PACKS, FILE_PACKETS])
def test_over_a_bad_line_little_more_than_what_was_lost_goes_again(protocol: int) -> None:
    ends = Ends(Wire(5, 0, 0, 6), protocol)
    ends.add_photo("r", JPEG)
    assert ends.run(lambda: bool(ends.stored), limit_ms=3_600_000)
    assert SIZE < ends.sent < SIZE * 1.1
    assert ends.stored_at < 600


def test_a_gateway_that_never_comes_is_no_end() -> None:
    ends = Ends(make_air())
    assert not ends.run(lambda: bool(ends.stored), limit_ms=1_000)
