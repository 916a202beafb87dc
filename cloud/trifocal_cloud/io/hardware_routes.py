"""`POST /api/hardware/button-press`: a press, and what to do about it (PROTOCOL-device §6.1)."""

from typing import Annotated

from fastapi import APIRouter, Body

from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.identity import Who
from trifocal_cloud.io.refusals import documented
from trifocal_cloud.io.schemas import Derived
from trifocal_shared.cloud_messages import ButtonPressAnswer, ButtonPressReport

router = APIRouter(prefix="/api/hardware", tags=["hardware"])


@router.post(
    "/button-press",
    response_model=Annotated[ButtonPressAnswer, Derived()],
    responses=documented(401, 403, 408, 413, 422, 429),
)
async def button_press(
    cloud: TheCloud, user: Who, press: Annotated[ButtonPressReport, Derived(), Body()]
) -> ButtonPressAnswer:
    """A short press of the photo button makes a photo request; the same `pressId` within 10 s has the same answer."""
    return await cloud.buttons.press(user, press)
