"""Uploads that break off and go on: over restarts, crashes at every step, and within bounds."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from trifocal_cloud.io import partial_uploads
from trifocal_cloud.io.partial_files import PartialFiles
from trifocal_cloud.io.partial_uploads import KEPT_MS, MOST_OPEN, Partials
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.testing import ANN, House, housed, picture

PHOTO = picture()
SAID = {"requestId": "local_1", "sha256": hashlib.sha256(PHOTO).hexdigest()}


class Cut(Exception):  # noqa: N818 - power, not an error
    """The cloud is dead from here on."""


async def body(data: bytes, size: int = 64) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def send(partials: Partials) -> None:
    """What a gateway does, from the beginning, as far as it gets."""
    partial = await partials.create(ANN, len(PHOTO), dict(SAID))
    offset = await partials.look(partial)
    if offset < len(PHOTO):
        await partials.append(partial, offset, body(PHOTO[offset:]), None)
    assert (await partials.answer(partial))["success"] is True


async def photos(house: House) -> int:
    async with house.client() as client:
        return len((await client.get("/api/gallery")).json()["photos"])


def files(house: House) -> list[Path]:
    return list((house.settings.data_dir / "partial").iterdir())


async def test_a_restart_goes_on_at_the_first_byte_that_is_missing(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        partials = house.cloud.partials
        partial = await partials.create(ANN, len(PHOTO), dict(SAID))
        assert await partials.append(partial, 0, body(PHOTO[:100]), None) == 100
    async with housed(tmp_path) as house:
        partials = house.cloud.partials
        found = partials.find(ANN, partial.about.upload_id)
        assert (found.about, await partials.look(found)) == (partial.about, 100)
        await send(partials)
        assert await photos(house) == 1


async def test_cut_at_every_step_nothing_is_lost_nor_there_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partial_uploads, "FLUSH_BYTES", 128)
    step, at = 0, 0

    def dying(name: str) -> Any:
        real = getattr(PartialFiles, name)

        def operation(self: PartialFiles, *given: Any) -> Any:
            nonlocal step
            step += 1
            if step == at:
                if name == "write":  # torn: some of it is there
                    real(self, given[0], given[1][: len(given[1]) // 2], given[2])
                raise Cut
            return real(self, *given)

        return operation

    for name in ("keep", "write", "looked_at", "drop_bytes"):
        monkeypatch.setattr(PartialFiles, name, dying(name))
    cuts = 0
    while True:
        at += 1
        step = 0
        folder = tmp_path / str(at)
        async with housed(folder) as house:
            try:
                await send(house.cloud.partials)
                break
            except Cut:
                cuts += 1
        step = -10_000
        async with housed(folder) as house:
            await send(house.cloud.partials)
            assert await photos(house) == 1
            assert [path.suffix for path in files(house)] == [".json"]
    assert cuts > len(PHOTO) // 128


async def test_a_whole_that_was_not_answered_is_taken_in_when_it_is_asked_for(tmp_path: Path) -> None:
    async with housed(tmp_path) as house:
        partials = house.cloud.partials
        partial = await partials.create(ANN, len(PHOTO), dict(SAID))
        partials._files.write(partial.about.upload_id, PHOTO, 0)
    async with housed(tmp_path) as house:
        partials = house.cloud.partials
        assert await partials.look(partials.find(ANN, partial.about.upload_id)) == len(PHOTO)
        assert await photos(house) == 1


async def test_nobody_goes_on_with_it_for_a_day(house: House) -> None:
    partials = house.cloud.partials
    partial = await partials.create(ANN, len(PHOTO), dict(SAID))
    await partials.append(partial, 0, body(PHOTO[:100]), None)
    house.clock.advance(KEPT_MS)
    await partials.look_for_expired()
    assert files(house)
    house.clock.advance(1)
    await house.cloud.expiry.look()
    assert files(house) == []
    with pytest.raises(RefusedError):
        partials.find(ANN, partial.about.upload_id)
    with pytest.raises(RefusedError):
        await partials.append(partial, 100, body(PHOTO[100:]), None)


async def test_they_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    partials = house.cloud.partials
    for _ in range(MOST_OPEN):
        await partials.create(ANN, 10, {})
    with pytest.raises(RefusedError) as caught:
        await partials.create(ANN, 10, {})
    assert (caught.value.status, caught.value.reason) == (429, "too_many")
    await partials.create("bob@example.com", 10, {})
    monkeypatch.setattr(partial_uploads, "SPARE_BYTES", 2**60)
    with pytest.raises(RefusedError) as caught:
        await partials.create("bob@example.com", 10, {})
    assert (caught.value.status, caught.value.reason) == (507, "storage_full")


async def test_a_photo_is_no_larger_than_a_photo_may_be(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    partials = house.cloud.partials
    object.__setattr__(partials._limits, "photo_bytes", len(PHOTO) - 1)
    partial = await partials.create(ANN, len(PHOTO), dict(SAID))
    with pytest.raises(RefusedError) as caught:
        await partials.append(partial, 0, body(PHOTO), None)
    assert caught.value.status == 413
    assert files(house) == []
