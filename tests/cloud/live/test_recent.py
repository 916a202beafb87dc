"""What is kept for those who join."""

from trifocal_cloud.live.recent import MOST_BYTES, Recent
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO

CONFIG = b"\x17\0\0\0\0avcC"
KEY = b"\x17\1\0\0\0picture"


def test_it_begins_with_the_last_key_frame() -> None:
    recent = Recent()
    recent.add((VIDEO, 0, b"before"), False)
    assert recent.messages == []
    recent.add((VIDEO, 1, KEY), True)
    recent.add((AUDIO, 2, b"sound"), False)
    assert [at for _, at, _ in recent.messages] == [1, 2]
    recent.add((VIDEO, 3, KEY), True)
    assert (recent.messages, recent.bytes) == ([(VIDEO, 3, KEY)], len(KEY))
    recent.clear()
    recent.add((AUDIO, 4, b"sound"), False)
    assert (recent.messages, recent.bytes) == ([], 0)


def test_too_much_is_nothing_until_the_next_key_frame() -> None:
    recent = Recent()
    recent.add((VIDEO, 0, KEY), True)
    recent.add((VIDEO, 1, bytes(MOST_BYTES)), False)
    recent.add((VIDEO, 2, b"more"), False)
    assert recent.messages == []
    recent.add((VIDEO, 3, KEY), True)
    assert len(recent.messages) == 1


def test_a_key_picture_is_there_with_its_configuration() -> None:
    recent = Recent()
    assert recent.key_picture(CONFIG) is None
    recent.add((VIDEO, 0, KEY), True)
    assert recent.key_picture(None) is None
    assert recent.key_picture(CONFIG) == (b"avcC", b"picture")
    recent.clear()
    recent.add((AUDIO, 0, b"sound"), True)
    assert recent.key_picture(CONFIG) is None
