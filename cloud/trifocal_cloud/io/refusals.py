"""Refusals over HTTP: one shape, one place where exceptions become answers."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from trifocal_cloud.io.answers import ErrorBody
from trifocal_cloud.io.schemas import first_fault
from trifocal_shared import reasons

STATUS_REASONS = {
    401: reasons.TOKEN_REJECTED,
    403: reasons.FORBIDDEN,
    404: reasons.NOT_FOUND,
    408: reasons.TIMED_OUT,
    413: reasons.TOO_LARGE,
}

DESCRIPTIONS = {
    400: "The body could not be understood",
    401: "No token, or one that is wrong or has expired",
    403: "Not for you",
    404: "There is no such thing of yours",
    408: "The body stopped coming",
    409: "Not as things stand now",
    410: "It was here and has expired",
    413: "Larger than allowed",
    415: "Not a picture or a video",
    416: "There is no such part of the file",
    422: "The message could not be understood",
    429: "Too many at once",
    502: "Whom we asked for it cannot be reached, or refused",
    504: "No answer in time",
    507: "No room left",
}


class RefusedError(Exception):
    """Answer with this status, a reason from `trifocal_shared.reasons` and a sentence (the reason's own if none)."""

    def __init__(self, status: int, reason: str, message: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.message = message or reasons.SENTENCES[reason]
        self.headers = headers


def not_found() -> RefusedError:
    """It is not there, or it is somebody else's: which of the two is nobody's business."""
    return RefusedError(404, reasons.NOT_FOUND)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for the OpenAPI document."""
    return {status: {"model": ErrorBody, "description": DESCRIPTIONS[status]} for status in statuses}


def answer(status: int, reason: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The one shape of a refusal."""
    return JSONResponse({"error": reason, "message": message}, status, headers)


def install(app: FastAPI) -> None:
    """Every exception that reaches the edge becomes an answer."""
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _crashed)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return answer(error.status, error.reason, error.message, error.headers)


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(422, reasons.MALFORMED, first_fault(error.errors()))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # A body that is not JSON at all is malformed like any other.
    status = 422 if error.status_code == 400 else error.status_code
    reason = STATUS_REASONS.get(status, reasons.MALFORMED)
    sentence = error.detail if status != 422 else reasons.SENTENCES[reasons.MALFORMED]
    headers = {"Allow": _allowed(request)} if status == 405 else error.headers
    return answer(status, reason, str(sentence), headers)


def _allowed(request: Request) -> str:
    """What may be done with this path; Starlette tells it of the first route only.

    A path that is a route's own is not an id for another one: `/photos/request` is no photo called `request`.
    """
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    found = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    own = [route for route in found if not route.param_convertors]
    return ", ".join(sorted({method for route in own or found for method in route.methods or ()}))


async def _crashed(request: Request, error: Exception) -> Response:
    """A bug of ours; the server logs it, the peer hears no detail."""
    return answer(500, reasons.CLOUD_ERROR, reasons.SENTENCES[reasons.CLOUD_ERROR])
