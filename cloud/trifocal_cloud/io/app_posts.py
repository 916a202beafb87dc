"""What the cloud posts to an app's server to start and to stop it (PROTOCOL-apps §1.2, §1.9)."""

import asyncio
from collections.abc import Callable

from trifocal_cloud.app_events import SESSION_REQUEST, Post
from trifocal_cloud.apps import App
from trifocal_cloud.io.app_line import Stamp
from trifocal_cloud.io.outbound import Outbound, OutboundError
from trifocal_cloud.session_ids import SessionIds
from trifocal_shared import app_words

WEBHOOK = "/webhook"
SOCKET = "/app-ws"
START_S = 75.0
"""The real client answers only when the app's own code is through, and we do not care any more by then."""
STOP_S = 5.0

Ended = Callable[[Post, str, str], None]
"""Called with a post, a reason that is empty when the app took it, and what there is to say about that."""


class AppPosts:
    """Posts, and says in our words what came of it. `base_url` is how apps reach this cloud."""

    def __init__(self, outbound: Outbound, ids: SessionIds, stamp: Stamp) -> None:
        self._outbound = outbound
        self.ids = ids
        self._stamp = stamp
        self._under_way: set[asyncio.Task[None]] = set()
        self._starts: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.base_url = ""

    def begin(self, app: App | None, post: Post, ended: Ended) -> None:
        """Post, and call `ended` with what came of it."""
        task = asyncio.create_task(self._posted(app, post, ended))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        if post.kind == SESSION_REQUEST:
            self._starts[(post.user, post.package)] = task

    async def answered(self, user: str, package: str) -> None:
        """Return when the last start of this app has been answered: then its own code is through."""
        task = self._starts.pop((user, package), None)
        if task is not None:
            await asyncio.wait({task})

    def close(self) -> None:
        """Wait for nobody any more."""
        for task in self._under_way:
            task.cancel()

    async def _posted(self, app: App | None, post: Post, ended: Ended) -> None:
        if app is None:
            ended(post, app_words.APP_UNREACHABLE, "it is not registered")
        else:
            ended(post, *await self.post(app, post))

    async def post(self, app: App, post: Post) -> tuple[str, str]:
        """A reason, empty when the app took it, and what there is to say about that."""
        starts = post.kind == SESSION_REQUEST
        body = {
            "type": post.kind,
            "sessionId": self.ids.of(post.user, post.package),
            "userId": post.user,
            "timestamp": self._stamp.text(),
        }
        if starts:
            socket = self.base_url.replace("http", "ws", 1) + SOCKET
            body |= {"mentraOSWebsocketUrl": socket, "augmentOSWebsocketUrl": socket}
        else:
            body["reason"] = post.reason
        try:
            answer = await self._outbound.post_json(app.public_url + WEBHOOK, body, START_S if starts else STOP_S)
        except OutboundError as error:
            return error.reason, error.detail
        if answer.ok:
            return "", ""
        return app_words.APP_REFUSED, f"its server answered {answer.status}"
