from collections.abc import Callable
from typing import Any

import pytest

from trifocal_tools import failure, up

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("flags", "headless", "as_json"),
    [([], False, False), (["--headless"], True, False), (["--json"], True, True)],
)
def test_the_flags_arrive(
    monkeypatch: pytest.MonkeyPatch, trifocal: Run, flags: list[str], headless: bool, as_json: bool
) -> None:
    seen: list[Any] = []

    def fake(found: Any, **said: bool) -> None:
        seen.append((found, said))

    monkeypatch.setattr(up, "up", fake)
    words = [
        "--port",
        "0",
        "--user",
        "ada@example.org",
        "--allow-private-apps",
        "--radio",
        "--public-url",
        "http://127.0.0.1:9",
    ]
    assert trifocal("up", *flags, *words)[0] == failure.OK
    ((found, said),) = seen
    assert (found.port, found.user) == (0, "ada@example.org")
    assert (found.allow_private_apps, found.radio, found.public_url) == (True, True, "http://127.0.0.1:9")
    assert said == {"headless": headless, "as_json": as_json}
