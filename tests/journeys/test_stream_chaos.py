"""Two hundred streams' lifetimes, each with whatever may go wrong at random instants; virtual time, real machines.

Links are cut and lose, double and delay; the cloud, the glasses, the apps and the RTMP server are killed. At every
instant a camera that is on has an owner, or goes off within a minute. In the end every app was told how its stream
ended, and nothing is left of it anywhere.
"""

from dataclasses import replace

import pytest

from trifocal_cloud import stream_words as words
from trifocal_cloud.stream import Keep, Playback, Provision, Stream, Wishes
from trifocal_firmware.stream_guard import IDLE, StreamGuard
from trifocal_shared import reasons, stream_messages
from trifocal_shared.stream_messages import SILENCE_MS
from trifocal_shared.testing import Chance

from .streaming import ANN, CAM, OTHER, House

pytestmark = pytest.mark.journey

LIVES = 200
CALM_MS = 300_000
"""After so long without a fault everything has come to its end."""
PLAYBACK = Playback(
    *(f"https://cloud/{file}" for file in ("index.m3u8", "manifest.mpd", "whep", "player", "still.jpg"))
)


class Chaos(House):
    """A house in which anything may fail, and that looks at its promises at every step."""

    def __init__(self, seed: int) -> None:
        self.chance = Chance(seed)
        loss, twice = self.chance.below(15), self.chance.below(20)
        super().__init__(loss, twice, 20 + self.chance.below(400), seed)
        self.places: set[str] = set()
        self.unowned_since: int | None = None
        self.publishing = ""

    def life(self) -> None:
        """One stream that an app or two want, a few faults, and the end of all wishes."""
        faults = [
            self.cut,
            self.back,
            self.restart_cloud,
            self.reboot,
            self.break_media,
            self.say_again,
            self.lose_app,
            self.lose_app,
            self.want,
        ]
        self.want()
        for _ in range(2 + self.chance.below(8)):
            self.live(self.chance.below(50_000))
            faults[self.chance.below(len(faults))]()
        self.hardware.serves = True
        self.back()
        for package in (CAM, OTHER):
            self.cloud.app_gone(ANN, package, self.now)
        self.live(CALM_MS)

    def want(self) -> None:
        """An app wants a stream, of its own or through the cloud."""
        package = (CAM, OTHER)[self.chance.below(2)]
        if self.chance.below(2):
            self.wish(package)
            return
        self.count += 1
        self.want_stream(Stream(f"m{self.count}", ANN, "", Wishes({}, {}, {}), 0), package)

    def lose_app(self) -> None:
        """An app ends, by a word or without one."""
        package = (CAM, OTHER)[self.chance.below(2)]
        if self.chance.below(2):
            self.cloud.app_gone(ANN, package, self.now)
        else:
            self.cloud.unwanted(ANN, package, bool(self.chance.below(2)), "", self.now)
        self.pump()

    def reboot(self) -> None:
        """The glasses lose power and are back."""
        self.guard = StreamGuard()
        self.hardware.camera_on = False
        self.down.cut()
        self.up.cut()
        self.back()

    def restart_cloud(self) -> None:
        """And with it the media plane: whoever publishes there is cut off."""
        self.places.clear()
        self.media(False)
        super().restart_cloud()
        if self.up.up:
            self.back()

    def break_media(self) -> None:
        """The RTMP server is gone or back."""
        self.hardware.serves = not self.hardware.serves
        if not self.hardware.serves:
            self.media(False)
            self.guard.lost(self.hardware.number, reasons.PEER_CLOSED, self.now)
            self.pump()

    def say_again(self) -> None:
        """An old word comes late."""
        if self.sent:
            self.down.send(self.sent[self.chance.below(len(self.sent))], self.now)

    def live(self, ms: int) -> None:
        """Let time pass a second at a time, and look."""
        end = self.now + ms
        while self.now < end:
            self.run(min(1000, end - self.now))
            self.media(self.hardware.serves and self.hardware.camera_on)
            self.look()

    def media(self, flows: bool) -> None:
        """What the ingest sees of a managed stream."""
        meant = self.guard.stream_id if flows and self.guard.stream_id in self.places else ""
        if meant != self.publishing:
            if self.publishing:
                self.cloud.flowing(self.publishing, False, self.now)
            if meant:
                self.cloud.flowing(meant, True, self.now)
            self.publishing = meant
            self.pump()

    def look(self) -> None:
        """A camera that is on is somebody's, or not for long any more."""
        stream = self.cloud.of(ANN)
        owned = stream is not None and stream.stream_id == self.guard.stream_id and stream.status != words.STOPPING
        if owned or not self.hardware.camera_on:
            self.unowned_since = None
        elif self.unowned_since is None:
            self.unowned_since = self.now
        assert self.unowned_since is None or self.now - self.unowned_since <= SILENCE_MS + 2_000
        assert self.guard.state != IDLE or not self.hardware.camera_on

    def keep(self, event: Keep) -> None:
        """What a restart finds: no more than what was written down."""
        stream = event.stream
        status = words.STOPPING if stream.status == words.STOPPING else words.INITIALIZING
        self.kept[stream.stream_id] = replace(
            stream, viewers=list(stream.viewers), status=status, reason="", playback=None, flowing=False
        )

    def provide(self, event: Provision) -> None:
        """There is a place at the ingest."""
        stream_id = event.stream.stream_id
        self.places.add(stream_id)
        self.cloud.provisioned(stream_id, f"rtmp://cloud/{stream_id}", PLAYBACK, self.now)

    def release(self, stream_id: str) -> None:
        """It is no more; whoever publishes there is sent away."""
        self.places.discard(stream_id)
        if self.guard.stream_id == stream_id and self.guard.state != IDLE:
            self.guard.lost(self.hardware.number, reasons.PEER_CLOSED, self.now)


def untold(chaos: Chaos) -> list[tuple[str, str]]:
    """Whoever was told of a stream, and never its end."""
    last: dict[tuple[str, str], str] = {}
    for word in chaos.told:
        if word.stream_id:
            last[word.package, word.stream_id] = word.status
    return [who for who, status in last.items() if status not in stream_messages.FINAL]


@pytest.mark.parametrize("seed", range(1, LIVES // 10 + 1))
def test_nothing_is_left_of_a_stream_whatever_happens_to_it(seed: int) -> None:
    for number in range(10):
        chaos = Chaos(seed * 1_000 + number)
        chaos.life()
        assert not untold(chaos), seed * 1_000 + number
        assert (chaos.cloud.of(ANN), len(chaos.cloud.tracker), chaos.kept, chaos.places) == (None, 0, {}, set())
        assert (chaos.hardware.camera_on, chaos.guard.state, chaos.guard.deadline()) == (False, IDLE, None)
        assert chaos.cloud.deadline() is None
