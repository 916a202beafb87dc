from trifocal_cloud.live.track import KEPT_SEGMENTS, Part, Track


def track(segments: int, parts: int = 2) -> Track:
    found = Track("video")
    found.begin_run(b"opening", "avc1.42c01f", 1000)
    for number in range(segments):
        found.open_segment(number * 400)
        for place in range(parts):
            found.add(Part(b"%d.%d" % (number, place), 200, place == 0))
    return found


def test_nothing_is_there_at_first() -> None:
    found = Track("audio")
    assert not found.began
    assert found.segments == []
    assert found.next_part() == (0, 0)
    found.close_segment()


def test_a_segment_is_its_parts() -> None:
    found = track(2)
    assert found.segment(0).data == [b"0.0", b"0.1"]
    assert (found.segment(0).ticks, found.segment(1) is found.current) == (400, True)
    assert found.next_part() == (1, 2)
    assert [found.has(*one) for one in ((0, 1), (0, 9), (1, 1), (1, 2), (2, 0))] == [True, True, True, False, False]


def test_the_oldest_are_forgotten() -> None:
    found = track(KEPT_SEGMENTS + 5)
    assert len(found.closed) == KEPT_SEGMENTS
    assert found.segment(0) is None
    assert found.has(0, 0)


def test_another_run_breaks_and_has_its_own_opening() -> None:
    found = track(2)
    found.begin_run(b"another", "avc1.64001f", 1000)
    found.open_segment(5_000)
    assert (found.current.breaks, found.current.run, found.segment(1).breaks) == (True, 1, False)
    assert found.openings == {0: b"opening", 1: b"another"}
    found.add(Part(b"x", 200, True))
    for number in range(KEPT_SEGMENTS + 1):
        found.open_segment(6_000 + number)
        found.add(Part(b"y", 1, True))
    assert found.openings == {1: b"another"}
    assert found.breaks == 1


def test_a_segment_that_got_nothing_never_was() -> None:
    found = track(1)
    found.open_segment(400)
    found.open_segment(500)
    assert (found.current.number, found.current.start) == (1, 500)
    found.close_segment()
    assert (found.next_part(), [one.number for one in found.closed]) == ((1, 0), [0])
