from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools import alone, failure

Run = Callable[..., tuple[int, str, str]]


def test_the_flags_arrive(monkeypatch: pytest.MonkeyPatch, trifocal: Run, tmp_path: Path) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(alone, "run_cloud", lambda *arguments: seen.extend(arguments))
    words = ["--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path), "--json"]
    words += ["--public-url", "https://trifocal.example.org", "--allow-private-apps"]
    assert trifocal("cloud", *words)[0] == failure.OK
    found, as_json = seen
    assert (found.host, found.port, found.data_dir, as_json) == ("0.0.0.0", 0, tmp_path, True)
    assert (found.public_url, found.allow_private_apps) == ("https://trifocal.example.org", True)


def test_an_impossible_port_is_a_mistake_of_usage(trifocal: Run) -> None:
    assert trifocal("cloud", "--port", "70000")[0] == failure.USAGE
