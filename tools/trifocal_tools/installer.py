"""Putting Python packages into the environment that runs us, whatever made it."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from trifocal_tools import failure, output
from trifocal_tools.failure import Failure

CHECKOUT = Path(__file__).resolve().parents[2]
"""The folder of pyproject.toml, when we run from a checkout."""

INSTALL_S = 900

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?(?:==([^;\s]+))?")


def dev_group(pyproject: Path = CHECKOUT / "pyproject.toml") -> list[str]:
    """The requirements of the dependency group `dev`. Raises Failure(MISSING) away from a checkout."""
    try:
        group = tomllib.loads(pyproject.read_text())["dependency-groups"]["dev"]
    except (OSError, KeyError) as error:
        hint = "clone the repository and run it there"
        raise Failure("this works only in a checkout of Trifocal", failure.MISSING, "no_checkout", hint) from error
    return [line for line in group if isinstance(line, str)]


def lacking(requirements: Sequence[str]) -> list[str]:
    """Those of the requirements that are not installed here in the version they name."""
    return [line for line in requirements if not _present(line)]


def install(requirements: Sequence[str], why: str) -> None:
    """Install into the environment that runs us, saying so. Raises Failure(MISSING) with the command when it fails."""
    command = [*_installer(), *_constraints(), *requirements]
    output.remark(f"installing {', '.join(requirements)} ({why})")
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
        said = "" if ran.returncode == 0 else (ran.stderr or ran.stdout).strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    if said:
        last = said.splitlines()[-1]
        raise Failure(f"could not install what is needed: {last}", failure.MISSING, "not_installed", " ".join(command))
    importlib.invalidate_caches()


def _present(requirement: str) -> bool:
    found = _PINNED.match(requirement)
    if not found:
        return False
    try:
        version = metadata.version(found.group(1))
    except metadata.PackageNotFoundError:
        return False
    return found.group(2) in (None, version)


def _constraints() -> list[str]:
    path = CHECKOUT / "constraints.txt"
    return ["-c", str(path)] if path.exists() else []


def _installer() -> list[str]:
    """The front of a command that installs here: environments made without pip are filled from outside."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    base = getattr(sys, "_base_executable", sys.executable)
    if base != sys.executable and _has_pip(base):
        return [base, "-m", "pip", "--python", sys.executable, "install", "--quiet", "--disable-pip-version-check"]
    hint = "install pip (Debian: apt install python3-pip) or uv"
    raise Failure("neither pip nor uv is here to install with", failure.MISSING, "pip_missing", hint)


def _has_pip(python: str) -> bool:
    ran = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, timeout=60, check=False)
    return ran.returncode == 0
