import itertools
import re
from xml.etree import ElementTree as ET

from trifocal_cloud.live import playlists
from trifocal_cloud.live.packager import MOST_PART_MS
from trifocal_cloud.live.playlists import TARGET_S
from trifocal_cloud.live.stream import LiveStream
from trifocal_cloud.live.testing import clip, messages

EPOCH = 1_770_000_000_000
DASH = "{urn:mpeg:dash:schema:mpd:2011}"


def stream(seconds: float, sound: bool = True, pictures: bool = True) -> LiveStream:
    cam = LiveStream("cam", EPOCH, 0)
    cam.begin("a", 0)
    send(cam, "a", seconds, 0, sound=sound, pictures=pictures)
    return cam


def send(
    cam: LiveStream, publisher: str, seconds: float, now: int, *, sound: bool = True, pictures: bool = True
) -> None:
    for tag in messages(clip(seconds, sound=sound)):
        if pictures or tag[0] != 9:
            cam.media(publisher, [tag], now + tag[1])


def video(cam: LiveStream) -> list[str]:
    return playlists.media(cam.packager.video, cam.packager.audio, cam.epoch_ms, False).splitlines()


def test_the_index_names_what_there_is() -> None:
    both = playlists.index(stream(2.0).packager)
    assert re.search(r'CODECS="avc1\.42[0-9a-f]{4},mp4a\.40\.2",AUDIO="sound",RESOLUTION=160x90\nvideo\.m3u8\n', both)
    assert 'URI="audio.m3u8"' in both
    mute = playlists.index(stream(2.0, sound=False).packager)
    assert "audio" not in mute.lower()
    blind = playlists.index(stream(3.0, pictures=False).packager)
    assert "video" not in blind
    assert blind.endswith("\naudio.m3u8\n")


def test_a_list_keeps_its_promises() -> None:
    lines = video(stream(4.5))
    lengths = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF:")]
    assert len(lengths) == 4
    assert all(round(length) <= TARGET_S for length in lengths)
    parts = [line for line in lines if line.startswith("#EXT-X-PART:")]
    assert all(float(part.split("DURATION=")[1].split(",")[0]) <= MOST_PART_MS / 1000 for part in parts)
    assert sum("INDEPENDENT=YES" in part for part in parts) == 3
    hold = float(next(line for line in lines if "PART-HOLD-BACK" in line).rsplit("=", 1)[1])
    assert hold >= 3 * MOST_PART_MS / 1000
    assert lines[-2] == '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="video-4.2.m4s"'
    assert lines[-1] == '#EXT-X-RENDITION-REPORT:URI="audio.m3u8",LAST-MSN=4,LAST-PART=1'


def test_dates_go_on_with_the_stream() -> None:
    dates = [line for line in video(stream(3.5)) if "PROGRAM-DATE-TIME" in line]
    assert dates[0].endswith("2026-02-02T02:40:00.021Z")
    assert dates[1].endswith("2026-02-02T02:40:01.021Z")


def test_old_segments_leave_and_numbers_go_on() -> None:
    lines = video(stream(10.0))
    assert "#EXT-X-MEDIA-SEQUENCE:3" in lines
    assert "video-2.m4s" not in lines
    assert "video-3.m4s" in lines


def test_another_publisher_is_a_discontinuity() -> None:
    cam = stream(2.5)
    cam.lost("a", 2_500)
    cam.begin("b", 6_000)
    send(cam, "b", 2.5, 6_000)
    lines = video(cam)
    place = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[place + 1] == '#EXT-X-MAP:URI="video-1.mp4"'
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:0" in lines
    for second in range(3, 12):
        cam.lost("b", 6_000 + second * 2_000)
        cam.begin("b", 6_000 + second * 2_000)
        send(cam, "b", 1.2, 6_000 + second * 2_000)
    found = next(int(line.rsplit(":", 1)[1]) for line in video(cam) if "DISCONTINUITY-SEQUENCE" in line)
    assert found > 0


def test_the_manifest_of_dash() -> None:
    cam = stream(3.5)
    root = ET.fromstring(playlists.dash(cam.packager, cam.epoch_ms, EPOCH + 3_500))
    assert root.get("availabilityStartTime") == "2026-02-02T02:40:00.000Z"
    (period,) = root.findall(f"{DASH}Period")
    sets = period.findall(f"{DASH}AdaptationSet")
    assert [one.get("contentType") for one in sets] == ["video", "audio"]
    for one, scale in zip(sets, (1_000, 48_000), strict=True):
        template = one.find(f".//{DASH}SegmentTemplate")
        assert template is not None
        times = [(int(each.get("t", "")), int(each.get("d", ""))) for each in template.iter(f"{DASH}S")]
        assert len(times) == 3
        assert all(start + length == after for (start, length), (after, _) in itertools.pairwise(times))
        assert template.get("timescale") == str(scale)


def test_each_publisher_is_a_period_of_dash() -> None:
    cam = stream(2.5)
    cam.lost("a", 2_500)
    cam.begin("b", 6_000)
    send(cam, "b", 2.5, 6_000)
    root = ET.fromstring(playlists.dash(cam.packager, cam.epoch_ms, EPOCH + 9_000))
    periods = root.findall(f"{DASH}Period")
    assert [period.get("id") for period in periods] == ["0", "1"]
    assert [len(period.findall(f"{DASH}AdaptationSet")) for period in periods] == [2, 2]
    assert all(period.find(f".//{DASH}SegmentTemplate") is not None for period in periods)
