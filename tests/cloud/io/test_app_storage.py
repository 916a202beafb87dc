"""What apps keep: within bounds, all or nothing, each app its own."""

import asyncio

import pytest

from trifocal_cloud.apps import App
from trifocal_cloud.io import app_storage
from trifocal_cloud.io.app_storage import BURST, KEY_LENGTH, TOTAL_BYTES, VALUE_LENGTH, AppStorage
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.testing import ANN, BOB, House

CAM = App("cam", ANN, "Camera", "0" * 64, "http://localhost:7010")
OTHER = App("other", BOB, "Other", "0" * 64, "http://localhost:7011")


@pytest.fixture
async def storage(house: House) -> AppStorage:
    await house.cloud.registry.put(CAM)
    await house.cloud.registry.put(OTHER)
    return house.cloud.app_storage


async def test_each_app_keeps_its_own_for_each_user(storage: AppStorage) -> None:
    await storage.keep(CAM, ANN, {"k": "cam for ann"})
    await storage.keep(CAM, BOB, {"k": "cam for bob"})
    await storage.keep(OTHER, ANN, {"k": "other for ann"})
    await storage.forget(CAM, BOB)
    assert await storage.texts(CAM, ANN) == {"k": "cam for ann"}
    assert await storage.texts(CAM, BOB) == {}
    assert await storage.texts(OTHER, ANN) == {"k": "other for ann"}


@pytest.mark.parametrize("letter", ["x", "ä", "語", "\u0000"])
async def test_a_value_is_as_long_as_the_sdk_allows(storage: AppStorage, letter: str) -> None:
    await storage.keep(CAM, ANN, {"k": letter * VALUE_LENGTH})
    assert await storage.texts(CAM, ANN) == {"k": letter * VALUE_LENGTH}
    with pytest.raises(RefusedError, match="too_large"):
        await storage.keep(CAM, ANN, {"k": letter * (VALUE_LENGTH + 1)})


async def test_javascript_counts_an_emoji_twice(storage: AppStorage) -> None:
    await storage.keep(CAM, ANN, {"k": "😀" * (VALUE_LENGTH // 2)})
    with pytest.raises(RefusedError, match="too_large"):
        await storage.keep(CAM, ANN, {"k": "😀" * (VALUE_LENGTH // 2) + "x"})


async def test_all_together_have_a_bound_to_the_byte(storage: AppStorage) -> None:
    texts = {f"{number:05}": "x" * (VALUE_LENGTH - 5) for number in range(10)}
    await storage.keep(CAM, ANN, texts)
    rest = TOTAL_BYTES - 10 * VALUE_LENGTH
    await storage.keep(CAM, ANN, {"last": "x" * (rest - 4)})
    for one_more in ({"": "x"}, {"last": "x" * (rest - 3)}, {"x": ""}):
        with pytest.raises(RefusedError, match="too_large"):
            await storage.keep(CAM, ANN, one_more)
    await storage.keep(CAM, ANN, {"last": "x" * (rest - 4)})  # what takes the place of another needs no more room
    await storage.keep(CAM, BOB, {"k": "x"})
    await storage.forget(CAM, ANN, "00000")
    await storage.keep(CAM, ANN, {"": "x"})


async def test_what_does_not_fit_changes_nothing(storage: AppStorage) -> None:
    await storage.keep(CAM, ANN, {"k": "old"})
    for unfit in ({"x" * (KEY_LENGTH + 1): ""}, {"big": "x" * (VALUE_LENGTH + 1)}):
        with pytest.raises(RefusedError, match="too_large"):
            await storage.keep(CAM, ANN, {"k": "new"} | unfit)
    assert await storage.texts(CAM, ANN) == {"k": "old"}


async def test_texts_have_a_number_too(storage: AppStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_storage, "KEY_LIMIT", 2)
    await storage.keep(CAM, ANN, {"a": "", "b": ""})
    await storage.keep(CAM, ANN, {"a": "again"})
    with pytest.raises(RefusedError, match="too_large"):
        await storage.keep(CAM, ANN, {"c": ""})


async def test_those_who_write_at_once_cannot_pass_the_bound_together(storage: AppStorage) -> None:
    texts = [{str(number): "x" * VALUE_LENGTH} for number in range(12)]
    outcomes = await asyncio.gather(*[storage.keep(CAM, ANN, one) for one in texts], return_exceptions=True)
    assert sorted(map(str, outcomes)) == ["None"] * 10 + ["too_large"] * 2
    assert len(await storage.texts(CAM, ANN)) == 10


async def test_who_asks_too_often_is_told_so_and_may_again_later(house: House, storage: AppStorage) -> None:
    for _ in range(BURST):
        await storage.texts(CAM, ANN)
    for ask in (storage.texts(CAM, ANN), storage.keep(CAM, ANN, {"k": "v"}), storage.forget(CAM, ANN)):
        with pytest.raises(RefusedError) as refusal:
            await ask
        assert (refusal.value.status, refusal.value.reason) == (429, "rate_limited")
    await storage.texts(CAM, BOB)
    await storage.texts(OTHER, ANN)
    house.clock.advance(1_000)
    await storage.keep(CAM, ANN, {"k": "v"})


async def test_other_names_of_users_do_not_let_an_app_ask_without_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_storage, "APP_BURST", 3)
    storage = AppStorage(house.clock, house.cloud.database, house.cloud.registry)  # type: ignore[arg-type]
    for number in range(3):
        await storage.texts(CAM, f"user-{number}")
    with pytest.raises(RefusedError, match="rate_limited"):
        await storage.texts(CAM, "user-3")
    await storage.texts(OTHER, "user-3")


async def test_an_app_removed_meanwhile_leaves_nothing_for_the_next_of_its_name(
    house: House, storage: AppStorage
) -> None:
    outcomes = await asyncio.gather(
        house.cloud.registry.remove("cam"), storage.keep(CAM, ANN, {"k": "v"}), return_exceptions=True
    )
    assert list(map(str, outcomes)) == ["None", "not_found"]
    successor = App("cam", BOB, "Camera", "1" * 64, "http://localhost:7012")
    await house.cloud.registry.put(successor)
    with pytest.raises(RefusedError, match="not_found"):
        await storage.keep(CAM, ANN, {"k": "v"})
    assert await storage.texts(successor, ANN) == {}
