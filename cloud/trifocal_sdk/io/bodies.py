"""Bodies of requests to the app, read up to a limit."""

from collections.abc import AsyncGenerator

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from trifocal_shared.message import ProtocolError, decode_json

JSON_BYTES = 100 * 1024
MOST_FIELDS = 20


async def content(request: Request, limit: int) -> bytes:
    """The whole body. Raises HTTPException 413."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > limit:
            raise HTTPException(413, f"a body of more than {limit} bytes is not read")
    return bytes(found)


async def json_object(request: Request, limit: int = JSON_BYTES) -> dict[str, object]:
    """The JSON object that the body is. Raises HTTPException 400, 413."""
    try:
        found = decode_json(await content(request, limit))
    except ProtocolError as error:
        raise HTTPException(400, str(error)) from None
    if not isinstance(found, dict):
        raise HTTPException(400, "the body is no JSON object")
    return found


async def form(request: Request, limit: int) -> FormData:
    """The form that the body is; to be closed. Raises HTTPException 400, 413."""
    body = await content(request, limit)

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield body
        yield b""

    try:
        return await MultiPartParser(request.headers, pieces(), max_files=2, max_fields=MOST_FIELDS).parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise HTTPException(400, f"the form cannot be read: {error}") from None
