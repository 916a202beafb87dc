from collections.abc import Callable

import httpx
import pytest

from trifocal_tools import failure
from trifocal_tools.client import Client
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Endpoint

Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer, cloud: str = "http://cloud.test") -> Client:
    return Client(Endpoint(cloud, "t0ken"), httpx.MockTransport(answer))


def always(status: int, **options: object) -> Answer:
    return lambda request: httpx.Response(status, **options)  # type: ignore[arg-type]


def test_the_token_goes_with_every_question() -> None:
    asked = []
    with client(lambda request: asked.append(request) or httpx.Response(200, json={"gateway": True})) as cloud:
        assert cloud.glasses() == {"gateway": True}
    assert asked[0].headers["authorization"] == "Bearer t0ken"
    assert asked[0].url.path == "/api/glasses"


def test_a_press_gives_its_id() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.read() == b'{"command":"press","value":"photo","long":true}'
        return httpx.Response(200, json={"success": True, "pressId": "a-1"})

    assert client(answer).tell_glasses("press", "photo", long=True)["pressId"] == "a-1"


def test_glasses_that_refuse_are_a_failure_with_their_word() -> None:
    said = {"success": False, "errorCode": "unsupported", "errorMessage": "no such camera"}
    with pytest.raises(Failure, match="no such camera") as caught:
        client(always(200, json=said)).tell_glasses("camera", "x")
    assert (caught.value.code, caught.value.word) == (failure.FAILED, "unsupported")


@pytest.mark.parametrize(
    ("status", "code"), [(401, failure.REFUSED), (403, failure.REFUSED), (409, failure.FAILED), (500, failure.FAILED)]
)
def test_the_status_decides_the_exit_code(status: int, code: int) -> None:
    with pytest.raises(Failure, match="as it says") as caught:
        client(always(status, json={"error": "why", "message": "as it says"})).glasses()
    assert (caught.value.code, caught.value.word) == (code, "why")


def test_only_whom_a_token_would_help_is_told_to_make_one() -> None:
    said = {"error": "why", "message": "as it says"}
    for status, helps in ((401, True), (403, False)):
        with pytest.raises(Failure) as caught:
            client(always(status, json=said)).glasses()
        assert ("trifocal token" in caught.value.hint) is helps


@pytest.mark.parametrize("options", [{"text": "<html>"}, {"json": []}, {"json": {"error": 1}}])
def test_an_error_in_another_shape_is_still_one_sentence(options: dict[str, object]) -> None:
    with pytest.raises(Failure, match="502"):
        client(always(502, **options)).glasses()


@pytest.mark.parametrize("options", [{"text": "<html>"}, {"json": [1]}])
def test_what_is_no_trifocal_cloud_is_said_so(options: dict[str, object]) -> None:
    with pytest.raises(Failure, match="no Trifocal cloud"):
        client(always(200, **options)).glasses()


def test_a_cloud_that_does_not_answer_is_unreachable() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Failure, match="does not answer") as caught:
        client(refuse).glasses()
    assert caught.value.code == failure.UNREACHABLE


def test_an_address_that_is_none_is_a_mistake_of_usage() -> None:
    with pytest.raises(Failure) as caught, Client(Endpoint("cloud.test", "t")) as cloud:
        cloud.glasses()
    assert caught.value.code == failure.USAGE


def test_following_ends_with_the_final_state() -> None:
    states = iter([{"final": False, "status": "queued"}, {"final": True, "status": "stored"}])
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(int(request.url.params["wait"]))
        return httpx.Response(200, json=next(states))

    assert client(answer).follow("a-1", 60.0)["status"] == "stored"
    assert asked == [20, 20]


def test_following_gives_up_with_the_last_state_and_a_last_look() -> None:
    now = iter([0.0, 0.5, 7.0])
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(int(request.url.params["wait"]))
        return httpx.Response(200, json={"final": False, "status": "captured"})

    assert client(answer).follow("a-1", 2.0, clock=lambda: next(now))["status"] == "captured"
    assert asked == [2, 0]


def test_links_become_absolute() -> None:
    cloud = client(always(200))
    assert cloud.absolute("/api/gallery/p1/original") == "http://cloud.test/api/gallery/p1/original"
    assert cloud.absolute("https://elsewhere.test/x") == "https://elsewhere.test/x"
    assert cloud.absolute("") == ""


def test_an_upload_carries_both_parts() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        body = request.read()
        assert b'name="metadata"' in body
        assert b'{"requestId":"local_1"}' in body
        assert b"JPEG BYTES" in body
        return httpx.Response(200, json={"success": True})

    assert client(answer).upload('{"requestId":"local_1"}', b"JPEG BYTES") == {"success": True}


def test_the_gallery_is_read_page_by_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = "cursor" not in request.url.params
        return httpx.Response(200, json={"photos": [], "nextCursor": "next" if first else None})

    cloud = client(answer)
    assert cloud.gallery()["nextCursor"] == "next"
    assert cloud.gallery("next")["nextCursor"] is None
