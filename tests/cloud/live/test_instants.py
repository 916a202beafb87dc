from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live.instants import instant


@given(st.integers(0, 4_000_000_000_000))
def test_it_is_what_the_calendar_says(epoch_ms: int) -> None:
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=epoch_ms)
    assert instant(epoch_ms) == when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{epoch_ms % 1000:03}Z"


def test_odd_days() -> None:
    assert instant(951_782_400_000) == "2000-02-29T00:00:00.000Z"
    assert instant(4_107_542_400_000) == "2100-03-01T00:00:00.000Z"
