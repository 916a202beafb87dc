"""A stream's frames as WebRTC carries them, made once for all."""

from trifocal_cloud.live.feed import MOST_CACHED_BYTES, Feed
from trifocal_cloud.live.h264_rtp import Assembly
from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.testing import clip, messages
from trifocal_cloud.live.watcher import Track, Watcher
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO

TAGS = messages(clip(2.5))


def live(until: int) -> LiveStream:
    """A stream of which so many ms were published."""
    cam = LiveStream("cam", 0, 0)
    cam.begin("a", 0)
    send(cam, 0, until)
    return cam


def send(cam: LiveStream, since: int, until: int) -> None:
    for tag in TAGS:
        if tag[1] < until and (tag[1] >= since or (since == 0 and tag[2][1:2] == b"\0")):
            cam.media("a", [tag], tag[1])


def watcher(audio: bool = True) -> Watcher:
    return Watcher(Track(1, 102, 90_000, 0, 0), Track(2, 111, 48_000, 0, 0) if audio else None, 0)


def pictures(packets: list[bytes]) -> list[tuple[int, list[int]]]:
    """Of each picture its time and the kinds of its units."""
    found = []
    assembly = Assembly()
    for packet in packets:
        if packet[1] & 127 != 102:
            continue
        assembly.add(packet[12:])
        if packet[1] & 128:
            kinds = [unit[0] & 31 for unit in assembly.whole()]
            found.append((int.from_bytes(packet[4:8], "big") // 90, kinds))
            assembly = Assembly()
    return found


def test_whoever_joins_has_all_since_the_last_key_frame() -> None:
    cam = live(1_500)
    feed, one = Feed(), watcher()
    cam.follow(feed, 1_500)
    feed.join(one, 1_500)
    found = pictures(one.packets_to_send())
    assert len(found) == 15
    assert found[0][1][:2] == [7, 8]
    assert 5 in found[0][1]
    assert all(7 not in kinds for _, kinds in found[1:])
    assert found[-1][0] - found[0][0] <= 2
    send(cam, 1_500, 1_600)
    assert len(pictures(one.packets_to_send())) == 3


def test_frames_are_made_once_and_shared() -> None:
    cam = live(100)
    feed = Feed()
    cam.follow(feed, 100)
    one, two = watcher(), watcher(audio=False)
    feed.join(one, 100)
    feed.join(two, 100)
    send(cam, 100, 600)
    assert one._video is not None
    assert two._video is not None
    ours, theirs = one._video.kept, two._video.kept
    assert len(ours) == len(theirs) > 10
    assert all(ours[number][1] is theirs[number][1] for number in ours)


def test_sound_is_made_when_somebody_hears_it() -> None:
    cam = live(100)
    feed, deaf, one = Feed(), watcher(audio=False), watcher()
    cam.follow(feed, 100)
    feed.join(deaf, 100)
    send(cam, 100, 600)
    assert feed._opus is None
    feed.join(one, 600)
    send(cam, 600, 1_600)
    assert 45 <= len([packet for packet in one.packets_to_send() if packet[1] & 127 == 111]) <= 50
    assert all(packet[1] & 127 == 102 for packet in deaf.packets_to_send())


def test_another_publisher_begins_with_its_own_key_frame() -> None:
    cam = live(1_500)
    feed = Feed()
    cam.follow(feed, 1_500)
    cam.begin("b", 1_500)
    for tag in TAGS[:3]:
        cam.media("b", [tag], 1_500)
    late = watcher()
    feed.join(late, 1_500)
    assert pictures(late.packets_to_send()) == []
    for tag in TAGS[3:40]:
        cam.media("b", [tag], 1_500 + tag[1])
    assert pictures(late.packets_to_send())[0][1][:2] == [7, 8]


def test_a_configuration_without_sets_leaves_them_to_the_pictures() -> None:
    feed = Feed()
    feed.configure(VIDEO, b"\x17\0\0\0\0\x01\x42\xc0\x1f\xff\xe1\0\x09\x67")
    one = watcher()
    feed.join(one, 0)
    feed.media(VIDEO, 0, b"\x17\1\0\0\0\0\0\0\2\x65\1", True, 0)
    assert pictures(one.packets_to_send()) == [(0, [5])]


def test_what_is_kept_has_a_bound() -> None:
    feed = Feed()
    unit = b"\0\x10\0\0\x65" + bytes(2**20 - 1)
    feed.media(VIDEO, 0, b"\x17\1\0\0\0" + unit, True, 0)
    for at in range(MOST_CACHED_BYTES // 2**20 + 1):
        feed.media(VIDEO, at, b"\x27\1\0\0\0" + unit, False, 0)
    one = watcher()
    feed.join(one, 0)
    assert one.packets_to_send() == []


def test_sound_without_a_configuration_is_left_out() -> None:
    feed, one = Feed(), watcher()
    feed.join(one, 0)
    feed.media(AUDIO, 0, b"\xaf\1xyz", False, 0)
    assert one.packets_to_send() == []
