"""The load generator: a process of its own, told by lines of JSON what to do, answering each with one line.

    {"open": 100}   have so many pairs connected     {"opened": 100}
    {"run": 0.5}    press with all for so long       {"messages", "seconds", "p50_us", "p99_us", "cpu_s"}
    {"drop": true}  lose every connection            {"dropped": 100}

A failure is {"error": sentence}. Its argument is a `Target` as JSON.
"""

import asyncio
import contextlib
import json
import sys
import time
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from trifocal_tools import running
from trifocal_tools.bench.route_app_server import KEY, PACKAGE, AppServer
from trifocal_tools.bench.route_ends import Pair

AT_ONCE = 16
"""So many pairs connect at the same time."""

DRAIN_S = 5.0
TOKEN_S = 86_400
START_S = 60.0


@dataclass(frozen=True)
class Target:
    """What to speak to. `data` is the data folder of a cloud, whose secret makes tokens; empty for a peer."""

    url: str
    data: str = ""


class LoadError(Exception):
    """The load cannot be made; what was wrong."""


class Load:
    """All pairs towards one target."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._pairs: dict[str, Pair] = {}
        self._starting: set[str] = set()
        self._stack = contextlib.AsyncExitStack()
        self._http: httpx.AsyncClient | None = None
        self._secret = ""

    async def open(self, count: int) -> dict[str, Any]:
        """Connect whoever is not connected, until there are `count` pairs."""
        for number in range(len(self._pairs), count):
            user = f"user{number:05}@bench.local"
            self._pairs[user] = Pair(number, user)
        if self._target.data and self._http is None:
            await self._register()
        turns = asyncio.Semaphore(AT_ONCE)

        async def opened(pair: Pair) -> None:
            async with turns:
                await self._opened(pair)

        await asyncio.gather(*[opened(pair) for pair in self._pairs.values() if not pair.connected])
        return {"opened": len(self._pairs)}

    async def run(self, seconds: float) -> dict[str, Any]:
        """Press with every pair, each as often as it can. Raises LoadError when a press does not arrive."""
        pairs = list(self._pairs.values())
        for pair in pairs:
            pair.latencies_ns = array("Q")
            pair.pressing = True
        cpu, started = time.process_time(), time.perf_counter()
        for pair in pairs:
            pair.press()
        await asyncio.sleep(seconds)
        for pair in pairs:
            pair.pressing = False
        try:
            async with asyncio.timeout(DRAIN_S):
                for pair in pairs:
                    await pair.idle.wait()
        except TimeoutError:
            late = sum(not pair.idle.is_set() for pair in pairs)
            raise LoadError(f"{late} presses of {len(pairs)} pairs never arrived") from None
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        return {"seconds": took, "cpu_s": cpu, **summed_up(pairs)}

    async def drop(self) -> dict[str, Any]:
        """Lose every connection; the pairs stay, to connect again."""
        for pair in self._pairs.values():
            pair.drop()
        return {"dropped": len(self._pairs)}

    async def close(self) -> None:
        """Let go of everything."""
        await self.drop()
        await self._stack.aclose()

    async def _opened(self, pair: Pair) -> None:
        await pair.open_gateway(self._target.url, self._token(pair.user))
        if not self._target.data:
            pair.session_id = pair.user
            pair.app_url = self._target.url.replace("http", "ws", 1) + "/app-ws"
        if pair.session_id:
            await pair.open_app(PACKAGE, KEY)
            return
        self._starting.add(pair.user)
        try:
            await self._asked("POST", f"/api/apps/{PACKAGE}/start", pair.user)
        finally:
            self._starting.discard(pair.user)

    async def _register(self) -> None:
        """Put up the app's server and make it known to the cloud."""
        from trifocal_cloud.io.secret import load_or_create

        self._secret = load_or_create(Path(self._target.data))
        self._http = await self._stack.enter_async_context(
            httpx.AsyncClient(base_url=self._target.url, timeout=START_S, trust_env=False)
        )
        public_url = await self._stack.enter_async_context(AppServer(self._started))
        body = {"publicUrl": public_url, "apiKey": KEY, "name": "Benchmark", "permissions": []}
        await self._asked("PUT", f"/api/apps/{PACKAGE}", next(iter(self._pairs)), body)

    async def _started(self, user: str, session_id: str, url: str) -> None:
        """The cloud wants this user's app; one that was dropped comes back by itself."""
        pair = self._pairs[user]
        pair.session_id, pair.app_url = session_id, url
        if user in self._starting:
            await pair.open_app(PACKAGE, KEY)

    async def _asked(self, method: str, path: str, user: str, body: dict[str, Any] | None = None) -> None:
        assert self._http is not None
        headers = {"Authorization": f"Bearer {self._token(user)}"}
        answer = await self._http.request(method, path, json=body, headers=headers)
        if not answer.is_success:
            raise LoadError(f"{method} {path} was answered with {answer.status_code}: {answer.text[:200]}")

    def _token(self, user: str) -> str:
        if not self._target.data:
            return user
        from trifocal_cloud import tokens

        return tokens.issue(self._secret, user, TOKEN_S, int(time.time()))


def summed_up(pairs: list[Pair]) -> dict[str, Any]:
    """How many presses arrived, and how long half and 99 % of them took at most."""
    latencies = sorted(ns for pair in pairs for ns in pair.latencies_ns)
    if not latencies:
        raise LoadError("no press arrived")
    return {
        "messages": len(latencies),
        "p50_us": latencies[len(latencies) // 2] / 1000,
        "p99_us": latencies[len(latencies) * 99 // 100] / 1000,
    }


async def obeyed(load: Load, command: dict[str, Any]) -> dict[str, Any]:
    """The answer to one command."""
    try:
        if "open" in command:
            return await load.open(int(command["open"]))
        if "run" in command:
            return await load.run(float(command["run"]))
        return await load.drop()
    except (LoadError, OSError, TimeoutError, httpx.HTTPError) as error:
        return {"error": str(error) or type(error).__name__}


async def serve(target: Target, stop: asyncio.Event) -> None:
    """Obey stdin until it ends, or until `stop`."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    stopping = asyncio.create_task(stop.wait())
    stopping.add_done_callback(lambda _: lines.feed_eof())
    load = Load(target)
    try:
        while line := await lines.readline():
            print(json.dumps(await obeyed(load, json.loads(line))), flush=True)  # noqa: T201 - its answer
    finally:
        stopping.cancel()
        await load.close()


if __name__ == "__main__":
    running.run_until_signal(lambda stop: serve(Target(**json.loads(sys.argv[1])), stop))
