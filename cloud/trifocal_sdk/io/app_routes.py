"""The routes that the cloud calls at an app (PROTOCOL-apps §1.2, §1.9, §4.2, §7)."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trifocal_sdk.errors import ConnectionFailedError
from trifocal_sdk.events import mapping, text
from trifocal_sdk.io.bodies import json_object
from trifocal_sdk.io.calls import complain
from trifocal_sdk.io.photo_desk import PhotoDesk
from trifocal_sdk.io.photo_upload import PhotoUpload

if TYPE_CHECKING:
    from trifocal_sdk.io.app_server import AppServer

LONGEST_ID = 512

Answers = Callable[[Request], Awaitable[Response]]

log = logging.getLogger("trifocal_sdk")


def routes(server: "AppServer", photos: PhotoDesk) -> list[Route]:
    """All routes of one app server."""
    ours = AppRoutes(server)
    return [
        Route("/webhook", _spoken(ours.webhook), methods=["POST"]),
        Route("/photo-upload", _spoken(PhotoUpload(photos).receive), methods=["POST"]),
        Route("/settings", _spoken(ours.settings), methods=["POST"]),
        Route("/tool", _spoken(ours.tool), methods=["POST"]),
        Route("/tool", _spoken(ours.tools), methods=["GET"]),
        Route("/health", _spoken(ours.health), methods=["GET"]),
    ]


class AppRoutes:
    """What the cloud asks of one app."""

    def __init__(self, server: "AppServer") -> None:
        self._server = server

    async def webhook(self, request: Request) -> Response:
        """A session is to begin, or to stop. Answers when it has."""
        told = await json_object(request)
        kind, session_id, user_id = text(told, "type"), text(told, "sessionId"), text(told, "userId")
        if kind not in {"session_request", "stop_request"}:
            raise HTTPException(400, "a webhook is a session_request or a stop_request")
        if not 0 < len(session_id) <= LONGEST_ID or not 0 < len(user_id) <= LONGEST_ID:
            raise HTTPException(400, "sessionId and userId are texts")
        if kind == "stop_request":
            await self._server.end(session_id, text(told, "reason"))
            return _success()
        url = text(told, "mentraOSWebsocketUrl") or text(told, "augmentOSWebsocketUrl")
        if not self._server.allows(url):
            raise HTTPException(400, "the app does not go to such a WebSocket address")
        try:
            await self._server.begin(session_id, user_id, url)
        except ConnectionFailedError as error:
            log.error("%s: a session of %s did not begin: %s", self._server.package_name, user_id, error)
            return JSONResponse({"status": "error", "message": f"Failed to connect: {error}"}, 500)
        return _success()

    async def settings(self, request: Request) -> Response:
        """What the person has set; the same comes over the socket."""
        told = await json_object(request)
        user_id, items = text(told, "userIdForSettings"), told.get("settings")
        if not user_id or not isinstance(items, list):
            raise HTTPException(400, "userIdForSettings and settings are missing")
        ours = [session for session in self._server.sessions.values() if session.user_id == user_id]
        for session in ours:
            session.settings.told(items)
        return _success(sessionsUpdated=len(ours))

    async def tool(self, request: Request) -> Response:
        """The person's assistant uses a tool."""
        told = await json_object(request)
        try:
            parameters = dict(mapping(told, "toolParameters"))
            reply = await self._server.on_tool_call(text(told, "toolId"), parameters, text(told, "userId"))
        except Exception as error:
            complain(self._server.on_tool_call, error)
            return JSONResponse({"status": "error", "message": f"the tool failed: {type(error).__name__}"}, 500)
        return _success(reply=reply)

    async def tools(self, _: Request) -> Response:
        """That tools can be asked here."""
        return _success(reply=None)

    async def health(self, _: Request) -> Response:
        """That the app lives."""
        sessions = len(self._server.sessions)
        return JSONResponse({"status": "healthy", "app": self._server.package_name, "activeSessions": sessions})


def _success(**more: object) -> JSONResponse:
    return JSONResponse({"status": "success", **more})


def _spoken(route: Answers) -> Answers:
    """A route whose refusals are JSON too."""

    async def answer(request: Request) -> Response:
        try:
            return await route(request)
        except HTTPException as error:
            body = {"status": "error", "success": False, "message": error.detail, "error": error.detail}
            return JSONResponse(body, error.status_code)

    return answer
