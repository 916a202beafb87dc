from trifocal_cloud.live.reader import STUCK_MS, Reader
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO


def test_bytes_pass_through() -> None:
    reader = Reader()
    reader.offer(b"a", AUDIO, False, 0)
    assert reader.data_to_send() == b"a"
    reader.offer(b"b", AUDIO, False, 0)
    reader.offer(b"c", VIDEO, False, 0)
    assert reader.data_to_send() == b"bc"
    assert reader.data_to_send() == b""


def test_they_wait_while_the_connection_takes_none() -> None:
    reader = Reader()
    reader.paused(0)
    reader.offer(b"a", VIDEO, True, 0)
    assert reader.data_to_send() == b""
    reader.resumed()
    assert reader.data_to_send() == b"a"


def test_too_much_is_dropped_up_to_the_next_key_frame() -> None:
    reader = Reader(most_bytes=10)
    reader.paused(0)
    for number in range(4):
        reader.offer(b"%d___" % number, VIDEO, number == 0, 0)
    assert (reader.waits_for_key, reader.dropped) == (True, 4)
    reader.offer(b"sound", AUDIO, False, 0)
    reader.resumed()
    assert reader.data_to_send() == b""
    reader.offer(b"key", VIDEO, True, 0)
    reader.offer(b"sound", AUDIO, False, 0)
    assert reader.data_to_send() == b"keysound"
    assert reader.dropped == 5


def test_whoever_takes_nothing_for_long_is_stuck() -> None:
    reader = Reader()
    assert reader.deadline() is None
    reader.paused(5)
    reader.paused(900)
    assert reader.deadline() == 5 + STUCK_MS
    assert not reader.stuck(4 + STUCK_MS)
    assert reader.stuck(5 + STUCK_MS)
    reader.resumed()
    assert not reader.stuck(99 + STUCK_MS)
