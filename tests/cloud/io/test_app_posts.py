"""What is posted to an app's server, and what is made of its answers."""

import json

import pytest

from trifocal_cloud.app_events import SESSION_REQUEST, STOP_REQUEST, Post
from trifocal_cloud.apps import App
from trifocal_cloud.io.app_line import Stamp
from trifocal_cloud.io.app_posts import AppPosts
from trifocal_cloud.io.outbound import Answer, OutboundError
from trifocal_cloud.session_ids import SessionIds
from trifocal_shared import app_words
from trifocal_shared.testing import VirtualClock

ANN = "ann-marie@example.com"
CAM = App("com.example.cam-1", ANN, "Cam", "", "http://127.0.0.1:7010/base")
EPOCH_MS = 1_770_000_000_000


class Server:
    """The app's server; `answer` is a status or what goes wrong."""

    def __init__(self, answer: int | OutboundError = 200) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, object], float]] = []

    async def post_json(self, url: str, body: dict[str, object], timeout_s: float) -> Answer:
        self.asked.append((url, body, timeout_s))
        if isinstance(self.answer, OutboundError):
            raise self.answer
        return Answer(self.answer, b"")


def posts(server: Server) -> AppPosts:
    found = AppPosts(server, SessionIds("x" * 32), Stamp(VirtualClock(0, EPOCH_MS)))  # type: ignore[arg-type]
    found.base_url = "https://cloud.example.com"
    return found


async def test_a_start_names_the_session_and_where_to_connect() -> None:
    server = Server()
    assert await posts(server).post(CAM, Post(ANN, CAM.package, 1, SESSION_REQUEST)) == ("", "")
    url, body, timeout_s = server.asked[0]
    assert url == "http://127.0.0.1:7010/base/webhook"
    assert timeout_s >= 60
    assert body["mentraOSWebsocketUrl"] == body["augmentOSWebsocketUrl"] == "wss://cloud.example.com/app-ws"
    assert (body["type"], body["userId"], body["timestamp"]) == ("session_request", ANN, "2026-02-02T02:40:00.000Z")
    assert str(body["sessionId"]).startswith(f"{ANN}-{CAM.package}-")
    assert json.dumps(body)


async def test_a_stop_has_a_reason_and_no_address() -> None:
    server = Server()
    await posts(server).post(CAM, Post(ANN, CAM.package, 1, STOP_REQUEST, "user_disabled"))
    _, body, timeout_s = server.asked[0]
    assert (body["type"], body["reason"], timeout_s <= 5) == ("stop_request", "user_disabled", True)
    assert "mentraOSWebsocketUrl" not in body


@pytest.mark.parametrize("status", [302, 400, 404, 500])
async def test_any_answer_but_a_success_is_a_refusal(status: int) -> None:
    found = await posts(Server(status)).post(CAM, Post(ANN, CAM.package, 1, SESSION_REQUEST))
    assert found == (app_words.APP_REFUSED, f"its server answered {status}")


async def test_no_answer_has_its_own_reason() -> None:
    server = Server(OutboundError(app_words.ADDRESS_FORBIDDEN, "10.0.0.1 is not a place to go"))
    found = await posts(server).post(CAM, Post(ANN, CAM.package, 1, SESSION_REQUEST))
    assert found == (app_words.ADDRESS_FORBIDDEN, "10.0.0.1 is not a place to go")


async def test_what_came_of_it_is_told_and_a_start_can_be_waited_for() -> None:
    ended: list[tuple[str, str]] = []
    found = posts(Server(500))

    def note(post: Post, reason: str, detail: str) -> None:
        ended.append((post.kind, reason))

    found.begin(CAM, Post(ANN, CAM.package, 1, SESSION_REQUEST), note)
    await found.answered(ANN, CAM.package)
    await found.answered(ANN, CAM.package)
    assert ended == [(SESSION_REQUEST, app_words.APP_REFUSED)]
    found.begin(None, Post(ANN, "com.example.gone", 2, SESSION_REQUEST), note)
    await found.answered(ANN, "com.example.gone")
    assert ended[-1] == (SESSION_REQUEST, app_words.APP_UNREACHABLE)
    found.close()
