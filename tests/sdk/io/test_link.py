"""A session's link, over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from trifocal_sdk import NotConnectedError
from trifocal_sdk.connection import Acknowledged, Ended, Heard, Lost
from trifocal_sdk.io.link import Link
from trifocal_sdk.testing import ScriptedCloud, ScriptedSession
from trifocal_shared.app_messages import StreamStatusCheck
from trifocal_shared.clock import Clock


class Linked:
    """A link, its news, and the cloud's end."""

    def __init__(self, cloud: ScriptedCloud, there: ScriptedSession) -> None:
        self.there = there
        self.news: asyncio.Queue[Any] = asyncio.Queue()
        url = cloud.url.replace("http", "ws") + "/app-ws"
        self.link = Link(
            url, there.id, package_name="p", api_key="secret key", clock=Clock(), news=self.news.put_nowait
        )

    async def next(self) -> Any:
        """The next news."""
        return await asyncio.wait_for(self.news.get(), 5)


@pytest.fixture
async def linked(cloud: ScriptedCloud, app: Any) -> AsyncIterator[Linked]:
    """A link that stands."""
    made = Linked(cloud, cloud.session(app))
    time = asyncio.create_task(made.link.run())
    made.link.start()
    assert isinstance(await made.next(), Acknowledged)
    yield made
    made.link.leave("enough")
    await made.link.gone()
    time.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await time


async def test_messages_go_both_ways(linked: Linked) -> None:
    linked.link.say(StreamStatusCheck())
    check = await linked.there.expect("stream_status_check")
    assert (check["packageName"], check["sessionId"]) == ("p", linked.there.id)
    assert check["timestamp"].endswith("Z")
    assert isinstance(await linked.next(), Heard)  # the state of the glasses, which follows every acknowledgement
    await linked.there.send({"type": "custom_message", "action": "hello"})
    heard = await linked.next()
    assert heard.received.data["action"] == "hello"


async def test_a_connection_that_is_lost_is_made_again(linked: Linked) -> None:
    await linked.next()
    await linked.there.drop()
    assert isinstance(await linked.next(), Lost)
    assert not linked.link.up
    with pytest.raises(NotConnectedError):
        linked.link.say(StreamStatusCheck())
    assert isinstance(await linked.next(), Acknowledged)
    assert linked.link.up


async def test_an_end_is_told_once(linked: Linked) -> None:
    await linked.next()
    linked.link.release("clean_shutdown")
    linked.link.release("clean_shutdown")
    ended = await linked.next()
    assert isinstance(ended, Ended)
    await linked.link.gone()
    assert linked.news.empty()


async def test_the_key_is_in_no_log(linked: Linked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    await linked.there.drop()
    linked.link.received(1, "rubbish with a secret key")
    await linked.there.back()
    assert "secret key" not in caplog.text


async def test_a_first_try_that_fails_is_an_end(cloud: ScriptedCloud, app: Any) -> None:
    cloud.refusal = "INVALID_API_KEY"
    made = Linked(cloud, cloud.session(app))
    made.link.start()
    ended = await made.next()
    assert (ended.code, ended.failed) == ("INVALID_API_KEY", True)
    await made.link.gone()
