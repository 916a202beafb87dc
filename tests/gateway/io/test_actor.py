"""The gateway at work when disk, glasses and cloud misbehave. What it does when they do not: test_main."""

from pathlib import Path
from typing import Any

import pytest

from trifocal_gateway.errors import CorruptPhoto, StorageError, StorageFull
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.io.database import Database
from trifocal_gateway.io.spool import Spool
from trifocal_shared import messages
from trifocal_shared.cloud_messages import PhotoRequest


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "receiver.PAUSE_MS",
        "reconnector.SLOW_MS",
        "reconnector.CLOUD_BASE_MS",
        "reconnector.GLASSES_BASE_MS",
        "upload_queue.PAUSE_MS",
    ):
        monkeypatch.setattr(f"trifocal_gateway.{name}", 10)


def failing(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, error: Exception, times: int = 1) -> list[str]:
    """Let a method fail so many times; what is returned counts them."""
    whole = getattr(owner, name)
    failed: list[str] = []

    def sometimes(*arguments: Any) -> Any:
        if len(failed) < times:
            failed.append(name)
            raise error
        return whole(*arguments)

    monkeypatch.setattr(owner, name, sometimes)
    return failed


FAULTS = [
    (Spool, "part", StorageFull("no room")),
    (Spool, "write", StorageFull("no room")),
    (Spool, "finish", StorageError("input/output error")),
    (Spool, "finish", CorruptPhoto("other bytes")),
    (Database, "save", StorageFull("no room")),
    (Spool, "remove", StorageError("input/output error")),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[1]}: {type(fault[2]).__name__}")
async def test_a_failing_disk_loses_no_photo(
    tmp_path: Path, glasses: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch, fault: tuple[type, str, Exception]
) -> None:
    failed = failing(monkeypatch, *fault)
    await cloud.start()
    sent = {f"local_{number}": glasses.shoot(number) for number in (1, 2)}
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: cloud.stored == sent and not glasses.photos)
    assert failed


async def test_a_row_that_cannot_be_removed_costs_one_more_upload(
    tmp_path: Path, glasses: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, Database, "forget", StorageError("input/output error"))
    await cloud.start()
    glasses.shoot(1)
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: cloud.statuses("local_1")[-1:] == ["uploaded"])
    async with cloud.gateway(tmp_path, glasses) as gateway:
        await glasses.until(lambda: len(cloud.uploads) == 2 and gateway.queue()["bytes"] == 0)
        await glasses.until(lambda: not list((tmp_path / "spool").iterdir()))


async def test_last_words_that_cannot_be_kept_stop_nobody(
    tmp_path: Path, glasses: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = failing(monkeypatch, Database, "keep_result", StorageFull("no room"))
    forgotten = failing(monkeypatch, Database, "forget_result", StorageFull("no room"))
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: any(isinstance(said, messages.AuthToken) for said in glasses.heard))
        glasses.say(messages.PhotoStatus(request_id="r1", status="failed", error_code="camera_busy"))
        await glasses.until(lambda: bool(kept))
        await cloud.start()
        await glasses.until(lambda: cloud.statuses("r1") == ["failed"] and bool(forgotten))


async def test_silent_glasses_are_called_again(
    tmp_path: Path, glasses: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trifocal_gateway.session.PING_MS", 20)
    deaf = type(glasses)._hear
    monkeypatch.setattr(
        type(glasses),
        "_hear",
        lambda self, said: None if isinstance(said, messages.Ping) else deaf(self, said),
    )
    async with cloud.gateway(tmp_path, glasses):
        greeted = lambda: [said for said in glasses.heard if isinstance(said, messages.AuthToken)]  # noqa: E731
        await glasses.until(lambda: len(greeted()) >= 2)


async def test_a_displaced_line_is_taken_up_again(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    await cloud.start()
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: len(cloud.lines) == 1)
        await cloud.lines[0].close(4001)
        await glasses.until(lambda: len(cloud.lines) == 2)
        await cloud.ask(PhotoRequest(request_id="r1", app_id="a", timestamp=1))
        await glasses.until(lambda: cloud.statuses("r1") == ["failed"])


async def test_without_a_token_the_line_waits(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    await cloud.start()
    async with cloud.gateway(tmp_path, glasses, token="") as gateway:
        await glasses.until(lambda: gateway.status.snapshot()["cloud"] == "waiting")
        assert cloud.lines == []


async def test_a_bug_surfaces(tmp_path: Path, glasses: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Gateway, "glasses_received", broken)
    gateway = cloud.gateway(tmp_path, glasses)
    with pytest.raises(ExceptionGroup) as caught:
        async with gateway:
            await glasses.until(gateway.task.done)
    assert caught.group_contains(ZeroDivisionError)
