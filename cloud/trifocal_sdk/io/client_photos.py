"""Photos over HTTP, for scripts that have no session: ask for one, wait for it, fetch it."""

from dataclasses import dataclass, field
from typing import Literal

from trifocal_sdk.errors import TIMEOUT, CloudError, CloudTimeoutError, PhotoError, photo_error
from trifocal_sdk.events import text, whole
from trifocal_sdk.io.camera import Compress, Size
from trifocal_sdk.io.rest import Rest
from trifocal_shared import reasons
from trifocal_shared.app_words import PERMISSION_DENIED, error_code
from trifocal_shared.clock import Clock

WAIT_S = 25.0
"""How long one request waits for a final answer; it is repeated until the time is over."""

CANNOT_NOW = {
    PERMISSION_DENIED,
    reasons.GATEWAY_OFFLINE,
    reasons.GLASSES_OFFLINE,
    reasons.CAMERA_BUSY,
    reasons.BATTERY_LOW,
    reasons.STORAGE_FULL,
}
"""Refusals of a request that are about the photo, and not about who asks or how."""

Quality = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class PhotoResult:
    """A photo that was taken. `url` shows it without a key until `expires_at_ms` (epoch)."""

    request_id: str
    url: str = field(repr=False)
    expires_at_ms: int
    mime_type: str
    size: int
    sha256: str


class ClientPhotos:
    """`client.photos`."""

    def __init__(self, rest: Rest, user_id: str, clock: Clock) -> None:
        self._rest = rest
        self._user_id = user_id
        self._clock = clock

    async def request_capture(
        self,
        *,
        save_to_gallery: bool = False,
        quality: Quality | None = None,
        size: Size = "medium",
        compress: Compress = "none",
        custom_webhook_url: str = "",
        auth_token: str = "",
    ) -> str:
        """Ask for a photo; its request id. `quality` is another word for the size.

        Raises PhotoPermissionError without the permission CAMERA, PhotoError when the glasses cannot take one now,
        CloudError for every other refusal.
        """
        body: dict[str, object] = {"saveToGallery": save_to_gallery, "size": size, "compress": compress}
        optional = {"quality": quality, "userId": self._user_id}
        optional |= {"customWebhookUrl": custom_webhook_url, "authToken": auth_token}
        body |= {key: value for key, value in optional.items() if value}
        try:
            answer = await self._rest.ask("POST", "/api/app/photos/request", body=body)
        except CloudError as error:
            if error.code in CANNOT_NOW:
                raise failure("", error.code, error.message) from None
            raise
        return text(answer, "requestId")

    async def wait_for_result(self, request_id: str, timeout_s: float = 30.0) -> PhotoResult:
        """The photo, once it is in the cloud. Raises PhotoError (PhotoTimeoutError among them), CloudError."""
        end = self._clock.now() + round(timeout_s * 1000)
        while (left_ms := end - self._clock.now()) > 0:
            wait_s = min(left_ms / 1000, WAIT_S)
            try:
                state = await self._state(request_id, wait_s)
            except CloudTimeoutError:
                break
            if state.get("final") is True:
                return _result(request_id, state)
        raise photo_error(request_id, TIMEOUT, "no photo came in time")

    async def download(self, photo: PhotoResult) -> bytes:
        """The picture itself. Raises CloudError."""
        return await self._rest.download(photo.url)

    async def _state(self, request_id: str, wait_s: float) -> dict[str, object]:
        query = {"wait": f"{wait_s:.3f}"} | ({"userId": self._user_id} if self._user_id else {})
        return await self._rest.ask("GET", f"/api/app/photos/{request_id}", query=query, timeout_s=wait_s)


def _result(request_id: str, state: dict[str, object]) -> PhotoResult:
    if not text(state, "url"):
        raise failure(request_id, text(state, "reason"), text(state, "message"))
    return PhotoResult(
        request_id=request_id,
        url=text(state, "url"),
        expires_at_ms=whole(state, "expiresAt"),
        mime_type=text(state, "mimeType"),
        size=whole(state, "size"),
        sha256=text(state, "sha256"),
    )


def failure(request_id: str, reason: str, message: str) -> PhotoError:
    """The error of a photo that failed for a reason of the cloud's; its code is as over the socket."""
    return photo_error(request_id, error_code(reason) if reason else "UNKNOWN_ERROR", message or "the photo failed")
