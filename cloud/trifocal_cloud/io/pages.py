"""Files that a browser is given: our own, from beside the code."""

import os
from pathlib import Path

from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from trifocal_cloud.io.refusals import not_found

FOLDER = Path(__file__).parent.parent
NO_CACHE = {"Cache-Control": "no-cache"}
"""The browser asks each time whether it still has the newest: a new version shows at once."""


class Pages(StaticFiles):
    """One of our folders, served under a path of its own."""

    def __init__(self, name: str) -> None:
        super().__init__(directory=FOLDER / name)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """One file, as Starlette makes it, to be asked about each time."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(NO_CACHE)
        return response


def page(name: str) -> FileResponse:
    """One page. Raises RefusedError when it is not there."""
    path = FOLDER / name
    if not path.is_file():
        raise not_found()
    return FileResponse(path, headers=NO_CACHE)
