"""A photo that an app has sent elsewhere: to a web hook with a token, and over REST without a session's socket."""

import hashlib
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import pytest

pytestmark = pytest.mark.journey


class Hook:
    """A web server that remembers what is posted to it."""

    def __init__(self) -> None:
        self.posts: Queue[dict[str, Any]] = Queue()
        posts = self.posts

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
                parts = BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
                fields = {part.get_param("name", header="content-disposition"): part for part in parts}
                posts.put({"authorization": self.headers["Authorization"], "path": self.path, **fields})
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/photos"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    serving = threading.Thread(target=hook.server.serve_forever)
    serving.start()
    yield hook
    hook.server.shutdown()
    serving.join()
    hook.server.server_close()


def test_a_photo_goes_to_the_web_hook_that_the_app_names(house: Any, app: Any, hook: Hook) -> None:
    options = {"customWebhookUrl": hook.url, "authToken": "the-apps-own-token"}

    said = app.ask("photo", options=options)
    post = hook.posts.get(timeout=20)

    assert said["event"] == "done"
    assert said["result"]["size"] == 0
    assert (post["path"], post["authorization"]) == ("/photos", "Bearer the-apps-own-token")
    photo = post["photo"].get_payload(decode=True)
    assert hashlib.sha256(photo).hexdigest() in house.pictures
    assert post["photo"].get_content_type() == "image/jpeg"
    assert post["requestId"].get_payload() == said["result"]["requestId"]
