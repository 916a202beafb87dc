"""What both kinds of sessions are before anybody is connected, and after their peer is gone."""

from trifocal_cloud.live.io.peer_session import PeerSession
from trifocal_cloud.live.stream import LiveStream
from trifocal_shared.testing import VirtualClock


async def test_a_session_whose_peer_is_gone_is_over_and_one_without_a_peer_is_closed() -> None:
    session = PeerSession("id", LiveStream("cam", 0, 0), 5, VirtualClock())  # type: ignore[arg-type]
    assert (session.there, session.over, session.until) == (False, False, 5)
    session._gone(b"")
    assert session.over
    await session.closed()
