"""Our route on FastAPI and pydantic, as their manuals teach it: models in, models out, uvicorn's default WebSocket.

It takes the same steps with a press as our cloud does: words within their bounds, the newest connection alone speaks, a
bound on how fast, each press once in ten seconds, whoever subscribed and may, and an event for whoever looks on. Only
tokens and the database are left out, which a press does not touch in ours either.

Run as a program it serves on a free port of this machine, with uvloop and httptools where they are installed.
"""

import asyncio
import json
import socket
import time
from collections import OrderedDict, defaultdict, deque
from datetime import UTC, datetime
from typing import Annotated, Literal

import uvicorn
from fastapi import FastAPI, Header, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError


class ButtonPress(BaseModel):
    """A press; what the relay does not know of it goes on unchanged."""

    model_config = ConfigDict(extra="allow")

    type: Literal["button_press"]
    press_id: str = Field(default="", alias="pressId", max_length=128, pattern=r"^[A-Za-z0-9_.:-]*$")
    button_id: str = Field(alias="buttonId", max_length=256)
    press_type: str = Field(alias="pressType", max_length=256)
    timestamp: int = 0


class AppInit(BaseModel):
    """An app's first word."""

    type: Literal["tpa_connection_init"]
    session_id: str = Field(alias="sessionId")


class Subscriptions(BaseModel):
    """What an app listens for."""

    type: Literal["subscription_update"]
    subscriptions: list[str]


class StatusCheck(BaseModel):
    """A question that shows that everything said before it was heard."""

    type: Literal["stream_status_check"]


class DataStream(BaseModel):
    """What an app hears."""

    type: Literal["data_stream"] = "data_stream"
    session_id: str = Field(serialization_alias="sessionId")
    stream_type: str = Field(serialization_alias="streamType")
    data: ButtonPress
    timestamp: datetime


class Happened(BaseModel):
    """What somebody who looks on is shown of a press."""

    id: int
    at: int
    kind: Literal["step"] = "step"
    press_id: str
    source: Literal["glasses", "cloud"]
    step: Literal["pressed"] = "pressed"
    detail: str
    status: Literal["heard"] = "heard"
    final: bool = True


FROM_GATEWAY: TypeAdapter[ButtonPress] = TypeAdapter(ButtonPress)
FROM_APP: TypeAdapter[AppInit | Subscriptions | StatusCheck] = TypeAdapter(
    Annotated[AppInit | Subscriptions | StatusCheck, Field(discriminator="type")]
)


class App:
    """An app's socket, who it serves and what it listens for."""

    def __init__(self, ws: WebSocket) -> None:
        self.ws = ws
        self.session_id = ""
        self.streams: set[str] = set()
        self.permissions: set[str] = set()


class User:
    """One user: the newest gateway connection, the last presses, what happened, and how fast they may go on."""

    def __init__(self) -> None:
        self.gateway: WebSocket | None = None
        self.apps: set[App] = set()
        self.presses: OrderedDict[str, float] = OrderedDict()
        self.events: deque[Happened] = deque(maxlen=500)
        self.last_id = 0
        self.full_at = 0.0

    def wait_s(self, now: float) -> float:
        """How long to wait before the next message is heard."""
        self.full_at = max(self.full_at, now) + 1 / PER_SECOND
        return max(0.0, self.full_at - now - 1)

    def first(self, press_id: str, now: float) -> bool:
        """Whether this press was not told within the window."""
        while self.presses and next(iter(self.presses.values())) + WINDOW_S <= now:
            self.presses.popitem(last=False)
        if press_id in self.presses:
            return False
        self.presses[press_id] = now
        return True

    def note(self, press: ButtonPress) -> None:
        """Keep what happened for whoever looks on."""
        self.last_id += 1
        at = int(time.time() * 1000)
        fresh = at - FRESH_MS <= press.timestamp <= at
        self.events.append(
            Happened(
                id=self.last_id,
                at=press.timestamp if fresh else at,
                press_id=press.press_id,
                source="glasses" if fresh else "cloud",
                detail=f"{press.button_id} {press.press_type}",
            )
        )


PER_SECOND = 1_000_000
WINDOW_S = 10.0
FRESH_MS = 10_000
PERMISSIONS = {"audio_chunk": "MICROPHONE", "location_update": "LOCATION"}

app = FastAPI()
users: defaultdict[str, User] = defaultdict(User)


@app.websocket("/glasses-ws")
async def glasses(ws: WebSocket, authorization: Annotated[str, Header()]) -> None:
    """Relay what a gateway says until it goes."""
    await ws.accept()
    user = users[authorization.removeprefix("Bearer ")]
    user.gateway = ws
    try:
        while True:
            text = await ws.receive_text()
            now = time.monotonic()
            try:
                press = FROM_GATEWAY.validate_json(text)
            except ValidationError:
                continue
            if user.gateway is ws and user.first(press.press_id, now):
                await relay(user, press)
            if (wait_s := user.wait_s(now)) > 0:
                await asyncio.sleep(wait_s)
    except WebSocketDisconnect:
        return


async def relay(user: User, press: ButtonPress) -> None:
    """Tell the apps that subscribed and may hear it, and keep it."""
    needed = PERMISSIONS.get(press.type)
    for one in list(user.apps):
        if press.type in one.streams and (needed is None or needed in one.permissions):
            said = DataStream(
                session_id=one.session_id, stream_type=press.type, data=press, timestamp=datetime.now(UTC)
            )
            await one.ws.send_text(said.model_dump_json(by_alias=True))
    user.note(press)


@app.websocket("/app-ws")
async def app_socket(ws: WebSocket) -> None:
    """Listen to an app until it goes."""
    await ws.accept()
    one = App(ws)
    try:
        while True:
            await heard_from_app(one, await ws.receive_text())
    except WebSocketDisconnect:
        users[one.session_id].apps.discard(one)


async def heard_from_app(one: App, text: str) -> None:
    """Do what an app says; what cannot be understood is passed over."""
    try:
        message = FROM_APP.validate_json(text)
    except ValidationError:
        return
    if isinstance(message, AppInit):
        one.session_id = message.session_id
        users[one.session_id].apps.add(one)
        await one.ws.send_json({"type": "tpa_connection_ack"})
    elif isinstance(message, Subscriptions):
        one.streams = set(message.subscriptions)
    else:
        await one.ws.send_json({"type": "stream_status_check_response", "hasActiveStream": False})


def server() -> uvicorn.Server:
    """Serves as `uvicorn fastapi_relay:app` would, without a log; nothing is compressed."""
    return uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws_per_message_deflate=False)
    )


def main() -> None:
    """Serve until a signal."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)  # noqa: T201 - the program's one announcement
    server().run(sockets=[listener])


if __name__ == "__main__":
    main()
