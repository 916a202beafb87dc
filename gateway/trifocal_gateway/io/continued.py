"""Large files to the cloud by tus 1.0, from wherever the last attempt broke off; see `Resumption`."""

from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from trifocal_gateway.io.answers import TIMEOUT, Answer, answer_to, outcome_of
from trifocal_gateway.queue_entry import GAVE_WAY, REFUSED, SERVER_FAILED, Outcome, QueuedPhoto
from trifocal_gateway.resumption import ASK, FETCH, SEND, Resumption
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import UploadMetadata

PATH = "/api/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = TUS | {"Content-Type": "application/offset+octet-stream"}

PIECE_BYTES = 64 * 1024

NOT_SPOKEN = (404, 405, 501)
"""What a cloud without tus says when an upload is announced."""


class _Interrupted(Exception):  # noqa: N818 - nothing went wrong
    pass


class ContinuedUploads:
    """Uploads over `client`. `interrupt` ends the one under way, which goes on later."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._request_id = ""
        self._interrupted = False

    def interrupt(self, request_id: str) -> None:
        """Something else is more urgent than this upload, if it is under way."""
        self._interrupted = request_id == self._request_id

    async def upload(self, photo: QueuedPhoto, metadata: UploadMetadata, path: Path, token: str) -> Outcome | None:
        """Send the file; None when the cloud does not speak tus. Raises OSError of the file, and httpx.HTTPError."""
        self._request_id, self._interrupted = photo.request_id, False
        headers = {"Authorization": f"Bearer {token}"}
        state, place = Resumption(photo.size), ""
        try:
            while True:
                if state.step == ASK:
                    answer = await self._request("POST", PATH, headers | _announced(photo, metadata))
                    if answer.status in NOT_SPOKEN:
                        return None
                    place = answer.headers.get("location", "")
                    if not self._is_here(place):  # anybody else has no claim to the token
                        return Outcome(SERVER_FAILED, reasons.MALFORMED)
                elif state.step == SEND:
                    begin = headers | BYTES | {"Upload-Offset": str(state.offset)}
                    begin["Content-Length"] = str(photo.size - state.offset)
                    try:
                        answer = await self._request("PATCH", place, begin, self._bytes(path, state.offset))
                    except httpx.TransportError:
                        state.broke()
                        continue
                elif state.step == FETCH:
                    return _meant(await self._request("GET", place, headers), photo)
                else:
                    return Outcome(SERVER_FAILED, reasons.CLOUD_UNREACHABLE)
                if (outcome := _judged(state, answer, photo)) is not None:
                    return outcome
        except _Interrupted:
            return Outcome(GAVE_WAY)
        finally:
            self._request_id = ""

    async def _request(
        self, method: str, place: str, headers: dict[str, str], content: AsyncIterator[bytes] | None = None
    ) -> Answer:
        request = self._client.build_request(method, place, headers=headers, content=content, timeout=TIMEOUT)
        return await answer_to(self._client, request)

    def _is_here(self, place: str) -> bool:
        here, there = self._client.base_url, self._client.build_request("GET", place).url
        return (there.scheme, there.netloc) == (here.scheme, here.netloc)

    async def _bytes(self, path: Path, offset: int) -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            file.seek(offset)
            while piece := file.read(PIECE_BYTES):
                if self._interrupted:
                    raise _Interrupted
                yield piece


def _announced(photo: QueuedPhoto, metadata: UploadMetadata) -> dict[str, str]:
    said = ((key, str(value)) for key, value in metadata.to_wire().items() if key != "type" and value not in ("", 0))
    pairs = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said)
    return TUS | {"Upload-Length": str(photo.size), "Upload-Metadata": pairs}


def _judged(state: Resumption, answer: Answer, photo: QueuedPhoto) -> Outcome | None:
    """What the cloud says of the offset, or what its refusal means."""
    if answer.status == 409 and state.step == SEND:
        state.broke()  # it is further, or not as far, as we think: it says so when asked
        return None
    if not 200 <= answer.status < 300:
        return outcome_of(answer, photo) if state.step == ASK else _meant(answer, photo)
    said = answer.headers.get("upload-offset", "")
    state.found(int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else -1)
    return None


def _meant(answer: Answer, photo: QueuedPhoto) -> Outcome:
    """What the word on an upload under way means. That it was forgotten, or its bytes were spoilt on the way, is no
    fault of the photo's: its own bytes were verified before they were queued.
    """
    outcome = outcome_of(answer, photo)
    again = outcome.kind == REFUSED and (answer.status in (404, 410) or outcome.reason == reasons.CORRUPT)
    return Outcome(SERVER_FAILED, outcome.reason) if again else outcome
