"""The camera as an app has it: photos and streams."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from trifocal_sdk.events import ManagedStreamStatus, StreamStatus
from trifocal_sdk.io.hearing import Cleanup, Hearing, Listener
from trifocal_sdk.io.link import Link
from trifocal_sdk.io.photo_desk import Photo, PhotoDesk
from trifocal_sdk.io.stream_desk import StreamDesk
from trifocal_sdk.stream_type import StreamType
from trifocal_sdk.streams import MANAGED, RTMP, Existing
from trifocal_shared.app_messages import (
    COMPRESSIONS,
    SIZES,
    AppPhotoRequest,
    ManagedStreamRequest,
    RtmpStreamRequest,
)
from trifocal_shared.message import to_camel

PHOTO_S = 30.0
START_S = 30.0
STOP_S = 10.0

Size = Literal["small", "medium", "large", "full"]
Compress = Literal["none", "medium", "heavy"]


@dataclass(frozen=True, kw_only=True)
class Video:
    """How pictures are to be sent; `bitrate` in bit/s. What is None is left to the cloud."""

    width: int | None = None
    height: int | None = None
    bitrate: int | None = None
    frame_rate: int | None = None


@dataclass(frozen=True, kw_only=True)
class Audio:
    """How sound is to be sent; `bitrate` in bit/s, `sample_rate` in Hz. What is None is left to the cloud."""

    bitrate: int | None = None
    sample_rate: int | None = None
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None


@dataclass(frozen=True)
class Restream:
    """A place to send a managed stream on to; `url` holds that platform's stream key."""

    url: str
    name: str = ""


class Camera:
    """`session.camera`."""

    def __init__(self, link: Link, photos: PhotoDesk, streams: StreamDesk, hearing: Hearing) -> None:
        self._link = link
        self._photos = photos
        self._streams = streams
        self._hearing = hearing

    async def request_photo(
        self,
        *,
        size: Size = "medium",
        compress: Compress = "none",
        save_to_gallery: bool = False,
        custom_webhook_url: str = "",
        auth_token: str = "",
        timeout_s: float = PHOTO_S,
    ) -> Photo:
        """Take a photo and return it.

        With `custom_webhook_url` the picture is posted there, with `auth_token` as bearer, and does not come here: this
        returns at once, with a photo whose `content` is empty.

        Raises PhotoError with the cloud's code (PhotoPermissionError, PhotoTimeoutError among them), NotConnectedError
        when the request could not be sent. A photo that is on its way survives the loss of the connection.
        """
        if size not in SIZES or compress not in COMPRESSIONS:
            raise ValueError(f"a photo is one of {', '.join(SIZES)}, compressed {', '.join(COMPRESSIONS)}")
        request = AppPhotoRequest(
            request_id=f"photo_req_{time.time_ns() // 1_000_000}_{secrets.token_hex(6)}",
            size=size,
            compress=compress,
            save_to_gallery=save_to_gallery,
            custom_webhook_url=custom_webhook_url,
            auth_token=auth_token,
        )
        if custom_webhook_url:
            self._link.say(request)
            return Photo(b"", "image/jpeg", "photo.jpg", request.request_id, datetime.now(UTC))
        with self._photos.waiting(request.request_id, self._link.session_id, timeout_s) as photo:
            self._link.say(request)
            return await photo

    async def start_stream(
        self,
        rtmp_url: str,
        *,
        video: Video | None = None,
        audio: Audio | None = None,
        duration_limit_s: int = 0,
        timeout_s: float = START_S,
    ) -> StreamStatus:
        """Stream to an RTMP address of your own; returns once pictures flow, with the status that said so.

        `duration_limit_s` 0 is no limit. Raises StreamError with the status it failed with, or "ALREADY_STREAMING";
        StreamTimeoutError when it is not live in time, after having the cloud stop it; NotConnectedError.
        """
        if not rtmp_url:
            raise ValueError("a stream needs an RTMP address")
        request = RtmpStreamRequest(
            rtmp_url=rtmp_url, video=_given(video), audio=_given(audio), stream=_limit(duration_limit_s)
        )
        status = await self._streams.start(RTMP, request, timeout_s)
        assert isinstance(status, StreamStatus)
        return status

    async def stop_stream(self, *, timeout_s: float = STOP_S) -> None:
        """Stop that stream; returns once the cloud says that it has stopped, at once where none ran.

        Raises StreamTimeoutError, NotConnectedError.
        """
        await self._streams.stop(RTMP, timeout_s)

    async def start_managed_stream(
        self,
        *,
        quality: Literal["720p", "1080p"] | None = None,
        webrtc: bool = True,
        video: Video | None = None,
        audio: Audio | None = None,
        duration_limit_s: int = 0,
        restream_to: Sequence[Restream | str] = (),
        timeout_s: float = START_S,
    ) -> ManagedStreamStatus:
        """Stream through the cloud; returns once it can be watched, with the addresses to watch it at.

        The cloud sends it on to each place of `restream_to`. Raises as `start_stream` does.
        """
        places = [Restream(place) if isinstance(place, str) else place for place in restream_to]
        request = ManagedStreamRequest(
            quality=quality or "",
            enable_web_r_t_c=webrtc,
            video=_given(video),
            audio=_given(audio),
            stream=_limit(duration_limit_s),
            restream_destinations=[_given(place) for place in places],
        )
        status = await self._streams.start(MANAGED, request, timeout_s)
        assert isinstance(status, ManagedStreamStatus)
        return status

    async def stop_managed_stream(self, *, timeout_s: float = STOP_S) -> None:
        """This app is done with the managed stream; as `stop_stream`."""
        await self._streams.stop(MANAGED, timeout_s)

    async def check_existing_stream(self) -> Existing | None:
        """The stream of this person that runs now, whoever started it. Raises StreamError, NotConnectedError."""
        return await self._streams.check()

    def on_stream_status(self, listener: Listener[StreamStatus]) -> Cleanup:
        """Hear where streams to addresses of the app's own stand; returns what ends that."""
        return self._hearing.on(StreamType.RTMP_STATUS, listener)

    def on_managed_stream_status(self, listener: Listener[ManagedStreamStatus]) -> Cleanup:
        """Hear where the managed stream stands; returns what ends that."""
        return self._hearing.on(StreamType.MANAGED_STREAM_STATUS, listener)


def _given(options: Video | Audio | Restream | None) -> dict[str, object]:
    """What is set of some options, as the wire spells it."""
    if options is None:
        return {}
    return {to_camel(name): value for name, value in asdict(options).items() if value not in (None, "")}


def _limit(duration_s: int) -> dict[str, object]:
    return {"durationLimit": duration_s} if duration_s else {}
