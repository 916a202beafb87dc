"""The JSON around messages: every sender's way, and what is no envelope at all."""

import json
import unittest

from trifocal_shared.envelope import Native, unwrap, wrap_from_glasses, wrap_from_phone, wrap_native
from trifocal_shared.message import ProtocolError


class Wrap(unittest.TestCase):
    def test_has_the_bytes_of_the_protocol_document(self):
        self.assertEqual(wrap_from_phone({"type": "ping"}), b'{"C":"{\\"type\\":\\"ping\\"}","W":1}')
        self.assertEqual(wrap_from_glasses({"type": "pong"}), b'{"C":"{\\"type\\":\\"pong\\"}","V":1,"B":{}}')
        self.assertEqual(wrap_native("cs_pho"), b'{"C":"cs_pho","V":1,"B":""}')
        outer = json.loads(wrap_native("sr_batv", {"vt": 3912, "pt": 67}))
        self.assertEqual(outer, {"C": "sr_batv", "V": 1, "B": {"vt": 3912, "pt": 67}})

    def test_does_not_wake_the_glasses_for_everything(self):
        self.assertEqual(wrap_from_phone({"type": "ping"}, wake=False), b'{"C":"{\\"type\\":\\"ping\\"}"}')

    def test_comes_back_as_it_was(self):
        message = {"type": "x", "text": 'ü "quoted" \\ / \n ## $$', "n": -5, "list": [1, {"deep": None}], "ok": True}
        self.assertEqual(unwrap(wrap_from_phone(message)), message)
        self.assertEqual(unwrap(wrap_from_phone(message, wake=False)), message)
        self.assertEqual(unwrap(wrap_from_glasses(message)), message)

    def test_a_native_word_comes_back_as_it_was(self):
        for body in ("", "free text", {"vt": 1}, [1, 2], 5, None):
            self.assertEqual(unwrap(wrap_native("cs_x", body)), Native("cs_x", body))


class Unwrap(unittest.TestCase):
    def test_a_bare_message_is_taken_as_it_is(self):
        self.assertEqual(unwrap(b'{"type":"ping","n":1}'), {"type": "ping", "n": 1})

    def test_other_fields_beside_the_message_do_not_matter(self):
        self.assertEqual(unwrap(b'{"S":0,"C":" {\\"type\\":\\"ping\\"}","Z":[]}'), {"type": "ping"})

    def test_a_body_that_is_json_in_a_string_is_parsed(self):
        self.assertEqual(unwrap(b'{"C":"sr_batv","V":1,"B":"{\\"pt\\":67}"}'), Native("sr_batv", {"pt": 67}))
        self.assertEqual(unwrap(b'{"C":"sr_x","B":"{not json"}'), Native("sr_x", "{not json"))

    def test_a_native_word_needs_no_body(self):
        self.assertEqual(unwrap(b'{"C":"cs_pho"}'), Native("cs_pho", ""))

    def test_everything_else_is_refused(self):
        bad = (
            b"",
            b"ping",
            b"\xff\xfe",
            b"{",
            b'{"C":"cs_pho"',
            b"[]",
            b"5",
            b"null",
            b'"C"',
            b'{"C":5}',
            b'{"C":null}',
            b'{"C":""}',
            b'{"C":{"type":"ping"}}',
            b'{"C":"{\\"type\\":\\"pi"}',
            b'{"C":"{}x"}',
            b"{" * 4000,
            b"[" * 4000 + b"]" * 4000,
            b'{"a":' * 500 + b"1" + b"}" * 500,
            b'{"C":"{\\"a\\":' + b"[" * 500 + b"]" * 500 + b'}"}',
            b"\xef\xbb\xbf{}",
            b"{\x00}",
        )
        for payload in bad:
            with self.assertRaises(ProtocolError):
                unwrap(payload)

    def test_never_leaves_a_refusal_unworded(self):
        try:
            unwrap(b"secret token abc")
        except ProtocolError as error:
            self.assertEqual(error.code, "malformed")
            self.assertFalse("secret" in str(error))


class Words(unittest.TestCase):
    def test_are_equal_by_content_and_show_themselves(self):
        self.assertEqual(Native("a", {"x": 1}), Native("a", {"x": 1}))
        self.assertFalse(Native("a") == Native("b"))
        self.assertFalse(Native("a") == "a")
        self.assertEqual(repr(Native("cs_pho")), "Native('cs_pho', '')")
