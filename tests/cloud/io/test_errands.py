"""Errands driven: the gateway hears each, and whoever asked gets its answer."""

import asyncio
from typing import Any

import pytest

from trifocal_cloud.errands import ANSWER_MS, MOST_WAITING
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.testing import ANN, BOB, EPOCH_MS, House
from trifocal_shared.cloud_messages import ControlResult

EXPIRES_S = EPOCH_MS // 1000 + 60


class PaperLine:
    """A line that only remembers."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def close(self, code: int, reason: str = "") -> None:
        """It is closed."""

    @property
    def commands(self) -> list[dict[str, Any]]:
        return [message for message in self.sent if message["type"] == "glasses_control"]


def opened(house: House, user: str = ANN) -> tuple[PaperLine, int]:
    line = PaperLine()
    return line, house.cloud.gateways.opened(user, EXPIRES_S, line)  # type: ignore[arg-type]


async def asking(house: House, command: str = "request_wifi_status") -> asyncio.Task[ControlResult]:
    task = asyncio.create_task(house.cloud.errands.errand(ANN, command, {}))
    await asyncio.sleep(0)
    return task


def answer(line: PaperLine) -> ControlResult:
    return ControlResult(command_id=line.commands[-1]["commandId"], success=True, values={"connected": False})


async def refused(task: asyncio.Task[ControlResult]) -> tuple[int, str]:
    with pytest.raises(RefusedError) as caught:
        await task
    return caught.value.status, caught.value.reason


async def test_an_errand_is_sent_and_its_answer_returned(house: House) -> None:
    line, epoch = opened(house)
    task = await asking(house)
    assert [said["command"] for said in line.commands] == ["request_wifi_status"]
    await house.cloud.gateways.received(ANN, epoch, answer(line))
    assert await task == answer(line)


async def test_without_a_gateway_there_is_nobody_to_send(house: House) -> None:
    assert await refused(await asking(house)) == (409, "gateway_offline")


async def test_a_gateway_that_goes_takes_the_answer_along(house: House) -> None:
    _, epoch = opened(house)
    task = await asking(house)
    house.cloud.gateways.closed(ANN, epoch)
    assert await refused(task) == (409, "gateway_offline")


async def test_silence_is_said(house: House) -> None:
    opened(house)
    task = await asking(house)
    house.clock.advance(ANSWER_MS)
    house.cloud.errands.expire()
    assert await refused(task) == (504, "glasses_silent")


async def test_somebody_elses_gateway_and_a_displaced_one_answer_for_nobody(house: House) -> None:
    _, old = opened(house)
    line, epoch = opened(house)
    _, others = opened(house, BOB)
    task = await asking(house)
    await house.cloud.gateways.received(BOB, others, answer(line))
    await house.cloud.gateways.received(ANN, old, answer(line))
    assert not task.done()
    await house.cloud.gateways.received(ANN, epoch, answer(line))
    assert (await task).success


async def test_an_answer_that_nobody_waits_for_is_forgotten(house: House) -> None:
    line, epoch = opened(house)
    task = await asking(house)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await house.cloud.gateways.received(ANN, epoch, answer(line))
    again = await asking(house)
    await house.cloud.gateways.received(ANN, epoch, answer(line))
    assert (await again).success


async def test_more_than_so_many_at_once_are_refused(house: House) -> None:
    opened(house)
    tasks = [await asking(house) for _ in range(MOST_WAITING)]
    assert await refused(await asking(house)) == (429, "too_many")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
