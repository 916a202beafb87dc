"""`GET /health`: is it up, and which version."""

from importlib.metadata import version

from fastapi import APIRouter

from trifocal_cloud.io.answers import Health

router = APIRouter(tags=["health"])
VERSION = version("trifocal")


@router.get("/health")
async def health() -> Health:
    """Answers while the cloud serves."""
    return Health(status="ok", version=VERSION)
