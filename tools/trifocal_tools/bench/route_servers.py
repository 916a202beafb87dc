"""The servers of the benchmarks, each in a process of its own: our cloud, the peers, and what they cost.

Servers have one processor and the load another, where there are two: so neither takes the other's time, and a server
that works while the load does is no slower for it. Helper threads (a garbage collector's, a database's) count.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trifocal_tools import failure, npm
from trifocal_tools.bench import peers
from trifocal_tools.bench.route_load import Target
from trifocal_tools.failure import Failure

OURS, NODE, FASTAPI, FLOOR = "our cloud", "Node ws", "FastAPI + pydantic", "bare epoll"
PEERS = Path(peers.__file__).parent
MODULES = {FASTAPI: "trifocal_tools.bench.peers.fastapi_relay", FLOOR: "trifocal_tools.bench.peers.epoll_relay"}

UNLIMITED = {
    "TRIFOCAL_CLOUD_GATEWAY_MESSAGES_PER_SECOND": "1000000",
    "TRIFOCAL_CLOUD_APP_MESSAGES_PER_SECOND": "1000000",
    "TRIFOCAL_CLOUD_PRESSES_PER_WINDOW": "100000000",
}
"""No thumb is as fast as the load; all else is as it comes."""

READY_S = 60.0
ANSWER_S = 180.0


@dataclass(frozen=True)
class Server:
    """A server that runs: its process, and where the load finds it."""

    name: str
    process: "subprocess.Popen[str]"
    target: Target

    def cpu_s(self) -> float:
        """Processor time it has used so far, in its own code and in the kernel's, all threads together."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def memory_kib(self) -> int:
        """Memory it holds now (RSS)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def check_machine() -> None:
    """Raises Failure(MISSING) where processor time and memory of others cannot be read, or files not be opened."""
    if not Path("/proc/self/schedstat").exists():
        raise Failure("this is measured in /proc, which only Linux has", failure.MISSING, "linux_missing")
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.contextmanager
def running(name: str, folder: Path) -> Iterator[Server]:
    """A server that takes connections, ended afterwards. Raises Failure(MISSING) when it does not start."""
    data = folder / "cloud-data"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TRIFOCAL_")} | UNLIMITED
    with _started(_command(name, data), folder, environment, cpu=0) as process:
        said = _line(process, name, READY_S)
        if name == OURS:
            yield Server(name, process, Target(said["cloud"], said["dataDir"]))
        else:
            yield Server(name, process, Target(f"http://127.0.0.1:{said['port']}"))


class LoadProcess:
    """The load generator towards one server."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def tell(self, **command: object) -> dict[str, Any]:
        """Have it do something; its answer. Raises Failure when it could not."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return _line(self._process, "load generator", ANSWER_S)


@contextlib.contextmanager
def loading(target: Target, folder: Path) -> Iterator[LoadProcess]:
    """A load generator towards this target, ended afterwards."""
    program = "trifocal_tools.bench.route_load"
    command = [sys.executable, "-m", program, json.dumps({"url": target.url, "data": target.data})]
    with _started(command, folder, dict(os.environ), cpu=1) as process:
        yield LoadProcess(process)


def _command(name: str, data: Path) -> list[str]:
    if name == NODE:
        return [str(npm.node("ws")), str(PEERS / "relay.mjs"), str(npm.ensure("ws"))]
    if name == OURS:
        flags = ["--port", "0", "--data-dir", str(data), "--allow-private-apps", "--json"]
        return [sys.executable, "-m", "trifocal_tools.cli", "cloud", *flags]
    return [sys.executable, "-m", MODULES[name]]


@contextlib.contextmanager
def _started(
    command: list[str], folder: Path, environment: dict[str, str], cpu: int
) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            _pin(process.pid, cpu)
            yield process
        finally:
            process.kill()  # it keeps nothing that anybody will want, and a gentle end takes long with so many there


def _pin(pid: int, turn: int) -> None:
    """Give a process one processor, where there is more than one; it has no threads yet that would stay behind."""
    free = sorted(os.sched_getaffinity(0))
    if len(free) > 1:
        os.sched_setaffinity(pid, {free[turn]})


def _line(process: "subprocess.Popen[str]", name: str, seconds: float) -> dict[str, Any]:
    """The next line it says. Raises Failure: it ended, failed or took too long."""
    # Reading blocks; what ends a process that says nothing ends the reading too.
    overdue = threading.Timer(seconds, process.kill)
    overdue.start()
    try:
        text = process.stdout.readline() if process.stdout else ""
    finally:
        overdue.cancel()
    try:
        said = json.loads(text)
    except ValueError:
        raise Failure(f"the {name} ended instead of answering", failure.MISSING, "not_started") from None
    if not isinstance(said, dict) or "error" in said:
        raise Failure(f"the {name} failed: {said}", word="bench_failed")
    return said
