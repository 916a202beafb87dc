from trifocal_cloud.live import codecs, flv
from trifocal_tools.bench.rtmp_clip import AUDIO, AUDIO_CONFIG, VIDEO, VIDEO_CONFIG, marked, second


def test_a_second_is_720p30_at_its_rate() -> None:
    found = second()
    assert [kind for _, kind, _, _ in found].count(VIDEO) == 30
    assert [kind for _, kind, _, _ in found].count(AUDIO) == 47
    assert 1_550_000 < 8 * sum(len(body) for *_, body in found) < 1_700_000
    assert [when for when, *_ in found] == sorted(when for when, *_ in found)
    assert found == second()


def test_servers_can_make_something_of_it() -> None:
    assert (codecs.video(VIDEO_CONFIG[5:]).width, codecs.audio(AUDIO_CONFIG[2:]).rate) == (1280, 48_000)
    for _, kind, key, body in second():
        if kind == VIDEO:
            frame = flv.frame(body)
            assert frame is not None
            assert (frame.key, flv.whole(memoryview(body)[frame.at :])) == (key, True)


def test_a_picture_is_known_again() -> None:
    body = second()[0][3]
    one, two = marked(body, 1), marked(body, 2)
    assert len({one[10:18], two[10:18]}) == 2
    assert one[:10] + one[18:] == two[:10] + two[18:] == body[:10] + body[18:]
    assert b"\0\0" not in one[10:18]
