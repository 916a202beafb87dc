"""A cloud for an app's own tests: it speaks the real wire to a real app, and does what the test says.

    async with ScriptedCloud() as cloud, cloud.running(app) as session:
        await session.press()
        photo = await session.expect("photo_request")

`app` is an AppServer, best with `port=0`. By itself the cloud answers as one with working glasses would: each photo
request gets `picture`, each stream goes live, what is to stop stops. `answering=False` leaves all that to the test.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Self

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from trifocal_sdk.io.app_server import AppServer
from trifocal_sdk.io.http_server import HttpServer

WITHIN_S = 5.0
ANN = "ann@example.com"
AT = "2026-02-03T10:00:00.000Z"
PICTURE = b"\xff\xd8\xff\xe0 a small picture \xff\xd9"
RESTART, STOPPED = 1012, 1000
CAPABILITIES = {"modelName": "Scripted Glasses", "hasCamera": True, "hasButton": True, "hasWifi": True}

Json = dict[str, Any]


class ScriptedSession:
    """One person's session with the app, seen from the cloud."""

    def __init__(self, cloud: "ScriptedCloud", app_url: str, session_id: str, user_id: str) -> None:
        self.id = session_id
        self.user_id = user_id
        self.messages: list[Json] = []
        """All that the app has sent, in order."""
        self.subscriptions: list[str] = []
        """What it wants to hear now."""
        self.connections = 0
        """How often it has come so far."""
        self.webhook: httpx.Response | None = None
        """What the app answered to the request to start."""
        self._cloud = cloud
        self._app_url = app_url
        self._expected = 0
        self._live: Json | None = None
        self._socket: WebSocket | None = None
        self._news = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether the app's socket stands."""
        return self._socket is not None

    async def expect(self, kind: str, within_s: float = WITHIN_S) -> Json:
        """The next message of this type after the one expected before. Raises TimeoutError."""
        found: Json = {}

        def here() -> bool:
            for index, message in enumerate(self.messages[self._expected :], self._expected):
                if message["type"] == kind:
                    self._expected = index + 1
                    found.update(message)
                    return True
            return False

        await self.until(here, within_s)
        return found

    async def subscribed(self, *streams: str, within_s: float = WITHIN_S) -> None:
        """Wait until the app hears these. Raises TimeoutError."""
        await self.until(lambda: set(streams) <= set(self.subscriptions), within_s)

    async def until(self, true: Callable[[], bool], within_s: float = WITHIN_S) -> None:
        """Wait until `true()`, which is asked after everything that the app does. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def send(self, message: Mapping[str, object]) -> None:
        """Send the app a message. Raises RuntimeError when it is not connected."""
        if self._socket is None:
            raise RuntimeError("the app is not connected")
        await self._socket.send_json({"sessionId": self.id, "timestamp": AT, **message})

    async def happens(self, stream: str, data: Mapping[str, object]) -> None:
        """Let something happen on a stream that the app hears, or will hear. Raises TimeoutError."""
        await self.subscribed(stream)
        await self.send({"type": "data_stream", "streamType": stream, "data": dict(data)})

    async def press(self, button_id: str = "photo", press_type: str = "short") -> None:
        """Press a button of the glasses."""
        data = {"type": "button_press", "buttonId": button_id, "pressType": press_type, "timestamp": 1_770_112_800_000}
        await self.happens("button_press", data)

    async def deliver_photo(self, request_id: str, content: bytes = PICTURE, mime_type: str = "image/jpeg") -> int:
        """Bring a picture to the app; the HTTP status of its answer."""
        data = {"requestId": request_id, "type": "photo_upload", "success": "true"}
        files = {"photo": (f"{request_id}.jpg", content, mime_type)}
        return (await self._cloud.http.post(f"{self._app_url}/photo-upload", data=data, files=files)).status_code

    async def fail_photo(self, request_id: str, code: str, message: str = "it did not work") -> int:
        """Tell the app that there will be no picture; the HTTP status of its answer."""
        body = {"requestId": request_id, "type": "photo_error", "success": False}
        body |= {"errorCode": code, "errorMessage": message}
        return (await self._cloud.http.post(f"{self._app_url}/photo-upload", json=body)).status_code

    async def rtmp_status(self, status: str, stream_id: str = "s1", **more: object) -> None:
        """Say where a stream to the app's own address stands."""
        await self.send({"type": "rtmp_stream_status", "status": status, "streamId": stream_id, **more})

    async def managed_status(self, status: str, stream_id: str = "m1", **more: object) -> None:
        """Say where the managed stream stands; with addresses when it is "active"."""
        urls = {
            "hlsUrl": f"https://media.example/{stream_id}.m3u8",
            "dashUrl": f"https://media.example/{stream_id}.mpd",
        }
        urls = urls if status == "active" else {}
        await self.send({"type": "managed_stream_status", "status": status, "streamId": stream_id, **urls, **more})

    async def drop(self, code: int = RESTART, reason: str = "") -> None:
        """Close the app's socket; with the code of a restart the app comes back (see `back`)."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close(code, reason)

    async def back(self, within_s: float = WITHIN_S) -> None:
        """Wait until the app is connected, as it is again after a `drop`. Raises TimeoutError."""
        await self.until(lambda: self.connected, within_s)

    async def ask_to_start(self) -> httpx.Response:
        """Post the webhook that starts the app; its answer."""
        url = self._cloud.url.replace("http", "ws", 1) + "/app-ws"
        self.webhook = await self._post("session_request", mentraOSWebsocketUrl=url, augmentOSWebsocketUrl=url)
        return self.webhook

    async def stop(self, reason: str = "user_disabled") -> None:
        """Stop the app as a cloud does: webhook, word, close."""
        await self._post("stop_request", reason=reason)
        if self._socket is not None:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self.send({"type": "app_stopped", "reason": reason})
                await self.drop(STOPPED, "App stopped")

    async def _serve(self, socket: WebSocket) -> None:
        self._socket = socket
        self.connections += 1
        try:
            while True:
                self._take(await socket.receive_json())
                if self._cloud.answering:
                    await self._answer(self.messages[-1])
        except (WebSocketDisconnect, RuntimeError):
            if self._socket is socket:
                self._socket = None
        finally:
            self._news.set()

    def _take(self, message: Json) -> None:
        self.messages.append(message)
        if message["type"] == "subscription_update":
            self.subscriptions = list(message["subscriptions"])
        self._news.set()

    async def _answer(self, message: Json) -> None:
        kind = message["type"]
        if kind == "photo_request" and "customWebhookUrl" not in message:
            await self.deliver_photo(message["requestId"], self._cloud.picture)
        elif kind in {"rtmp_stream_request", "managed_stream_request"}:
            await self._go_live(message, kind == "managed_stream_request")
        elif kind in {"rtmp_stream_stop", "managed_stream_stop"}:
            self._live = None
            await (self.rtmp_status if kind == "rtmp_stream_stop" else self.managed_status)("stopped")
        elif kind == "stream_status_check":
            info = {"streamInfo": self._live} if self._live else {}
            await self.send({"type": "stream_status_check_response", "hasActiveStream": bool(info), **info})

    async def _go_live(self, request: Json, managed: bool) -> None:
        kind, stream_id = ("managed", "m1") if managed else ("unmanaged", "s1")
        self._live = {"type": kind, "streamId": stream_id, "status": "active"}
        if managed:
            await self.managed_status("initializing")
            await self.managed_status("active", outputs=outputs_of(request))
        else:
            await self.rtmp_status("initializing")
            await self.rtmp_status("active")

    async def _post(self, kind: str, **more: object) -> httpx.Response:
        body = {"type": kind, "sessionId": self.id, "userId": self.user_id, "timestamp": AT, **more}
        return await self._cloud.http.post(f"{self._app_url}/webhook", json=body)


class ScriptedCloud:
    """The cloud; one for as many apps and sessions as a test wants."""

    def __init__(self, *, answering: bool = True, picture: bytes = PICTURE) -> None:
        self.answering = answering
        self.picture = picture
        self.settings: list[Json] = []
        """Items of the app's settings, each with its `value`."""
        self.capabilities: Json = dict(CAPABILITIES)
        self.device: Json = {"connected": True, "modelName": "Scripted Glasses", "batteryLevel": 80}
        self.storage: dict[str, str] = {}
        """The simple storage, of all users alike."""
        self.refusal = ""
        """When not empty: the code with which every connection is refused."""
        self.url = ""
        no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # what is asked is on this machine, and plain
        self.http = httpx.AsyncClient(timeout=WITHIN_S, trust_env=False, verify=no_tls)
        self._sessions: dict[str, ScriptedSession] = {}
        path = "/api/sdk/simple-storage/{user:str}"
        routes = [
            WebSocketRoute("/app-ws", self._socket),
            Route(path, self._storage, methods=["GET", "PUT", "DELETE"]),
            Route(path + "/{key:str}", self._storage, methods=["DELETE"]),
            Route("/appsettings/user/{package:str}", self._settings),
        ]
        self._server = HttpServer(Starlette(routes=routes), "127.0.0.1", 0)

    async def __aenter__(self) -> Self:
        self.url = await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()
        await self.http.aclose()

    def session(self, app: AppServer, user_id: str = ANN) -> ScriptedSession:
        """A session of this user with an app that is started; it has not begun."""
        made = ScriptedSession(self, app.url, f"{user_id}-{app.package_name}", user_id)
        self._sessions[made.id] = made
        return made

    @contextlib.asynccontextmanager
    async def running(self, app: AppServer, user_id: str = ANN) -> AsyncIterator[ScriptedSession]:
        """The app, started, and a session of this user with it, begun. Raises AssertionError when it does not begin."""
        await app.start()
        try:
            session = self.session(app, user_id)
            answer = await session.ask_to_start()
            assert answer.status_code == httpx.codes.OK, answer.text
            yield session
        finally:
            await app.stop()

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        init = await socket.receive_json()
        session = self._sessions.get(init.get("sessionId", ""))
        if session is None or self.refusal:
            code = self.refusal or "SESSION_NOT_FOUND"
            await socket.send_json({"type": "tpa_connection_error", "message": "refused", "code": code})
            await socket.close(1008, "refused")
            return
        session.messages.append(init)
        ack = {"type": "tpa_connection_ack", "settings": self.settings, "mentraosSettings": {}}
        await socket.send_json({**ack, "capabilities": self.capabilities, "timestamp": AT})
        await socket.send_json({"type": "device_state_update", "state": self.device, "fullSnapshot": True})
        await session._serve(socket)

    async def _storage(self, request: Request) -> JSONResponse:
        if request.method == "PUT":
            self.storage |= (await request.json())["data"]
        elif request.method == "DELETE" and "key" in request.path_params:
            self.storage.pop(request.path_params["key"], None)
        elif request.method == "DELETE":
            self.storage.clear()
        return JSONResponse({"success": True, "data": self.storage})

    async def _settings(self, _: Request) -> JSONResponse:
        return JSONResponse({"success": True, "settings": self.settings})


def outputs_of(request: Json) -> list[Json]:
    """The places that a managed stream is sent on to, all of them reached."""
    return [{**place, "status": "active"} for place in request.get("restreamDestinations", [])]
