"""How apps stand, for people: times they can read, and the last things that went wrong."""

from typing import Any

from trifocal_cloud.app_events import LOST, AppState
from trifocal_cloud.apps import App
from trifocal_cloud.io.app_lines import AppLines
from trifocal_cloud.io.app_views import FAULT_LIMIT, AppViews
from trifocal_cloud.switchboard import Switchboard
from trifocal_cloud.testing import ANN, BOB, EPOCH_MS, House
from trifocal_shared import app_words

CAM = App("com.example.cam", ANN, "Cam", "", "http://127.0.0.1:7010")


def views(house: House, state: AppState | None = None) -> AppViews:
    lines = AppLines(Switchboard())
    return AppViews(house.cloud.clock, house.cloud.registry, house.cloud.feed, lines, lambda user, package: state)


async def test_an_app_that_does_not_run_has_no_view_until_something_went_wrong(house: House) -> None:
    found = views(house)
    assert found.view(ANN, CAM.package) is None
    found.fault(ANN, CAM.package, app_words.APP_SILENT, "")
    view = found.view(ANN, CAM.package)
    assert view is not None
    assert (view.state, [fault.reason for fault in view.errors]) == ("stopped", [app_words.APP_SILENT])
    found.forget(CAM.package)
    assert found.view(ANN, CAM.package) is None


async def test_times_are_told_by_the_wall_clock(house: House) -> None:
    now = house.clock.now()
    state = AppState(
        ANN, CAM.package, LOST, now - 500, app_words.APP_UNREACHABLE, "no connection", now + 2_000, None, None
    )
    view = views(house, state).view(ANN, CAM.package)
    assert view is not None
    assert (view.since_ms, view.next_try_ms) == (EPOCH_MS - 500, EPOCH_MS + 2_000)
    assert (view.reason, view.detail) == (app_words.APP_UNREACHABLE, "no connection")


async def test_only_the_last_faults_are_kept_and_each_is_told(house: House) -> None:
    found = views(house)
    await house.cloud.registry.put(CAM)
    for number in range(FAULT_LIMIT + 3):
        found.fault(ANN, CAM.package, app_words.APP_SILENT, str(number))
    view = found.view(ANN, CAM.package)
    assert view is not None
    assert [fault.message for fault in view.errors] == [str(number) for number in range(3, FAULT_LIMIT + 3)]
    events: list[dict[str, Any]] = [event for event in house.cloud.feed.ring(ANN).after(0) if event["kind"] == "app"]
    assert len(events) == 1
    assert events[-1]["app"]["lastErrors"][-1]["message"] == str(FAULT_LIMIT + 2)


async def test_what_is_registered_no_more_is_told_as_gone(house: House) -> None:
    views(house).publish(ANN, CAM.package)
    (event,) = house.cloud.feed.ring(ANN).after(0)
    assert (event["package"], event["app"]) == (CAM.package, None)


async def test_the_registry_tells_every_console_that_is_open_and_no_address_to_strangers(house: House) -> None:
    feed = house.cloud.feed
    with feed.listening(ANN), feed.listening(BOB):
        await house.cloud.registry.put(CAM)
        told: list[dict[str, Any]] = [feed.ring(user).after(0)[-1] for user in (ANN, BOB)]
        assert [event["app"]["publicUrl"] for event in told] == [CAM.public_url, ""]
        await house.cloud.registry.remove(CAM.package)
        assert [feed.ring(user).after(0)[-1]["app"] for user in (ANN, BOB)] == [None, None]
    await house.cloud.registry.put(CAM)
    assert len(feed.ring(BOB).after(0)) == 1


async def test_what_one_sets_is_told_to_ones_own_consoles(house: House) -> None:
    await house.cloud.registry.put(CAM)
    await house.cloud.registry.set_settings(ANN, CAM.package, {})
    assert [event["package"] for event in house.cloud.feed.ring(ANN).after(0)] == [CAM.package]
    await house.cloud.registry.set_mentraos(ANN, {})
    assert len(house.cloud.feed.ring(ANN).after(0)) == 1
