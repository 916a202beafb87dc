"""Commands for a stream on their way down, words about it on their way up."""

import pytest

from trifocal_gateway.live_stream import KEEP_ALIVE_STALE_MS, START_STALE_MS, LiveStream
from trifocal_shared import reasons
from trifocal_shared import stream_messages as said

EPOCH = 1_770_000_000_000


def start(stream_id: str = "s1", timestamp: int = 0) -> said.StartRtmpStream:
    return said.StartRtmpStream(rtmp_url="rtmp://a/live/key", stream_id=stream_id, timestamp=timestamp)


def test_commands_go_to_glasses_that_are_ready() -> None:
    stream = LiveStream()
    for command in (
        start(timestamp=EPOCH),
        said.KeepRtmpStreamAlive(stream_id="s1", ack_id="a1", timestamp=EPOCH - KEEP_ALIVE_STALE_MS),
        said.StopRtmpStream(stream_id="s1"),
        said.GetRtmpStatus(),
    ):
        assert stream.asked(command, True, EPOCH) == (command, None)


def test_glasses_that_are_not_there_are_answered_for() -> None:
    stream = LiveStream()
    _, answer = stream.asked(start(), False, EPOCH)
    assert answer == said.GlassesStreamStatus(status="error", stream_id="s1", error_details=reasons.GLASSES_OFFLINE)
    for command in (said.KeepRtmpStreamAlive(stream_id="s1", ack_id="a1"), said.StopRtmpStream(stream_id="s1")):
        assert stream.asked(command, False, EPOCH) == (None, None)


def test_what_comes_too_late_is_not_carried_out() -> None:
    stream = LiveStream()
    command, answer = stream.asked(start(timestamp=EPOCH - START_STALE_MS - 1), True, EPOCH)
    assert command is None
    assert isinstance(answer, said.GlassesStreamStatus)
    assert answer.error_details == reasons.STALE
    late = said.KeepRtmpStreamAlive(stream_id="s1", ack_id="a1", timestamp=EPOCH - KEEP_ALIVE_STALE_MS - 1)
    assert stream.asked(late, True, EPOCH) == (None, None)
    assert stream.counts == {"stale": 2}
    assert stream.asked(late, True, 0) == (late, None), "without a clock nothing is known to be late"


def test_an_id_that_the_glasses_leave_out_is_put_in() -> None:
    stream = LiveStream()
    stream.asked(start("s7"), True, EPOCH)
    heard = stream.heard(said.GlassesStreamStatus(status="stopped"))
    assert isinstance(heard, said.GlassesStreamStatus)
    assert heard.stream_id == "s7"
    ack = said.KeepAliveAck(stream_id="s7", ack_id="a1")
    assert stream.heard(ack) is ack


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("no_wifi_connection", ("error", reasons.NO_WIFI)),
        ("missing_rtmp_url", ("error", reasons.BAD_URL)),
        ("not_streaming", ("stopped", reasons.UNKNOWN_STREAM)),
        ("stopping", None),
        ("a word of tomorrow", None),
    ],
)
def test_refusals_by_another_type_are_refusals_too(word: str, meant: tuple[str, str] | None) -> None:
    stream = LiveStream()
    stream.asked(start("s7"), True, EPOCH)
    heard = stream.heard(said.RtmpStatus(status=word))
    if meant is None:
        assert heard is None
    else:
        assert isinstance(heard, said.GlassesStreamStatus)
        assert (heard.status, heard.error_details, heard.stream_id) == (*meant, "s7")


def test_a_cloud_that_comes_back_learns_where_the_stream_stands() -> None:
    stream = LiveStream()
    assert stream.cloud_back(True) == (None, None)
    stream.asked(start(), True, EPOCH)
    assert stream.cloud_back(True) == (said.GetRtmpStatus(), None)
    assert stream.cloud_back(False) == (None, None)
    stream.heard(said.GlassesStreamStatus(status="streaming", stream_id="s1"))
    assert stream.cloud_back(True) == (said.GetRtmpStatus(), None)
    stream.heard(said.GlassesStreamStatus(status="stopped", stream_id="s0"))
    assert stream.cloud_back(True) == (said.GetRtmpStatus(), None)
    end = said.GlassesStreamStatus(status="timeout", stream_id="s1")
    stream.heard(end)
    assert stream.cloud_back(True) == (None, end)
    stream.asked(start("s2"), True, EPOCH)
    assert stream.cloud_back(True) == (said.GetRtmpStatus(), None)
