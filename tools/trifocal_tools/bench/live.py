"""Live video as it is seen: pictures that tell when they were sent, shown by a real Chromium, all ways in one run.

WebRTC (WHEP) and LL-HLS of ours and HLS of nginx with its RTMP module show the same publisher; hls.js plays both kinds
of HLS. What is counted runs from the publisher's socket to the page that has the picture: no camera, encoder, radio or
wide network is in it, but the browser on the same processors is. RTMP from hop to hop is `trifocal bench rtmp`.
"""

import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trifocal_tools import failure, npm, provision
from trifocal_tools.bench import nginx_rtmp, report
from trifocal_tools.bench.live_publisher import FPS, SECONDS, STEP
from trifocal_tools.bench.rtmp_process import cpu_s, started
from trifocal_tools.failure import Failure

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WHEP, LL_HLS, HLS = "WebRTC (WHEP)", "LL-HLS", "HLS of nginx-rtmp"
PLAYER = "node_modules/hls.js/dist/hls.min.js"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--autoplay-policy=no-user-gesture-required"]
SETTLE_MS = {"webrtc": 1_000, "hls": 3_500}
"""Until a player is as near the present as it gets."""
BEGIN_MS = 20_000
SCRIPT = Path(__file__).with_name("live_page.js")


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    rounds: int
    watch_ms: int
    joins: int
    viewers: int


FULL = Scale(3, 8_000, 5, 4)
QUICK = Scale(1, 2_000, 3, 2)


@dataclass
class Seen:
    """What was measured."""

    shown: dict[str, list[float]]
    """By way, ms from sending to showing of each picture."""
    first_ms: list[float]
    """From the click to the first picture by WebRTC."""
    viewer_cpu: list[float]
    """Processor seconds of the cloud for a minute of a viewer by WebRTC."""


@dataclass(frozen=True)
class Stage:
    """What runs: a browser, our server's process, where each way is, and when (epoch ms) the publisher began."""

    browser: "Browser"
    pid: int
    places: dict[str, str]
    begun_ms: float


def run(quick: bool) -> dict[str, Any]:
    """Measure and report. Raises Failure(MISSING)."""
    scale = QUICK if quick else FULL
    seen = Seen({WHEP: [], LL_HLS: [], HLS: []}, [], [])
    with stage() as found:
        for _ in range(scale.rounds):
            _round(found, scale, seen)
    return summed_up(seen)


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Both servers with one publisher, and a browser. Raises Failure(MISSING)."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Failure("playwright is not installed", failure.MISSING, "playwright_missing", "trifocal check") from None
    cpus = os.sched_getaffinity(0)
    house_command = [sys.executable, "-m", "trifocal_tools.bench.rtmp_house", "1"]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trifocal-bench-")))
        nginx = stack.enter_context(nginx_rtmp.running(folder, cpus))
        house, said = stack.enter_context(started(house_command, cpus))
        ours = said["streams"][0]
        theirs = f"rtmp://127.0.0.1:{nginx.rtmp}/live/s"
        command = [sys.executable, "-m", "trifocal_tools.bench.live_publisher", ours["publish"], theirs]
        _, began = stack.enter_context(started(command, cpus))
        places = {WHEP: ours["whep"], LL_HLS: ours["hls"], HLS: f"http://127.0.0.1:{nginx.http}/hls/s.m3u8"}
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=provision.chromium(), args=FLAGS)
        time.sleep(4)  # until nginx has the three segments that players begin with
        yield Stage(browser, house.pid, places, began["begun_ms"])
        browser.close()


def _round(stage: Stage, scale: Scale, seen: Seen) -> None:
    for way, url in stage.places.items():
        with _page(stage.browser, url) as page:
            _play(page, way, url)
            page.wait_for_timeout(SETTLE_MS["webrtc" if way == WHEP else "hls"])
            page.evaluate("seen.shown.length = 0")
            page.wait_for_timeout(scale.watch_ms)
            late = [late_ms(at, where, stage.begun_ms) for at, where in page.evaluate("seen.shown")]
            seen.shown[way] += [ms for ms in late if ms is not None]
    url = stage.places[WHEP]
    for _ in range(scale.joins):
        with _page(stage.browser, url) as page:
            seen.first_ms.append(_play(page, WHEP, url))
    idle = _spent(stage.pid, scale.watch_ms)
    with contextlib.ExitStack() as stack:
        for _ in range(scale.viewers):
            _play(stack.enter_context(_page(stage.browser, url)), WHEP, url)
        busy = _spent(stage.pid, scale.watch_ms)
    seen.viewer_cpu.append((busy - idle) / scale.viewers * 60)


@contextlib.contextmanager
def _page(browser: "Browser", url: str) -> Iterator["Page"]:
    """A page of the same origin as the stream, with the player in it."""
    page = browser.new_page()
    page.goto(url.rsplit("/", 1)[0] + "/nothing")
    page.add_script_tag(path=npm.ensure("hls-js") / PLAYER)
    page.add_script_tag(path=SCRIPT)
    yield page
    page.close()


def _play(page: "Page", way: str, url: str) -> float:
    """Ms until the first picture."""
    page.evaluate("([way, url]) => way ? watch(url) : play(url)", [way == WHEP, url])
    page.wait_for_function("seen.first !== null", timeout=BEGIN_MS)
    return float(page.evaluate("seen.first"))


def _spent(pid: int, ms: int) -> float:
    """Processor seconds that a process uses in a second."""
    before, begun = cpu_s(pid), time.monotonic()
    time.sleep(ms / 1000)
    return (cpu_s(pid) - before) / (time.monotonic() - begun)


def late_ms(at_ms: float, where: float, begun_ms: float) -> float | None:
    """How long ago the picture with its bar at this pixel was sent at `at_ms`; None where no bar was found."""
    if where < 0:
        return None
    sent = begun_ms + round(where / STEP) * 1000 / FPS
    return (at_ms - sent) % (SECONDS * 1000)


def summed_up(seen: Seen) -> dict[str, Any]:
    """The report."""
    theirs = report.row(f"sent to shown: {HLS}", "ms", seen.shown[HLS])
    rows = [theirs]
    rows += [report.row(f"sent to shown: {way}", "ms", seen.shown[way], theirs) for way in (LL_HLS, WHEP)]
    rows.append(report.row("offer to first picture: WebRTC", "ms", seen.first_ms))
    rows.append(report.row("a viewer-minute by WebRTC", "CPU s", seen.viewer_cpu))
    aims = [
        report.at_most("WebRTC, sent to shown, median ms", statistics.median(seen.shown[WHEP]), 40),
        report.at_most("WebRTC, sent to shown, p95 ms", p95(seen.shown[WHEP]), 70),
        report.at_most("WebRTC, offer to first picture, median ms", statistics.median(seen.first_ms), 250),
        report.at_most("LL-HLS, sent to shown, median ms", statistics.median(seen.shown[LL_HLS]), 1_200),
        report.at_most("WebRTC, CPU s a viewer-minute", statistics.median(seen.viewer_cpu), 0.20),
    ]
    return report.result("live", rows, aims)


def p95(samples: Sequence[float]) -> float:
    """What 95 in 100 are not above."""
    return sorted(samples)[max(0, -(-len(samples) * 95 // 100) - 1)]
