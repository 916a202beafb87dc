"""A scripted cloud, an app, and a session between them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest

from trifocal_sdk import AppServer, AppSession
from trifocal_sdk.io.rest import Rest
from trifocal_sdk.testing import ScriptedCloud, ScriptedSession

PACKAGE = "com.example.cam"


@pytest.fixture
async def cloud() -> AsyncIterator[ScriptedCloud]:
    """A cloud that does nothing by itself."""
    async with ScriptedCloud(answering=False) as made:
        yield made


class Recorder(AppServer):
    """An app that notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__(PACKAGE, "key", port=0)
        self.begun: list[AppSession] = []
        self.ends: list[tuple[str, str, str]] = []

    async def on_session(self, session: AppSession, session_id: str, user_id: str) -> None:
        assert (session.id, session.user_id) == (session_id, user_id)
        self.begun.append(session)

    async def on_stop(self, session_id: str, user_id: str, reason: str) -> None:
        self.ends.append((session_id, user_id, reason))


@pytest.fixture
def app() -> Recorder:
    """An app that is not started."""
    return Recorder()


@dataclass
class Pair:
    """A session, seen from both ends."""

    app: Recorder
    cloud: ScriptedCloud
    there: ScriptedSession
    here: AppSession


@pytest.fixture
async def pair(cloud: ScriptedCloud, app: Recorder) -> AsyncIterator[Pair]:
    """A session that has begun."""
    async with cloud.running(app) as there:
        (here,) = app.sessions.values()
        yield Pair(app, cloud, there, here)


@dataclass
class Asked:
    """Requests that a Rest has made, and what the next ones are answered."""

    requests: list[httpx.Request] = field(default_factory=list)
    answers: list[httpx.Response | Exception | Callable[[], httpx.Response]] = field(default_factory=list)

    def rest(self) -> Rest:
        """A Rest that asks here."""
        return Rest("https://cloud.example", "Bearer com.example.cam:key", httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else httpx.Response(200, json={"success": True})
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer


@pytest.fixture
def asked() -> Asked:
    """A cloud's HTTP side, answered by the test."""
    return Asked()
