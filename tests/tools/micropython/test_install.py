import json
from pathlib import Path

import pytest

from trifocal_tools import npm
from trifocal_tools.micropython import install


def test_the_interpreter_is_a_file_of_the_locked_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(npm, "ensure", lambda name: tmp_path / name)
    locked = json.loads((npm.LOCKS / install.NAME / "package-lock.json").read_text())["packages"]
    module = install.ensure().relative_to(tmp_path / install.NAME)
    assert module.name == "micropython.mjs"
    assert module.parent.as_posix() in locked
