"""What the cloud's answers to uploads mean."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx

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
from trifocal_shared.cloud_messages import UploadAnswer
from trifocal_shared.message import ProtocolError, from_wire

TIMEOUT = httpx.Timeout(connect=10, write=60, read=60, pool=10)
LONGEST_ANSWER = 64 * 1024

TOKEN_REASONS = (reasons.TOKEN_REJECTED, reasons.NO_TOKEN)
LATER = (408, 425, 429)
"""Answers below 500 that mean `not now`."""


class Answer(NamedTuple):
    """An answer that was read. `body` is its JSON, None when it had none."""

    status: int
    headers: httpx.Headers
    body: object = None


async def answer_to(client: httpx.AsyncClient, request: httpx.Request) -> Answer:
    """Send a request and read what is answered, as far as that is of any use. Raises httpx.HTTPError."""
    response = await client.send(request, stream=True)
    try:
        return Answer(response.status_code, response.headers, await _body(response))
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


def outcome_of(answer: Answer, photo: QueuedPhoto) -> Outcome:
    """What the last answer to an upload means."""
    status, headers, body = answer
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
