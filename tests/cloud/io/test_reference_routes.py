"""The reference works offline and within the strict policy."""

import re

import httpx


async def test_everything_that_the_page_asks_for_is_ours_and_there(nobody: httpx.AsyncClient) -> None:
    html = (await nobody.get("/docs")).text
    asked = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(asked) > 3
    for path in asked:
        assert path.startswith("/")
        assert (await nobody.get(path)).status_code == 200
    assert "<script>" not in html
    assert "style=" not in html


async def test_it_is_drawn_from_the_document(nobody: httpx.AsyncClient) -> None:
    assert '"/openapi.json"' in (await nobody.get("/docs/reference.js")).text
    assert (await nobody.get("/openapi.json")).json()["openapi"].startswith("3.1")
