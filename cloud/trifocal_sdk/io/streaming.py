"""Streams by the names of MentraOS's streaming plan: the same streams as the camera's, status by subscription."""

from trifocal_sdk.events import StreamStatus
from trifocal_sdk.io.camera import Audio, Camera, Video
from trifocal_sdk.io.hearing import Cleanup, Hearing, Listener
from trifocal_sdk.io.stream_desk import StreamDesk
from trifocal_sdk.stream_type import StreamType
from trifocal_sdk.streams import RTMP


class Streaming:
    """`session.streaming`."""

    def __init__(self, camera: Camera, streams: StreamDesk, hearing: Hearing) -> None:
        self._camera = camera
        self._streams = streams
        self._hearing = hearing

    @property
    def is_streaming(self) -> bool:
        """Whether a stream to an address of the app's own runs, begins or is being stopped."""
        return self._streams.running(RTMP)

    async def request_stream(
        self, rtmp_url: str, *, video: Video | None = None, audio: Audio | None = None, duration_limit_s: int = 0
    ) -> StreamStatus:
        """As `camera.start_stream`."""
        return await self._camera.start_stream(rtmp_url, video=video, audio=audio, duration_limit_s=duration_limit_s)

    async def stop_stream(self) -> None:
        """As `camera.stop_stream`."""
        await self._camera.stop_stream()

    def on_status(self, listener: Listener[StreamStatus]) -> Cleanup:
        """Subscribe to status updates and hear them; returns what ends that."""
        return self._hearing.on(StreamType.RTMP_STATUS, listener)

    def subscribe_to_status_updates(self) -> None:
        """Have status updates sent, also while nobody listens."""
        self._hearing.subscribe(StreamType.RTMP_STATUS)

    def unsubscribe_from_status_updates(self) -> None:
        """Have them sent only as long as somebody listens."""
        self._hearing.unsubscribe(StreamType.RTMP_STATUS)

    def get_stream_status(self) -> StreamStatus | None:
        """The last status that came, or None."""
        status = self._streams.status(RTMP)
        return status if isinstance(status, StreamStatus) else None
