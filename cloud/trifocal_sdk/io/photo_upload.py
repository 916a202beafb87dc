"""`POST /photo-upload`: pictures and failures as the cloud, the glasses or a phone bring them (PROTOCOL-apps §4.2)."""

from datetime import UTC, datetime

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from trifocal_sdk.events import text
from trifocal_sdk.io.bodies import form, json_object
from trifocal_sdk.io.photo_desk import Photo, PhotoDesk

PHOTO_BYTES = 10 * 1024 * 1024
ROUND_IT_BYTES = 64 * 1024
PHOTO_ERROR = "photo_error"


class PhotoUpload:
    """The route of one app server."""

    def __init__(self, photos: PhotoDesk) -> None:
        self._photos = photos

    async def receive(self, request: Request) -> JSONResponse:
        """Take in a picture or a failure; 404 for one that nobody waits for."""
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            return await self._multipart(request)
        told = await json_object(request)
        request_id = self._known(text(told, "requestId"))
        if text(told, "type") == PHOTO_ERROR or told.get("success") is False:
            return self._failed(request_id, text(told, "errorCode"), text(told, "errorMessage"))
        return self._nothing(request_id)

    async def _multipart(self, request: Request) -> JSONResponse:
        parts = await form(request, PHOTO_BYTES + ROUND_IT_BYTES)
        try:
            return await self._taken(parts)
        finally:
            await parts.close()

    async def _taken(self, parts: FormData) -> JSONResponse:
        fields = {name: value for name, value in parts.items() if isinstance(value, str)}
        request_id = self._known(fields.get("requestId", ""))
        if fields.get("type") == PHOTO_ERROR:
            return self._failed(request_id, fields.get("errorCode", ""), fields.get("errorMessage", ""))
        files = [(name, value) for name, value in parts.multi_items() if isinstance(value, UploadFile)]
        if not files:
            return self._nothing(request_id)
        if len(files) > 1 or files[0][0] != "photo":
            raise HTTPException(400, "a photo comes as one file named photo")
        return await self._arrived(request_id, files[0][1])

    async def _arrived(self, request_id: str, file: UploadFile) -> JSONResponse:
        mime_type = (file.content_type or "").split(";", maxsplit=1)[0].strip()
        if not mime_type.startswith("image/"):
            raise HTTPException(400, "a photo is an image")
        content = await file.read()
        if len(content) > PHOTO_BYTES:
            raise HTTPException(413, f"a photo of more than {PHOTO_BYTES} bytes is not taken")
        photo = Photo(content, mime_type, file.filename or "photo.jpg", request_id, datetime.now(UTC))
        self._photos.arrived(photo)
        return answer(request_id, "the photo has arrived")

    def _known(self, request_id: str) -> str:
        if not request_id:
            raise HTTPException(400, "a requestId is missing")
        if not self._photos.knows(request_id):
            raise HTTPException(404, "nobody waits for this photo")
        return request_id

    def _failed(self, request_id: str, code: str, message: str) -> JSONResponse:
        self._photos.failed(request_id, code or "UNKNOWN_ERROR", message or "the photo failed")
        return answer(request_id, "the failure is known")

    def _nothing(self, request_id: str) -> JSONResponse:
        self._photos.failed(request_id, "UNKNOWN_ERROR", "an upload came without a picture")
        raise HTTPException(400, "no photo came with it")


def answer(request_id: str, message: str) -> JSONResponse:
    """It was taken."""
    return JSONResponse({"success": True, "requestId": request_id, "message": message})
