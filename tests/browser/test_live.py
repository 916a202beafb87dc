"""Live video in a real browser with the player that most pages use: it plays, near the present, through a reconnect."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import sched_getaffinity
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from trifocal_tools import npm
from trifocal_tools.bench.rtmp_process import started

pytestmark = pytest.mark.browser

CHILD = Path(__file__).with_name("publish_child.py")
PLAYER = "node_modules/hls.js/dist/hls.min.js"
START = """
url => {
  document.body.innerHTML = "<video muted playsinline width=320></video>";
  const video = document.querySelector("video");
  window.seen = {errors: [], places: []};
  window.hls = new Hls({lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.5});
  hls.on(Hls.Events.ERROR, (_, data) => data.fatal && seen.errors.push(data.details));
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
  hls.loadSource(url);
  hls.attachMedia(video);
  const canvas = Object.assign(document.createElement("canvas"), {width: 320, height: 180});
  const paint = canvas.getContext("2d", {willReadFrequently: true});
  const look = () => {
    paint.drawImage(video, 0, 0, 320, 180);
    const row = paint.getImageData(0, 25, 320, 1).data;
    let at = 0;
    while (at < 320 && row[4 * at] < 180) at++;
    seen.places.push(at);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}
"""


WATCH = """
async url => {
  document.body.innerHTML = "<video muted playsinline autoplay width=320></video>";
  const video = document.querySelector("video");
  window.seen = {errors: [], places: []};
  const begun = performance.now();
  const connection = window.connection = new RTCPeerConnection();
  connection.addTransceiver("video", {direction: "recvonly"});
  connection.addTransceiver("audio", {direction: "recvonly"});
  connection.ontrack = event => { video.srcObject = event.streams[0]; };
  await connection.setLocalDescription();
  const offer = connection.localDescription.sdp;
  const answer = await fetch(url, {method: "POST", headers: {"Content-Type": "application/sdp"}, body: offer});
  seen.session = new URL(answer.headers.get("Location"), url).href;
  await connection.setRemoteDescription({type: "answer", sdp: await answer.text()});
  const canvas = Object.assign(document.createElement("canvas"), {width: 320, height: 180});
  const paint = canvas.getContext("2d", {willReadFrequently: true});
  const look = () => {
    seen.first ??= performance.now() - begun;
    paint.drawImage(video, 0, 0, 320, 180);
    const row = paint.getImageData(0, 25, 320, 1).data;
    let at = 0;
    while (at < 320 && row[4 * at] < 180) at++;
    seen.places.push(at);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}
"""
CAST = """
async url => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 320, height: 180});
  const paint = canvas.getContext("2d");
  let at = 0;
  setInterval(() => {
    paint.fillStyle = "rgb(20, 60, 90)";
    paint.fillRect(0, 0, 320, 180);
    paint.fillStyle = "rgb(240, 240, 40)";
    paint.fillRect(at = (at + 3) % 320, 10, 20, 30);
  }, 33);
  const connection = window.connection = new RTCPeerConnection();
  const sender = connection.addTransceiver(canvas.captureStream(30).getVideoTracks()[0], {direction: "sendonly"});
  const sound = new AudioContext().createMediaStreamDestination().stream;
  connection.addTransceiver(sound.getAudioTracks()[0], {direction: "sendonly"});
  const codecs = RTCRtpSender.getCapabilities("video").codecs;
  sender.setCodecPreferences(codecs.filter(codec => codec.mimeType == "video/H264"));
  await connection.setLocalDescription();
  const headers = {"Content-Type": "application/sdp"};
  const answer = await fetch(url, {method: "POST", headers, body: connection.localDescription.sdp});
  await connection.setRemoteDescription({type: "answer", sdp: await answer.text()});
}
"""
RECEIVED = """
async kind => {
  const found = [...(await connection.getStats()).values()];
  return found.find(one => one.type == "inbound-rtp" && one.kind == kind) ?? {};
}
"""


@pytest.fixture
def stream() -> Iterator[dict[str, str]]:
    """Where a stream of our own house is published and watched."""
    command = [sys.executable, "-m", "trifocal_tools.bench.rtmp_house", "1"]
    with started(command, sched_getaffinity(0)) as (_, said):
        yield said["streams"][0]


@contextmanager
def publisher(url: str) -> Iterator[None]:
    with subprocess.Popen([sys.executable, str(CHILD), url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "live\n"
        try:
            yield
        finally:
            process.kill()


@pytest.fixture
def page(stream: dict[str, str], open_context: Callable[..., BrowserContext]) -> Page:
    """A page of the same origin, with hls.js in it."""
    found = open_context().new_page()
    found.goto(stream["hls"].split("/live/")[0] + "/live/nothing/is/here")
    found.add_script_tag(path=npm.ensure("hls-js") / PLAYER)
    return found


def pictures(page: Page, count: int) -> list[int]:
    """Where the square was in the next pictures that are shown."""
    page.evaluate("seen.places = []")
    page.wait_for_function(f"seen.places.length >= {count}", timeout=30_000)
    found: list[int] = page.evaluate("seen.places")
    return found


def moves(places: list[int]) -> bool:
    """Whether the square goes on, three pixels a picture; players leave some out, and at the edge it begins anew."""
    steps = [(after - before) % 320 for before, after in itertools.pairwise(places)]
    return sum(0 < step < 60 for step in steps) > 0.8 * len(steps)


def received(page: Page, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(RECEIVED, kind)
    return found


def asked(page: Page, expression: str) -> Any:
    return page.evaluate(expression)


def test_it_plays_near_the_present(stream: dict[str, str], page: Page) -> None:
    with publisher(stream["publish"]):
        page.evaluate(START, stream["hls"])
        assert moves(pictures(page, 60))
        assert asked(page, "document.querySelector('video').videoWidth") == 320
        assert asked(page, "document.querySelector('video').webkitAudioDecodedByteCount") > 0
        assert asked(page, "hls.latency") < 4
        assert asked(page, "seen.errors") == []


def test_a_publisher_that_comes_back_is_played_on_without_a_new_page(stream: dict[str, str], page: Page) -> None:
    with publisher(stream["publish"]):
        page.evaluate(START, stream["hls"])
        assert moves(pictures(page, 30))
    with publisher(stream["publish"]):
        assert moves(pictures(page, 120)[-60:])
        assert asked(page, "seen.errors") == []


def test_by_webrtc_pictures_move_and_sound_comes_until_the_session_is_ended(stream: dict[str, str], page: Page) -> None:
    with publisher(stream["publish"]):
        page.evaluate(WATCH, stream["whep"])
        assert moves(pictures(page, 60))
        assert asked(page, "document.querySelector('video').videoWidth") == 320
        video, audio = received(page, "video"), received(page, "audio")
        assert video["framesDecoded"] > 60
        assert video["packetsLost"] == audio["packetsLost"] == 0
        assert audio["totalSamplesReceived"] > 0
        assert page.evaluate("fetch(seen.session, {method: 'DELETE'}).then(answer => answer.status)") == 200
        page.wait_for_function("connection.connectionState != 'connected'")


def test_by_webrtc_a_publisher_that_comes_back_is_watched_on(stream: dict[str, str], page: Page) -> None:
    page.evaluate(WATCH, stream["whep"])
    for _ in range(2):
        with publisher(stream["publish"]):
            assert moves(pictures(page, 90)[-60:])


def test_the_page_that_plays_a_stream_plays_it_by_webrtc_or_else_by_hls(
    stream: dict[str, str], open_context: Callable[..., BrowserContext]
) -> None:
    advances = """
      () => new Promise(done => {
        const video = document.querySelector("video"), was = video.currentTime;
        video.addEventListener("timeupdate", () => video.currentTime > was + 1 && done(true));
      })
    """
    for way, setting in (("webrtc", ""), ("hls", "RTCPeerConnection = undefined;")):
        page = open_context().new_page()
        page.add_init_script(setting)
        with publisher(stream["publish"]):
            page.goto(stream["page"])
            expect(page.locator("body")).to_have_attribute("data-way", way, timeout=30_000)
            assert page.evaluate(advances)
            expect(page.locator("p")).to_be_hidden()


def test_a_browser_publishes_and_another_watches(
    stream: dict[str, str], page: Page, open_context: Callable[..., BrowserContext]
) -> None:
    caster = open_context().new_page()
    caster.goto(page.url)
    caster.evaluate(CAST, stream["whip"])
    page.evaluate(WATCH, stream["whep"])
    assert moves(pictures(page, 60))
    page.evaluate("connection.close()")
    page.evaluate(START, stream["hls"])
    assert moves(pictures(page, 60))
