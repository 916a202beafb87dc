import unittest

from trifocal_firmware.memory_flash import MemoryFlash, PowerCut
from trifocal_firmware.testing import EPOCH_MS, Rig, picture
from trifocal_shared import messages
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.message import fields
from trifocal_shared.testing import Chance


class TestRestart(unittest.TestCase):
    def test_a_stored_photo_is_delivered_by_the_next_boot(self):
        rig = Rig()
        rig.press()
        rig.boot("feedbeef")
        rig.connect()
        self.assertEqual(rig.gateway.photos, {"local_0123abcd_1": picture(1)})
        said = rig.gateway.all_of(messages.FileAnnounce)[0]
        self.assertEqual((said.age_ms, said.timestamp, said.press_id), (-1, EPOCH_MS + 200, "0123abcd-1"))

    def test_its_request_is_still_the_same_photo(self):
        rig = Rig()
        rig.connect()
        rig.gateway.takes = False
        rig.ask("r")
        rig.boot("feedbeef")
        rig.connect()
        rig.ask("r")
        self.assertEqual(rig.pictures, 1)
        rig.gateway.takes = True
        rig.wait(5_000)
        self.assertEqual(rig.gateway.times_whole, {"r": 1})

    def test_a_photo_rotten_on_flash_is_told_as_corrupt(self):
        rig = Rig()
        rig.press()
        rig.flash.files["000000001.photo"] = rig.flash.files["000000001.photo"][:-1] + b"!"
        rig.connect()
        rig.wait(1_000)
        self.assertEqual(rig.gateway.statuses("local_0123abcd_1")[-1], "failed corrupt")
        self.assertEqual(rig.reports("stored")[-1], {"photos": 0, "bad": 1})

    def test_a_bad_file_is_seen_at_the_start(self):
        flash = MemoryFlash()
        flash.files["000000004.photo"] = b"?"
        rig = Rig(flash)
        rig.pump()
        self.assertEqual(rig.reports("stored"), [{"photos": 0, "bad": 1}])


class TestABadLink(unittest.TestCase):
    def test_links_that_come_and_go_lose_nothing_and_double_nothing(self):
        rig = Rig()
        chance = Chance(3)
        asked = []
        for number in range(60):
            if rig.linked and chance.below(3) == 0:
                rig.disconnect()
            elif not rig.linked and chance.below(2):
                rig.connect()
            rig.hears = chance.below(4) > 0
            rig.gateway.answers = chance.below(4) > 0
            rig.gateway.confirms = chance.below(3) > 0
            rig.press()
            if rig.linked:
                asked.append("asked-%d" % number)
                rig.ask(asked[-1])
            rig.wait(chance.below(9_000))
        rig.hears = rig.gateway.answers = rig.gateway.confirms = True
        rig.disconnect()
        rig.connect()
        rig.wait(30_000)
        self.assertEqual(rig.store.count, 0)
        self.assertEqual(set(rig.gateway.times_whole.values()), {1})
        self.assertEqual(len(rig.gateway.photos), rig.pictures)
        ended = rig.reports("pressEnded")
        self.assertEqual(len(ended), 60)
        self.assertEqual(len({e["pressId"] for e in ended}), 60)
        for request_id in asked + [e["requestId"] for e in ended]:
            whole = request_id in rig.gateway.photos
            failed = [s for s in rig.gateway.statuses(request_id) if s.startswith("failed")]
            self.assertEqual((whole, len(failed)), (True, 0), request_id)

    def test_hostile_values_never_raise_and_the_glasses_go_on(self):
        nasty = {
            str: [
                "",
                "\x00",
                "²",
                "P²²²²²²²²².jpg",
                "P-00000001.jpg",
                "P000000001.jpg",
                "0123abcd-",
                "0123abcd-²",
                "x" * 900,
            ],
            int: [0, -1, 1, 399, 400, 1 << 31, 2**53, -(2**53)],
            bool: [True, False],
        }
        rig = Rig()
        rig.connect()
        rig.gateway.takes = False
        rig.press()
        chance = Chance(5)
        for cls in [known for known in messages.TO_GLASSES.values() if isinstance(known, type)] * 40:
            values = {}
            for name, field in fields(cls).items():
                pool = field.choices or nasty[field.kind]
                values[name] = pool[chance.below(len(pool))]
            if cls is not messages.TransferComplete or not values["success"]:
                rig.gateway.say(cls(**values))
                rig.pump()
        rig.boot("feedbeef")
        rig.gateway.takes = True
        rig.connect()
        rig.wait(60_000)
        self.assertIn("request-0123abcd-1", rig.gateway.photos)
        self.assertEqual(rig.store.count, 0)

    def test_hostile_bytes_never_raise_and_the_glasses_go_on(self):
        rig = Rig()
        rig.connect()
        chance = Chance(11)
        good = encode_frame(STRING, b'{"C":"{\\"type\\":\\"file_have\\",\\"fileName\\":\\"\\",\\"offset\\":-1}"}', True)
        for _ in range(200):
            at, value = chance.below(len(good)), chance.below(256)
            rig.glasses.link_received(good[:at] + bytes([value]) + good[at:], rig.clock.now())
            rig.glasses.mcu_received(good[at:] + bytes([value]), rig.clock.now())
            rig.wait(chance.below(50))
        rig.wait(5_000)
        rig.press()
        self.assertEqual(len(rig.gateway.photos), 1)


class TestPowerCut(unittest.TestCase):
    """Power goes at every instant of the flash in a life of presses, requests and deliveries."""

    def live(self, rig, told):
        for number in range(3):
            rig.connect()
            rig.ask("r%d" % number)
            rig.disconnect()
            rig.press()
        rig.connect()
        rig.wait(1_000)
        told.append("done")

    def live_until_the_cut(self, rig, told):
        try:
            self.live(rig, told)
        except PowerCut:
            return

    def test_what_was_said_to_be_captured_arrives_exactly_once(self):
        cut_at = 0
        told = []
        while not told:
            cut_at += 1
            flash = MemoryFlash()
            flash.cut_at = cut_at
            rig = Rig(flash)
            self.live_until_the_cut(rig, told)
            flash.cut_at = 0
            gateway = rig.gateway
            captured = [s.request_id for s in gateway.all_of(messages.PhotoStatus) if s.status == "captured"]
            rig.boot("%08x" % cut_at)
            rig.gateway = gateway
            rig.connect()
            rig.wait(5_000)
            for request_id in captured:
                self.assertIn(request_id, gateway.photos, cut_at)
            self.assertEqual(set(gateway.times_whole.values()) | {1}, {1}, cut_at)
            names = [said.file_name for said in gateway.all_of(messages.FileAnnounce)]
            by_name = {said.file_name: said.request_id for said in gateway.all_of(messages.FileAnnounce)}
            self.assertEqual(len(by_name), len(set(by_name.values())), names)
            self.assertEqual(rig.store.count, 0)
        self.assertGreater(cut_at, 40)


if __name__ == "__main__":
    unittest.main()
