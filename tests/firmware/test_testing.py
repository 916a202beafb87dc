import unittest

from trifocal_firmware.testing import GatewayStub, Rig, picture
from trifocal_shared import messages
from trifocal_shared.frame import PHOTO, encode_file_packet
from trifocal_shared.wire import Wire


class TestPicture(unittest.TestCase):
    def test_each_seed_is_another_one_of_the_size_asked_for(self):
        self.assertEqual({len(picture(seed, 777)) for seed in range(300)}, {777})
        self.assertEqual(len({picture(seed) for seed in range(300)}), 300)
        self.assertEqual(picture()[:2], b"\xff\xd8")


class TestGatewayStub(unittest.TestCase):
    def setUp(self):
        self.stub = GatewayStub()
        self.glasses = Wire(messages.TO_GLASSES, glasses_side=True)

    def tell(self, *said):
        for each in said:
            self.stub.receive(each if isinstance(each, bytes) else self.glasses.encode(each), 0)
        for frame in self.stub.data_to_send():
            self.glasses.receive(frame, 0)
        return self.glasses.events()

    def announce(self, sha256):
        return messages.FileAnnounce(file_name="f", request_id="r", size=3, sha256=sha256)

    def test_a_file_whose_sum_is_wrong_is_refused(self):
        packet = encode_file_packet(PHOTO, 0, 3, "f", b"abc")
        said = self.tell(self.announce("0" * 64), packet)
        self.assertEqual(said[0], messages.FileHave(file_name="f", offset=0))
        self.assertEqual(said[1], messages.TransferComplete(file_name="f", success=False))
        self.assertEqual(self.stub.photos, {})

    def test_packets_nobody_announced_are_nothing(self):
        self.assertEqual(self.tell(encode_file_packet(PHOTO, 0, 3, "f", b"abc")), [])

    def test_it_can_be_told_to_be_silent(self):
        self.stub.answers = self.stub.takes = False
        press = messages.ButtonPress(press_id="p", button_id="photo", press_type="short")
        self.assertEqual(self.tell(press, self.announce("")), [])
        self.assertEqual(self.stub.all_of(messages.ButtonPress), [press])


class TestRig(unittest.TestCase):
    def test_waiting_goes_from_deadline_to_deadline(self):
        rig = Rig()
        rig.press()
        before = rig.clock.now()
        rig.wait(10_000)
        self.assertEqual(rig.clock.now(), before + 10_000)
        self.assertEqual(rig.steps("light")[-1], ("off",))

    def test_what_is_not_heard_is_not_heard(self):
        rig = Rig()
        rig.hears = False
        rig.connect()
        rig.press()
        self.assertEqual(rig.gateway.heard, [])
        self.assertTrue(rig.glasses.session.ready)


if __name__ == "__main__":
    unittest.main()
