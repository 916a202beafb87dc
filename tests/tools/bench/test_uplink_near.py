import json

import pytest

from trifocal_tools.bench.uplink_near import Near, serve

NOBODY = "http://127.0.0.1:9"
"""Where nobody listens."""


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"do": "wake", "count": 1}, "reached"),
        ({"do": "press", "count": 1}, "cloud_unreachable"),
        ({"do": "upload", "size": 100}, "cloud_unreachable"),
        ({"do": "both", "size": 100, "cap": 1000}, "cloud_unreachable"),
    ],
)
async def test_without_a_cloud_it_says_why_and_goes_on(order: dict[str, object], reason: str) -> None:
    lines = [json.dumps(order)] * 2
    said: list[str] = []
    await serve(Near(NOBODY, "a.b.c"), lambda: lines.pop() if lines else "", said.append)
    assert len(said) == 2
    assert all(reason in json.loads(line)["error"] for line in said)


async def test_it_ends_when_the_orders_end() -> None:
    said: list[str] = []
    await serve(Near(NOBODY, "a.b.c"), lambda: "", said.append)
    assert said == []
