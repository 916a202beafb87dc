"""Live streams for apps over HTTP: to an address of their own, or through this cloud."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path
from pydantic import Field

from trifocal_cloud.io.answers import Done
from trifocal_cloud.io.app_identity import TheApp
from trifocal_cloud.io.app_users import UserId, needs_camera, user_of
from trifocal_cloud.io.cloud import Cloud, TheCloud
from trifocal_cloud.io.photo_routes import PathId
from trifocal_cloud.io.refusals import documented, not_found
from trifocal_cloud.io.schemas import LongText, Wire, whole
from trifocal_cloud.stream import Stream
from trifocal_shared.app_messages import ManagedStreamRequest, RtmpStreamRequest

SIZES = {"360p": (640, 360), "480p": (854, 480), "540p": (960, 540), "720p": (1280, 720), "1080p": (1920, 1080)}

router = APIRouter(prefix="/api/app/streams", tags=["apps' side"])

StreamId = Annotated[PathId, Path(alias="streamId")]


class StreamWanted(Wire):
    """Whose glasses are to stream, and how: by a name and a number, or as over an app's socket."""

    user_id: UserId = ""
    resolution: Literal["", "360p", "480p", "540p", "720p", "1080p"] = ""
    bitrate: Annotated[int, *whole(0, 20_000_000, "bits a second; 0 leaves it to the glasses")] = 0
    video: dict[str, Any] = {}
    audio: dict[str, Any] = {}
    stream: dict[str, Any] = {}


class Destination(Wire):
    """A place to send a managed stream on to, by RTMP; its address ends in that platform's stream key."""

    url: LongText = ""
    name: Annotated[str, Field(max_length=100)] = ""


class RtmpStreamWanted(StreamWanted):
    """And to which address of your own."""

    rtmp_url: LongText = ""


class ManagedStreamWanted(StreamWanted):
    """And where this cloud is to send it on to."""

    restream_destinations: Annotated[list[Destination], Field(max_length=10)] = []


class OutputState(Wire):
    """A place that a stream is sent on to: its address without the key, and how that goes."""

    url: str
    name: str
    status: str = Field(description="connecting, active, error or stopped")
    error: str = ""


class AccessUrls(Wire):
    """Where a stream through this cloud can be watched once it is live; empty for a stream that goes elsewhere."""

    hls: str = ""
    dash: str = ""
    webrtc: str = ""
    preview: str = Field(default="", description="a page that plays it")
    thumbnail: str = Field(default="", description="a picture of it as it is now")


class StreamState(Wire):
    """Where a stream stands."""

    stream_id: str
    user_id: str
    status: str
    reason: str = ""
    access_urls: AccessUrls = AccessUrls()
    outputs: list[OutputState] = []


@router.post("/rtmp", responses=documented(401, 403, 408, 409, 413, 422, 429))
async def request_rtmp_stream(
    cloud: TheCloud,
    app: TheApp,
    wanted: Annotated[RtmpStreamWanted, Body()] = RtmpStreamWanted(),  # noqa: B008
) -> StreamState:
    """Stream to an RTMP address of your own; how that goes is told to whoever listens for `rtmp_stream_status`."""
    user = user_of(cloud, app, wanted.user_id)
    needs_camera(app)
    request = RtmpStreamRequest(
        rtmp_url=wanted.rtmp_url, video=_video(wanted), audio=wanted.audio, stream=wanted.stream
    )
    return _state(cloud, app.package, cloud.live_streams.begin_direct(app, user, request))


@router.post("/managed", responses=documented(401, 403, 408, 409, 413, 422, 429))
async def request_managed_stream(
    cloud: TheCloud,
    app: TheApp,
    wanted: Annotated[ManagedStreamWanted, Body()] = ManagedStreamWanted(),  # noqa: B008
) -> StreamState:
    """Stream through this cloud, or join the stream that runs."""
    user = user_of(cloud, app, wanted.user_id)
    needs_camera(app)
    request = ManagedStreamRequest(
        video=_video(wanted),
        audio=wanted.audio,
        stream=wanted.stream,
        restream_destinations=[{"url": place.url, "name": place.name} for place in wanted.restream_destinations],
    )
    return _state(cloud, app.package, cloud.live_streams.begin_managed(app, user, request))


@router.get("/{streamId}", responses=documented(401, 404, 422))
async def stream_state(cloud: TheCloud, app: TheApp, stream_id: StreamId) -> StreamState:
    """Where a stream of your app stands, while it runs."""
    return _state(cloud, app.package, _mine(cloud, app.package, stream_id))


@router.delete("/{streamId}", responses=documented(401, 404, 422))
async def stop_stream(cloud: TheCloud, app: TheApp, stream_id: StreamId) -> Done:
    """End a stream of your app; that it has ended is told by its status."""
    stream = _mine(cloud, app.package, stream_id)
    cloud.live_streams.unwanted(stream.user, app.package, stream.managed, stream_id)
    return Done()


def _mine(cloud: Cloud, package: str, stream_id: str) -> Stream:
    stream = cloud.live_streams.by_id(stream_id)
    if stream is None or package not in stream.viewers:
        raise not_found()
    return stream


def _video(wanted: StreamWanted) -> dict[str, Any]:
    video: dict[str, Any] = {"bitrate": wanted.bitrate} if wanted.bitrate else {}
    if wanted.resolution:
        video["width"], video["height"] = SIZES[wanted.resolution]
    return video | wanted.video


def _state(cloud: Cloud, package: str, stream: Stream) -> StreamState:
    watched = stream.playback
    urls = AccessUrls()
    if watched is not None:
        hls, dash, webrtc, preview, thumbnail = watched
        urls = AccessUrls(hls=hls, dash=dash, webrtc=webrtc, preview=preview, thumbnail=thumbnail)
    return StreamState(
        stream_id=stream.stream_id,
        user_id=stream.user,
        status=stream.status,
        reason=stream.reason,
        access_urls=urls,
        outputs=[OutputState(**said) for said in cloud.live_streams.outputs(stream, package)],
    )
