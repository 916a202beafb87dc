"""Processes of `trifocal bench rtmp`: on processors of their own, and what they cost."""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trifocal_tools import failure
from trifocal_tools.failure import Failure


@contextlib.contextmanager
def started(command: list[str], cpus: set[int], says: bool = True) -> Iterator[tuple["subprocess.Popen[str]", Any]]:
    """A process on these processors, and the JSON that it says first. Ended afterwards. Raises Failure(MISSING)."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            os.sched_setaffinity(process.pid, cpus)
            yield process, _said(process, command) if says else None
        finally:
            process.kill()


def _said(process: "subprocess.Popen[str]", command: list[str]) -> Any:
    assert process.stdout
    try:
        return json.loads(process.stdout.readline())
    except ValueError:
        raise Failure(f"{command[2]} ended instead of starting", failure.MISSING, "not_started") from None


def cpu_s(pid: int) -> float:
    """Processor time a process has used so far, in its own code and the kernel's, all threads together."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def memory_kib(pid: int) -> int:
    """Memory it holds now (RSS)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])
