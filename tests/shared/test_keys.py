import unittest

from trifocal_shared.keys import BASE, digest, proof, same, unhex, x25519


def numbers(text):
    return bytes.fromhex(text.replace(" ", ""))


class TestKeys(unittest.TestCase):
    def test_x25519_gives_what_rfc_7748_gives(self):
        self.assertEqual(
            x25519(
                numbers("a546e36bf0527c9d3b16154b82465edd 62144c0ac1fc5a18506a2244ba449ac4"),
                numbers("e6db6867583030db3594c1a424b15f7c 726624ec26b3353b10a903a6d0ab1c4c"),
            ),
            numbers("c3da55379de9c6908e94ea4df28d084f 32eccf03491c71f754b4075577a28552"),
        )

    def test_two_ends_agree(self):
        ada, bea = (
            numbers("77076d0a7318a57d3c16c17251b26645 df4c0f92ebc099a2ac4a2d1f3c3e7a2a"[:65]),
            digest(b"bea"),
        )
        self.assertEqual(x25519(ada, x25519(bea)), x25519(bea, x25519(ada)))

    def test_a_point_of_no_order_gives_zero(self):
        self.assertEqual(x25519(digest(b"secret"), bytes(32)), bytes(32))
        self.assertNotEqual(x25519(digest(b"secret"), BASE), bytes(32))

    def test_a_proof_is_what_rfc_4231_gives(self):
        self.assertEqual(
            proof(b"Jefe", b"what do ya want ", b"for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        )
        self.assertEqual(
            proof(bytes([0x0B] * 20), b"Hi There").hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        )

    def test_only_the_same_is_the_same(self):
        self.assertTrue(same(b"abc", b"abc"))
        for other in (b"abd", b"ab", b"abcd", b""):
            self.assertFalse(same(b"abc", other))

    def test_only_hexadecimal_of_the_right_length_is_read(self):
        self.assertEqual(unhex("00ff", 2), b"\x00\xff")
        for text in ("00f", "00ffee", "zz00", 5, None, "", "é0", "0 0f"):
            self.assertEqual(unhex(text, 2), b"", text)


if __name__ == "__main__":
    unittest.main()
