"""The door, against a cloud of a few lines: state is told, commands are done once, and it comes back for ever."""

import asyncio
import json

import pytest
from websockets.asyncio.server import serve

from trifocal_shared.sim_messages import SimResult
from trifocal_tools.sim import door as module
from trifocal_tools.sim.door import Door


class PaperHand:
    """Counts what it is told."""

    def __init__(self):
        self.did = []

    async def carry_out(self, command):
        self.did.append((command.command, command.value))
        return SimResult(command_id=command.command_id, success=True, press_id="boot-1")


class Cloud:
    """Accepts simulated glasses and keeps what they say."""

    def __init__(self):
        self.sockets = asyncio.Queue()
        self.headers = []
        self.refusing = 0

    async def serve(self, socket):
        self.headers.append(socket.request.headers.get("Authorization"))
        self.sockets.put_nowait(socket)
        await socket.wait_closed()

    def refuse(self, connection, request):
        if self.refusing:
            self.refusing -= 1
            return connection.respond(401, "no\n")
        return None


@pytest.fixture
async def cloud():
    """A cloud on a port."""
    made = Cloud()
    async with serve(made.serve, "127.0.0.1", 0, process_request=made.refuse) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


@pytest.fixture
def hand():
    """A hand."""
    return PaperHand()


@pytest.fixture
async def door(cloud, glasses, hand, monkeypatch):
    """A door to that cloud, open."""
    monkeypatch.setattr(module, "RETRY_MS", 1)
    running = asyncio.create_task(Door(f"http://127.0.0.1:{cloud.port}/", "the token", glasses, hand).run())
    yield running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def told(socket):
    """The next message."""
    async with asyncio.timeout(5):
        return json.loads(await socket.recv())


async def arrived(cloud):
    """The next connection, its first state already read."""
    async with asyncio.timeout(5):
        socket = await cloud.sockets.get()
    assert (await told(socket))["type"] == "sim_state"
    return socket


def command(command_id="1", name="battery", value="5"):
    """A command on the wire."""
    return json.dumps({"type": "sim_command", "commandId": command_id, "command": name, "value": value})


async def test_it_shows_its_token_and_tells_the_state_and_each_change(cloud, door, glasses):
    socket = await arrived(cloud)
    glasses.light_changed("photo")
    glasses.light_changed("off")
    assert [(await told(socket))["light"] for _ in range(2)] == ["photo", "off"]
    assert cloud.headers == ["Bearer the token"]


async def test_commands_are_carried_out_and_answered(cloud, door, hand):
    socket = await arrived(cloud)
    await socket.send(command("1", "press", "photo"))
    answer = await told(socket)
    assert (answer["type"], answer["commandId"], answer["success"], answer["pressId"]) == (
        "sim_result",
        "1",
        True,
        "boot-1",
    )
    assert hand.did == [("press", "photo")]


async def test_a_repeated_command_is_answered_again_and_not_done_again(cloud, door, hand, monkeypatch):
    socket = await arrived(cloud)
    for _ in range(2):
        await socket.send(command("same"))
        assert (await told(socket))["success"]
    assert len(hand.did) == 1
    monkeypatch.setattr(module, "MOST_REMEMBERED", 1)
    await socket.send(command("other"))
    await told(socket)
    await socket.send(command("same"))
    await told(socket)
    assert len(hand.did) == 3


async def test_what_is_no_command_does_no_harm(cloud, door, hand):
    socket = await arrived(cloud)
    for text in ("{", "[]", "7", "null", '"text"', '{"type": "news"}', '{"commandId": "a"}', "[" * 10_000, b"\xff\xfe"):
        await socket.send(text)
    await socket.send(json.dumps({"type": "sim_command", "commandId": "bad", "command": "dance"}))
    answer = {}
    while answer.get("commandId") != "bad":
        answer = await told(socket)
    assert (answer["success"], answer["errorCode"]) == (False, "malformed")
    await socket.send(command("good"))
    assert (await told(socket))["success"]
    assert len(hand.did) == 1


async def test_it_comes_back_when_the_cloud_cuts_it_off_refuses_it_or_is_flooded(cloud, door, glasses):
    socket = await arrived(cloud)
    cloud.refusing = 2
    await socket.close()
    glasses.light_changed("photo")  # nobody listens
    async with asyncio.timeout(5):
        socket = await cloud.sockets.get()
    assert (await told(socket))["light"] == "photo"
    await socket.send("x" * (module.LARGEST_MESSAGE + 1))
    await arrived(cloud)


async def test_a_cloud_that_is_not_there_yet_is_waited_for(glasses, hand, monkeypatch):
    monkeypatch.setattr(module, "RETRY_MS", 1)
    cloud = Cloud()
    async with serve(cloud.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
    running = asyncio.create_task(Door(f"http://127.0.0.1:{port}", "t", glasses, hand).run())
    await asyncio.sleep(0)
    async with serve(cloud.serve, "127.0.0.1", port):
        await arrived(cloud)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_door_too_slow_loses_the_oldest_states(cloud, door, glasses, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    socket = await arrived(cloud)
    await socket.close()
    socket = await arrived(cloud)
    for light in ("photo", "video", "stream", "off"):
        glasses.light_changed(light)
    assert [(await told(socket))["light"] for _ in range(2)] == ["stream", "off"]
