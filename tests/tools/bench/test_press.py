import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from trifocal_tools.bench import press
from trifocal_tools.failure import Failure

STEPS = [
    {"source": "glasses", "step": "pressed", "at": 1000},
    {"source": "cloud", "step": "stored", "at": 1090},
    {"source": "glasses", "step": "captured", "at": 1030},
]


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was uploaded bare, to a cloud that stores every press at once."""
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/api/photos/upload":
            seen.append(request.read())
            return httpx.Response(200, json={"success": True})
        if path == "/p":
            return httpx.Response(200, content=b"JPEG")
        if path == "/api/glasses/sim":
            return httpx.Response(200, json={"success": True, "pressId": "a-1"})
        return httpx.Response(200, json={"status": "stored", "final": True, "photoUrl": "/p", "steps": STEPS})

    @contextmanager
    def fresh(*_: str) -> Iterator[dict[str, Any]]:
        yield {"cloud": "http://c", "token": "t"}

    real = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: real(**options | {"transport": httpx.MockTransport(answer)}))
    monkeypatch.setattr(press, "fresh_up", fresh)
    monkeypatch.setattr(press, "REST_S", 0)
    return seen


def test_press_and_upload_are_measured_in_turns_and_broken_down(uploads: list[bytes]) -> None:
    found = press.run(quick=True)
    assert len(uploads) == press.QUICK_ROUNDS
    requests = {re.search(rb"local_bench_\d+", body)[0] for body in uploads}  # type: ignore[index]
    assert len(requests) == len(uploads)
    assert [row["name"] for row in found["rows"]] == [
        "press to gallery",
        "  glasses captured",
        "  cloud stored",
        "  the asking itself",
        "bare upload, 0 kB",
        "press to gallery, in a row",
    ]
    assert [row["median"] for row in found["rows"][1:3]] == [30.0, 60.0]
    assert found["aims"][0]["at_most"] == press.AIM_MS
    json.dumps(found)


def test_a_press_that_does_not_arrive_ends_the_benchmark(monkeypatch: pytest.MonkeyPatch, uploads: list[bytes]) -> None:
    def lost(*_: object) -> dict[str, str]:
        return {"status": "failed", "reason": "camera_busy"}

    monkeypatch.setattr("trifocal_tools.client.Client.follow", lost)
    with pytest.raises(Failure, match="camera_busy"):
        press.run(quick=True)
