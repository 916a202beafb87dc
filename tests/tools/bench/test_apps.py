import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from trifocal_tools.bench import apps
from trifocal_tools.bench.route_servers import FASTAPI, NODE, OURS
from trifocal_tools.failure import Failure


class Pretended:
    """A server and its load at once: a user weighs `per_user` KiB, a lost one `left` for ever."""

    def __init__(self, per_user: float, left: float = 0.0, deaf: bool = False) -> None:
        self._per_user = per_user
        self._left = left
        self._deaf = deaf
        self._users = 0
        self._held = 50_000.0
        self.name = "pretended"
        self.drops = 0

    def memory_kib(self) -> int:
        return int(self._held)

    def tell(self, **command: Any) -> dict[str, Any]:
        if "open" in command:
            self._held += (command["open"] - self._users) * self._per_user
            self._users = command["open"]
        elif "drop" in command:
            self.drops += 1
            self._held -= self._users * (self._per_user - self._left)
            self._users = 0
        return {"messages": 0 if self._deaf else 10 * self._users}


def pretend(monkeypatch: pytest.MonkeyPatch, ours: Pretended) -> None:
    @contextmanager
    def started(names: tuple[str, ...]) -> Iterator[dict[str, tuple[Pretended, Pretended]]]:
        both = {OURS: ours, NODE: Pretended(20.0), FASTAPI: Pretended(60.0)}
        yield {name: (both[name], both[name]) for name in names}
        assert [both[name].drops for name in (NODE, FASTAPI)] == [0, 0]

    monkeypatch.setattr(apps, "started", started)


def test_a_user_is_weighed_beside_the_peers_and_rounds_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Pretended(40.0)
    pretend(monkeypatch, ours)
    found = apps.run(quick=False)
    assert ours.drops == apps.SETTLED_AFTER // apps.USERS + apps.ROUNDS
    rows = {row["name"]: row for row in found["rows"]}
    assert rows[f"a user with one app, of 1,000: {OURS}"]["median"] == 40.0
    assert rows[f"a user with one app, of 1,000: {FASTAPI}"]["ratio"] == 3.0
    assert [(aim["value"], aim["met"]) for aim in found["aims"]] == [(1.0, True)]
    json.dumps(found)


def test_a_leak_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, Pretended(40.0, left=1.0))
    assert [aim["met"] for aim in apps.run(quick=True)["aims"]] == [False]


def test_apps_that_hear_nothing_afterwards_end_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, Pretended(40.0, deaf=True))
    with pytest.raises(Failure, match="0 of 125 apps hear"):
        apps.run(quick=True)
