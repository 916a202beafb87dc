"""The bodies that HTTP answers with, beyond the shared messages."""

from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field

from trifocal_cloud.io.schemas import Derived, Wire
from trifocal_cloud.io.tables import PhotoRow
from trifocal_cloud.media import VIDEO, media_type
from trifocal_cloud.sessions import Session
from trifocal_cloud.trails import Trail
from trifocal_shared.sim_messages import SimState


class ErrorBody(Wire):
    """Every refusal: a word for programs and a sentence for people."""

    error: str
    message: str


class Health(Wire):
    """It is up."""

    status: Literal["ok"]
    version: str


class User(Wire):
    """Who is signed in."""

    user: str


class StepBody(Wire):
    """One thing that happened to a photo; `at` is epoch ms by the clock of whoever did it."""

    source: str
    step: str
    at: int
    detail: str


class RequestState(Wire):
    """Where a request stands. After `final` nothing changes any more."""

    request_id: str
    press_id: str
    status: Literal["unknown", "requested", "capturing", "captured", "queued", "uploading", "stored", "failed", "heard"]
    final: bool
    reason: str
    photo_id: str
    photo_url: str
    sha256: str
    size: int
    steps: list[StepBody]


class Requested(Wire):
    """A photo was asked for; wait for it under this id."""

    request_id: str


class Photo(Wire):
    """One photo or video of the gallery. Times are epoch ms; width and height are 0 where unknown."""

    photo_id: str
    request_id: str
    press_id: str
    app_id: str
    user_id: str
    timestamp: int
    uploaded_at: int
    size: int
    sha256: str
    mime_type: str
    width: int
    height: int
    photo_url: str
    thumbnail_url: str | None = Field(description="null when there can be none")
    video_url: str | None = Field(description="where a browser plays it; null for a photo, or when it cannot be played")


class GalleryPage(Wire):
    """Photos, newest first; `nextCursor` asks for older ones."""

    success: Literal[True] = True
    photos: list[Photo]
    next_cursor: str | None


class Done(Wire):
    """It is done."""

    success: Literal[True] = True


class Shared(Wire):
    """A link that shows one photo to anybody until `expiresAt` (epoch ms)."""

    url: str
    expires_at: int


class GlassesState(Wire):
    """What is known of a user's gateway and glasses; battery -1 and an empty status are unknown."""

    gateway: bool
    connected: bool
    status: str
    link: str
    model: str
    battery: int
    charging: bool
    wifi: bool
    wifi_ssid: str
    sim: Annotated[SimState, Derived()] | None


class EventBody(Wire):
    """Something that happened; which of the fields are there depends on `kind`."""

    id: int
    at: int
    kind: Literal["step", "gallery", "glasses", "sim", "app", "progress"]
    request_id: str | None = None
    press_id: str | None = None
    source: str | None = None
    step: str | None = None
    detail: str | None = None
    status: str | None = None
    final: bool | None = None
    reason: str | None = None
    change: Literal["added", "removed"] | None = None
    photo: dict[str, Any] | None = None
    state: dict[str, Any] | None = None
    package: str | None = None
    app: dict[str, Any] | None = None
    percent: int | None = None
    bytes_per_second: int | None = None


class Events(Wire):
    """Events in order; `lastId` is the newest number there is."""

    events: list[EventBody]
    last_id: int


def photo_url(photo_id: str) -> str:
    """Where the bytes of a photo are, from the root."""
    return f"/api/gallery/{photo_id}/original" if photo_id else ""


def photo_body(row: PhotoRow) -> Photo:
    """A photo's row as the gallery shows it."""
    looked_at = row.thumbnail != "refused"
    is_video = media_type(row.mime_type) == VIDEO
    return Photo(
        photo_id=row.photo_id,
        request_id=row.request_id,
        press_id=row.press_id,
        app_id=row.app_id,
        user_id=row.user,
        timestamp=row.timestamp,
        uploaded_at=row.uploaded_at,
        size=row.size,
        sha256=row.sha256,
        mime_type=row.mime_type,
        width=row.width,
        height=row.height,
        photo_url=photo_url(row.photo_id),
        thumbnail_url=f"/api/gallery/{row.photo_id}/thumbnail" if looked_at else None,
        video_url=f"/api/gallery/{row.photo_id}/video" if is_video and looked_at else None,
    )


def request_body(trail: Trail) -> RequestState:
    """A trail as the waiting client sees it."""
    return RequestState.model_validate(
        {
            "requestId": trail.request_id,
            "pressId": trail.press_id,
            "status": trail.status,
            "final": trail.final,
            "reason": trail.reason,
            "photoId": trail.photo_id,
            "photoUrl": photo_url(trail.photo_id),
            "sha256": trail.sha256,
            "size": trail.size,
            "steps": [
                {"source": step.source, "step": step.step, "at": step.at, "detail": step.detail} for step in trail.steps
            ],
        }
    )


def glasses_body(session: Session | None, sim: SimState | None) -> GlassesState:
    """What there is to say about a user's glasses."""
    if session is None:
        session = Session("", "", 0)
    glasses = session.glasses
    connected = session.connected and glasses.status == "CONNECTED"
    return GlassesState(
        gateway=session.connected,
        connected=connected,
        status=glasses.status,
        link=glasses.link if session.connected else "",
        model=glasses.model,
        battery=glasses.battery,
        charging=glasses.charging,
        wifi=connected and glasses.wifi,
        wifi_ssid=glasses.wifi_ssid if connected else "",
        sim=sim,
    )


def base_url(request: Request, public_url: str) -> str:
    """How the world reaches this cloud, without a slash at the end."""
    return (public_url or str(request.base_url)).rstrip("/")
