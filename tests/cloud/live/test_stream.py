import pytest

from trifocal_cloud.live.reader import Reader
from trifocal_cloud.live.stream import AWAY_MS, Flowing, Gone, LiveStream, Publishing
from trifocal_cloud.live.testing import Message, clip, messages
from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.chunks import AUDIO, DATA, VIDEO, ChunkReader, encode

EPOCH = 1_770_000_000_000


def stream() -> LiveStream:
    return LiveStream("cam", EPOCH, 1_000)


def play(stream: LiveStream, publisher: object, tags: list[Message], now: int) -> None:
    """Send tags at the times they carry, beginning at `now`."""
    for tag in tags:
        stream.media(publisher, [tag], now + tag[1])


def heard(reader: Reader) -> list[tuple[int, int, int, bytes]]:
    chunks = ChunkReader()
    return chunks.receive(encode((1, 0, 0, (65_536).to_bytes(4, "big")), 2) + reader.data_to_send())[1:]


def test_the_life_of_a_stream() -> None:
    cam = stream()
    assert cam.begin("a", 5_000) is None
    assert cam.events() == [Publishing(False)]
    assert cam.epoch_ms == EPOCH + 4_000
    play(cam, "a", messages(clip(0.2)), 5_000)
    assert cam.events() == []
    play(cam, "a", messages(clip(1.0)), 5_300)
    assert cam.events() == [Flowing()]
    cam.lost("a", 7_000)
    assert (cam.state, cam.deadline(), cam.events()) == ("away", 7_000 + AWAY_MS, [])
    cam.timeout(6_999 + AWAY_MS)
    cam.timeout(7_000 + AWAY_MS)
    assert (cam.state, cam.deadline(), cam.events()) == ("waiting", None, [Gone(reasons.PEER_CLOSED)])
    cam.begin("b", 30_000)
    assert cam.events() == [Publishing(True)]
    assert cam.close("stopped") == "b"
    assert cam.close("stopped") is None
    assert (cam.state, cam.events()) == ("gone", [Gone("stopped")])


def test_a_ghost_is_displaced_and_its_end_harms_nobody() -> None:
    cam = stream()
    cam.begin("ghost", 1_000)
    assert cam.begin("real", 2_000) == "ghost"
    cam.lost("ghost", 2_100)
    assert cam.state == "live"
    cam.media("ghost", messages(clip(1.0)), 2_200)
    assert cam.statistics(2_200).received_bytes == 0


def test_a_publisher_that_comes_back_goes_on_where_it_was_in_time() -> None:
    cam = stream()
    reader = Reader()
    cam.begin("a", 1_000)
    play(cam, "a", messages(clip(2.0)), 1_000)
    cam.join(reader, 3_000)
    reader.data_to_send()
    cam.lost("a", 3_000)
    cam.begin("b", 8_000)
    play(cam, "b", messages(clip(2.0)), 8_000)
    found = heard(reader)
    assert found[0][0] == DATA
    stamps = [stamp for kind, stamp, _, _ in found if kind != DATA]
    assert stamps[3] >= 7_000
    assert stamps[2:] == sorted(stamps[2:])
    segments = cam.packager.video.segments
    assert [one.breaks for one in segments] == [False, False, True, False]
    assert segments[2].start in range(7_000, 7_100)
    assert cam.statistics(10_000).publishers == 2


def test_a_player_begins_with_the_last_key_frame() -> None:
    cam = stream()
    cam.begin("a", 0)
    tags = messages(clip(1.5))
    play(cam, "a", tags, 0)
    reader = Reader()
    cam.join(reader, 1_500)
    found = heard(reader)
    assert [kind for kind, *_ in found[:3]] == [DATA, VIDEO, AUDIO]
    assert [body[1] for _, _, _, body in found[1:3]] == [0, 0]
    assert found[3][3][0] >> 4 == 1
    assert found[3:] == [(kind, stamp, 1, body) for kind, stamp, body in tags[-len(found) + 3 :]]
    cam.media("a", [tags[-1]], 1_600)
    assert heard(reader)[0][3] == tags[-1][2]
    cam.readers.discard(reader)
    cam.readers.discard(reader)
    assert cam.statistics(1_600).readers == 0


def test_without_pictures_players_get_the_sound_that_comes() -> None:
    cam = stream()
    cam.begin("a", 0)
    sound = [tag for tag in messages(clip(3.0)) if tag[0] == AUDIO]
    play(cam, "a", sound[:60], 0)
    reader = Reader()
    cam.join(reader, 0)
    play(cam, "a", sound[60:], 0)
    assert len(heard(reader)) == 1 + len(sound) - 60
    assert cam.events()[-1] == Flowing()


def test_clocks_that_wrap_or_leap() -> None:
    tags = [tag for tag in messages(clip(1.0, sound=False)) if tag[0] == VIDEO]
    for bend in (
        lambda stamp: (stamp + 0xFFFFFF00) & 0xFFFFFFFF,
        lambda stamp: stamp if stamp < 500 else stamp + 600_000,
        lambda stamp: stamp + 700_000 if stamp < 500 else stamp,
    ):
        cam = stream()
        cam.begin("a", 0)
        for kind, stamp, body in tags:
            cam.media("a", [(kind, bend(stamp), body)], stamp)
        cam.lost("a", 1_000)
        (segment,) = cam.packager.video.segments
        assert segment.ticks in range(960, 1_100)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ((VIDEO, 0, b"\x1c\0\0\0\0x"), "unsupported_codec"),
        ((AUDIO, 0, b"\x2f\1x"), "unsupported_codec"),
        ((VIDEO, 0, b"\x17\0\0\0\0\1\x42"), "malformed"),
        ((VIDEO, 0, b"\x17"), "malformed"),
        ((AUDIO, 0, b"\xaf\0\xff\xff"), "malformed"),
    ],
)
def test_what_cannot_be_passed_on(tag: Message, code: str) -> None:
    cam = stream()
    cam.begin("a", 0)
    with pytest.raises(ProtocolError) as caught:
        cam.media("a", [tag], 0)
    assert caught.value.code == code


def test_what_cannot_be_used_is_counted() -> None:
    cam = stream()
    cam.begin("a", 0)
    frame = next(tag for tag in messages(clip(0.2)) if tag[0] == VIDEO and tag[2][1] == 1)
    cam.media("a", [frame, (AUDIO, 0, b"\xaf\1x"), (VIDEO, 0, b""), (DATA, 0, b"\2\0\3abc")], 0)
    assert cam.statistics(0).dropped == 2
    play(cam, "a", messages(clip(0.2)), 0)
    cam.media("a", [(VIDEO, 50, b"\x17\1\0\0\0\xff\xff\xff\xffab")], 0)
    assert cam.statistics(0).dropped == 3


def test_the_cache_is_bounded() -> None:
    cam = stream()
    cam.begin("a", 0)
    tags = [tag for tag in messages(clip(0.5, sound=False)) if tag[0] == VIDEO]
    cam.media("a", tags[:2], 0)
    big = b"\x27\1\0\0\0" + (3_000_000).to_bytes(4, "big") + bytes(3_000_000)
    for number in range(5):
        cam.media("a", [(VIDEO, 100 + number, big)], 0)
    reader = Reader()
    cam.join(reader, 0)
    assert len(reader.data_to_send()) < 2_000


def test_who_watches_as_it_comes_does_not_wait_for_parts() -> None:
    cam = stream()
    cam.begin("a", 0)
    reader = Reader()
    cam.join(reader, 0)
    assert not stream().instant
    assert cam.instant
    tags = messages(clip(1.0))
    cam.relay("a", tags, 1_000)
    assert len(heard(reader)) == len(tags)
    assert cam.packager.made == 0
    cam.package()
    made = cam.packager.made
    cam.package()
    assert cam.packager.made == made > 0


def test_where_there_is_only_sound_a_slow_player_goes_on_with_it() -> None:
    cam = stream()
    cam.begin("a", 0)
    sounds = [tag for tag in messages(clip(1.0)) if tag[0] == AUDIO]
    reader = Reader(most_bytes=100)
    cam.join(reader, 0)
    play(cam, "a", sounds[:2], 0)
    reader.data_to_send()
    reader.paused(0)
    play(cam, "a", sounds[2:40], 0)
    assert reader.dropped > 0
    reader.resumed()
    play(cam, "a", sounds[40:], 0)
    bodies = [body for _, _, _, body in heard(reader)]
    assert bodies[0] == sounds[0][2]
    assert bodies[-7:] == [body for _, _, body in sounds[40:47]]
