"""Which token opens which stream, until when."""

from trifocal_cloud.live.keys import MOST_KNOWN, Keys

SECRET = "a secret of thirty-two characters"
NOW_S = 1_770_000_000
NOW_MS = NOW_S * 1000


def test_each_opens_its_own_door_of_its_own_stream_until_it_expires() -> None:
    keys = Keys(SECRET)
    publish, watch = keys.issue("cam", NOW_S + 60, NOW_S)
    for _ in range(2):  # the second time it is remembered
        assert keys.watches(watch, "cam", NOW_MS) == NOW_MS + 60_000
        assert keys.until(publish, "publish", "cam", NOW_MS) == NOW_MS + 60_000
        assert keys.watches(publish, "cam", NOW_MS) == 0
        assert keys.until(watch, "publish", "cam", NOW_MS) == 0
        assert keys.watches(watch, "other", NOW_MS) == 0
    assert keys.watches(watch, "cam", NOW_MS + 59_999) > 0
    assert keys.watches(watch, "cam", NOW_MS + 60_000) == 0


def test_strangers_and_tokens_of_another_cloud_open_nothing() -> None:
    watch = Keys("another secret of thirty-two chars").issue("cam", NOW_S + 60, NOW_S)[1]
    keys = Keys(SECRET)
    assert [keys.watches(token, "cam", NOW_MS) for token in ("", "x", watch, "é" * 5000)] == [0, 0, 0, 0]


def test_what_is_remembered_has_a_bound() -> None:
    keys = Keys(SECRET)
    _, watch = keys.issue("cam", NOW_S + 60, NOW_S)
    keys._known |= {(str(number), "", ""): 0 for number in range(MOST_KNOWN)}
    assert keys.watches(watch, "cam", NOW_MS)
    assert len(keys._known) == 1
