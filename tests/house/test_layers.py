"""Imports go down only: the contracts of import-linter hold, and they are the ones that the plan names."""

import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {f"trifocal_{floor}" for floor in ("shared", "firmware", "gateway", "cloud", "sdk", "tools")}


def test_the_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    said = capsys.readouterr().out
    assert code == 0, said
    assert " 0 broken" in said


def test_every_package_of_the_house_is_under_them() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert set(settings["root_packages"]) == PACKAGES
    (layers,) = [contract for contract in settings["contracts"] if contract["type"] == "layers"]
    assert {name for layer in layers["layers"] for name in layer.split(" | ")} == PACKAGES
    on_disk = {path.parent.name for floor in ROOT.iterdir() for path in floor.glob("trifocal_*/__init__.py")}
    assert on_disk == PACKAGES
