"""What an app gets by ways other than its session's socket: web hooks, signed callbacks, plain HTTP."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from trifocal_sdk import PhotoPermissionError, TrifocalClient

pytestmark = pytest.mark.journey

PATIENCE_S = 30.0


class Hook:
    """A web server that remembers what is posted to it: path, headers and body."""

    def __init__(self) -> None:
        self.posts: Queue[tuple[str, Any, bytes]] = Queue()
        posts = self.posts

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posts.put((self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/here"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    serving = threading.Thread(target=hook.server.serve_forever)
    serving.start()
    yield hook
    hook.server.shutdown()
    serving.join()
    hook.server.server_close()


@pytest.fixture
def running(started: Any) -> Any:
    """An app that runs; what it is written with makes no difference here."""
    return started("trifocal-sdk")


@pytest.fixture
def asked(house: Any, running: Any) -> Iterator[httpx.Client]:
    """The cloud, asked by that app."""
    headers = {"Authorization": f"Bearer {running.package}:{running.key}"}
    with httpx.Client(base_url=house.said["cloud"], headers=headers, trust_env=False) as client:
        yield client


def test_a_photo_goes_to_the_web_hook_that_the_app_names(house: Any, app: Any, hook: Hook) -> None:
    said = app.ask("photo", options={"customWebhookUrl": hook.url, "authToken": "the-apps-own-token"})
    path, headers, body = hook.posts.get(timeout=PATIENCE_S)

    assert said["event"] == "done"
    assert said["result"]["size"] == 0
    assert (path, headers["Authorization"]) == ("/here", "Bearer the-apps-own-token")
    head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
    parts = BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
    fields = {part.get_param("name", header="content-disposition"): part for part in parts}
    assert hashlib.sha256(fields["photo"].get_payload(decode=True)).hexdigest() in house.pictures
    assert fields["photo"].get_content_type() == "image/jpeg"
    assert fields["requestId"].get_payload() == said["result"]["requestId"]


async def test_a_script_takes_a_photo_over_http(house: Any, running: Any) -> None:
    cloud = house.said["cloud"]
    async with TrifocalClient(running.package, running.key, base_url=cloud, user_id=running.user) as client:
        request_id = await client.photos.request_capture(save_to_gallery=True, quality="low")
        photo = await client.photos.wait_for_result(request_id, timeout_s=PATIENCE_S)
        data = await client.photos.download(photo)

        assert data == house.pictures[photo.sha256]
        assert house.photos()[0]["requestId"] == request_id

        house.register(running)
        with pytest.raises(PhotoPermissionError):
            await client.photos.request_capture()


def test_a_press_is_posted_to_a_callback_and_signed(house: Any, hook: Hook, running: Any, asked: httpx.Client) -> None:
    wanted = {"userId": running.user, "streams": ["button_press"], "callbackUrl": hook.url}
    secret = asked.post("/api/app/subscribe", json=wanted).raise_for_status().json()["secret"]

    house.press()
    _, headers, body = hook.posts.get(timeout=PATIENCE_S)

    said = dict(part.split("=", 1) for part in headers["X-Trifocal-Signature"].split(","))
    signed = f"{said['t']}.".encode() + body
    assert hmac.compare_digest(said["v1"], hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest())
    event = json.loads(body)
    assert (event["streamType"], event["userId"]) == ("button_press", running.user)
    assert event["data"]["buttonId"] == "photo"


def test_a_press_is_heard_by_a_socket_beside_the_session(house: Any, running: Any, asked: httpx.Client) -> None:
    wanted = {"userId": running.user, "streams": ["button_press", "photo_result"]}
    address = asked.post("/api/app/subscribe", json=wanted).raise_for_status().json()["websocketUrl"]

    with connect(address, proxy=None) as socket:
        house.press()
        pressed = json.loads(socket.recv(PATIENCE_S))
        taken = asked.post("/api/app/photos/request", json={"userId": running.user}).raise_for_status().json()
        result = json.loads(socket.recv(PATIENCE_S))

    assert (pressed["streamType"], pressed["data"]["pressType"]) == ("button_press", "short")
    assert (result["streamType"], result["data"]["requestId"]) == ("photo_result", taken["requestId"])
    assert result["data"]["sha256"] in house.pictures
