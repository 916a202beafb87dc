"""A viewer's part of a stream: when frames are made for WebRTC, and when not any more."""

import pytest
from aiortc import RTCCertificate

from trifocal_cloud.live.io.testing import Doors, publishing, tags, until, watching
from trifocal_cloud.live.io.viewer import Viewer
from trifocal_cloud.live.stream import LiveStream
from trifocal_shared.message import ProtocolError


async def test_frames_are_made_while_somebody_watches(doors: Doors) -> None:
    place = doors.provision()
    stream = doors.ingest._streams["cam"]
    async with publishing(place.publish_url) as publisher:
        publisher.send(tags(1.0))
        assert (stream.feed, stream.instant) == (None, False)
        async with watching(place.webrtc_url):
            await until(lambda: stream.feed is not None)
            async with watching(place.webrtc_url, ("video",)):
                await until(lambda: stream.feed is not None and len(stream.feed.watchers) == 2)
                assert stream.instant
            for viewer in list(doors.ingest.webrtc.sessions.values())[1:]:
                doors.ingest.webrtc.end(viewer)
            assert stream.feed is not None
            assert len(stream.feed.watchers) == 1
            for viewer in list(doors.ingest.webrtc.sessions.values()):
                doors.ingest.webrtc.end(viewer)
            await until(lambda: stream.feed is None)


async def test_what_is_no_offer_leaves_nothing_behind(doors: Doors) -> None:
    stream = LiveStream("cam", 0, 0)
    viewer = Viewer("id", stream, 1, doors.ingest)
    with pytest.raises(ProtocolError):
        await viewer.answer(RTCCertificate.generateCertificate(), "nonsense")
    viewer.pass_on()
    viewer.timeout(10_000)
    viewer.leave()
    await viewer.closed()
    assert stream.feed is None
