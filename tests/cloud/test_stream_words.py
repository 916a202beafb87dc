"""What apps are told why."""

from trifocal_cloud.stream_words import explained
from trifocal_shared import reasons


def test_our_reasons_come_with_their_sentence_and_others_as_they_are() -> None:
    assert explained(reasons.CAMERA_BUSY) == f"camera_busy: {reasons.SENTENCES[reasons.CAMERA_BUSY]}"
    assert explained("The encoder failed") == "The encoder failed"
    assert explained("") == ""
