"""What of a stream outlasts a restart of the cloud, and what becomes of it then."""

from typing import Any

from trifocal_cloud import stream_words as words
from trifocal_cloud.stream import Keep, Playback, Provision, Stream, Tell, ToGlasses, Wishes
from trifocal_cloud.streams import AWAY_MS, GRACE_MS, Streams
from trifocal_shared import reasons
from trifocal_shared import stream_messages as wire

ANN, CAM, OTHER = "ann@example.com", "com.example.cam", "com.example.other"
PLAYBACK = Playback(*(f"https://a/{file}" for file in ("index.m3u8", "manifest.mpd", "whep", "player", "still.jpg")))
NONE = Wishes({}, {}, {})


def managed(stream_id: str = "m1", url: str = "rtmp://ingest/m1") -> Stream:
    return Stream(stream_id, ANN, "", NONE, 0, url)


def restored(stream: Stream) -> Streams:
    streams = Streams()
    streams.restored(stream, 0)
    return streams


def told(streams: Streams) -> list[tuple[str, str]]:
    return [(word.status, word.reason) for word in streams.events() if isinstance(word, Tell)]


def commands(streams: Streams) -> list[Any]:
    return [event.message for event in streams.events() if isinstance(event, ToGlasses)]


def kept(streams: Streams) -> list[Any]:
    return [event.stream for event in streams.events() if isinstance(event, Keep)]


def test_whatever_must_outlast_a_restart_is_kept_when_it_changes() -> None:
    streams = Streams()
    streams.wanted(managed(url=""), CAM, 0)
    assert [stream.viewers for stream in kept(streams)] == [[CAM]]
    streams.provisioned("m1", "rtmp://ingest/m1", PLAYBACK, 0)
    assert [stream.url for stream in kept(streams)] == ["rtmp://ingest/m1"]
    streams.wanted(managed("m2"), OTHER, 0)
    assert [stream.viewers for stream in kept(streams)] == [[CAM, OTHER]]
    streams.app_gone(ANN, CAM, 0)
    assert [stream.viewers for stream in kept(streams)] == [[OTHER]]
    streams.unwanted(ANN, OTHER, True, "", 0)
    assert [stream.status for stream in kept(streams)][-1] == words.STOPPING


def test_a_managed_stream_is_taken_up_again() -> None:
    stream = managed()
    stream.viewers = [CAM]
    streams = restored(stream)
    assert [type(event) for event in streams.events()] == [Provision]
    streams.provisioned("m1", "rtmp://other", PLAYBACK, 0)
    assert commands(streams) == [], "glasses go on where they publish"
    streams.timeout(AWAY_MS)
    assert told(streams) == [(words.ERROR, reasons.GLASSES_OFFLINE)]


def test_one_that_was_to_end_is_stopped_and_its_app_told() -> None:
    streams = restored(Stream("s1", ANN, CAM, NONE, 0, "rtmp://a/live/key", [CAM], words.STOPPING))
    assert commands(streams) == [wire.StopRtmpStream(stream_id="s1", app_id=CAM)]
    streams.glasses_said(ANN, wire.GlassesStreamStatus(status="stopped", stream_id="s1"), 0)
    assert told(streams) == [(words.STOPPED, "")]


def test_one_that_all_had_left_ends() -> None:
    streams = restored(managed())
    streams.provisioned("m1", "rtmp://ingest/m1", PLAYBACK, 0)
    assert commands(streams) == []
    streams.timeout(GRACE_MS)
    assert type(commands(streams)[-1]) is wire.StopRtmpStream
