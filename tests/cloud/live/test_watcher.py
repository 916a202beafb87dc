"""What one viewer is sent by WebRTC."""

import struct

from trifocal_cloud.live import rtcp
from trifocal_cloud.live.watcher import AGAIN_MS, KEPT, MOST_AGAIN, NAME, REPORT_MS, STEP, Track, Watcher

VIDEO, AUDIO = 0xAAAA, 0xBBBB


def watcher(audio: bool = True) -> Watcher:
    video = Track(VIDEO, 102, 90_000, 65_533, 1_000)
    return Watcher(video, Track(AUDIO, 111, 48_000, 9, 2_000) if audio else None, 0)


def heads(packets: list[bytes]) -> list[tuple[int, int, int, int]]:
    """Payload type with the marker, number, timestamp, source."""
    return [struct.unpack_from("!xBHII", packet) for packet in packets]


def test_it_begins_with_a_key_frame_and_counts_on() -> None:
    one = watcher()
    one.picture(0, [b"lost"], False, 0)
    assert one.packets_to_send() == []
    one.picture(100, [b"first", b"last"], True, 0)
    one.sound(100, b"sound", 0)
    one.picture(133, [b"next"], False, 33)
    packets = one.packets_to_send()
    assert heads(packets) == [
        (102, 65_534, 1_000 + 9_000, VIDEO),
        (102 | 128, 65_535, 1_000 + 9_000, VIDEO),
        (111, 10, 2_000 + 4_800, AUDIO),
        (102 | 128, 0, 1_000 + 133 * 90, VIDEO),
    ]
    assert [packet[12:] for packet in packets] == [b"first", b"last", b"sound", b"next"]
    assert one.packets_to_send() == []


def test_whoever_joins_is_shown_at_once_what_was() -> None:
    one = watcher()
    one.begin([[b"key"], [b"two"], [b"three"]], 5_000, 0)
    assert [stamp for _, _, stamp, _ in heads(one.packets_to_send())] == [
        1_000 + 450_000 - 2 * STEP,
        1_000 + 450_000 - STEP,
        1_000 + 450_000,
    ]
    one.begin([], 0, 0)
    assert one.packets_to_send() == []


def test_who_does_not_hear_gets_no_sound() -> None:
    one = watcher(audio=False)
    one.sound(0, b"sound", 0)
    assert (one.hears, one.packets_to_send()) == (False, [])
    deaf = Watcher(None, Track(AUDIO, 111, 48_000, 9, 2_000), 0)
    deaf.picture(0, [b"key"], True, 0)
    deaf.sound(20, b"sound", 0)
    assert len(deaf.packets_to_send()) == 1


def test_both_tracks_are_reported_on_one_clock() -> None:
    one = watcher()
    one.timeout(0)
    assert one.reports_to_send() == []
    one.picture(100, [b"key"], True, 50)
    one.sound(90, b"sound", 55)
    one.timeout(one.deadline() - 1)
    assert one.reports_to_send() == []
    assert one.deadline() == REPORT_MS
    one.timeout(REPORT_MS)
    reports = [said for report in one.reports_to_send() for said in rtcp.heard(report)]
    at = 100 + REPORT_MS - 50
    assert reports == [
        rtcp.Sent(VIDEO, REPORT_MS // 1000 << 16, 1_000 + at * 90),
        rtcp.Sent(AUDIO, REPORT_MS // 1000 << 16, 2_000 + at * 48),
    ]


def test_lost_packets_come_again_as_they_were_but_not_without_end() -> None:
    one = watcher()
    one.picture(0, [b"key", b"last"], True, 0)
    sent = one.packets_to_send()
    one.reported(rtcp.missing(1, VIDEO, [65_535, 7]), 0)
    one.reported(rtcp.missing(1, AUDIO, [65_535]), 0)
    one.reported(rtcp.missing(1, 0x1234, [65_535]), 0)
    assert one.packets_to_send() == [sent[1]]
    for _ in range(2):
        for _ in range(MOST_AGAIN):
            one.reported(rtcp.missing(1, VIDEO, [65_535]), 0)
        assert len(one.packets_to_send()) <= MOST_AGAIN
        one.timeout(one.deadline())


def test_old_packets_are_forgotten() -> None:
    one = watcher()
    for at in range(2 * KEPT):
        one.picture(at, [b"x"], True, at)
    assert one._video is not None
    assert len(one._video.kept) == KEPT
    one.packets_to_send()
    one.reported(rtcp.missing(1, VIDEO, [65_534]), 0)
    assert one.packets_to_send() == []


def test_leaving_by_either_side() -> None:
    one = watcher()
    one.reported(b"\x80\xcb", 0)
    assert not one.over
    one.reported(rtcp.goodbye(1), 0)
    assert one.over
    one.close()
    assert [said for report in one.reports_to_send() for said in rtcp.heard(report)] == [rtcp.Over(), rtcp.Over()]
    assert len(NAME) < 256


def test_who_lost_too_much_is_brought_to_the_present_again() -> None:
    one = watcher()
    one.reported(rtcp.key_wanted(1, VIDEO), 0)
    assert not one.wants_key  # it has not begun
    one.begin([[b"key"], [b"two"]], 5_000, 0)
    one.reported(rtcp.key_wanted(1, VIDEO), AGAIN_MS - 1)
    assert not one.wants_key
    one.reported(rtcp.key_wanted(1, VIDEO), AGAIN_MS)
    assert one.wants_key
    before = heads(one.packets_to_send())
    one.begin([[b"key"], [b"two"]], 5_000, AGAIN_MS)
    after = heads(one.packets_to_send())
    assert not one.wants_key
    assert before[-1][2] < after[0][2] < after[1][2] < 1_000 + 5_033 * 90
    one.reported(rtcp.key_wanted(1, VIDEO), AGAIN_MS + 1)
    assert not one.wants_key


def test_pictures_are_marked_to_be_shown_without_waiting_where_that_was_agreed_on() -> None:
    one = Watcher(Track(VIDEO, 102, 90_000, 0, 0, hurry=5), None, 0)
    one.picture(0, [b"key"], True, 0)
    (packet,) = one.packets_to_send()
    assert packet[0] == 0x90
    assert packet[12:] == bytes.fromhex("bede0001 52000000") + b"key"
