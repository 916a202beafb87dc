"""The grammar of messages: what may be built, what may come in, and what a stranger's JSON cannot do."""

import json
import unittest

from trifocal_shared.message import (
    MAX_INT,
    Message,
    ProtocolError,
    decode_json,
    fields,
    from_wire,
    one_of,
    parse,
    required,
    to_camel,
)


class Sample(Message):
    """One field of each kind."""

    TYPE = "sample"
    ALIASES = {"percent": "battery_level", "oldName": "display_name"}
    SECRETS = ("display_name",)
    request_id: str = required(str)
    battery_level: int = required(int)
    size: str = one_of("small", "large", default="small")
    mode: str = one_of("on", "off")
    display_name: str = ""
    state: str = "off"
    ratio: float = 1.5
    flash: bool = True
    extra: dict = {}


class Untyped(Message):
    """A message without a type, as in HTTP bodies."""

    ok: bool = required(bool)


GOOD = {"type": "sample", "requestId": "r1", "batteryLevel": 5, "mode": "on"}


def good(**changes):
    """A good sample on the wire, with changes."""
    return dict(list(GOOD.items()) + list(changes.items()))


class Build(unittest.TestCase):
    def test_defaults_fill_what_is_not_said(self):
        made = Sample(request_id="r", battery_level=1, mode="off")
        self.assertEqual((made.size, made.display_name, made.ratio, made.flash), ("small", "", 1.5, True))

    def test_a_missing_or_misspelt_keyword_is_our_bug(self):
        with self.assertRaises(TypeError):
            Sample(request_id="r", mode="on")
        with self.assertRaises(TypeError):
            Sample(request_id="r", battery_level=1, mode="on", requestid="x")

    def test_fields_are_the_lower_case_names(self):
        self.assertEqual(
            sorted(fields(Sample)),
            ["battery_level", "display_name", "extra", "flash", "mode", "ratio", "request_id", "size", "state"],
        )

    def test_are_equal_by_kind_and_content(self):
        self.assertEqual(Untyped(ok=True), Untyped(ok=True))
        self.assertFalse(Untyped(ok=True) == Untyped(ok=False))
        self.assertFalse(Untyped(ok=True) == {"ok": True})

    def test_secrets_are_not_shown(self):
        shown = repr(Sample(request_id="r1", battery_level=1, mode="on", display_name="hush"))
        self.assertIn("request_id='r1'", shown)
        self.assertIn("display_name=...", shown)
        self.assertFalse("hush" in shown)


class Spelling(unittest.TestCase):
    def test_camel_case_on_the_wire(self):
        for ours, theirs in (("size", "size"), ("request_id", "requestId"), ("age_ms", "ageMs"), ("sha256", "sha256")):
            self.assertEqual(to_camel(ours), theirs)

    def test_empty_optional_texts_are_left_out(self):
        wire = Sample(request_id="", battery_level=0, mode="on").to_wire()
        self.assertEqual(wire["requestId"], "")
        self.assertFalse("displayName" in wire)
        self.assertEqual((wire["type"], wire["batteryLevel"], wire["flash"]), ("sample", 0, True))

    def test_an_empty_text_that_is_not_the_default_is_said(self):
        made = Sample(request_id="", battery_level=0, mode="on", state="")
        self.assertEqual(from_wire(Sample, made.to_wire()).state, "")

    def test_a_message_without_a_type_says_none(self):
        self.assertEqual(Untyped(ok=True).to_wire(), {"ok": True})
        self.assertEqual(from_wire(Untyped, {"ok": True}), Untyped(ok=True))

    def test_comes_back_as_it_was(self):
        made = Sample(request_id="r", battery_level=-3, mode="off", size="large", display_name="ü", extra={"a": [1]})
        self.assertEqual(from_wire(Sample, json.loads(json.dumps(made.to_wire()))), made)


class Read(unittest.TestCase):
    def refuses(self, wire, word):
        """Reading raises, and the sentence names `word`."""
        try:
            from_wire(Sample, wire)
        except ProtocolError as error:
            self.assertIn(word, str(error))
            self.assertEqual(error.code, "malformed")
        else:
            self.fail("took " + repr(wire))

    def test_old_spellings_are_taken_and_the_new_one_goes_first(self):
        old = good(percent=7, oldName="old")
        self.assertEqual(from_wire(Sample, old).battery_level, 5)
        self.assertEqual(from_wire(Sample, old).display_name, "old")
        del old["batteryLevel"]
        self.assertEqual(from_wire(Sample, old).battery_level, 7)

    def test_null_is_as_absent(self):
        self.assertEqual(from_wire(Sample, good(size=None, displayName=None)).size, "small")
        self.refuses(good(requestId=None), "requestId is missing")

    def test_unknown_fields_are_ignored(self):
        self.assertEqual(from_wire(Sample, good(future={"x": 1})), from_wire(Sample, GOOD))

    def test_wrong_kinds_are_named(self):
        for name, value in (
            ("requestId", 5),
            ("requestId", ["r"]),
            ("batteryLevel", "5"),
            ("batteryLevel", 5.0),
            ("batteryLevel", True),
            ("flash", 1),
            ("flash", "true"),
            ("ratio", "1"),
            ("ratio", True),
            ("extra", []),
            ("size", 1),
        ):
            self.refuses(good(**{name: value}), name + " is not of type")

    def test_values_outside_the_choices_are_named(self):
        self.refuses(good(mode="perhaps"), "mode is not one of")
        self.refuses(good(size=""), "size is not one of")

    def test_numbers_that_no_database_takes_are_refused(self):
        self.assertEqual(from_wire(Sample, good(batteryLevel=-MAX_INT)).battery_level, -MAX_INT)
        for value in (MAX_INT + 1, -MAX_INT - 1, 10**400):
            self.refuses(good(batteryLevel=value), "batteryLevel is out of range")
            self.refuses(good(ratio=value), "ratio")
        for text in ("1e400", "-1e400"):
            self.refuses(good(ratio=json.loads(text)), "ratio is not a finite number")
        self.assertEqual(from_wire(Sample, good(ratio=2)).ratio, 2.0)

    def test_half_a_surrogate_pair_is_no_text(self):
        text = json.loads('"\\ud800"')
        try:
            text.encode()
        except ValueError:
            self.refuses(good(requestId=text), "requestId is not a text")

    def test_only_objects_are_messages(self):
        for data in (None, 5, "x", [], [GOOD], True):
            self.refuses(data, "JSON object")


class Parse(unittest.TestCase):
    CATALOGUE = {"sample": Sample}

    def test_by_type(self):
        self.assertEqual(parse(self.CATALOGUE, GOOD), from_wire(Sample, GOOD))

    def test_an_unknown_type_is_nothing(self):
        self.assertIsNone(parse(self.CATALOGUE, {"type": "future"}))

    def test_no_type_is_a_fault(self):
        for data in ({}, {"type": None}, {"type": 5}, {"type": ["sample"]}, [], None):
            with self.assertRaises(ProtocolError):
                parse(self.CATALOGUE, data)


class DecodeJson(unittest.TestCase):
    def test_takes_text_and_bytes(self):
        for text in ('{"a":[1,"ü"]}', '{"a":[1,"ü"]}'.encode(), bytearray(b'{"a":[1,"\xc3\xbc"]}')):
            self.assertEqual(decode_json(text), {"a": [1, "ü"]})

    def test_refuses_what_is_no_json(self):
        for text in ("", " ", "{", "nul", "NaN", '{"a":NaN}', "Infinity", "-Infinity", '{"a":1}x', b"\xff", b"\x00{}"):
            with self.assertRaises(ProtocolError):
                decode_json(text)

    def test_refuses_what_is_nested_too_deep(self):
        self.assertIsInstance(decode_json("[" * 31 + "]" * 31), list)
        for depth in (33, 100, 5000, 100_000):
            for text in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth, "[" * depth):
                with self.assertRaises(ProtocolError):
                    decode_json(text)

    def test_a_number_of_ten_thousand_digits_harms_nobody(self):
        try:
            value = decode_json('{"type":"sample","requestId":"r","mode":"on","batteryLevel":' + "9" * 10_000 + "}")
            from_wire(Sample, value)
        except ProtocolError:
            return
        self.fail("took it")
