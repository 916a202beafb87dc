"""The whole gateway minus sockets and disks: what comes by link and line in, what is to be done out.

Of the machines inside, `Talk` turns the link's bytes into messages and back, `Relay` carries presses, requests and
last words, `Courier` the photos, `MentraLive` speaks for glasses that are none of ours; two `Reconnector` keep link and
line alive. This class carries their events to one another.

What is to be done comes out as events in their order; io carries them out and answers by the inputs that they name.
The machines `outgoing`, `relay` and `courier` are for io to answer; `carry` is to be called after that.
"""

from dataclasses import dataclass

from trifocal_gateway import courier, errands, mentra_live, owner, reconnector, relay
from trifocal_gateway.reconnector import Reconnector
from trifocal_gateway.session import READY
from trifocal_gateway.talk import Talk
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import messages
from trifocal_shared.cloud_messages import ConnectionAck, ControlRequest
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.frame import FilePacket
from trifocal_shared.message import Message
from trifocal_shared.pack import Piece
from trifocal_shared.wire import Rejected


@dataclass(frozen=True)
class ConnectGlasses:
    """Open the link; answer with `glasses_connected` or `glasses_lost`."""


@dataclass(frozen=True)
class ConnectCloud:
    """Open the line; answer with `cloud_connected` or `cloud_lost`."""


@dataclass(frozen=True)
class CloseGlasses:
    """The link is dead: close it and say `glasses_lost`."""


@dataclass(frozen=True)
class WriteGlasses:
    """Bytes for the link, as one write; answer with `outgoing.wrote`."""

    data: bytes


@dataclass(frozen=True)
class SendCloud:
    """A message for the line."""

    message: Message


Event = (
    ConnectGlasses
    | ConnectCloud
    | CloseGlasses
    | WriteGlasses
    | SendCloud
    | relay.PostPress
    | relay.KeepResult
    | relay.ForgetResult
    | owner.KeepKey
    | courier.Event
)

# Why the line to the cloud ended
LOST, DISPLACED, NO_TOKEN = "lost", "displaced", "no_token"


class Gateway:
    """One pair of glasses, one cloud. Times in ms, `chance` in [0, 1)."""

    def __init__(
        self,
        token: str,
        queue: UploadQueue,
        protocol: int = messages.PROTOCOL_VERSION,
        first_id: int = 1,
        its_owner: owner.Owner | None = None,
    ) -> None:
        """`protocol` is what the glasses are told; `first_id` begins ids that no gateway before has used with them."""
        self.owner = its_owner or owner.Owner(bytes)
        self.strange = ""
        """Why the glasses that are there are not ours, as a word of `reasons`; empty while nothing says so."""
        self.relay = relay.Relay(token, protocol)
        self.courier = courier.Courier(queue)
        self.mentra = mentra_live.MentraLive(first_id)
        self.glasses = Reconnector(reconnector.GLASSES_BASE_MS, reconnector.GLASSES_CAP_MS)
        self.cloud = Reconnector(reconnector.CLOUD_BASE_MS, reconnector.CLOUD_CAP_MS)
        self.talk = Talk(first_id)
        self.outgoing = self.talk.outgoing
        self.counts = {"malformed": 0, "strange": 0}
        self._errands = errands.Errands()
        self._machines = (self.talk, self.mentra, self.relay, self.courier, self._errands, self.glasses, self.cloud)
        self._most = 0
        self._events: list[Event] = []

    def start(self, now: int) -> None:
        """Connect to both sides, and stay connected."""
        self.glasses.start(now)
        self.cloud.start(now)
        self.carry(now)

    def epoch_known(self, epoch_ms: int, now: int) -> None:
        """The wall clock stands at `epoch_ms`; say it often, for clocks are set."""
        self.relay.epoch_known(epoch_ms, now)
        self.courier.epoch_known(epoch_ms, now)

    def glasses_connected(self, most: int, now: int) -> None:
        """The link stands; one write takes `most` bytes, 0 any number."""
        self.talk.opened(most, now)
        self.owner.opened()
        self.strange = ""
        self._most = most
        self.glasses.connected(now)
        self.relay.link_opened(now)
        self.carry(now)

    def glasses_lost(self, chance: float, now: int) -> None:
        """The link could not be opened, or has ended."""
        self.talk.closed()
        if self.glasses.state == reconnector.UP:
            self.relay.link_closed(now)
            self.mentra.link_lost(now)
            self.courier.link_lost(now)
            self._errands.link_lost()
        self.glasses.failed(chance, now)
        self.glasses.lost(chance, now)
        self.carry(now)

    def glasses_received(self, data: bytes, now: int) -> None:
        """Bytes from the glasses."""
        self.talk.received(data, now)
        self.carry(now)

    def glasses_packed(self, data: bytes, now: int) -> None:
        """As `glasses_received`, of what looks like a pack without a frame."""
        self.talk.packed(data, now)
        self.carry(now)

    def cloud_connected(self, now: int) -> None:
        """The line stands; that the cloud listens, its `connection_ack` will say."""
        self.cloud.connected(now)
        self.carry(now)

    def cloud_lost(self, why: str, chance: float, now: int) -> None:
        """The line could not be opened, or has ended: LOST, DISPLACED or NO_TOKEN."""
        self.relay.cloud_closed(now)
        if why == DISPLACED:
            self.cloud.displaced(now)
        elif why == NO_TOKEN:
            self.cloud.refused_token(now)
        self.cloud.failed(chance, now)
        self.cloud.lost(chance, now)
        self.carry(now)

    def cloud_said(self, message: Message, now: int) -> None:
        """A message came on the line."""
        self.relay.cloud_said(message, now)
        if isinstance(message, ConnectionAck):
            self.courier.cloud_reached(now)
        elif isinstance(message, ControlRequest):
            self._errands.asked(message, self.relay.session.status == READY, now)
        self.carry(now)

    def cloud_answers(self, now: int) -> None:
        """The cloud answered a request over HTTP: the line would probably work too."""
        self.cloud.hurry(now)
        self.carry(now)

    def token_changed(self, token: str, now: int) -> None:
        """There is another token, or none."""
        self.relay.token_changed(token, now)
        self.courier.token_changed(now)
        self.cloud.token_changed(now)
        self.carry(now)

    def deadline(self) -> int | None:
        """When to be woken."""
        return min((at for machine in self._machines if (at := machine.deadline()) is not None), default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        for machine in self._machines:
            machine.timeout(now)
        self.carry(now)

    def events(self) -> list[Event]:
        """Drain what is to be done, in this order."""
        events, self._events = self._events, []
        return events

    def carry(self, now: int) -> None:
        """Carry what happened in one machine to the others."""
        for said in self.talk.heard(now):
            if self._admits(said):
                self._hear(said, now)
        if (whole := self.courier.unannounced.next()) is not None:
            self.mentra.arrived(whole.request_id)
        for wanted in self.courier.events():
            if isinstance(wanted, courier.Tell):
                self.relay.photo_moved(wanted.status, now)
            elif isinstance(wanted, courier.Show):
                self.relay.photo_moved(wanted.progress, now)
            elif isinstance(wanted, courier.Say):
                self._say(wanted.message, now)
            else:
                self._events.append(wanted)
        for step in self.owner.events():
            self._owner_wants(step, now)
        self._carry_relayed(now)
        for _ in self.glasses.events():
            self.relay.searching(now)
            self._events.append(ConnectGlasses())
        self._events += [ConnectCloud() for _ in self.cloud.events()]
        self._carry_relayed(now)
        self._events += [WriteGlasses(data) for data in self.talk.writes()]

    def _carry_relayed(self, now: int) -> None:
        for errand in self._errands.events():
            if isinstance(errand, errands.Say):
                self._say(errand.message, now)
            else:
                self._events.append(SendCloud(errand.result))
        for passed in self.relay.events():
            self._relay_wants(passed, now)
        for wanted in self.mentra.events():
            if isinstance(wanted, mentra_live.Word):
                self.relay.glasses_said(wanted.status, now)
            elif isinstance(wanted, mentra_live.Expect):
                self.courier.unannounced.expect(wanted.image_id, wanted.request_id)
            else:
                self.talk.say(wanted.message, now)
        for passed in self.relay.events():
            self._relay_wants(passed, now)

    def _say(self, message: Message | Native, now: int) -> None:
        (self.talk.say if self.talk.trifocal else self.mentra.told)(message, now)

    def _admits(self, said: object) -> bool:
        if isinstance(said, messages.GlassesReady):
            self.owner.greeted(said.sid)
        if isinstance(said, Control) and said.TYPE == "owner_state":
            self.owner.said(said)
            return False
        self.counts["strange"] += not self.owner.admits
        return self.owner.admits

    def _hear(self, said: object, now: int) -> None:
        if isinstance(said, FilePacket | Piece):
            if isinstance(said, FilePacket):
                self.mentra.packet(said.name, now)
            self.courier.piece(said, self.talk.trifocal, now)
        elif isinstance(said, Native):
            self.relay.glasses_said(said, now)
        elif isinstance(said, Rejected):
            self.counts["malformed"] += 1
        elif isinstance(said, messages.GlassesReady):
            self._meet(said, now)
        elif isinstance(said, Message):
            self._errands.heard(said)
            if self.talk.trifocal or not isinstance(said, messages.PhotoStatus):
                self.relay.glasses_said(said, now)
            if not self.talk.trifocal:
                self.mentra.heard(said, now)
            elif isinstance(said, messages.FileAnnounce):
                self.courier.announced(said, now)

    def _meet(self, said: messages.GlassesReady, now: int) -> None:
        self.glasses.steady()
        self.strange = ""
        known = self.relay.session.status == READY
        self.relay.glasses_said(said, now)
        if not (known or self.talk.trifocal) and self.relay.session.status == READY:
            self.mentra.met(self._most)

    def _owner_wants(self, event: owner.Event, now: int) -> None:
        if isinstance(event, owner.Say):
            self.talk.say(event.message, now)
        elif isinstance(event, owner.Proven):
            self.relay.greet_again(now)
        elif isinstance(event, owner.Strange):
            self.strange = event.reason
            self._events.append(CloseGlasses())
        else:
            self._events.append(event)

    def _relay_wants(self, event: relay.Event, now: int) -> None:
        if isinstance(event, relay.ToGlasses):
            self._say(event.message, now)
        elif isinstance(event, relay.ToCloud):
            self._events.append(SendCloud(event.message))
        elif isinstance(event, relay.DropLink):
            self._events.append(CloseGlasses())
        else:
            self._events.append(event)
