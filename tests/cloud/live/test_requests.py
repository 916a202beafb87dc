import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.live.requests import BadRequestError, Request, RequestReader

GET = b"GET /live/t/s/index.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n"


POST = b"POST /live/t/s/whep HTTP/1.1\r\nContent-Type: Application/SDP; x=y\r\nContent-Length: 4\r\n\r\nv=0\n"


def read(data: bytes, cut: int = 1000) -> list[Request]:
    reader = RequestReader()
    found = []
    for at in range(0, len(data), cut):
        reader.receive(data[at : at + cut])
        while request := reader.next():
            found.append(request)
    return found


@pytest.mark.parametrize("cut", [1, 13, 1000])
def test_requests_come_one_after_the_other(cut: int) -> None:
    found = read(GET + GET.replace(b"GET", b"HEAD").replace(b"Host", b"Connection: close\r\nHost"), cut)
    target = "/live/t/s/index.m3u8"
    assert found == [Request("GET", target, True), Request("HEAD", target, False)]


def test_old_ones_end_the_connection() -> None:
    assert [one.keep for one in read(GET.replace(b"1.1", b"1.0"))] == [False]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (GET.replace(b"GET", b"PUT"), 405),
        (POST.replace(b"Length: 4", b"Length: 40000"), 413),
        (POST.replace(b"Length: 4", b"Length: -4"), 400),
        (POST.replace(b"Length: 4", b"Length: 4\r\nContent-Length: 4"), 400),
        (POST.replace(b"Length: 4", b"Length : 4"), 400),
        (POST.replace(b"Length: 4", b"Length: 4\nX: y"), 400),
        (POST.replace(b"Content", b" Content"), 400),
        (GET.replace(b"GET", b"get"), 405),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / SPDY/1\r\n\r\n", 400),
        (GET.replace(b"Host", b"Content-Length: 5\r\nHost"), 400),
        (GET.replace(b"Host", b"Transfer-Encoding: chunked\r\nHost"), 400),
        (GET.replace(b"index", b"i" * 3000), 400),
        (GET.replace(b"index", b"ind\xffex"), 400),
        (GET.replace(b"Host", b"X: " + b"x" * 9000 + b"\r\nHost"), 431),
        (b"G" * 9000, 431),
    ],
)
def test_what_is_not_answered_here(data: bytes, status: int) -> None:
    with pytest.raises(BadRequestError) as caught:
        read(data, 5000)
    assert caught.value.status == status


@pytest.mark.parametrize("cut", [1, 13, 1000])
def test_what_is_brought_is_read_with_its_type(cut: int) -> None:
    found = read(POST + GET, cut)
    assert found[0] == Request("POST", "/live/t/s/whep", True, "application/sdp", b"v=0\n")
    assert [one.method for one in found] == ["POST", "GET"]


def test_an_empty_body_is_none() -> None:
    assert len(read(GET.replace(b"Host", b"Content-Length: 0\r\nHost"))) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data + b"\r\n\r\n", 7)
    except BadRequestError as error:
        found = error.status
        assert found in {400, 405, 413}
