"""Bodies are read up to a limit, and no further."""

import pytest
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from trifocal_sdk.io import bodies

FORM = (
    b'--B\r\nContent-Disposition: form-data; name="requestId"\r\n\r\nr1\r\n'
    b'--B\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    b"picture\r\n--B--\r\n"
)


def request(*pieces: bytes, kind: str = "application/json") -> Request:
    """A request whose body comes in these pieces."""
    left = list(pieces)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}, receive)


async def test_a_body_is_read_whole() -> None:
    assert await bodies.content(request(b"abc", b"", b"def"), 6) == b"abcdef"


async def test_reading_ends_at_the_limit() -> None:
    with pytest.raises(HTTPException) as caught:
        await bodies.content(request(b"abc", b"defg", b"never read"), 6)
    assert caught.value.status_code == 413


async def test_a_json_object_is_read() -> None:
    assert await bodies.json_object(request(b'{"a":', b"1}")) == {"a": 1}


@pytest.mark.parametrize("body", [b"", b"7", b"[]", b"{", b"\xff", b'{"a":NaN}'])
async def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(HTTPException) as caught:
        await bodies.json_object(request(body))
    assert caught.value.status_code == 400


async def test_a_form_is_read_however_it_is_cut() -> None:
    for cut in (1, 60, 130, len(FORM) - 3):
        form = await bodies.form(request(FORM[:cut], FORM[cut:], kind="multipart/form-data; boundary=B"), 1_000)
        photo = form["photo"]
        assert form["requestId"] == "r1"
        assert isinstance(photo, UploadFile)
        assert (photo.filename, photo.content_type, await photo.read()) == ("a.jpg", "image/jpeg", b"picture")
        await form.close()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (FORM, "multipart/form-data"),
        (FORM, "multipart/form-data; boundary=C"),
        (b"rubbish", "multipart/form-data; boundary=B"),
        (FORM.replace(b'name="requestId"', b""), "multipart/form-data; boundary=B"),
    ],
)
async def test_what_is_no_form_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(HTTPException) as caught:
        await bodies.form(request(body, kind=kind), 1_000)
    assert caught.value.status_code == 400


async def test_a_form_of_too_many_parts_is_refused() -> None:
    part = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    with pytest.raises(HTTPException) as caught:
        await bodies.form(request(part * 100 + b"--B--\r\n", kind="multipart/form-data; boundary=B"), 100_000)
    assert caught.value.status_code == 400
