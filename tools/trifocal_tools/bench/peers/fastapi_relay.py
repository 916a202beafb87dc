"""The relay on FastAPI and pydantic, as their manuals teach it: models in, models out, uvicorn's default WebSocket.

Run as a program it serves on a free port of this machine, with uvloop and httptools where they are installed.
"""

import json
import socket
from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated, Literal

import uvicorn
from fastapi import FastAPI, Header, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError


class ButtonPress(BaseModel):
    """A press; what the relay does not know of it goes on unchanged."""

    model_config = ConfigDict(extra="allow")

    type: Literal["button_press"]
    press_id: str = Field(default="", alias="pressId")
    button_id: str = Field(alias="buttonId")
    press_type: str = Field(alias="pressType")
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


app = FastAPI()
apps_of: defaultdict[str, set[App]] = defaultdict(set)


@app.websocket("/glasses-ws")
async def glasses(ws: WebSocket, authorization: Annotated[str, Header()]) -> None:
    """Relay what a gateway says until it goes."""
    await ws.accept()
    user = authorization.removeprefix("Bearer ")
    try:
        while True:
            text = await ws.receive_text()
            try:
                press = FROM_GATEWAY.validate_json(text)
            except ValidationError:
                continue
            for one in apps_of.get(user, ()):
                if press.type in one.streams:
                    said = DataStream(
                        session_id=one.session_id, stream_type=press.type, data=press, timestamp=datetime.now(UTC)
                    )
                    await one.ws.send_text(said.model_dump_json(by_alias=True))
    except WebSocketDisconnect:
        return


@app.websocket("/app-ws")
async def app_socket(ws: WebSocket) -> None:
    """Listen to an app until it goes."""
    await ws.accept()
    one = App(ws)
    try:
        while True:
            await heard_from_app(one, await ws.receive_text())
    except WebSocketDisconnect:
        apps_of[one.session_id].discard(one)


async def heard_from_app(one: App, text: str) -> None:
    """Do what an app says; what cannot be understood is passed over."""
    try:
        message = FROM_APP.validate_json(text)
    except ValidationError:
        return
    if isinstance(message, AppInit):
        one.session_id = message.session_id
        apps_of[one.session_id].add(one)
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
