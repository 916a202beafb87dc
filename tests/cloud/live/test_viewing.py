import pytest

from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.testing import clip, decode, messages
from trifocal_cloud.live.viewing import Answer, Viewing

EPOCH = 1_770_000_000_000
BASE = "/live/token/cam/"


class Keys:
    """One token opens everything, for ever."""

    def watches(self, token: str, stream: str, epoch_ms: int) -> int:
        return epoch_ms + 1 if token == "token" else 0


class Scene:
    """One stream with a publisher, and who watches it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.cam = LiveStream("cam", EPOCH, 0)
        self.viewing = Viewing({"cam": self.cam}, Keys())
        self.cam.begin("a", 0)
        self.tags = messages(clip(4.0))
        self.sent = 0
        self.until(seconds * 1000)

    def until(self, ms: float) -> None:
        while self.sent < len(self.tags) and self.tags[self.sent][1] < ms:
            self.cam.media("a", [self.tags[self.sent]], self.tags[self.sent][1])
            self.sent += 1

    def get(self, file: str) -> Answer | None:
        return self.viewing.answer(BASE + file, EPOCH + 9_000)

    def bytes(self, file: str) -> bytes:
        answer = self.get(file)
        assert answer is not None
        assert answer.status == 200, file
        return b"".join(answer.body)

    def text(self, file: str) -> list[str]:
        return self.bytes(file).decode().splitlines()


def status(answer: Answer | None) -> int:
    return 0 if answer is None else answer.status


def test_lists_wait_for_the_first_picture() -> None:
    scene = Scene()
    assert [scene.get(file) for file in ("index.m3u8", "manifest.mpd")] == [None, None]
    assert status(scene.get("video.m3u8")) == 404
    scene.until(300)
    assert status(scene.get("index.m3u8")) == 200
    assert scene.get("manifest.mpd") is None
    scene.until(1_200)
    assert status(scene.get("manifest.mpd")) == 200


def test_a_list_waits_for_the_part_that_is_asked_for() -> None:
    scene = Scene(1.5)
    assert status(scene.get("video.m3u8?_HLS_msn=1&_HLS_part=1")) == 200
    assert scene.get("video.m3u8?_HLS_msn=1&_HLS_part=2") is None
    assert scene.get("video.m3u8?_HLS_msn=1") is None
    assert status(scene.viewing.answer(BASE + "video.m3u8?_HLS_msn=1", EPOCH + 9_000, late=True)) == 200
    scene.until(1_700)
    assert 'URI="video-1.2.m4s"' in "".join(scene.text("video.m3u8?_HLS_msn=1&_HLS_part=2"))
    scene.until(2_150)
    assert "video-1.m4s" in scene.text("video.m3u8?_HLS_msn=1")
    assert scene.get("video.m3u8?_HLS_msn=1&_HLS_part=9") is None
    scene.until(2_300)
    assert "video-2.0.m4s" in "".join(scene.text("video.m3u8?_HLS_msn=1&_HLS_part=9"))


def test_a_part_that_comes_next_is_waited_for() -> None:
    scene = Scene(1.5)
    hint = next(line for line in scene.text("video.m3u8") if "PRELOAD-HINT" in line).split('"')[1]
    assert scene.get(hint) is None
    scene.until(1_700)
    assert scene.bytes(hint)[4:8] == b"moof"
    assert status(scene.get("video-1.9.m4s")) == 404


def test_everything_that_is_listed_can_be_fetched_and_decodes() -> None:
    scene = Scene(4.0)
    for name, scale in (("video", 30), ("audio", 46)):
        lines = scene.text(f"{name}.m3u8")
        files = [line for line in lines if line.endswith(".m4s")]
        whole = scene.bytes(f"{name}-0.mp4") + b"".join(scene.bytes(file) for file in files)
        found = decode(whole)
        times = found.pictures or found.sounds
        assert len(times) >= scale * len(files)
        assert times == sorted(times)
        parts = [line.split('URI="')[1].split('"')[0] for line in lines if line.startswith("#EXT-X-PART:")]
        assert all(scene.bytes(part)[4:8] == b"moof" for part in parts)
        last = files[-1].removesuffix(".m4s")
        assert b"".join(scene.bytes(part) for part in parts if part.startswith(last + ".")) == scene.bytes(files[-1])


def test_pieces_may_be_kept_and_lists_not() -> None:
    scene = Scene(1.5)
    for file, kind, keep in (
        ("index.m3u8", "application/vnd.apple.mpegurl", "no-cache"),
        ("audio.m3u8", "application/vnd.apple.mpegurl", "no-cache"),
        ("manifest.mpd", "application/dash+xml", "no-cache"),
        ("video-0.m4s", "video/mp4", "max-age=3600"),
        ("audio-0.mp4", "audio/mp4", "max-age=3600"),
    ):
        answer = scene.get(file)
        assert answer is not None
        assert (answer.kind, answer.keep) == (kind, keep)


def test_a_list_is_made_once_for_all() -> None:
    scene = Scene(1.5)
    one, two = scene.get("video.m3u8"), scene.get("video.m3u8?_HLS_msn=0")
    assert one is not None
    assert two is not None
    assert one.body[0] is two.body[0]
    scene.viewing.forget(scene.cam.packager)
    three = scene.get("video.m3u8")
    assert three is not None
    assert three.body[0] is not one.body[0]


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("/live/other/cam/index.m3u8", 403),
        ("/live//cam/index.m3u8", 403),
        ("/live/token/nobody/index.m3u8", 404),
        (BASE + "nothing.m3u8", 404),
        (BASE + "video-0", 404),
        (BASE + "video-99.m4s", 404),
        (BASE + "video-7.mp4", 404),
        (BASE + "video-0.1.mp4", 404),
        (BASE + "video-1.m4s", 404),  # it is not whole yet
        (BASE + "video-99999999999.m4s", 404),
        (BASE + "../cam/index.m3u8", 404),
        (BASE + "video.m3u8?_HLS_part=1", 400),
        (BASE + "video.m3u8?_HLS_msn=x", 400),
        (BASE + "video.m3u8?_HLS_msn=-1", 400),
        (BASE + "video.m3u8?_HLS_msn=99", 400),
        ("/live/", 404),
        ("/live/token/cam", 404),
    ],
)
def test_what_is_not_given(target: str, wanted: int) -> None:
    assert status(Scene(1.5).viewing.answer(target, EPOCH)) == wanted


def test_the_end_of_a_stream_is_said() -> None:
    scene = Scene(1.5)
    hint = next(line for line in scene.text("video.m3u8") if "PRELOAD-HINT" in line).split('"')[1]
    scene.cam.close("stopped")
    lines = scene.text("video.m3u8?_HLS_msn=9&_HLS_part=0")
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert not any("PRELOAD" in line for line in lines)
    assert status(scene.get("video-7.0.m4s")) == 404
    assert status(scene.get(hint)) in {200, 404}


def test_the_end_of_one_that_never_began() -> None:
    scene = Scene()
    scene.cam.close("stopped")
    assert status(scene.get("index.m3u8")) == 404


def test_whom_a_request_is_about() -> None:
    viewing = Scene().viewing
    assert (viewing.stream(BASE + "index.m3u8"), viewing.stream("/live")) == ("cam", "")
