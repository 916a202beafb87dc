"""Streams over HTTP, for scripts that have no session."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from trifocal_sdk.errors import CloudError, StreamError, stream_error
from trifocal_sdk.events import ManagedStreamStatus, StreamStatus, mapping, text
from trifocal_sdk.io.calls import Calls
from trifocal_sdk.io.client_events import ClientEvents
from trifocal_sdk.io.hearing import Cleanup, Listener
from trifocal_sdk.io.rest import Rest
from trifocal_sdk.stream_type import StreamType
from trifocal_shared.reasons import CAMERA_BUSY, GATEWAY_OFFLINE, GLASSES_OFFLINE, UNSUPPORTED

PATH = "/api/app/streams"
CANNOT_NOW = {CAMERA_BUSY, GATEWAY_OFFLINE, GLASSES_OFFLINE, UNSUPPORTED}


@dataclass(frozen=True)
class AccessUrls:
    """Where a stream can be watched; "" is nowhere."""

    hls: str = field(default="", repr=False)
    dash: str = field(default="", repr=False)
    webrtc: str = field(default="", repr=False)


@dataclass(frozen=True)
class RequestedStream:
    """A stream through the cloud that was asked for."""

    stream_id: str
    access_urls: AccessUrls


class ClientStreaming:
    """`client.streaming`. A refusal that is about the stream raises StreamError, every other one CloudError."""

    def __init__(self, rest: Rest, user_id: str, events: ClientEvents, calls: Calls) -> None:
        self._rest = rest
        self._user_id = user_id
        self._events = events
        self._calls = calls

    async def request_rtmp_stream(self, rtmp_url: str, *, resolution: str = "", bitrate: int = 0) -> str:
        """Stream to an RTMP address of your own; the stream's id. `resolution` is for example "720p"."""
        answer = await self._request("rtmp", rtmpUrl=rtmp_url, resolution=resolution, bitrate=bitrate)
        return text(answer, "streamId")

    async def request_stream(self, *, resolution: str = "", bitrate: int = 0) -> RequestedStream:
        """Stream through the cloud; the stream's id and where it can be watched once it is live."""
        answer = await self._request("managed", resolution=resolution, bitrate=bitrate)
        urls = mapping(answer, "accessUrls")
        access = AccessUrls(text(urls, "hls"), text(urls, "dash"), text(urls, "webrtc"))
        return RequestedStream(text(answer, "streamId"), access)

    async def stop_stream(self, stream_id: str) -> None:
        """End a stream of this app. Raises CloudError 404 for one that there is not."""
        await self._rest.ask("DELETE", f"{PATH}/{quote(stream_id, safe='')}")

    async def on_stream_status_change(
        self, stream_id: str, listener: Listener[StreamStatus | ManagedStreamStatus]
    ) -> Cleanup:
        """Hear where a stream stands, from when this returns; what it returns ends that. Raises CloudError."""

        def heard(stream: str, data: Any) -> None:
            if text(data, "streamId") == stream_id:
                kind = StreamStatus if stream == StreamType.RTMP_STATUS else ManagedStreamStatus
                self._calls.call(listener, kind.of(data))

        return await self._events.subscribe((StreamType.RTMP_STATUS, StreamType.MANAGED_STREAM_STATUS), heard)

    async def _request(self, kind: str, **wanted: object) -> dict[str, Any]:
        body = {key: value for key, value in (wanted | {"userId": self._user_id}).items() if value}
        try:
            return await self._rest.ask("POST", f"{PATH}/{kind}", body=body)
        except CloudError as error:
            if error.code in CANNOT_NOW:
                raise _refused(error) from None
            raise


def _refused(error: CloudError) -> StreamError:
    return stream_error("", error.code, error.message)
