"""The raw app of the tests: what its server is asked, and that it keeps what it got."""

import httpx

from trifocal_cloud.io.testing import raw_app


async def test_its_server_answers_and_notes() -> None:
    async with raw_app() as app, httpx.AsyncClient(base_url=app.url) as client:
        app.status = 500
        assert (await client.post("/webhook", json={"type": "stop_request"})).status_code == 500
        app.status = 200
        assert (await client.post("/photo-upload", content=b"bytes", headers={"X-A": "b"})).status_code == 200
    assert app.asked == [{"type": "stop_request"}]
    headers, body = app.photos[0]
    assert body == b"bytes"
    assert "X-A" in headers or "x-a" in headers
