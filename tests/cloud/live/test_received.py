"""What a publisher sends by WebRTC, made of a clip as a browser would."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live import rtcp
from trifocal_cloud.live.feed import Feed
from trifocal_cloud.live.received import KEY_EVERY_MS, KEY_MS, REPORT_MS, Received
from trifocal_cloud.live.sequence import GIVE_UP_MS
from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.testing import clip, messages
from trifocal_cloud.live.watcher import Track, Watcher
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO

PICTURES, SOUNDS = 0xAA, 0xBB
TAGS = messages(clip(3.0))


@pytest.fixture(scope="module")
def packets() -> list[tuple[int, bytes]]:
    """Two publishers of ours back to back: what we send to viewers is what a browser sends to us; ms, packet."""
    cam = LiveStream("cam", 0, 0)
    cam.begin("a", 0)
    feed = Feed()
    cam.follow(feed, 0)
    watcher = Watcher(Track(PICTURES, 102, 90_000, 65_500, 2**32 - 5_000), Track(SOUNDS, 111, 48_000, 7, 1_000), 0)
    feed.join(watcher, 0)
    found = []
    for tag in TAGS:
        cam.media("a", [tag], tag[1])
        found += [(tag[1], packet) for packet in watcher.packets_to_send()]
    return found


def received() -> Received:
    return Received(102, 111, 0)


def bodies(found: list[tuple[int, int, bytes]], kind: int, what: int) -> list[tuple[int, bytes]]:
    return [(at, body) for of, at, body in found if of == kind and body[1] == what]


def test_pictures_come_as_they_were_and_sound_as_aac(packets: list[tuple[int, bytes]]) -> None:
    one = received()
    for now, packet in packets:
        one.packet(packet, now)
    found = one.messages()
    sent = [body for kind, _, body in TAGS if kind == VIDEO and body[1] == 1]
    pictures = bodies(found, VIDEO, 1)
    assert len(pictures) == len(sent) == 90
    assert [body[0] for _, body in pictures] == [body[0] for body in sent]
    assert pictures[45][1][5:] == sent[45][5:]
    assert [at - pictures[0][0] for at, _ in pictures] == pytest.approx([at * 1000 / 30 for at in range(90)], abs=2)
    (config,) = bodies(found, VIDEO, 0)
    assert config[1] == next(body for kind, _, body in TAGS if kind == VIDEO)
    sounds = bodies(found, AUDIO, 1)
    assert len(bodies(found, AUDIO, 0)) == 1
    assert abs(sounds[-1][0] - 3_000) < 150
    cam = LiveStream("cam", 0, 0)
    cam.begin("a", 0)
    cam.media("a", found, 0)
    assert cam.statistics(0).dropped == 0
    assert cam.flowing


def test_after_a_loss_nothing_is_shown_before_the_next_key_frame(packets: list[tuple[int, bytes]]) -> None:
    one = received()
    video = [(now, packet) for now, packet in packets if packet[1] & 127 == 102]
    gone = next(place for place, (now, _) in enumerate(video) if now > 1_400)
    one.packet(video[0][1], 0)
    for now, packet in video[1:gone] + video[gone + 1 :]:
        one.packet(packet, now)
        one.timeout(now)
    asked = [said for report in one.reports_to_send() for said in rtcp.heard(report)]
    number = int.from_bytes(video[gone][1][2:4], "big")
    assert rtcp.Missing(PICTURES, [number]) in asked
    assert rtcp.KeyWanted(PICTURES) in asked
    times = [at for at, _ in bodies(one.messages(), VIDEO, 1)]
    assert all(later - sooner < 50 for sooner, later in itertools.pairwise(times) if not 1_300 < sooner < 2_000)
    assert len([at for at in times if 1_450 < at < 1_990]) == 0
    assert len([at for at in times if at >= 1_990]) == 30


def test_a_packet_that_comes_again_in_time_mends_it(packets: list[tuple[int, bytes]]) -> None:
    one = received()
    video = [(now, packet) for now, packet in packets if packet[1] & 127 == 102]
    swapped = video[:20] + video[21:25] + [video[20]] + video[25:]
    for now, packet in swapped:
        one.packet(packet, now)
    assert len(bodies(one.messages(), VIDEO, 1)) == 90


def test_keys_are_asked_for_when_needed_and_now_and_then() -> None:
    one = received()
    one.timeout(0)
    assert one.reports_to_send() == [], "nobody is there yet"
    one.packet(struct.pack("!BBHII", 0x80, 102 | 128, 1, 9, PICTURES) + b"\x41\1", 0)
    asked = rtcp.key_wanted(1, PICTURES)
    assert one.reports_to_send() == [asked]
    one.timeout(KEY_MS - 1)
    assert one.reports_to_send() == []
    one.timeout(KEY_MS)
    assert one.reports_to_send() == [asked]
    one._waits_for_key = False
    one.timeout(KEY_MS + KEY_EVERY_MS - 1)
    assert asked not in one.reports_to_send()
    one.timeout(KEY_MS + KEY_EVERY_MS)
    assert asked in one.reports_to_send()


def test_it_is_reported_what_came_and_heard_who_leaves(packets: list[tuple[int, bytes]]) -> None:
    one = received()
    for now, packet in packets[:40]:
        one.packet(packet, now)
    one.timeout(REPORT_MS - 1)
    before = one.reports_to_send()
    one.timeout(REPORT_MS)
    assert len(one.reports_to_send()) >= 2
    assert all(report[1] != rtcp.RECEIVER for report in before)
    one.reported(b"\x80")
    assert not one.over
    one.reported(rtcp.goodbye(1))
    assert one.over


def test_others_than_were_agreed_on_are_left_out(packets: list[tuple[int, bytes]]) -> None:
    one = received()
    picture = packets[0][1]
    one.packet(picture[:1] + bytes([99]) + picture[2:], 0)
    one.packet(picture[:8], 0)
    one.packet(b"", 0)
    one.packet(b"\0" + picture[1:], 0)
    for now, packet in packets:
        one.packet(packet, now)
        one.packet(packet[:8] + b"\0\0\0\7" + packet[12:], now)  # another source of the same kind
    assert len(bodies(one.messages(), VIDEO, 1)) == 90


def test_extensions_and_padding_are_no_payload(packets: list[tuple[int, bytes]]) -> None:
    one = received()
    for now, packet in packets:
        head = bytes([packet[0] | 0x30]) + packet[1:12]
        one.packet(head + b"\xbe\xde\0\1abcd" + packet[12:] + b"\0\0\3", now)
    assert len(bodies(one.messages(), VIDEO, 1)) == 90


@given(st.lists(st.tuples(st.sampled_from([102, 230, 111]), st.integers(0, 9), st.binary(max_size=30)), max_size=30))
def test_any_packets_are_messages_or_nothing(said: list[tuple[int, int, bytes]]) -> None:
    one = received()
    for kind, number, data in said:
        one.packet(struct.pack("!BBHII", 0x80 | number, kind, number, number // 2, PICTURES) + data, 0)
    one.timeout(GIVE_UP_MS)
    cam = LiveStream("cam", 0, 0)
    assert all(kind in (VIDEO, AUDIO) for kind, _, _ in one.messages())
    assert cam.state == "waiting"
