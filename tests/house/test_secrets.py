"""Nothing in the tree tells of the machine it was written on, of the mirrors it was built from, or holds a key."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The words are cut in two, for this file is under its own rule.
_TOP = "|".join(("wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers", "t" + "mp", "m" + "nt"))
MACHINE_PATHS = re.compile(rf"(?<![\w.~-])/(?:{_TOP})/\w")
WINDOWS_PATHS = re.compile(r"\b[A-Z]:\\+Us" + r"ers\\")
HOST = re.compile(r"\b(?:https?|wss?|git\+https|ssh|rtmps?)://(?:[^\s/@]*@)?(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)")

RESERVED = re.compile(
    r"""
    [^.]*                                       # a name without a dot is nobody's
    | \[::1\] | 127(\.\d+){3} | 0\.0\.0\.0      # this machine
    | 10(\.\d+){3} | 192\.168(\.\d+){2}         # a home's own network
    | 169\.254\.\d+\.\d+ # link-local (RFC 3927)
    | (192\.0\.2|198\.51\.100|203\.0\.113)\.\d+ # documentation (RFC 5737)
    | (.+\.)?(test|example|invalid|localhost|local|example\.(com|org|net))
    """,
    re.VERBOSE,
)
CITED = {"www.w3.org", "www.webrtc.org", "bford.info", "docs.pytest.org", "github.com", "www.apache.org"}
"""Public hosts that are named as a source or a namespace, and never called."""

KEYS = re.compile(
    "-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\beyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
)


@cache
def tracked() -> list[str]:
    """Every file that would be committed."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def lines() -> Iterator[tuple[str, str]]:
    """Every line of every text, with its place."""
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
                yield f"{name}:{number}", line


def test_no_path_of_a_machine() -> None:
    found = [place for place, line in lines() if MACHINE_PATHS.search(line) or WINDOWS_PATHS.search(line)]
    assert not found, "\n".join(found)


def test_no_host_but_our_own_reserved_and_cited_ones() -> None:
    strangers = [
        f"{place} {host}"
        for place, line in lines()
        for host in HOST.findall(line)
        if not RESERVED.fullmatch(host) and host not in CITED
    ]
    assert not strangers, "\n".join(strangers)


def test_no_key() -> None:
    assert [place for place, line in lines() if KEYS.search(line)] == []


def test_nothing_made_by_running() -> None:
    made = {"__pycache__", "node_modules", ".trifocal", ".venv", "dist", "build"}
    assert [name for name in tracked() if made & set(Path(name).parts)] == []
