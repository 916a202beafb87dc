"""A cloud that answers from a table, for the commands that speak to one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from trifocal_tools import cli

CLOUD = "http://cloud.test"


class TableCloud:
    """Answers by method and path; what was asked is kept."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = {}
        self.asked: list[tuple[str, str, Any]] = []

    def answer(self, method: str, path: str, said: dict[str, Any], status: int = 200) -> None:
        """Answer the next such question so; the last answer is given again and again."""
        self.answers.setdefault((method, path), []).append((status, said))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        self.asked.append((request.method, request.url.path, json.loads(body) if body else None))
        waiting = self.answers[request.method, request.url.path]
        status, said = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return httpx.Response(status, json=said)


@pytest.fixture
def table_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TableCloud:
    """The cloud that the environment names."""
    table = TableCloud()
    real = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: real(**options | {"transport": httpx.MockTransport(table)}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("TRIFOCAL_CLOUD", CLOUD)
    monkeypatch.setenv("TRIFOCAL_TOKEN", "t0ken")
    return table


@pytest.fixture
def trifocal(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run one command line: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(arguments)
        return (code, *capsys.readouterr())

    return run
