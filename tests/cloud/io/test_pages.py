"""Pages: our own files, asked about each time, and nothing outside their folder."""

from pathlib import Path

import httpx
import pytest

from trifocal_cloud.io import pages
from trifocal_cloud.io.pages import page
from trifocal_cloud.io.refusals import RefusedError


def test_a_page_that_is_not_there_is_not_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pages, "FOLDER", tmp_path)
    with pytest.raises(RefusedError):
        page("console/index.html")


async def test_who_has_the_newest_is_not_sent_it_again(nobody: httpx.AsyncClient) -> None:
    first = await nobody.get("/docs/reference.js")
    assert first.headers["Cache-Control"] == "no-cache"
    again = await nobody.get("/docs/reference.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
