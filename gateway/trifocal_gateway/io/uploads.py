"""One photo to the cloud: `POST /api/photos/upload`, streamed from the spool, and what its answer means."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from trifocal_gateway.io.addresses import is_loopback, is_token
from trifocal_gateway.queue_entry import (
    REFUSED,
    SERVER_FAILED,
    TOKEN_REJECTED,
    UNAVAILABLE,
    UPLOADED,
    Outcome,
    QueuedPhoto,
)
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import UploadAnswer, UploadMetadata
from trifocal_shared.message import ProtocolError, from_wire

UPLOAD_PATH = "/api/photos/upload"
TIMEOUT = httpx.Timeout(connect=10, write=60, read=60, pool=10)
LONGEST_ANSWER = 64 * 1024

MIME_TYPES = {"photo": "image/jpeg", "video": "video/mp4"}

TOKEN_REASONS = (reasons.TOKEN_REJECTED, reasons.NO_TOKEN)
LATER = (408, 425, 429)
"""Answers below 500 that mean `not now`."""


def http_client(cloud_url: str) -> httpx.AsyncClient:
    """A client for one cloud: no proxy for this machine, no certificates loaded where there is no TLS."""
    return httpx.AsyncClient(
        base_url=cloud_url, trust_env=not is_loopback(cloud_url), verify=cloud_url.startswith("https://")
    )


class Uploads:
    """Uploads over `client`, whose base URL is the cloud's."""

    def __init__(self, client: httpx.AsyncClient, device_id: str) -> None:
        self._client = client
        self._device_id = device_id

    async def upload(self, photo: QueuedPhoto, path: Path, token: str) -> Outcome:
        """Send the photo; whatever happens is an Outcome."""
        if not is_token(token):
            return Outcome(TOKEN_REJECTED, reasons.NO_TOKEN)
        try:
            with path.open("rb") as file:
                return await self._post(photo, file, token)
        except FileNotFoundError:
            return Outcome(REFUSED, reasons.CORRUPT)  # the row outlived its bytes: nobody has them any more
        except OSError:
            return Outcome(SERVER_FAILED, reasons.CORRUPT)  # unreadable now; another time perhaps
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Outcome(UNAVAILABLE, reasons.CLOUD_UNREACHABLE)
        except httpx.HTTPError:
            # Broken off under way: the network's fault, or the server died of it.
            return Outcome(SERVER_FAILED, reasons.CLOUD_UNREACHABLE)

    async def _post(self, photo: QueuedPhoto, file: object, token: str) -> Outcome:
        metadata = UploadMetadata(
            request_id=photo.request_id,
            device_id=self._device_id,
            timestamp=photo.timestamp,
            media_type=photo.media_type,
            press_id=photo.press_id,
            sha256=photo.sha256,
        )
        request = self._client.build_request(
            "POST",
            UPLOAD_PATH,
            headers={"Authorization": f"Bearer {token}"},
            data={"metadata": json.dumps(metadata.to_wire())},
            files={"file": ("photo", file, MIME_TYPES.get(photo.media_type, "application/octet-stream"))},  # type: ignore[dict-item]
            timeout=TIMEOUT,
        )
        response = await self._client.send(request, stream=True)
        try:
            return outcome_of(response.status_code, response.headers, await _body(response), photo)
        finally:
            await response.aclose()


async def _body(response: httpx.Response) -> object:
    data = b""
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > LONGEST_ANSWER:
            return None
    try:
        return json.loads(data)
    except ValueError:
        return None


def outcome_of(status: int, headers: httpx.Headers, body: object, photo: QueuedPhoto) -> Outcome:
    """What an answer means. `body` is its JSON, None when it had none."""
    said = body.get("error") if isinstance(body, dict) else None
    reason = said if isinstance(said, str) and said in reasons.SENTENCES else ""
    if 200 <= status < 300:
        return _accepted(body, photo)
    if status == 401 or (status == 403 and reason in TOKEN_REASONS):
        return Outcome(TOKEN_REJECTED, reasons.TOKEN_REJECTED)
    retry_after_ms = _retry_after_ms(headers.get("retry-after", ""))
    if status in LATER or (status == 503 and retry_after_ms):
        return Outcome(UNAVAILABLE, reason or reasons.CLOUD_ERROR, retry_after_ms)
    if 400 <= status < 500:
        return Outcome(REFUSED, reason or reasons.CLOUD_ERROR)
    return Outcome(SERVER_FAILED, reason or reasons.CLOUD_ERROR)


def _accepted(body: object, photo: QueuedPhoto) -> Outcome:
    # Something in between may answer 200 to anything: only the cloud's own word lets a photo go.
    try:
        answer = from_wire(UploadAnswer, body)
    except ProtocolError:
        return Outcome(SERVER_FAILED, reasons.MALFORMED)
    right = answer.success and answer.request_id == photo.request_id and answer.sha256 in ("", photo.sha256)
    return Outcome(UPLOADED) if right else Outcome(SERVER_FAILED, reasons.CLOUD_ERROR)


def _retry_after_ms(value: str) -> int:
    if value.strip().isdecimal():
        return int(value) * 1000
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return 0
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0, int((at - datetime.now(UTC)).total_seconds() * 1000))
