"""Simulated glasses driven: each command has one answer, and whoever asked gets it."""

import asyncio
from typing import Any

import pytest

from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.simulation import ANSWER_MS
from trifocal_cloud.testing import ANN, House
from trifocal_shared.sim_messages import SimResult


class PaperLine:
    """A line that only remembers."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed: list[int] = []

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def close(self, code: int, reason: str = "") -> None:
        self.closed.append(code)


async def commanded(house: House) -> tuple[PaperLine, int, asyncio.Task[SimResult]]:
    line = PaperLine()
    epoch = house.cloud.simulators.opened(ANN, line)  # type: ignore[arg-type]
    asking = asyncio.create_task(house.cloud.simulators.command(ANN, "battery", "5", False))
    await asyncio.sleep(0)
    return line, epoch, asking


async def test_a_command_is_sent_and_its_answer_returned(house: House) -> None:
    line, epoch, asking = await commanded(house)
    (command,) = line.sent
    assert (command["command"], command["value"]) == ("battery", "5")
    result = SimResult(command_id=command["commandId"], success=True)
    house.cloud.simulators.received(ANN, epoch, result)
    assert await asking == result


async def test_silence_is_said(house: House) -> None:
    _, _, asking = await commanded(house)
    house.clock.advance(ANSWER_MS)
    house.cloud.simulators.expire()
    with pytest.raises(RefusedError) as caught:
        await asking
    assert (caught.value.status, caught.value.reason) == (504, "glasses_silent")


async def test_an_answer_that_nobody_waits_for_is_forgotten(house: House) -> None:
    line, epoch, asking = await commanded(house)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    result = SimResult(command_id=line.sent[0]["commandId"], success=True)
    house.cloud.simulators.received(ANN, epoch, result)


async def test_displaced_glasses_are_closed(house: House) -> None:
    line, _, asking = await commanded(house)
    house.cloud.simulators.opened(ANN, PaperLine())  # type: ignore[arg-type]
    assert line.closed == [4001]
    with pytest.raises(RefusedError):
        await asking


async def test_too_many_commands_are_refused(house: House) -> None:
    _, _, first = await commanded(house)
    asking = [asyncio.create_task(house.cloud.simulators.command(ANN, "fold", "", False)) for _ in range(31)]
    await asyncio.sleep(0)
    with pytest.raises(RefusedError) as caught:
        await house.cloud.simulators.command(ANN, "fold", "", False)
    assert caught.value.status == 429
    for task in (first, *asking):
        task.cancel()
    await asyncio.gather(first, *asking, return_exceptions=True)
