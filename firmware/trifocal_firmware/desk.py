"""Photos from asking to delivery: keeps what the camera gives, sends it, and says how far each photo has come.

Joins `Photos` (a request is one photo), `PhotoStore` (it lies whole on flash) and `PhotoSender` (it reaches the
gateway); speaks through the `Session`. What the store held at the start is known again at once, so that nothing is
taken twice.

It promises that each request id ends in exactly one final word: `failed`, or a photo that lies whole on flash before
`captured` is said, and stays there until the gateway has it durably.
"""

from trifocal_firmware import photo
from trifocal_firmware.note import Photo, number_of
from trifocal_firmware.session import Session
from trifocal_firmware.store import PhotoStore, StorageFull
from trifocal_firmware.transfer import PhotoSender
from trifocal_shared import messages, pack, reasons

LONGEST_ID = 128
"""Bytes of a request id; a longer one is not meant well."""

# Events, as tuples: ("packs", …) and ("report", step, fields), as `Glasses` has them


class PhotoDesk:
    """All photos of one pair of glasses. `photos` and `sender` take inputs too; call `carry` after each."""

    def __init__(self, session: Session, store: PhotoStore, boot_id: str) -> None:
        self._session = session
        self._store = store
        self._boot_id = boot_id
        self.photos = photo.Photos()
        self.sender = PhotoSender(store)
        self._events: list[tuple[object, ...]] = []
        for number in store.numbers()[-photo.MOST_REMEMBERED :]:
            kept = store.load(number)
            if kept is not None:
                self.photos.restored(kept.request_id, kept.press_id)
                self.photos.stored(kept.request_id)

    def asked(self, request_id: str, press_id: str) -> bool:
        """Somebody wants this photo. False: it is no id or one already asked for, and nothing is to be done."""
        if not request_id or len(request_id.encode()) > LONGEST_ID:
            self._session.counts["malformed"] += 1
            return False
        return self.photos.asked(request_id, press_id)

    def keep(self, request_id: str, picture: "bytes | bytearray", now: int) -> None:
        """The picture that was asked for."""
        kept = self.begun(request_id, now)
        reason, text = self._put(kept, picture)
        if reason:
            self.photos.moved(request_id, "failed", reason, text)
        else:
            self.kept(kept, now)

    def begun(self, request_id: str, now: int, interval: int = 0) -> Photo:
        """What is known of a photo, or of a video, at the moment when it is taken."""
        press_id = self.photos.press_of(request_id)
        return Photo(request_id, press_id, self._session.epoch(now), now, self._boot_id, interval)

    def kept(self, kept: Photo, now: int) -> None:
        """It lies whole on flash."""
        request_id, press_id = kept.request_id, kept.press_id
        self.photos.moved(request_id, "captured", "", kept.ending)
        self.photos.stored(request_id)
        self._report(
            "photo", requestId=request_id, pressId=press_id, status="stored", sha256=kept.sha256, size=kept.size
        )
        self.report_store()
        self.sender.stored(now)

    def erase(self) -> bool:
        """No photo stays, and none is known. False: the flash has kept some."""
        self.sender.link_down()
        try:
            self._store.erase()
        except OSError:
            return False
        self.photos = photo.Photos()
        return True

    def hear(self, said: object, now: int) -> None:
        """What the gateway says of files; anything else is none of this desk's business."""
        if isinstance(said, messages.FileHave):
            self.sender.have(number_of(said.file_name), said.offset, said.window, now)
        elif isinstance(said, pack.Have):
            self.sender.have(said.number, said.offset, said.window, now)
        elif isinstance(said, messages.TransferComplete):
            self.sender.completed(said.file_name, said.success, now)
        elif isinstance(said, messages.PhoneReady):
            self.sender.link_up(said.protocol, now)

    def carry(self, now: int) -> None:
        """Say what has changed."""
        self._say_photos(now)
        for step in self.sender.events():
            self._sender_moved(step, now)
        self._say_photos(now)

    def events(self) -> "list[tuple[object, ...]]":
        """Drain what the hardware is to do."""
        events, self._events = self._events, []
        return events

    def report_store(self) -> None:
        """Tell a person how many photos lie here."""
        self._report("stored", photos=self._store.count, bad=self._store.bad)

    def _put(self, kept: Photo, picture: "bytes | bytearray") -> "tuple[str, str]":
        if bytes(picture[:2]) != b"\xff\xd8":
            return reasons.CAPTURE_FAILED, "the camera gave no JPEG"
        try:
            self._store.add(kept, picture)
        except StorageFull:
            return reasons.STORAGE_FULL, ""
        except (OSError, MemoryError) as error:
            return reasons.CAPTURE_FAILED, str(error)
        return "", ""

    def _say_photos(self, now: int) -> None:
        for event in self.photos.events():
            word = photo.status(event, self._session.epoch(now))
            if word.status == "failed":
                self._session.say_finally(word, now)
            elif self._session.ready:
                self._session.say(word)
            request_id, press_id, state, reason, _ = event
            self._report("photo", requestId=request_id, pressId=press_id, status=state, reason=reason)

    def _sender_moved(self, event: "tuple[object, ...]", now: int) -> None:
        kind, kept = event[:2]
        assert isinstance(kept, Photo)
        self.photos.restored(kept.request_id, kept.press_id)
        if kind == "announce":
            self._session.say(self.sender.announcement(kept, self._boot_id, self._session.epoch(now), now))
        elif kind == "started":
            self.photos.moved(kept.request_id, "transferring")
        elif kind == "packs":
            self._events.append(event)
        else:
            gone = kind == "delivered"
            self.photos.moved(kept.request_id, "gone" if gone else "failed", "" if gone else reasons.CORRUPT)
            self.report_store()

    def _report(self, step: str, **fields: object) -> None:
        self._events.append(("report", step, fields))
