"""What an answer means; what uploads make of each status is in test_uploads."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from trifocal_gateway.io.answers import LONGEST_ANSWER, Answer, answer_to, outcome_of
from trifocal_gateway.queue_entry import QueuedPhoto

PHOTO = QueuedPhoto("local_1", "0" * 64, 10)


def test_retry_after_may_be_a_date_in_any_spelling() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=90)
    for text in (format_datetime(soon, usegmt=True), format_datetime(soon.replace(tzinfo=None))):
        outcome = outcome_of(Answer(429, httpx.Headers({"Retry-After": text})), PHOTO)
        assert 80_000 < outcome.retry_after_ms <= 90_000
    for text in ("Wed, 21 Oct 2015 07:28:00 GMT", "soon", "", "-5", "1e9"):
        assert outcome_of(Answer(429, httpx.Headers({"Retry-After": text})), PHOTO).retry_after_ms == 0


@pytest.mark.parametrize(
    ("content", "body"),
    [(b'{"a": 1}', {"a": 1}), (b"", None), (b"<html>", None), (b"\xff", None), (b" " * (LONGEST_ANSWER + 1), None)],
)
async def test_an_answer_is_read_as_far_as_it_is_of_use(content: bytes, body: object) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    async with httpx.AsyncClient(base_url="http://cloud", transport=transport) as client:
        answer = await answer_to(client, client.build_request("GET", "/"))
    assert (answer.status, answer.body) == (200, body)
