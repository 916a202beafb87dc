"""The courier: what an app's answer means, and that nothing is forgotten, brought twice or brought to somebody else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import select

from trifocal_cloud.apps import App
from trifocal_cloud.deliveries import Parcel
from trifocal_cloud.io.deliveries import Courier
from trifocal_cloud.io.outbound import Answer, OutboundError, Picture
from trifocal_cloud.io.tables import AppDeliveryRow
from trifocal_cloud.photos import FAILED, OURS, Finished, Ticket
from trifocal_cloud.testing import ANN, House, eventually
from trifocal_shared import app_words, reasons
from trifocal_shared.messages import PhotoStatus

CAM = App("com.example.cam", ANN, "Cam", "", "https://cam.example.com/base")
PARCEL = Parcel(ANN, CAM.package, "r1")
TICKET = Ticket(ANN, "r1")


class Outside:
    """The servers of apps: `answers` in turn, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[int | OutboundError] = [200]
        self.got: list[tuple[str, Any, Any]] = []

    async def post_json(self, url: str, body: dict[str, object], timeout_s: float, headers: Any = None) -> Answer:
        return self._answer(url, body, headers)

    async def post_photo(self, url: str, picture: Picture, timeout_s: float, auth_token: str = "") -> Answer:
        return self._answer(url, picture, auth_token)

    def _answer(self, url: str, what: Any, more: Any) -> Answer:
        self.got.append((url, what, more))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, OutboundError):
            raise answer
        return Answer(answer, b"")


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def faults() -> list[tuple[str, ...]]:
    return []


@pytest.fixture
async def courier(house: House, outside: Outside, faults: list[tuple[str, ...]]) -> AsyncIterator[Courier]:
    await house.cloud.registry.put(CAM)
    found = made(house, outside, lambda *fault: faults.append(fault))
    running = asyncio.create_task(found.run())
    yield found
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def made(house: House, outside: Outside, failed: Callable[[str, str, str, str], None]) -> Courier:
    any_outside: Any = outside
    return Courier(
        clock=house.cloud.clock,
        chance=lambda: 0.5,
        database=house.cloud.database,
        blobs=house.cloud.blobs,
        registry=house.cloud.registry,
        outbound=any_outside,
        feed=house.cloud.feed,
        failed=failed,
    )


def finished(reason: str = reasons.CAMERA_BUSY) -> Finished:
    return Finished(TICKET, OURS, FAILED, reason)


async def row(house: House) -> AppDeliveryRow | None:
    async with house.cloud.database.reading() as session:
        found: AppDeliveryRow | None = await session.scalar(select(AppDeliveryRow))
    return found


async def test_an_error_goes_to_the_apps_server_as_it_is_now(house: House, courier: Courier, outside: Outside) -> None:
    await courier.expect(PARCEL)
    await house.cloud.registry.put(App(CAM.package, ANN, "Cam", "", "https://moved.example.com"))
    courier.settled(finished(), None)
    await eventually(lambda: len(outside.got) == 1)
    url, body, headers = outside.got[0]
    assert (url, headers) == ("https://moved.example.com/photo-upload", {})
    assert (body["requestId"], body["errorCode"]) == ("r1", "CAMERA_BUSY")

    async def noted() -> bool:
        found = await row(house)
        return found is not None and found.done_at is not None and found.error == ""

    await eventually(noted)


@pytest.mark.parametrize(
    ("answers", "tries", "fault"),
    [
        ([200], 1, False),
        ([204], 1, False),
        ([404], 1, True),
        ([302], 1, True),
        ([400], 1, True),
        ([500, 200], 2, False),
        ([429, 503, 408, 200], 4, False),
        ([OutboundError(app_words.APP_UNREACHABLE, "no connection"), 200], 2, False),
        ([OutboundError(app_words.ADDRESS_FORBIDDEN, "no place to go")], 1, True),
    ],
)
async def test_what_an_answer_means(  # noqa: PLR0917 - a table of cases
    answers: list[Any], tries: int, fault: bool, house: House, courier: Courier, outside: Outside, faults: list[Any]
) -> None:
    outside.answers = answers
    await courier.expect(PARCEL)
    courier.settled(finished(), None)

    async def done() -> bool:
        house.clock.advance(500)
        courier.expire()
        found = await row(house)
        return found is not None and found.done_at is not None

    await eventually(done)
    assert len(outside.got) == tries
    assert [one[2] for one in faults] == [app_words.DELIVERY_FAILED] * fault


async def test_an_app_that_is_gone_gets_nothing(house: House, courier: Courier, outside: Outside) -> None:
    await courier.expect(PARCEL)
    await house.cloud.registry.remove(CAM.package)
    courier.settled(finished(), None)
    await eventually(lambda: not courier._bringing)
    assert outside.got == []


@pytest.mark.parametrize("turns", range(6))
async def test_what_an_app_took_while_the_cloud_closes_is_not_brought_again(
    house: House, outside: Outside, turns: int
) -> None:
    await house.cloud.registry.put(CAM)
    courier = made(house, outside, lambda *fault: None)
    running = asyncio.create_task(courier.run())
    taken = []

    async def taking(url: str, body: dict[str, object], timeout_s: float, headers: Any = None) -> Answer:
        running.cancel()
        for _ in range(turns):
            await asyncio.sleep(0)
        taken.append(url)
        return Answer(200, b"")

    outside.post_json = taking  # type: ignore[method-assign]
    await courier.expect(PARCEL)
    courier.settled(finished(), None)
    await asyncio.gather(running, return_exceptions=True)
    found = await row(house)
    assert found is not None
    assert (found.done_at is not None) == bool(taken)


async def test_what_nobody_asked_for_is_brought_nowhere(courier: Courier, outside: Outside) -> None:
    courier.settled(finished(), None)
    await courier.expect(PARCEL)
    courier.settled(Finished(Ticket("bob@example.com", "r1"), OURS, FAILED, reasons.CAMERA_BUSY), None)
    await asyncio.sleep(0)
    assert outside.got == []


async def test_a_refusal_without_a_request_is_brought_too(courier: Courier, outside: Outside) -> None:
    courier.refuse(Parcel(ANN, CAM.package, "r9", "https://hook.example.com/x", "tok"), reasons.MALFORMED, "no id")
    await eventually(lambda: len(outside.got) == 1)
    url, body, headers = outside.got[0]
    assert (url, headers) == ("https://hook.example.com/x", {"Authorization": "Bearer tok"})
    assert body["errorMessage"].endswith(": no id")


async def test_a_refusal_settles_what_was_expected_and_leaves_nothing_behind(
    courier: Courier, outside: Outside
) -> None:
    await courier.expect(PARCEL)
    courier.refuse(Parcel(ANN, "com.example.other", "r1"), reasons.CONFLICT, "")
    assert courier._packages == {(ANN, "r1"): CAM.package}
    courier.refuse(PARCEL, reasons.TOO_MANY, "")
    courier.settled(finished(), None)
    await eventually(lambda: [body["errorCode"] for _, body, _ in outside.got] == ["TOO_MANY"])
    assert courier._packages == {}


async def test_a_restart_takes_up_what_was_not_done(
    house: House, courier: Courier, outside: Outside, faults: list[Any]
) -> None:
    await courier.expect(PARCEL)
    await house.cloud.desk.request(TICKET, CAM.package, False)
    await house.cloud.desk.report(ANN, PhotoStatus(request_id="r1", status="failed", error_code="battery_low"))
    await eventually(lambda: not house.cloud.desk.open(TICKET))
    second = made(house, outside, lambda *fault: faults.append(fault))

    async def restored() -> bool:
        await second.restore()
        return bool(outside.got)

    await eventually(restored)
    assert outside.got[0][1]["errorCode"] == "BATTERY_LOW"
