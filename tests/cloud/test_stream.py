"""What a stream says of itself, and what it does not."""

from trifocal_cloud.stream import Stream, Wishes


def test_its_address_is_not_shown() -> None:
    wishes = Wishes({}, {}, {})
    stream = Stream("s1", "ann@example.com", "com.example.cam", wishes, 0, "rtmp://a/live/key")
    assert not stream.managed
    assert "key" not in repr(stream)
    assert Stream("m1", "ann@example.com", "", wishes, 0).managed
