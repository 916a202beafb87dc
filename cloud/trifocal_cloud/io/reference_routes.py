"""`GET /docs`: the API's reference, drawn from `/openapi.json` by a page of our own that needs no other host."""

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse

from trifocal_cloud.io.pages import Pages, page

router = APIRouter(tags=["health"])


@router.get("/docs", include_in_schema=False)
async def docs() -> FileResponse:
    """The page."""
    return page("reference/index.html")


def mount_pages(app: FastAPI) -> None:
    """Serve what the page needs under `/docs/`."""
    app.mount("/docs", Pages("reference"), name="reference")
