"""A few texts that the cloud keeps."""

import json
from typing import Any

import httpx
import pytest

from trifocal_sdk import CloudError
from trifocal_sdk.io.storage import Storage

PATH = "/api/sdk/simple-storage/ann%2Bcam%2F1%40example.com"


@pytest.fixture
def storage(asked: Any) -> Storage:
    """The texts of a user whose name is hard on addresses."""
    return Storage(asked.rest(), "ann+cam/1@example.com")


async def test_texts_are_read(storage: Storage, asked: Any) -> None:
    data = httpx.Response(200, json={"success": True, "data": {"a": "1", "b": 2}})
    asked.answers = [data, data, data]
    assert await storage.all() == {"a": "1"}
    assert await storage.get("a") == "1"
    assert await storage.get("c", "nothing") == "nothing"
    assert asked.requests[0].url.raw_path.decode() == PATH
    assert asked.requests[0].headers["Authorization"] == "Bearer com.example.cam:key"


async def test_texts_are_written_and_forgotten(storage: Storage, asked: Any) -> None:
    await storage.set("a", "1")
    await storage.update({"b": "2", "c": "3"})
    await storage.delete("a/b")
    await storage.clear()
    assert [(one.method, one.url.raw_path.decode()) for one in asked.requests] == [
        ("PUT", PATH),
        ("PUT", PATH),
        ("DELETE", PATH + "/a%2Fb"),
        ("DELETE", PATH),
    ]
    assert [json.loads(one.content) for one in asked.requests[:2]] == [
        {"data": {"a": "1"}},
        {"data": {"b": "2", "c": "3"}},
    ]


async def test_a_full_storage_says_so(storage: Storage, asked: Any) -> None:
    asked.answers = [httpx.Response(413, json={"success": False, "error": "too much"})]
    with pytest.raises(CloudError) as caught:
        await storage.set("a", "1" * 200_000)
    assert caught.value.status == 413


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data":[]}', b'{"data":null}'])
async def test_an_answer_without_texts_has_none(storage: Storage, asked: Any, body: bytes) -> None:
    asked.answers = [httpx.Response(200, content=body)]
    if body == b"[]":
        with pytest.raises(CloudError):
            await storage.all()
    else:
        assert await storage.all() == {}


async def test_a_session_has_its_storage(pair: Any) -> None:
    await pair.here.storage.update({"a": "1", "b": "2"})
    await pair.here.storage.delete("a")
    assert pair.cloud.storage == {"b": "2"}
    assert await pair.here.storage.all() == {"b": "2"}
    await pair.here.storage.clear()
    assert pair.cloud.storage == {}
