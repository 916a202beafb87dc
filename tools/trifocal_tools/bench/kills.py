"""A whole Trifocal of four processes, one of which is killed again and again while photos are taken.

The victim, gateway or cloud, gets `kill -9` at random instants after its start, while somebody presses the button a
fixed number of times: with the victim up, half-way up and down. Afterwards it is left alone, and every picture that
the camera made must lie in the gallery: once, with the bytes the camera made.
"""

import contextlib
import hashlib
import io
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from PIL import Image

from trifocal_tools.client import Client
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Endpoint

Victim = Literal["gateway", "cloud"]

LIFE_S = 1.6
"""A victim lives between 0 and this long: less than it takes to start, up to well into its work."""

QUIET_S = 120.0
"""How long the last photos may take once nobody is killed any more."""

PAUSE_S = 0.1


@dataclass(frozen=True)
class Outcome:
    """What became of the photos of one run."""

    victim: Victim
    kills: int
    photos: int
    lost: int
    doubled: int
    corrupt: int
    seconds: float


def kill_run(victim: Victim, kills: int, photos: int, folder: Path, seed: int = 0) -> Outcome:
    """Take `photos` pictures while the victim dies `kills` times; see the module. Raises Failure: it cannot start."""
    chance = random.Random(seed)  # noqa: S311 - instants, not secrets
    made = draw_pictures(folder / "pictures", photos)
    press_before = (
        sorted(chance.sample(range(kills), photos))
        if photos <= kills
        else sorted(chance.choices(range(kills), k=photos))
    )
    presses = Counter(press_before)
    started = time.monotonic()
    with Parts(folder) as parts:
        for number in range(kills):
            lifetime = chance.uniform(0, LIFE_S)
            before = chance.uniform(0, lifetime)
            time.sleep(before)
            for _ in range(presses[number]):
                parts.press()
            time.sleep(lifetime - before)
            parts.kill(victim)
            parts.start(victim)
        return judge(parts, made, victim, kills, time.monotonic() - started)


def judge(parts: "Parts", made: dict[str, bytes], victim: Victim, kills: int, seconds: float) -> Outcome:
    """Wait until the gallery has every picture or nothing more comes, then count."""
    end = time.monotonic() + QUIET_S
    while len(found := parts.gallery()) < len(made) and time.monotonic() < end:
        time.sleep(PAUSE_S)
    shas = Counter(str(photo["sha256"]) for photo in found)
    corrupt = sum(hashlib.sha256(parts.original(photo)).hexdigest() not in made for photo in found)
    lost = sum(sha not in shas for sha in made)
    doubled = sum(count - 1 for count in shas.values())
    return Outcome(victim, kills, len(made), lost, doubled, corrupt, seconds)


def draw_pictures(folder: Path, count: int) -> dict[str, bytes]:
    """`count` different JPEG files of some 20 kB for the camera, by sha256."""
    folder.mkdir(parents=True)
    made = {}
    for number in range(count):
        noise = random.Random(number).randbytes(96 * 72 * 3)  # noqa: S311
        picture = Image.frombytes("RGB", (96, 72), noise).resize((480, 360))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=85)
        (folder / f"{number:04}.jpg").write_bytes(buffer.getvalue())
        made[hashlib.sha256(buffer.getvalue()).hexdigest()] = buffer.getvalue()
    return made


class Parts:
    """Cloud, gateway and simulated glasses, each in a process of its own. A context manager; ends what it started."""

    def __init__(self, folder: Path, *cloud_flags: str) -> None:
        self._folder = folder
        self._cloud_flags = cloud_flags
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._cloud_port, self._glasses_port = free_port(), free_port()
        self.cloud = f"http://127.0.0.1:{self._cloud_port}"
        self.token = self._said(["token", "--json"])["token"]

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self.close)
            for name in ("cloud", "glasses", "gateway"):
                self.start(name)
                self._await_line(name)
            self.await_joined()
            on_failure.pop_all()
        return self

    def __exit__(self, *failed: object) -> None:
        self.close()

    def close(self) -> None:
        """End every part, gently first."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        self._running.clear()

    def flags(self, name: str) -> list[str]:
        """The command line of a part."""
        return {
            "cloud": ["cloud", "--port", str(self._cloud_port), *self._cloud_flags],
            "gateway": ["gateway", "--cloud", self.cloud, "--sim", f"tcp://127.0.0.1:{self._glasses_port}"],
            "glasses": [
                "sim",
                "--camera",
                str(self._folder / "pictures"),
                "--listen",
                f"127.0.0.1:{self._glasses_port}",
            ],
        }[name]

    def start(self, name: str) -> None:
        """Start a part; it is not awaited."""
        log = (self._folder / f"{name}.log").open("ab")
        with log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "trifocal_tools.cli", *self.flags(name), "--json"],
                cwd=self._folder,
                env=self._environment(name),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def kill(self, name: str) -> None:
        """`kill -9`: the part hears nothing of it."""
        process = self._running.pop(name)
        process.kill()
        process.communicate()

    def stop(self, name: str) -> None:
        """Have the part end by itself (SIGTERM), and wait for that."""
        process = self._running.pop(name)
        process.terminate()
        process.communicate(timeout=30)

    def await_joined(self) -> None:
        """Wait until the cloud says that the glasses are connected. Raises Failure: they are not, for 30 s."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with contextlib.suppress(Failure), self.client() as client:
                if client.glasses()["connected"]:
                    return
            time.sleep(PAUSE_S)
        raise Failure("glasses, gateway and cloud did not find one another within 30 s")

    def press(self) -> str:
        """Press the photo button short; the press id."""
        said = self.typed("press photo")
        if not said.get("success"):
            raise Failure(f"a press was refused: {said.get('errorMessage')}")
        return str(said["pressId"])

    def glasses_state(self) -> dict[str, Any]:
        """What a person would see of the glasses: the fields of `sim_state`."""
        return self.typed("state")

    def gallery(self) -> list[dict[str, Any]]:
        """Every photo in the gallery, newest first; nothing while the cloud does not answer."""
        photos: list[dict[str, Any]] = []
        cursor: str | None = ""
        try:
            with self.client() as client:
                while cursor is not None:
                    page = client.gallery(cursor)
                    photos += page["photos"]
                    cursor = page["nextCursor"]
        except Failure:
            return []
        return photos

    def original(self, photo: dict[str, Any]) -> bytes:
        """The bytes of a photo as they lie in the gallery."""
        with self.client() as client:
            return client.photo_bytes(str(photo["photoUrl"]))

    def client(self) -> Client:
        """A conversation with this cloud."""
        return Client(Endpoint(self.cloud, self.token))

    def typed(self, line: str) -> dict[str, Any]:
        """A line to the keyboard of the glasses, and its answer."""
        glasses = self._running["glasses"]
        assert glasses.stdin
        glasses.stdin.write(line + "\n")
        glasses.stdin.flush()
        return self._await_line("glasses")

    def _await_line(self, name: str) -> dict[str, Any]:
        """The next line of a part's stdout. Raises Failure when it ends instead."""
        process = self._running[name]
        assert process.stdout
        line = process.stdout.readline()
        if not line:
            log = (self._folder / f"{name}.log").read_text()[-2000:]
            raise Failure(f"the {name} ended instead of answering:\n{log}")
        said: dict[str, Any] = json.loads(line)
        return said

    def _said(self, flags: list[str]) -> dict[str, Any]:
        command = [sys.executable, "-m", "trifocal_tools.cli", *flags]
        done = subprocess.run(
            command, cwd=self._folder, env=self._environment(""), stdout=subprocess.PIPE, text=True, check=True
        )
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def _environment(self, name: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TRIFOCAL_")}
        kept["TRIFOCAL_DATA_DIR"] = str(self._folder / "data")
        if name == "gateway":
            kept["TRIFOCAL_TOKEN"] = self.token
        return kept


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def outcome_rows(outcomes: list[Outcome]) -> Iterator[tuple[str, str, float]]:
    """Name, unit and value of each figure of each run."""
    for one in outcomes:
        for name in ("lost", "doubled", "corrupt"):
            yield f"{one.victim} killed {one.kills} times, {one.photos} photos: {name}", "photos", getattr(one, name)
