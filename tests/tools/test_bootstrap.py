import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from trifocal_tools import bootstrap

SOURCE = Path(bootstrap.__file__)

FAKE_PIP = """
import os, sys, time
if "--version" in sys.argv:
    print("pip {version} from nowhere (python 3.11)")
    sys.exit()
python = sys.argv[sys.argv.index("--python") + 1]
with open(os.path.join({log!r}), "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
if os.environ.get("FAIL"):
    sys.exit("no such package")
time.sleep(float(os.environ.get("SLOW", 0)))
made = os.path.join(os.path.dirname(python), "trifocal")
with open(made, "w") as file:
    file.write("#!/bin/sh\\necho ran: \\"$@\\"\\n")
os.chmod(made, 0o755)
"""


class Checkout:
    """A copy of the bootstrap in a checkout of its own, with a pip that only writes down what it was asked."""

    def __init__(self, folder: Path, pip: str = "26.3") -> None:
        self.folder = folder
        self.script = folder / "tools" / "trifocal_tools" / "bootstrap.py"
        self.script.parent.mkdir(parents=True)
        self.script.write_text(SOURCE.read_text())
        (folder / "pyproject.toml").write_text("[project]\n")
        self.log = folder.parent / "pip.log"
        fake = folder / "fake" / "pip"
        fake.mkdir(parents=True)
        (fake / "__main__.py").write_text(FAKE_PIP.format(log=str(self.log), version=pip))
        (fake / "__init__.py").write_text("")
        self.environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(fake.parent)}

    def start(self, *arguments: str, **extra: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(self.script), *arguments],
            env=self.environment | extra,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **extra: str) -> tuple[int, str, str]:
        with self.start(*arguments, **extra) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def installs(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "a path with spaces")


def test_it_makes_the_environment_once_and_becomes_the_command(checkout: Checkout) -> None:
    code, out, err = checkout.run("up", "--port", "0")
    assert (code, out) == (0, "ran: up --port 0\n")
    assert "once" in err
    assert checkout.run("check") == (0, "ran: check\n", "")
    (install,) = checkout.installs()
    assert install.endswith(f"-e {checkout.folder}")


def test_it_installs_again_when_the_requirements_changed(checkout: Checkout) -> None:
    checkout.run()
    (checkout.folder / "pyproject.toml").write_text("[project]\nversion = '2'\n")
    checkout.run()
    (checkout.folder / "constraints.txt").write_text("httpx==1\n")
    checkout.run()
    assert len(checkout.installs()) == 3
    assert f"-c {checkout.folder / 'constraints.txt'}" in checkout.installs()[2]


def test_a_moved_checkout_gets_a_new_environment(checkout: Checkout, tmp_path: Path) -> None:
    checkout.run()
    marker = checkout.folder / ".venv" / "of-old"
    marker.write_text("")
    moved = checkout.folder.rename(tmp_path / "elsewhere")
    checkout.script = moved / "tools" / "trifocal_tools" / "bootstrap.py"
    checkout.environment["PYTHONPATH"] = str(moved / "fake")
    assert checkout.run("up")[1] == "ran: up\n"
    assert not (moved / ".venv" / "of-old").exists()


def test_an_environment_that_works_is_kept(checkout: Checkout) -> None:
    checkout.run()
    marker = checkout.folder / ".venv" / "kept"
    marker.write_text("")
    (checkout.folder / "pyproject.toml").write_text("[project]\nversion = '2'\n")
    checkout.run()
    assert marker.exists()


def test_started_twice_at_once_it_installs_once(checkout: Checkout) -> None:
    with checkout.start("one", SLOW="0.3") as one, checkout.start("two", SLOW="0.3") as two:
        assert (one.communicate(timeout=60)[0], two.communicate(timeout=60)[0]) == ("ran: one\n", "ran: two\n")
    assert len(checkout.installs()) == 1


def test_a_failed_install_is_said_with_its_command_and_tried_again(checkout: Checkout) -> None:
    code, out, err = checkout.run("up", FAIL="1")
    assert (code, out) == (bootstrap.MISSING, "")
    assert "could not be installed" in err
    assert "-e" in err.splitlines()[-1]
    assert checkout.run("up")[0] == 0


def test_without_a_usable_pip_uv_is_taken(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout", pip="20.3")
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    # Read by the shell and by Python alike: a `#!` line takes no path with a space in it.
    uv.write_text(
        f"#!/bin/sh\n'exec' '{sys.executable}' \"$0\" \"$@\"\n" + FAKE_PIP.format(log=str(checkout.log), version="")
    )
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    assert checkout.run("up", PATH=f"{uv.parent}:{os.environ['PATH']}")[1] == "ran: up\n"
    assert checkout.installs()[0].startswith("pip install --quiet --python ")


def test_an_old_python_is_told_kindly(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        bootstrap.check_python((3, 9))
    assert caught.value.code == bootstrap.MISSING
    assert "3.11 or newer" in capsys.readouterr().err


def test_it_can_be_read_by_an_older_python() -> None:
    import ast

    ast.parse(SOURCE.read_text(), feature_version=(3, 8))


def test_it_imports_the_standard_library_only() -> None:
    import ast

    tree = ast.parse(SOURCE.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
