"""Every word about apps has a sentence, and the SDK's own code where it has one."""

import unittest

from trifocal_shared import app_words, reasons
from trifocal_shared.sentences import SENTENCES


def words(module: object) -> "list[str]":
    found = [getattr(module, name) for name in dir(module) if name.isupper()]
    return [word for word in found if isinstance(word, str)]


class Words(unittest.TestCase):
    def test_every_word_has_a_sentence(self) -> None:
        self.assertIn("app_silent", words(app_words))
        self.assertEqual([word for word in words(app_words) if word not in SENTENCES], [])

    def test_the_words_are_no_reasons_of_the_glasses(self) -> None:
        self.assertEqual([word for word in words(app_words) if word in words(reasons)], [])

    def test_the_sdk_is_told_in_its_own_codes(self) -> None:
        self.assertEqual(app_words.error_code(reasons.GLASSES_OFFLINE), "PHONE_GLASSES_NOT_CONNECTED")
        self.assertEqual(app_words.error_code(app_words.PERMISSION_DENIED), "PERMISSION_DENIED")
        self.assertEqual(app_words.error_code(reasons.BATTERY_LOW), "BATTERY_LOW")
