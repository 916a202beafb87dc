"""The glasses: how they are, and a hand for simulated ones."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body

from trifocal_cloud.io.answers import GlassesState
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.identity import Who
from trifocal_cloud.io.refusals import documented
from trifocal_cloud.io.schemas import Derived, Text, Wire, whole
from trifocal_shared import reasons
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


Amount = Annotated[int, *whole(0, 2**31)]


class Recording(Wire):
    """How videos are to be."""

    width: Amount | None = None
    height: Amount | None = None
    fps: Amount | None = None


class ErrandValues(Wire):
    """The fields of all commands; which of them a command takes stands in `control_messages.COMMANDS`."""

    ssid: Text | None = None
    password: Text | None = None
    led: Amount | None = None
    ontime: Amount | None = None
    offtime: Amount | None = None
    count: Amount | None = None
    brightness: Amount | None = None
    duration: Amount | None = None
    minutes: Amount | None = None
    active: bool | None = None
    enabled: bool | None = None
    size: Text | None = None
    mode: Text | None = None
    params: Recording | None = None


class Errand(Wire):
    """Have the glasses do something."""

    command: Literal[
        "request_wifi_status",
        "request_wifi_scan",
        "set_wifi_credentials",
        "disconnect_wifi",
        "forget_wifi",
        "rgb_led_control_on",
        "rgb_led_control_off",
        "rgb_led_photo_flash",
        "rgb_led_video_solid",
        "save_in_gallery_mode",
        "button_photo_setting",
        "button_video_recording_setting",
        "button_max_recording_time",
        "button_camera_led",
        "set_photo_mode",
    ]
    values: ErrandValues = ErrandValues()


class ErrandResult(Wire):
    """What came of it: a reason and its sentence where it failed, else what the glasses have said."""

    success: bool
    reason: str
    message: str
    values: dict[str, object]


@router.get("", responses=documented(401))
async def glasses(cloud: TheCloud, user: Who) -> GlassesState:
    """Gateway, glasses and, where there are any, simulated glasses."""
    return cloud.gateways.glasses(user)


@router.post("/control", responses=documented(401, 403, 408, 409, 413, 422, 429, 504))
async def control(cloud: TheCloud, user: Who, errand: Annotated[Errand, Body()]) -> ErrandResult:
    """Wi-Fi, lamps and settings of the glasses. Their own refusal is an answer with `success` false."""
    values = errand.values.model_dump(exclude_none=True)
    result = await cloud.errands.errand(user, errand.command, values)
    sentence = reasons.SENTENCES.get(result.reason, "")
    return ErrandResult(success=result.success, reason=result.reason, message=sentence, values=result.values)


@router.post(
    "/sim",
    response_model=Annotated[SimResult, Derived()],
    responses=documented(401, 403, 408, 409, 413, 422, 429, 504),
)
async def simulate(cloud: TheCloud, user: Who, command: Annotated[Command, Body()]) -> SimResult:
    """Press, fold, unplug … the simulated glasses. Their own refusal is an answer with `success` false."""
    return await cloud.simulators.command(user, command.command, command.value, command.long)
