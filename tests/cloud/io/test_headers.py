"""Every answer tells the browser to trust only us."""

import httpx
import pytest

from trifocal_cloud.testing import House


@pytest.mark.parametrize("path", ["/health", "/api/gallery", "/nothing", "/s/x", "/console/nothing"])
async def test_every_answer_has_them(nobody: httpx.AsyncClient, path: str) -> None:
    headers = (await nobody.get(path)).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


async def test_even_a_crash_has_them(house: House) -> None:
    async def crash() -> None:
        raise RuntimeError("a secret")

    house.app.add_api_route("/crash", crash)
    transport = httpx.ASGITransport(app=house.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.get("/crash")
    assert (answer.status_code, answer.json()["error"]) == (500, "cloud_error")
    assert "secret" not in answer.text
