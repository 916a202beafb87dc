"""The bytes on their way to one RTMP player."""

from trifocal_cloud.live.reader import STUCK_MS, Reader
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO


def test_bytes_pass_through() -> None:
    reader = Reader()
    reader.offer(b"a", False)
    assert reader.data_to_send() == b"a"
    reader.configure(VIDEO, b"b")
    reader.offer(b"c", False)
    assert reader.data_to_send() == b"bc"
    assert reader.data_to_send() == b""


def test_they_wait_while_the_connection_takes_none() -> None:
    reader = Reader()
    reader.paused(0)
    reader.offer(b"a", True)
    assert reader.data_to_send() == b""
    reader.resumed()
    assert reader.data_to_send() == b"a"


def full() -> Reader:
    """One for whom too much waited."""
    reader = Reader(most_bytes=20)
    reader.configure(VIDEO, b"V1")
    reader.configure(AUDIO, b"A1")
    reader.paused(0)
    for number in range(6):
        reader.offer(b"%d___" % number, number == 0)
    assert reader.waits_for_key
    reader.resumed()
    assert reader.data_to_send() == b""
    return reader


def test_too_much_is_dropped_up_to_the_next_key_frame() -> None:
    reader = full()
    dropped = reader.dropped
    reader.offer(b"sound", False)
    assert reader.data_to_send() == b""
    reader.offer(b"key", True)
    reader.offer(b"sound", False)
    assert reader.data_to_send() == b"V1A1keysound"
    assert reader.dropped == dropped + 1


def test_a_configuration_is_no_picture_to_begin_with() -> None:
    reader = full()
    reader.configure(VIDEO, b"V2")
    reader.offer(b"between", False)
    assert reader.data_to_send() == b""
    reader.offer(b"key", True)
    assert reader.data_to_send() == b"V2A1key"


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
