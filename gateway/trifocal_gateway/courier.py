"""A photo's way through the gateway: from the glasses' link into spool and queue, from there to the cloud.

Joins `Receiver`, which takes files in, and `UploadQueue`, which sends them on. Between the two lies the only promise
that counts: the glasses are told `transfer_complete`, and delete their photo, after the bytes are whole in the spool
*and* the row is durable in the queue.

    Check ─▶ OpenPart ─▶ WritePart … ─▶ StorePhoto ─▶ Save ─▶ transfer_complete, queued ─▶ Upload ─▶ uploaded

A photo that the queue knows is complete at once; one for which there is no room waits on the glasses. When the row
cannot be written, the bytes go again (`RemovePhoto`) and the glasses keep theirs. Photos that lay whole in the spool
on start, without a row, are queued like new ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trifocal_gateway import incoming, receiver, upload_queue
from trifocal_gateway.photos import GATEWAY
from trifocal_gateway.progress import Progress
from trifocal_gateway.queue_entry import GAVE_WAY, REFUSED, TOKEN_REJECTED, UNAVAILABLE, UPLOADED, Outcome, QueuedPhoto
from trifocal_gateway.unannounced import Unannounced
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import PhotoProgress
from trifocal_shared.frame import FilePacket
from trifocal_shared.message import Message
from trifocal_shared.messages import FileAnnounce, PhotoStatus
from trifocal_shared.pack import Piece


@dataclass(frozen=True)
class Say:
    """To the glasses."""

    message: Message


@dataclass(frozen=True)
class Tell:
    """The gateway's word on a photo, for the cloud."""

    status: PhotoStatus


@dataclass(frozen=True)
class Show:
    """How much of a photo has come, for whoever looks on."""

    progress: PhotoProgress


@dataclass(frozen=True)
class OpenPart:
    """Make room for this photo, and answer with `part_opened`."""

    announce: FileAnnounce


@dataclass(frozen=True)
class StorePhoto:
    """Verify the part and make it a whole photo, durably; answer with `photo_stored`. `taken_at` is epoch ms or 0."""

    announce: FileAnnounce
    taken_at: int


@dataclass(frozen=True)
class RemovePhoto:
    """The photo was not queued after all: its bytes may go."""

    request_id: str


Event = (
    Say
    | Tell
    | Show
    | OpenPart
    | incoming.WritePart
    | incoming.DropPart
    | StorePhoto
    | RemovePhoto
    | upload_queue.Save
    | upload_queue.Forget
    | upload_queue.Upload
    | upload_queue.GiveWay
    | upload_queue.TokenNeeded
)


class Courier:
    """See the top of the file."""

    def __init__(self, queue: upload_queue.UploadQueue) -> None:
        self.queue = queue
        self.receiver = receiver.Receiver()
        self.unannounced = Unannounced()
        self._progress = Progress()
        self._storing: dict[str, str] = {}  # request id -> file name on the glasses
        self._epoch_at_zero: int | None = None
        self._events: list[Event] = []

    def restore(
        self, rows: Iterable[tuple[int, Mapping[str, object]]], orphans: Iterable[QueuedPhoto], now: int
    ) -> None:
        """On start: the queue's rows, and whole photos in the spool that none of them names."""
        self.queue.restore(rows, now)
        for photo in orphans:
            self.queue.add(photo, now)
        self._carry(now)

    def epoch_known(self, epoch_ms: int, now: int) -> None:
        """The wall clock stands at `epoch_ms`; 0 is unknown."""
        self._epoch_at_zero = epoch_ms - now if epoch_ms > 0 else None

    def announced(self, announce: FileAnnounce, now: int) -> None:
        """A photo lies whole on the glasses."""
        self.receiver.announced(announce, now)
        self._carry(now)

    def piece(self, piece: FilePacket | Piece, announced: bool, now: int) -> None:
        """A piece of a photo, in either profile, from glasses that announce their files or, as MentraOS's, do not."""
        if isinstance(piece, Piece):
            self.receiver.piece(piece, now)
        elif not announced:
            self.unannounced.packet(piece, now)
        else:
            self.receiver.packet(piece, now)
        announce = self.receiver.announce
        progress = self._progress.moved(announce, self.receiver.have, now) if announce else None
        if progress is not None:
            self._events.append(Show(progress))
        self._carry(now)

    def link_lost(self, now: int) -> None:
        """The glasses are away."""
        self.unannounced.drop()
        self.receiver.link_lost(now)
        self._carry(now)

    def part_opened(self, file_name: str, have_bytes: int, now: int) -> None:
        """The part is open; so many bytes of it are there."""
        self.receiver.begin(file_name, have_bytes, now)
        self._carry(now)

    def part_failed(self, file_name: str, reason: str, now: int) -> None:
        """The part could not be opened, written or stored, for one of `trifocal_shared.reasons`."""
        self.receiver.store_failed(file_name, reason, now)
        self._carry(now)

    def photo_stored(self, file_name: str, photo: QueuedPhoto, now: int) -> None:
        """The photo is whole in the spool."""
        verdict = self.queue.add(photo, now)
        if verdict == "":
            self._storing[photo.request_id] = file_name
        elif verdict == upload_queue.KNOWN:
            self.receiver.stored(file_name, now)
        else:
            self._events.append(RemovePhoto(photo.request_id))
            self.receiver.store_failed(file_name, verdict, now)
        self._carry(now)

    def row_saved(self, request_id: str, durable: bool, now: int) -> None:
        """The row of a new photo is durable, or could not be written."""
        self.queue.saved(request_id, durable, now)
        file_name = self._storing.pop(request_id, "")
        if durable:
            self.receiver.stored(file_name, now)
        elif file_name:
            self._events.append(RemovePhoto(request_id))
            self.receiver.store_failed(file_name, reasons.STORAGE_FULL, now)
        self._carry(now)

    def upload_ended(self, request_id: str, outcome: Outcome, chance: float, now: int) -> None:
        """What became of an Upload."""
        if outcome.kind == UPLOADED:
            self.queue.uploaded(request_id, now)
        elif outcome.kind in (UNAVAILABLE, GAVE_WAY):
            self.queue.unavailable(request_id, outcome.retry_after_ms, chance, now)
        elif outcome.kind == TOKEN_REJECTED:
            self.queue.token_rejected(request_id, now)
        elif outcome.kind == REFUSED:
            self.queue.refused(request_id, outcome.reason, now)
        else:
            self.queue.server_failed(request_id, chance, now)
        self._carry(now)

    def cloud_reached(self, now: int) -> None:
        """The cloud listens again. It has taken our token to let us in: whatever it said of it before is over."""
        self.queue.token_changed(now)
        self.queue.link_restored(now)
        self._carry(now)

    def token_changed(self, now: int) -> None:
        """There is another token."""
        self.queue.token_changed(now)
        self._carry(now)

    def deadline(self) -> int | None:
        """When to be woken."""
        deadlines = (self.receiver.deadline(), self.unannounced.deadline(), self.queue.deadline())
        return min((at for at in deadlines if at is not None), default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        self.receiver.timeout(now)
        self.unannounced.timeout(now)
        self.queue.timeout(now)
        self._carry(now)

    def events(self) -> list[Event]:
        """Drain what is to be done, in this order."""
        events, self._events = self._events, []
        return events

    def _carry(self, now: int) -> None:
        self._events += [Say(failed) for failed in self.unannounced.failed()]
        self._carry_received(now)
        announce = self.unannounced.next()
        if announce is not None and self.receiver.state == receiver.IDLE:
            self.receiver.announced(announce, now)
            self._carry_received(now)
        for wanted in self.queue.events():
            if isinstance(wanted, upload_queue.Progress):
                self._tell(wanted, now)
            else:
                self._events.append(wanted)

    def _carry_received(self, now: int) -> None:
        while received := self.receiver.events():
            for event in received:
                self._receiver_wants(event, now)

    def _receiver_wants(self, event: incoming.Event, now: int) -> None:
        if isinstance(event, incoming.Send):
            packets = self.unannounced.answer(event.message)
            if packets is None:
                self._events.append(Say(event.message))
            elif self.receiver.state == receiver.RECEIVING:  # else this word was said on the way, and is answered
                for packet in packets:
                    self.receiver.packet(packet, now)
        elif isinstance(event, incoming.Refused):
            event.status.timestamp = self._epoch(now)
            self._events.append(Tell(event.status))
        elif isinstance(event, incoming.CheckQueued):
            self._check(event.announce, now)
        elif isinstance(event, incoming.Store):
            self._events.append(StorePhoto(event.announce, self._taken_at(event.announce, now)))
        else:
            self._events.append(event)

    def _check(self, announce: FileAnnounce, now: int) -> None:
        verdict = self.queue.admission(announce.request_id, announce.sha256, announce.size)
        if verdict == upload_queue.KNOWN and announce.request_id not in self._storing:
            self.receiver.already_queued(announce.file_name, now)
        elif verdict == "":
            self._events.append(OpenPart(announce))
        elif verdict == reasons.CONFLICT:
            # No waiting helps: the glasses put it off and send others first.
            self.receiver.store_failed(announce.file_name, reasons.CORRUPT, now)
        else:
            self.receiver.store_failed(announce.file_name, verdict, now)

    def _tell(self, progress: upload_queue.Progress, now: int) -> None:
        photo, reason = progress.photo, progress.reason
        status = PhotoStatus(
            request_id=photo.request_id,
            status=progress.status,
            press_id=photo.press_id,
            source=GATEWAY,
            error_code=reason,
            error_message=reasons.SENTENCES.get(reason, ""),
            timestamp=self._epoch(now),
        )
        self._events.append(Tell(status))

    def _epoch(self, now: int) -> int:
        return 0 if self._epoch_at_zero is None else self._epoch_at_zero + now

    def _taken_at(self, announce: FileAnnounce, now: int) -> int:
        if announce.timestamp > 0:
            return announce.timestamp
        return self._epoch(now) - announce.age_ms if announce.age_ms >= 0 and self._epoch(now) else 0
