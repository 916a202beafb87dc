"""`GET /api/events`: what happened lately."""

from typing import Annotated

from fastapi import APIRouter, Query

from trifocal_cloud.events import CAPACITY
from trifocal_cloud.io.answers import EventBody, Events
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.identity import Who
from trifocal_cloud.io.refusals import documented
from trifocal_cloud.io.schemas import LARGEST

router = APIRouter(prefix="/api/events", tags=["events"])


@router.get("", responses=documented(401, 422), response_model_exclude_unset=True)
async def events(
    cloud: TheCloud,
    user: Who,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="the last number you have seen")] = 0,
    limit: Annotated[int, Query(ge=1, le=CAPACITY)] = CAPACITY,
) -> Events:
    """The last events of yours, in order, at most 500 back."""
    ring = cloud.feed.ring(user)
    found = [EventBody.model_validate(event) for event in ring.after(after, limit)]
    return Events(events=found, last_id=ring.last_id)
