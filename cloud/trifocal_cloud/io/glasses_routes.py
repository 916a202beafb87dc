"""The glasses: how they are, and a hand for simulated ones."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body

from trifocal_cloud.io.answers import GlassesState
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.identity import Who
from trifocal_cloud.io.refusals import documented
from trifocal_cloud.io.schemas import Derived, Text, Wire
from trifocal_shared.sim_messages import SimResult

router = APIRouter(prefix="/api/glasses", tags=["glasses"])


class Command(Wire):
    """Do something to the simulated glasses; see `SimCommand`."""

    command: Literal[
        "press",
        "online",
        "offline",
        "battery",
        "charge",
        "unplug",
        "fold",
        "unfold",
        "camera",
        "loss",
        "latency",
        "drop",
        "wifi",
        "networks",
        "pair",
        "reset",
    ]
    value: Text = ""
    long: bool = False


@router.get("", responses=documented(401))
async def glasses(cloud: TheCloud, user: Who) -> GlassesState:
    """Gateway, glasses and, where there are any, simulated glasses."""
    return cloud.gateways.glasses(user)


@router.post(
    "/sim",
    response_model=Annotated[SimResult, Derived()],
    responses=documented(401, 403, 408, 409, 413, 422, 429, 504),
)
async def simulate(cloud: TheCloud, user: Who, command: Annotated[Command, Body()]) -> SimResult:
    """Press, fold, unplug … the simulated glasses. Their own refusal is an answer with `success` false."""
    return await cloud.simulators.command(user, command.command, command.value, command.long)
