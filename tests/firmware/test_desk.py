import unittest

from trifocal_firmware.desk import LONGEST_ID, PhotoDesk
from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.owner import Owner
from trifocal_firmware.session import Session
from trifocal_firmware.settings import Settings
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture
from trifocal_shared import messages, pack
from trifocal_shared.wire import Wire

BOOT = "0123abcd"


class Bench:
    """A desk with a gateway that reads what is said."""

    def __init__(self, flash=None):
        self.flash = flash or MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)
        self.session = Session(BOOT, "model", Owner(Settings(self.flash), b""))
        self.desk = PhotoDesk(self.session, self.store, BOOT)

    def connect(self):
        self.session.opened(0)
        self.tell(messages.PhoneReady(protocol=2))

    def tell(self, message):
        self.session.receive(Wire({}, glasses_side=False).encode(message), 0)
        for said in self.session.events():
            self.desk.hear(said, 0)

    def heard(self, kind):
        self.desk.carry(0)
        wire = Wire(messages.TO_GATEWAY, glasses_side=False)
        for frame in self.session.data_to_send():
            wire.receive(frame, 0)
        return [said for said in wire.events() if isinstance(said, kind)]

    def take(self, request_id):
        self.desk.asked(request_id, "press")
        self.desk.photos.moved(request_id, "capturing")
        self.desk.keep(request_id, picture(1), 0)


class TestAskedOnce(unittest.TestCase):
    def test_a_request_is_taken_once(self):
        desk = Bench().desk
        self.assertEqual([desk.asked("r", ""), desk.asked("r", "")], [True, False])

    def test_what_is_no_id_is_counted_and_not_taken(self):
        bench = Bench()
        for request_id in ("", "x" * (LONGEST_ID + 1), "ü" * LONGEST_ID):
            self.assertFalse(bench.desk.asked(request_id, ""))
        self.assertEqual(bench.session.counts["malformed"], 3)

    def test_what_lies_on_flash_is_known_after_a_restart(self):
        bench = Bench()
        bench.take("r")
        self.assertFalse(Bench(bench.flash).desk.asked("r", ""))


class TestKept(unittest.TestCase):
    def test_a_photo_lies_on_flash_is_said_and_announced(self):
        bench = Bench()
        bench.connect()
        bench.take("r")
        self.assertEqual(bench.store.count, 1)
        said = [getattr(word, "status", word.TYPE) for word in bench.heard(messages.Message)]
        self.assertEqual(said[-3:], ["capturing", "captured", "file_announce"])

    def test_what_is_no_picture_fails_with_its_reason(self):
        bench = Bench()
        bench.connect()
        bench.desk.asked("r", "")
        bench.desk.keep("r", b"GIF89a", 0)
        said = bench.heard(messages.PhotoStatus)[0]
        self.assertEqual((said.status, said.error_code), ("failed", "capture_failed"))
        self.assertEqual(bench.store.count, 0)

    def test_it_goes_when_the_gateway_has_it_and_not_before(self):
        bench = Bench()
        bench.connect()
        bench.take("r")
        announced = bench.heard(messages.FileAnnounce)[0]
        bench.tell(pack.Have(number=announced.number, offset=0))
        bench.desk.carry(0)
        self.assertEqual([event[2:4] for event in bench.desk.events() if event[0] == "packs"], [(0, announced.size)])
        self.assertEqual(bench.store.count, 1)
        bench.tell(messages.TransferComplete(file_name=announced.file_name, success=True))
        self.assertEqual(bench.store.count, 0)
        bench.desk.carry(0)
        reports = [event[2] for event in bench.desk.events() if event[:2] == ("report", "stored")]
        self.assertEqual(reports, [{"photos": 0, "bad": 0}])
