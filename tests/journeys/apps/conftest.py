"""A whole house, and apps for it: real ones, in processes of their own, with the official SDK and with ours."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools import npm
from trifocal_tools.app_client import AppClient
from trifocal_tools.bench.fresh import fresh_up
from trifocal_tools.bench.kills import draw_pictures, free_port
from trifocal_tools.settings import Endpoint

HERE = Path(__file__).parent
SDKS = ("mentra-sdk", "trifocal-sdk")
KEY = "the-key-of-a-probe"
PATIENCE_S = 30.0
SETTINGS = [{"key": "quality", "type": "text", "label": "Quality", "defaultValue": "fine"}]


class Probe:
    """An app in a process of its own, `probe.mjs` or `probe.py`: it is told what to do and says what it hears."""

    def __init__(self, sdk: str, folder: Path) -> None:
        self.package = f"com.example.{sdk}"
        self.key = KEY
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.user = "me@trifocal.local"
        self._command = _command(sdk, folder)
        self._folder = folder
        self._lines: list[dict[str, Any]] = []
        self._told = threading.Condition()
        self._orders = 0
        self._process: subprocess.Popen[str] | None = None

    def registration(self, *permissions: str) -> dict[str, Any]:
        """What the registry of a cloud must know of it."""
        return {"publicUrl": self.url, "apiKey": KEY, "permissions": list(permissions), "settings": SETTINGS}

    def run(self) -> None:
        """Start the process and wait until it serves."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIFOCAL_")}
        mine = {"APP_PACKAGE": self.package, "APP_KEY": KEY, "APP_PORT": str(self.port)}
        self._process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=kept | mine,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        self.hear("ready")

    def kill(self) -> None:
        """`kill -9`: nobody hears of it but by the sockets."""
        assert self._process
        with self._process:
            self._process.kill()
            self._reader.join()

    def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """Have something done: what came of it, as a line with `event` "done" or "failed"."""
        return self.answer(self.order(do, **what))

    def order(self, do: str, **what: Any) -> int:
        """Have something done without waiting for it."""
        assert self._process
        assert self._process.stdin
        self._orders += 1
        self._process.stdin.write(json.dumps({"n": self._orders, "user": self.user, "do": do, **what}) + "\n")
        self._process.stdin.flush()
        return self._orders

    def answer(self, number: int) -> dict[str, Any]:
        """What came of an order."""
        return self._await(lambda line: line.get("n") == number, f"answer {number}")

    def hear(self, event: str, **like: Any) -> dict[str, Any]:
        """The first line of this kind that was not heard before; whichever came before it is still there."""
        return self._await(lambda line: {"event": event, **like}.items() <= line.items(), f"{event} {like or ''}")

    def unheard(self, event: str) -> list[dict[str, Any]]:
        """All lines of this kind that nobody has heard."""
        with self._told:
            return [line for line in self._lines if line["event"] == event]

    def forget(self) -> None:
        """What it said so far is of no interest."""
        with self._told:
            self._lines.clear()

    def await_subscription(self, client: AppClient, stream: str = "button_press", there: bool = True) -> None:
        """Wait until the cloud knows that this app wants to hear a stream, or no longer does."""
        _until(lambda: (stream in client.app(self.package)["subscriptions"]) == there)

    def _await(self, good: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE_S
        with self._told:
            while True:
                if found := next((line for line in self._lines if good(line)), None):
                    self._lines.remove(found)
                    return found
                if not self._told.wait(end - time.monotonic()):
                    log = (self._folder / "log").read_text()[-3000:]
                    raise AssertionError(f"{self.package} did not say: {what}; it said {self._lines}\n{log}")

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        with (self._folder / "log").open("a") as log:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if line.startswith('{"event"'):
                    with self._told:
                        self._lines.append(json.loads(line))
                        self._told.notify_all()


def _until(good: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not good():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.02)


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Waits until something is so."""
    return _until


def _command(sdk: str, folder: Path) -> list[str]:
    if sdk == "trifocal-sdk":
        return [sys.executable, str(HERE / "probe.py")]
    # As in any Node project: the app's own folder has the modules beside it.
    (folder / "node_modules").symlink_to(npm.ensure(sdk) / "node_modules")
    return [str(npm.node(sdk)), shutil.copy(HERE / "probe.mjs", folder)]


@contextlib.contextmanager
def _probes(factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Probe]]:
    """Gives the running probe of an SDK, the same one whenever it is asked for again."""
    probes: dict[str, Probe] = {}

    def probe_of(sdk: str) -> Probe:
        if sdk not in probes:
            probes[sdk] = Probe(sdk, factory.mktemp(sdk))
            probes[sdk].run()
        return probes[sdk]

    yield probe_of
    for probe in probes.values():
        probe.kill()


@pytest.fixture(scope="package")
def probe_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Probe]]:
    """Gives the probe of an SDK that all tests share."""
    with _probes(tmp_path_factory) as probe_of:
        yield probe_of


@pytest.fixture
def new_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Probe]]:
    """Gives a probe of an SDK that this test has for itself."""
    with _probes(tmp_path_factory) as probe_of:
        yield probe_of


@dataclass(frozen=True)
class House:
    """What runs: its announcement, its owner's client, what the camera sees, and where the apps' lines can be cut."""

    said: dict[str, Any]
    client: AppClient
    pictures: dict[str, bytes]
    cutter: Any

    def register(self, probe: Probe, *permissions: str) -> None:
        """Enter a probe into the registry with these permissions, or give it these."""
        self.client.put_app(probe.package, probe.registration(*permissions))

    def press(self) -> dict[str, Any]:
        """Press the photo button and wait for what becomes of it."""
        press_id = self.client.tell_glasses("press", "photo")["pressId"]
        return self.client.follow(press_id, PATIENCE_S)

    def await_glasses(self) -> None:
        """Wait until they are linked, well, and nothing of an earlier test waits on them."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            state = self.client.glasses()
            if state["connected"] and state["battery"] == 80 and state["sim"]["storedPhotos"] == 0:
                return
        raise AssertionError("the glasses did not come back")

    def photos(self) -> list[dict[str, Any]]:
        """The gallery, newest first."""
        return list(self.client.gallery()["photos"])


@pytest.fixture(scope="package")
def whole_house(tmp_path_factory: pytest.TempPathFactory, cutter: Any) -> Iterator[House]:
    """One `trifocal up` for all tests; the apps reach it through the cutter."""
    folder = tmp_path_factory.mktemp("house")
    pictures = draw_pictures(folder / "pictures", 3)
    flags = ("--camera", str(folder / "pictures"), "--public-url", cutter.url)
    with fresh_up(*flags) as said:
        host, _, port = said["cloud"].rpartition("//")[2].partition(":")
        cutter.target = (host, int(port))
        with AppClient(Endpoint(said["cloud"], said["token"])) as client:
            yield House(said, client, pictures, cutter)


def _ready(glasses: dict[str, Any]) -> bool:
    return bool(glasses["connected"]) and glasses["battery"] == 80


@pytest.fixture
def house(whole_house: House) -> Iterator[House]:
    """The house as each test finds it: glasses in reach, charged, unfolded, and afterwards no app runs."""
    for command in (("online",), ("unfold",), ("battery", "80")):
        whole_house.client.tell_glasses(*command)
    whole_house.await_glasses()
    yield whole_house
    for app in whole_house.client.apps():
        whole_house.client.stop_app(str(app["package"]))
        whole_house.client.remove_app(str(app["package"]))


@pytest.fixture
def started(house: House, probe_of: Callable[[str], Probe]) -> Callable[[str], Probe]:
    """Gives the probe of an SDK with a session in the house: registered with CAMERA, started, listening."""

    def started(sdk: str) -> Probe:
        probe = probe_of(sdk)
        probe.forget()
        house.register(probe, "CAMERA")
        house.client.start_app(probe.package)
        probe.hear("session")
        probe.await_subscription(house.client)
        return probe

    return started


@pytest.fixture(params=SDKS)
def app(request: pytest.FixtureRequest, started: Callable[[str], Probe]) -> Probe:
    """One running app; the test is run with each SDK."""
    return started(str(request.param))


@pytest.fixture
def apps(started: Callable[[str], Probe]) -> list[Probe]:
    """One running app of each SDK at the same time."""
    return [started(sdk) for sdk in SDKS]
