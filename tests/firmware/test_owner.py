import unittest

from trifocal_firmware.owner import OWNER, WINDOW_MS
from trifocal_firmware.testing import Rig
from trifocal_shared import messages
from trifocal_shared.control_messages import Control
from trifocal_shared.keys import digest, proof, x25519
from trifocal_shared.link import Link
from trifocal_shared.wire import Wire

HOLD_MS = 5_100
RESET_MS = 15_100


class Phone:
    """A gateway's half of the key, by the letter."""

    def __init__(self, name):
        self.secret = digest(name)
        self.public = x25519(self.secret)
        self.key = b""

    def pair(self, offered):
        self.key = digest(x25519(self.secret, bytes.fromhex(offered)), bytes.fromhex(offered), self.public)
        return Control("owner_pair", key=self.public.hex())

    def prove(self, number, own=bytes(16)):
        shown = proof(self.key, b"gateway", bytes.fromhex(number), own)
        return Control("owner_proof", nonce=own.hex(), proof=shown.hex())


class Case(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.rig.gateway.answers = False  # a hold begins as a long press
        self.phone = Phone(b"ada")

    def hold(self, ms):
        """A finger on the photo button's pin."""
        self.rig.glasses.level_changed("photo", True, self.rig.clock.now())
        self.rig.wait(ms)
        self.rig.glasses.level_changed("photo", False, self.rig.clock.now())
        self.rig.wait(100)

    def tell(self, *said):
        """What is heard back, all of it."""
        self.rig.gateway.heard = []
        for message in said:
            self.rig.gateway.say(message)
        self.rig.pump()
        return self.rig.gateway.heard

    def state(self):
        """The last word on whose the glasses are."""
        return [said for said in self.rig.gateway.heard if isinstance(said, Control)][-1].values

    def pair(self):
        self.rig.connect()
        self.hold(HOLD_MS)
        (locked,) = self.tell(self.phone.pair(self.state()["key"]))
        (welcome,) = self.tell(self.phone.prove(locked.values["nonce"]))
        return welcome

    def connect(self):
        """A new link; what the glasses say to `phone_ready`."""
        self.rig.disconnect()
        self.rig.linked = True
        self.rig.glasses.link_opened(self.rig.clock.now())
        return self.tell(messages.PhoneReady(protocol=2))


class TestPairing(Case):
    def test_glasses_without_an_owner_are_open(self):
        self.assertIsInstance(self.connect()[0], messages.GlassesReady)

    def test_a_held_button_offers_a_key_that_both_ends_make_the_same_and_neither_says(self):
        welcome = self.pair()
        self.assertEqual(welcome.values["state"], "welcome")
        shown = proof(self.phone.key, b"glasses", *self.numbers())
        self.assertEqual(welcome.values["proof"], shown.hex())
        self.assertEqual(self.rig.glasses.controls.settings.get(OWNER, ""), self.phone.key.hex())

    def numbers(self):
        owner = self.rig.glasses.session.owner
        return owner._number, bytes(16)

    def test_nobody_pairs_without_the_button_nor_after_the_window(self):
        self.rig.connect()
        nobody = Control("owner_pair", key=self.phone.public.hex())
        self.assertEqual(self.tell(nobody), [Control("owner_state", state="refused")])
        self.hold(HOLD_MS)
        self.rig.wait(WINDOW_MS)
        self.assertEqual(self.tell(nobody), [Control("owner_state", state="refused")])

    def test_who_comes_within_the_window_is_offered_the_key(self):
        self.rig.connect()
        self.hold(HOLD_MS)
        offers = [said for said in self.connect() if isinstance(said, Control)]
        self.assertEqual([said.values["state"] for said in offers], ["pairing"])

    def test_a_key_of_no_order_or_no_key_is_refused(self):
        self.rig.connect()
        for key in ("00" * 32, "xx" * 32, "00"):
            self.hold(HOLD_MS)
            self.assertEqual(self.tell(Control("owner_pair", key=key)), [Control("owner_state", state="refused")])
        self.assertEqual(self.rig.glasses.controls.settings.get(OWNER, ""), "")

    def test_a_flash_that_refuses_leaves_them_nobodys(self):
        self.rig.connect()
        self.hold(HOLD_MS)
        self.rig.flash.broken.add("settings.tmp")
        self.assertEqual(self.tell(self.phone.pair(self.state()["key"]))[0].values["state"], "refused")
        self.assertIsInstance(self.connect()[0], messages.GlassesReady)

    def test_owned_glasses_do_not_pair_again(self):
        self.pair()
        self.hold(HOLD_MS)
        self.assertEqual(self.rig.reports("pairing"), [{"open": True}])
        self.assertEqual(self.tell(Phone(b"bea").pair("11" * 32))[0].values["state"], "refused")

    def test_a_board_without_chance_cannot_be_paired(self):
        self.rig.seed = b""
        self.rig.boot("feedbeef")
        self.rig.connect()
        self.hold(HOLD_MS)
        self.assertEqual(self.rig.reports("pairing"), [])


class TestLock(Case):
    def test_the_owner_comes_in_after_a_restart_too(self):
        self.pair()
        self.rig.boot("feedbeef")
        (locked,) = self.connect()
        self.assertEqual(self.tell(self.phone.prove(locked.values["nonce"]))[0].values["state"], "welcome")
        self.assertIsInstance(self.tell(messages.PhoneReady(protocol=2))[0], messages.GlassesReady)

    def test_a_stranger_learns_that_they_are_somebodys_and_nothing_else(self):
        self.pair()
        self.rig.gateway.takes = False
        self.rig.ask("mine")
        taken = len(self.rig.steps("capture"))
        (locked,) = self.connect()
        self.assertEqual(sorted(locked.values), ["nonce", "state"])
        told = self.tell(
            messages.AuthToken(core_token="a stranger's"),
            messages.Ping(),
            messages.RequestVersion(),
            messages.RequestBatteryState(),
            messages.TakePhoto(request_id="theirs"),
            messages.SetSystemTime(timestamp_ms=1_700_000_000_000),
            messages.TransferComplete(file_name="P000000001.jpg", success=True),
            Control("request_wifi_status"),
            Control("query_gallery_status"),
            Control("set_wifi_credentials", ssid="theirs", password="theirs"),
        )
        self.assertEqual(told, [locked] * 10)
        self.rig.gateway.heard = []
        for command in ("cs_batv", "cs_syvr", "cs_pho", "cs_fcrst", "cs_shut"):
            frame = Wire({}, glasses_side=False).encode_native(command)
            self.rig.glasses.link_received(frame, self.rig.clock.now())
        self.rig.wait(60_000)
        self.assertEqual(self.rig.gateway.heard, [locked] * 5)
        self.assertEqual(len(self.rig.steps("capture")), taken)
        self.assertEqual(self.rig.store.count, 1)
        self.assertGreater(self.rig.glasses.session.owner.counts["refused"], 10)

    def test_a_strangers_command_is_not_acknowledged_and_the_owners_is(self):
        self.pair()
        (locked,) = self.connect()
        link = Link(messages.TO_GATEWAY, glasses_side=False)
        link.answers_ids = True
        for _ in range(2):
            message_id = link.say_surely(messages.TakePhoto(request_id="r"), 0)
            for frame in link.data_to_send():
                self.rig.glasses.link_received(frame, self.rig.clock.now())
            link.receive(b"".join([event[1] for event in self.rig.glasses.events() if event[0] == "send"]), 0)
            self.assertEqual(message_id in link.events(), not self.rig.glasses.session.owner.locked)
            self.tell(self.phone.prove(locked.values["nonce"]))

    def test_a_proof_that_is_repeated_is_right_again(self):
        self.pair()
        (locked,) = self.connect()
        proof = self.phone.prove(locked.values["nonce"])
        said = self.tell(proof, proof)
        self.assertEqual([one.values["state"] for one in said], ["welcome"] * 2)

    def test_what_happens_meanwhile_is_not_told_to_a_stranger(self):
        self.pair()
        self.connect()
        self.rig.gateway.heard = []
        self.rig.glasses.sensed(50, True, False, 25, self.rig.clock.now())
        self.rig.glasses.controls.wifi(True, "house", "10.0.0.7")
        self.rig.press()
        for command, body in (("sr_tpevt", {"type": 0}), ("sr_keyevt", {"button": 0, "type": 0}), ("cs_batv", "")):
            frame = Wire({}, glasses_side=False).encode_native(command, body)
            self.rig.glasses.mcu_received(frame, self.rig.clock.now())
        self.rig.wait(60_000)
        self.assertEqual(self.rig.gateway.heard, [])

    def test_a_wrong_proof_is_refused_and_asks_for_another(self):
        self.pair()
        (locked,) = self.connect()
        for wrong in (Phone(b"eve").prove(locked.values["nonce"]), Control("owner_proof", nonce="00", proof="zz")):
            self.assertEqual(self.tell(wrong), [Control("owner_state", state="refused")])
        self.assertEqual(self.tell(self.phone.prove(locked.values["nonce"]))[0].values["state"], "refused")
        (anew,) = self.tell(messages.PhoneReady(protocol=2))
        self.assertEqual(self.tell(self.phone.prove(anew.values["nonce"]))[0].values["state"], "welcome")

    def test_what_was_heard_on_one_link_opens_no_other(self):
        self.pair()
        (locked,) = self.connect()
        played = self.phone.prove(locked.values["nonce"])
        self.assertEqual(self.tell(played)[0].values["state"], "welcome")
        self.connect()
        self.assertEqual(self.tell(played)[0].values["state"], "refused")
        self.rig.boot("feedbeef")
        self.rig.seed = bytes(32)
        self.connect()
        self.assertEqual(self.tell(played)[0].values["state"], "refused")

    def test_an_old_peer_cannot_talk_its_way_around(self):
        self.pair()
        self.rig.gateway.protocol = 0
        self.assertEqual([said.TYPE for said in self.connect()], ["owner_state"])


class TestReset(Case):
    def test_a_long_hold_leaves_nothing_of_the_owners(self):
        self.pair()
        self.tell(messages.PhoneReady(protocol=2), messages.AuthToken(core_token="secret"))
        self.rig.gateway.takes = False
        self.rig.ask("mine")
        self.rig.glasses.controls.settings.put("wifi", ["house", "password"])
        self.hold(RESET_MS)
        self.assertEqual(self.rig.store.count, 0)
        self.assertEqual(self.rig.flash.files["settings"], b"{}")
        self.assertFalse([name for name in self.rig.flash.files if name.endswith((".photo", ".bad"))])
        self.assertFalse(self.rig.glasses.session.has_token)
        self.assertIsInstance(self.connect()[0], messages.GlassesReady)

    def test_who_is_linked_is_told_that_all_begins_anew(self):
        self.rig.connect()
        self.rig.gateway.heard = []
        self.hold(RESET_MS)
        anew = [said for said in self.rig.gateway.heard if isinstance(said, messages.GlassesReady)]
        self.assertEqual(len(anew), 1)
        self.assertNotEqual(anew[0].sid, self.rig.boot_id)
        self.rig.connect()
        self.rig.gateway.answers = True
        before = len(self.rig.gateway.photos)
        self.rig.press()
        self.assertEqual(len(self.rig.gateway.photos), before + 1)

    def test_a_flash_that_keeps_a_photo_keeps_the_lock(self):
        self.pair()
        self.tell(messages.PhoneReady(protocol=2))
        self.rig.gateway.takes = False
        self.rig.ask("mine")
        self.rig.flash.broken.update([name for name in self.rig.flash.files if name.endswith(".photo")])
        self.hold(RESET_MS)
        self.assertEqual(self.rig.reports("reset"), [])
        self.assertEqual(self.connect()[0].values["state"], "locked")


if __name__ == "__main__":
    unittest.main()
