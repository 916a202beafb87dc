"""Refusals: one shape for all."""

import httpx
import pytest

from trifocal_cloud.io.refusals import RefusedError, documented
from trifocal_shared import reasons


def test_a_refusal_has_its_reasons_sentence_unless_it_says_better() -> None:
    assert RefusedError(409, reasons.CONFLICT).message == reasons.SENTENCES[reasons.CONFLICT]
    assert RefusedError(409, reasons.CONFLICT, "other").message == "other"


def test_refusals_are_documented_with_their_shape() -> None:
    assert set(documented(401, 404)) == {401, 404}


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", "/health", 405)])
async def test_what_is_not_there_is_refused_in_the_same_shape(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}


async def test_a_refusal_never_says_what_was_sent(client: httpx.AsyncClient) -> None:
    body = {"buttonId": "photo", "pressType": "short", "pressId": "my secret"}
    answer = await client.post("/api/hardware/button-press", json=body)
    assert "my secret" not in answer.text
    assert "pressId" in answer.json()["message"]
