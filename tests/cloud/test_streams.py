"""Whose the stream is, what each app is told, and what managed streams add; the keep-alives have tests of their own."""

from typing import Any

from trifocal_cloud import stream_words as words
from trifocal_cloud.stream import (
    MANAGED,
    Event,
    Forget,
    Keep,
    Playback,
    Provision,
    Release,
    Stream,
    Tell,
    ToGlasses,
    Wishes,
)
from trifocal_cloud.streams import AGAIN_MS, AWAY_MS, GRACE_MS, START_MS, Streams
from trifocal_shared import reasons
from trifocal_shared import stream_messages as wire

ANN, BOB = "ann@example.com", "bob@example.com"
CAM, OTHER = "com.example.cam", "com.example.other"
PLAYBACK = Playback(*(f"https://a/{file}" for file in ("index.m3u8", "manifest.mpd", "whep", "player", "still.jpg")))


class Desk:
    """The machine, with what came out of it by kind."""

    def __init__(self) -> None:
        self.streams = Streams()
        self.all: list[Event] = []
        self.refused: list[Event] = []
        """What an app is told at once, by whoever asked for it."""

    def direct(self, stream_id: str = "s1", package: str = CAM, user: str = ANN, now: int = 0) -> None:
        wishes = Wishes({"width": 640}, {"bitrate": 64_000}, {"durationLimit": 60})
        self.want(Stream(stream_id, user, package, wishes, 0, "rtmp://a/live/key"), package, now)

    def managed(self, stream_id: str = "m1", package: str = CAM, now: int = 0) -> None:
        self.want(Stream(stream_id, ANN, "", Wishes({}, {}, {}), 0), package, now)

    def want(self, stream: Stream, package: str, now: int) -> None:
        reason = self.streams.wanted(stream, package, now)
        if reason:
            self.refused.append(Tell(stream.user, package, stream.managed, "", words.ERROR, reason))

    def live(self, now: int = 0) -> None:
        """A managed stream whose media flows."""
        self.managed(now=now)
        self.streams.provisioned("m1", "rtmp://ingest/m1", PLAYBACK, now)
        self.says("streaming", "m1", now)
        self.streams.flowing("m1", True, now)
        self.drained()

    def says(self, status: str, stream_id: str = "s1", now: int = 0, user: str = ANN, **more: Any) -> None:
        self.streams.glasses_said(user, wire.GlassesStreamStatus(status=status, stream_id=stream_id, **more), now)

    def drained(self) -> list[Event]:
        found, self.refused = [*self.streams.events(), *self.refused], []
        self.all += found
        return found

    def told(self, package: str = CAM) -> list[tuple[str, str]]:
        return [
            (word.status, word.reason) for word in self.drained() if isinstance(word, Tell) and word.package == package
        ]

    def commands(self) -> list[Any]:
        return [event.message for event in self.drained() if isinstance(event, ToGlasses)]


def test_a_direct_stream_is_kept_told_of_and_started_with_every_wish() -> None:
    desk = Desk()
    desk.direct()
    kept, told, command = desk.drained()
    assert isinstance(kept, Keep)
    assert told == Tell(ANN, CAM, False, "s1", words.INITIALIZING)
    assert isinstance(command, ToGlasses)
    assert command.message == wire.StartRtmpStream(
        rtmp_url="rtmp://a/live/key",
        stream_id="s1",
        app_id=CAM,
        video={"width": 640},
        audio={"bitrate": 64_000},
        stream={"durationLimit": 60},
    )


def test_what_the_glasses_say_is_translated_and_repetitions_are_not_told() -> None:
    desk = Desk()
    desk.direct()
    desk.drained()
    for status in (
        "connecting",
        "initializing",
        "streaming",
        "active",
        "a word of tomorrow",
        "reconnecting",
        "reconnected",
    ):
        desk.says(status)
    assert [status for status, _ in desk.told()] == [words.ACTIVE, words.RECONNECTING, words.ACTIVE]
    desk.says("streaming", stats={"fps": 30})
    (told,) = desk.drained()
    assert isinstance(told, Tell)
    assert told.stats == {"fps": 30}


def test_a_word_about_another_stream_or_by_other_glasses_changes_nothing() -> None:
    desk = Desk()
    desk.direct()
    desk.drained()
    desk.says("stopped", "")
    desk.says("stopped", "s0")
    desk.says("stopped", "s1", user=BOB)
    assert desk.drained() == []
    desk.says("streaming", "s0")
    assert desk.commands() == [wire.StopRtmpStream(stream_id="s0")]
    assert desk.streams.of(ANN) is not None


def test_a_start_that_is_not_answered_is_said_again_and_then_given_up() -> None:
    desk = Desk()
    desk.direct()
    desk.drained()
    desk.streams.timeout(AGAIN_MS)
    assert [type(command) for command in desk.commands()] == [wire.StartRtmpStream]
    desk.says("initializing", now=AGAIN_MS)
    desk.streams.timeout(2 * AGAIN_MS)
    assert desk.commands() == []
    desk.streams.timeout(START_MS)
    heard = desk.drained()
    assert [event.status for event in heard if isinstance(event, Tell)] == [words.ERROR]
    assert [event.message for event in heard if isinstance(event, ToGlasses)][-1] == wire.StopRtmpStream(
        stream_id="s1", app_id=CAM
    )
    desk.says("stopped", now=START_MS + 100)
    assert desk.drained() == [Forget("s1")]


def test_a_start_that_is_given_up_is_not_said_again_in_the_same_moment() -> None:
    desk = Desk()
    desk.direct()
    for now in range(AGAIN_MS, START_MS, AGAIN_MS):
        desk.streams.timeout(now)
    desk.drained()
    desk.streams.timeout(START_MS)  # the last repetition is due as well
    assert [type(command) for command in desk.commands()] == [wire.StopRtmpStream]


def test_a_stream_that_ends_takes_all_its_waits_along() -> None:
    desk = Desk()
    desk.live()
    desk.streams.app_gone(ANN, CAM, 0)
    desk.streams.reachable(ANN, False, 0)
    desk.streams.timeout(10 * AWAY_MS)  # the grace and the patience with the glasses are over in one turn
    desk.streams.timeout(20 * AWAY_MS)
    assert desk.streams.of(ANN) is None


def test_glasses_that_are_away_are_not_waited_for() -> None:
    desk = Desk()
    desk.streams.reachable(ANN, False, 0)
    desk.direct()
    assert desk.told() == [(words.ERROR, reasons.GLASSES_OFFLINE)]
    desk.streams.reachable(ANN, True, 0)
    desk.direct()
    assert desk.told() == [(words.INITIALIZING, "")]


def test_a_stop_is_answered_whatever_there_is() -> None:
    desk = Desk()
    desk.streams.unwanted(ANN, CAM, False, "s7", 0)
    desk.streams.unwanted(ANN, CAM, True, "", 0)
    assert desk.told() == [(words.STOPPED, "")] * 2
    desk.direct()
    desk.drained()
    desk.streams.unwanted(ANN, CAM, False, "s7", 0)
    desk.streams.unwanted(ANN, CAM, True, "", 0)
    desk.streams.unwanted(BOB, CAM, False, "", 0)
    assert desk.commands() == []
    desk.streams.unwanted(ANN, CAM, False, "", 0)
    desk.streams.unwanted(ANN, CAM, False, "s1", 0)
    assert desk.told() == [(words.STOPPING, "")]
    desk.says("streaming")
    assert desk.told() == []
    desk.says("stopped", error_details="anything")
    assert desk.told() == [(words.STOPPED, "")]


def test_a_managed_stream_is_active_only_when_media_is_there() -> None:
    desk = Desk()
    desk.managed()
    kept, told, provision = desk.drained()
    assert isinstance(kept, Keep)
    assert isinstance(told, Tell)
    assert isinstance(provision, Provision)
    desk.streams.provisioned("m1", "rtmp://ingest/m1", PLAYBACK, 0)
    (command,) = desk.commands()
    assert (command.rtmp_url, command.app_id) == ("rtmp://ingest/m1", MANAGED)
    desk.says("streaming", "m1")
    assert desk.told() == []
    desk.streams.flowing("m1", True, 2_000)
    (word,) = desk.drained()
    assert word == Tell(ANN, CAM, True, "m1", words.ACTIVE, playback=PLAYBACK)
    desk.streams.flowing("m1", False, 3_000)
    desk.says("streaming", "m1")
    desk.streams.flowing("m1", True, 4_000)
    assert [status for status, _ in desk.told()] == [words.RECONNECTING, words.ACTIVE]


def test_who_comes_later_hears_the_present_state_at_once() -> None:
    desk = Desk()
    desk.live()
    desk.managed("m2", OTHER, 1_000)
    assert desk.told(OTHER) == [(words.ACTIVE, "")]
    assert desk.all[-1] == Tell(ANN, OTHER, True, "m1", words.ACTIVE, playback=PLAYBACK)
    desk.managed("m3", OTHER, 1_000)
    desk.streams.unwanted(ANN, OTHER, True, "", 2_000)
    assert desk.told(OTHER) == [(words.ACTIVE, ""), (words.STOPPED, "")]
    assert desk.streams.of(ANN) is not None


def test_the_last_that_stops_ends_it_and_the_last_that_is_lost_leaves_it_a_grace() -> None:
    desk = Desk()
    desk.live()
    desk.streams.unwanted(ANN, CAM, True, "", 1_000)
    assert desk.commands() == [wire.StopRtmpStream(stream_id="m1", app_id=MANAGED)]
    desk.says("stopped", "m1", 1_100)
    assert desk.drained() == [Release("m1"), Forget("m1")]
    desk = Desk()
    desk.live()
    desk.streams.app_gone(ANN, CAM, 1_000)
    desk.streams.timeout(1_000 + GRACE_MS - 1)
    desk.managed("m2", OTHER, 1_000 + GRACE_MS - 1)
    desk.streams.timeout(2 * GRACE_MS)
    assert not [command for command in desk.commands() if isinstance(command, wire.StopRtmpStream)]
    desk.streams.app_gone(ANN, OTHER, 3 * GRACE_MS)
    desk.streams.timeout(4 * GRACE_MS)
    assert wire.StopRtmpStream(stream_id="m1", app_id=MANAGED) in desk.commands()


def test_a_managed_stream_without_a_place_ends_at_once() -> None:
    desk = Desk()
    desk.managed()
    desk.drained()
    desk.streams.not_provisioned("m1", reasons.TOO_MANY, 0)
    assert desk.drained() == [Tell(ANN, CAM, True, "m1", words.ERROR, reasons.TOO_MANY), Release("m1"), Forget("m1")]
    desk.streams.not_provisioned("m1", reasons.TOO_MANY, 0)
    desk.streams.provisioned("m1", "rtmp://ingest/m1", PLAYBACK, 0)
    assert desk.drained() == [Release("m1")], "a place that comes too late is given back"
    desk.managed("m2")
    desk.streams.unwanted(ANN, CAM, True, "", 0)
    assert desk.drained()[-2:] == [Release("m2"), Forget("m2")]


def test_nobody_takes_the_camera_from_whoever_has_it() -> None:
    desk = Desk()
    desk.live()
    desk.direct("s1", OTHER)
    assert desk.told(OTHER) == [(words.ERROR, reasons.CAMERA_BUSY)]
    desk = Desk()
    desk.direct("s1", OTHER)
    desk.drained()
    desk.managed()
    assert desk.told() == [(words.ERROR, reasons.CAMERA_BUSY)]
