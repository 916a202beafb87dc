"""Posts to others: what goes over the wire, and servers that redirect, hang, shout, break or are not allowed."""

import asyncio
import email
import email.policy
import json
from collections.abc import AsyncIterator
from typing import Any

import httpcore
import pytest

from trifocal_cloud.io import outbound
from trifocal_cloud.io.blobs import BlobMissingError
from trifocal_cloud.io.guarded_network import Names
from trifocal_cloud.io.outbound import BODY_LIMIT, Answer, Outbound, OutboundError, Picture

PHOTO = bytes(range(256)) * 2_000


async def in_pieces() -> AsyncIterator[bytes]:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(PHOTO), 100_000):
            yield PHOTO[start : start + 100_000]

    return pieces()


PICTURE = Picture("photo_req_1", len(PHOTO), in_pieces, "image/jpeg", "photo_req_1.jpg")


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


@pytest.fixture
async def posts() -> AsyncIterator[Outbound]:
    found = Outbound("loopback", Names(lambda name: {"app.example": ["127.0.0.1"]}.get(name, ["10.0.0.1"])))
    yield found
    await found.close()


async def refused(posting: Any) -> tuple[str, str]:
    with pytest.raises(OutboundError) as caught:
        await posting
    return caught.value.reason, caught.value.detail


async def test_json_goes_out_as_it_is(posts: Outbound, outside: Any) -> None:
    said = await posts.post_json(f"{outside.url}/webhook?a=b", {"type": "x", "n": 1}, 5, {"X-Extra": "1"})
    assert said == Answer(200, b'{"success":true}')
    assert said.ok
    (got,) = outside.got
    assert got.line == "POST /webhook?a=b HTTP/1.1"
    assert json.loads(got.body) == {"type": "x", "n": 1}
    assert got.headers == {
        "host": f"127.0.0.1:{outside.port}",
        "user-agent": "trifocal-cloud",
        "content-type": "application/json",
        "content-length": str(len(got.body)),
        "x-extra": "1",
    }


async def test_the_name_stays_in_the_head_of_the_request(posts: Outbound, outside: Any) -> None:
    await posts.post(f"http://app.example:{outside.port}/x", b"{}", 5)
    assert outside.got[0].headers["host"] == f"app.example:{outside.port}"


async def test_a_photo_is_the_form_that_apps_expect(posts: Outbound, outside: Any) -> None:
    await posts.post_photo(f"{outside.url}/photo-upload", PICTURE, 5)
    (got,) = outside.got
    assert "authorization" not in got.headers
    whole = b"Content-Type: " + got.headers["content-type"].encode() + b"\r\n\r\n" + got.body
    form = email.message_from_bytes(whole, policy=email.policy.HTTP)
    parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
    texts = {name: parts[name].get_payload(decode=True) for name in ("requestId", "type", "success")}
    assert texts == {"requestId": b"photo_req_1", "type": b"photo_upload", "success": b"true"}
    photo = parts["photo"]
    assert (photo.get_content_type(), photo.get_filename()) == ("image/jpeg", "photo_req_1.jpg")
    assert got.body.count(PHOTO) == 1
    assert list(parts) == ["requestId", "type", "success", "photo"]


async def test_the_token_of_a_webhook_goes_with_the_photo(posts: Outbound, outside: Any) -> None:
    await posts.post_photo(f"{outside.url}/hook", PICTURE, 5, "secret")
    assert outside.got[0].headers["authorization"] == "Bearer secret"


async def test_a_connection_is_used_again(posts: Outbound, outside: Any) -> None:
    for _ in range(3):
        await posts.post(outside.url, b"{}", 5)
    assert [got.connection for got in outside.got] == [1, 1, 1]


async def test_no_cookie_is_kept(posts: Outbound, outside: Any) -> None:
    outside.reply = lambda got: answer("200 OK", b"", "Set-Cookie: a=b")
    await posts.post(outside.url, b"{}", 5)
    await posts.post(outside.url, b"{}", 5)
    assert "cookie" not in outside.got[1].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_not_followed(posts: Outbound, outside: Any, status: int) -> None:
    outside.reply = lambda got: answer(f"{status} Go", b"", "Location: http://169.254.169.254/")
    said = await posts.post(outside.url, b"{}", 5)
    assert (said.status, said.ok, len(outside.got)) == (status, False, 1)


async def test_proxies_of_the_environment_are_none_of_ours(
    posts: Outbound, outside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.9:3128")
    assert (await posts.post(outside.url, b"{}", 5)).ok


async def test_of_a_long_answer_only_the_beginning_is_read(posts: Outbound, outside: Any) -> None:
    outside.reply = lambda got: answer("200 OK", b"x" * 10_000_000)
    assert (await posts.post(outside.url, b"{}", 5)) == Answer(200, b"x" * BODY_LIMIT)
    outside.reply = lambda got: answer("200 OK")
    assert (await posts.post(outside.url, b"{}", 5)).ok
    assert [got.connection for got in outside.got] == [1, 2]


async def test_an_endless_head_is_cut_off(posts: Outbound, outside: Any) -> None:
    outside.reply = lambda got: b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000
    assert (await refused(posts.post(outside.url, b"{}", 5)))[0] == "app_unreachable"


async def test_endless_interim_answers_are_cut_off(posts: Outbound, outside: Any) -> None:
    outside.reply = lambda got: b"HTTP/1.1 102 Processing\r\n\r\n" * 100_000
    assert (await refused(posts.post(outside.url, b"{}", 5)))[0] == "app_unreachable"


async def test_what_is_not_http_is_said(posts: Outbound, outside: Any) -> None:
    outside.reply = lambda got: b"SSH-2.0-OpenSSH_9.9\r\n\r\n"
    assert await refused(posts.post(outside.url, b"{}", 5)) == ("app_unreachable", "it does not speak HTTP")


async def test_a_server_that_hangs_up_was_not_reached(posts: Outbound, outside: Any) -> None:
    outside.reply = lambda got: None
    assert (await refused(posts.post(outside.url, b"{}", 5)))[0] == "app_unreachable"


async def test_a_server_that_hangs_is_silent(posts: Outbound, outside: Any) -> None:
    outside.reply = lambda got: asyncio.Event().wait()
    assert await refused(posts.post(outside.url, b"{}", 0.05)) == ("app_silent", "no answer within 0.05 s")


async def test_a_server_that_drips_has_no_more_time(posts: Outbound, outside: Any) -> None:
    async def drip(got: Any) -> bytes:
        await asyncio.Event().wait()
        return b""

    outside.reply = lambda got: b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    assert (await refused(posts.post(outside.url, b"{}", 0.05)))[0] == "app_silent"


async def test_nobody_listening_is_unreachable(posts: Outbound, unused_tcp_port: int) -> None:
    reason, detail = await refused(posts.post(f"http://127.0.0.1:{unused_tcp_port}", b"{}", 5))
    assert reason == "app_unreachable"
    assert "no connection" in detail


@pytest.mark.parametrize(
    "url",
    [
        "http://intranet.example/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/",
        "ftp://app.example/",
        "http://ann:pw@app.example/",
        "http://",
        "http://app.example:99999/",
        "nonsense",
    ],
)
async def test_where_posts_may_not_go(posts: Outbound, url: str) -> None:
    assert (await refused(posts.post(url, b"{}", 5)))[0] == "address_forbidden"


async def test_this_machine_is_closed_unless_opened(outside: Any) -> None:
    posts = Outbound("public")
    assert (await refused(posts.post(outside.url, b"{}", 5)))[0] == "address_forbidden"
    assert (await refused(posts.post(f"http://localhost:{outside.port}", b"{}", 5)))[0] == "address_forbidden"
    assert outside.got == []
    await posts.close()


@pytest.fixture
async def narrow(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Outbound]:
    """Two posts and one photo at once."""
    monkeypatch.setattr(outbound, "POSTS_AT_ONCE", 2)
    monkeypatch.setattr(outbound, "PHOTOS_AT_ONCE", 1)
    found = Outbound("loopback")
    yield found
    await found.close()


async def test_only_so_many_posts_wait_for_one_answer_and_no_other_waits_for_them(
    narrow: Outbound, outside: Any
) -> None:
    free = asyncio.Event()

    async def hold(got: Any) -> bytes:
        await free.wait()
        return answer("200 OK")

    outside.reply = lambda got: hold(got) if got.path == "/webhook" else answer("200 OK")
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(narrow.post(f"{outside.url}/webhook", b"{}", 5))
        await outside.heard(2)
        assert (await refused(narrow.post(f"{outside.url}/webhook", b"{}", 0.05)))[0] == "app_unreachable"
        assert (await narrow.post(f"{outside.url}/photo-upload", b"{}", 5)).ok
        assert (await narrow.post_photo(f"{outside.url}/photo-upload", PICTURE, 5)).ok
        free.set()
    assert len(outside.got) == 4


async def test_a_picture_that_waits_for_its_turn_is_not_read_yet(narrow: Outbound, outside: Any) -> None:
    free, read = asyncio.Event(), list[str]()

    async def hold(got: Any) -> bytes:
        await free.wait()
        return answer("200 OK")

    async def reading() -> AsyncIterator[bytes]:
        read.append("read")
        return await in_pieces()

    outside.reply = hold
    picture = Picture("r", len(PHOTO), reading, "image/jpeg", "r.jpg")
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(narrow.post_photo(outside.url, picture, 5))
        await outside.heard(1)
        assert read == ["read"]
        free.set()
    assert len(read) == 3


@pytest.mark.parametrize("size", [len(PHOTO) + 1, len(PHOTO) - 1])
async def test_a_picture_that_is_not_as_long_as_it_should_be_is_no_delivery(
    posts: Outbound, outside: Any, size: int
) -> None:
    picture = Picture("r", size, in_pieces, "image/jpeg", "r.jpg")
    with pytest.raises(BlobMissingError):
        await posts.post_photo(outside.url, picture, 5)
    assert outside.got == []
    assert (await posts.post_photo(outside.url, PICTURE, 5)).ok


async def test_a_picture_that_is_gone_is_the_senders_business(posts: Outbound, outside: Any) -> None:
    async def gone() -> AsyncIterator[bytes]:
        raise BlobMissingError("photos/x")

    with pytest.raises(BlobMissingError):
        await posts.post_photo(outside.url, Picture("r", 10, gone, "image/jpeg", "r.jpg"), 5)
    await outside.quiet()
    assert (await posts.post_photo(outside.url, PICTURE, 5)).ok


async def test_a_handshake_that_is_never_answered_is_given_up_and_its_socket_closed(
    posts: Outbound, outside: Any
) -> None:
    reason, _ = await refused(posts.post(f"https://app.example:{outside.port}/", b"{}", 0.05))
    assert reason == "app_unreachable"
    await outside.quiet()


async def test_a_post_that_is_given_up_leaves_nothing_behind(posts: Outbound, outside: Any) -> None:
    outside.reply = lambda got: asyncio.Event().wait()
    posting = asyncio.create_task(posts.post(outside.url, b"{}", 5))
    await outside.heard()
    posting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await posting
    outside.reply = lambda got: answer("200 OK")
    assert (await posts.post(outside.url, b"{}", 5)).ok


async def test_what_we_lean_on_in_httpcore() -> None:
    """Its trace names the moment from which on the server is the silent one."""
    network = httpcore.AsyncMockBackend([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])
    asked = outbound._Asked()
    async with httpcore.AsyncConnectionPool(network_backend=network) as pool:
        await pool.request("POST", "http://app.example/", extensions={"trace": asked})
    assert asked.whole
