"""What a person has the glasses do: one answer each, from the report that means it."""

from typing import TYPE_CHECKING

import pytest

from trifocal_gateway.errands import ANSWER_MS, FAMILIES, MOST_NETWORKS, WIFI_MS, Answer, Errands, Say
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import ControlRequest, ControlResult
from trifocal_shared.control_messages import COMMANDS, Control, row
from trifocal_shared.messages import Pong

if TYPE_CHECKING:
    from trifocal_shared.message import Message

JOIN = {"ssid": "house", "password": "secret"}


def asked(command: str, values: dict[str, object] | None = None, command_id: str = "c-1") -> Errands:
    """An errand that has been said to the glasses."""
    errands = Errands()
    errands.asked(ControlRequest(command_id=command_id, command=command, values=values or {}), True, 0)
    (said,) = errands.events()
    assert isinstance(said, Say)
    assert command == said.message.TYPE
    return errands


def answers(errands: Errands) -> list[ControlResult]:
    """What the cloud is told; nothing is said to the glasses."""
    events = errands.events()
    assert all(isinstance(event, Answer) for event in events)
    return [event.result for event in events if isinstance(event, Answer)]


def done(**values: object) -> list[ControlResult]:
    return [ControlResult(command_id="c-1", success=True, values=values)]


def failed(reason: str, command_id: str = "c-1") -> list[ControlResult]:
    return [ControlResult(command_id=command_id, success=False, reason=reason)]


def wifi(connected: bool, ssid: str = "", error: str = "") -> Control:
    return Control("wifi_status", connected=connected, ssid=ssid, local_ip="10.0.0.7", error=error)


def test_everything_that_may_be_asked_is_a_command_of_the_link() -> None:
    assert all(row(COMMANDS, kind) for kind in FAMILIES)


def test_a_network_is_joined_when_the_glasses_are_on_it_and_not_on_another() -> None:
    errands = asked("set_wifi_credentials", JOIN)
    for other in (wifi(False), wifi(True, "cafe"), Control("touch_event", gesture_name="single_tap")):
        errands.heard(other)
    assert answers(errands) == []
    errands.heard(wifi(True, "house"))
    assert answers(errands) == done(connected=True, ssid="house", local_ip="10.0.0.7")
    errands.heard(wifi(True, "house"))
    assert (answers(errands), errands.deadline()) == ([], None)


@pytest.mark.parametrize(
    ("said", "reason"),
    [("wrong_password", "wrong_password"), ("no_network", "no_network"), ("<script>", "failed"), (5, "failed")],
)
def test_why_a_network_was_not_joined_is_said_in_our_words(said: str, reason: str) -> None:
    errands = asked("set_wifi_credentials", JOIN)
    errands.heard(wifi(False, error=said))
    assert answers(errands) == failed(reason)


def test_leaving_and_asking_are_answered_by_the_state() -> None:
    errands = asked("disconnect_wifi")
    errands.heard(wifi(True, "house"))
    assert answers(errands) == []
    errands.heard(wifi(False))
    assert answers(errands)[0].success
    errands = asked("request_wifi_status")
    errands.heard(wifi(True, "house"))
    assert answers(errands)[0].values["ssid"] == "house"


def test_networks_are_gathered_until_all_were_named_and_so_many_at_most() -> None:
    errands = asked("request_wifi_scan")
    for number in range(MOST_NETWORKS + 5):
        errands.heard(Control("wifi_scan_result", networks_neo=[{"ssid": f"n{number}"}], scan_complete=False))
    assert answers(errands) == []
    errands.heard(Control("wifi_scan_result", networks=["n0"], scan_complete=True))
    (result,) = answers(errands)
    assert result.values["networks"] == [{"ssid": f"n{number}"} for number in range(MOST_NETWORKS)]


def test_only_the_network_that_was_to_be_forgotten_counts() -> None:
    errands = asked("forget_wifi", {"ssid": "house"})
    errands.heard(Control("wifi_forget_result", ssid="cafe", success=True))
    assert answers(errands) == []
    errands.heard(Control("wifi_forget_result", ssid="house", success=False))
    assert answers(errands) == failed(reasons.FAILED)


@pytest.mark.parametrize(
    ("command", "said", "reason"),
    [
        ("rgb_led_control_on", Control("rgb_led_control_on_response", success=True), ""),
        ("rgb_led_control_on", Control("rgb_led_control_error", error="unsupported"), "unsupported"),
        ("rgb_led_control_off", Control("rgb_led_control_on_response", success=True), None),
        ("save_in_gallery_mode", Control("settings_ack", setting="save_in_gallery_mode", success=True), ""),
        ("save_in_gallery_mode", Control("settings_ack", setting="button_camera_led", success=True), None),
        (
            "button_camera_led",
            Control("settings_ack", setting="button_camera_led", success=False, error="forbidden"),
            "forbidden",
        ),
        ("set_photo_mode", Control("set_photo_mode_ack", mode="cloud"), ""),
        ("set_photo_mode", Control("set_photo_mode_ack", mode="save_locally"), "malformed"),
    ],
)
def test_lamps_and_settings_are_answered_by_their_own_reports(command: str, said: Control, reason: str | None) -> None:
    values: dict[str, dict[str, object]] = {
        "save_in_gallery_mode": {"active": True},
        "button_camera_led": {"enabled": False},
        "set_photo_mode": {"mode": "cloud"},
    }
    errands = asked(command, values.get(command))
    errands.heard(said)
    assert answers(errands) == ([] if reason is None else failed(reason) if reason else done())


def test_of_a_family_one_is_under_way_and_of_another_one_beside_it() -> None:
    errands = asked("set_wifi_credentials", JOIN)
    errands.asked(ControlRequest(command_id="c-2", command="disconnect_wifi"), True, 5)
    assert answers(errands) == failed(reasons.TOO_MANY, "c-2")
    errands.asked(ControlRequest(command_id="c-3", command="rgb_led_control_off"), True, 5)
    assert isinstance(errands.events()[0], Say)


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("reboot", {}),
        ("owner_pair", {"key": "00"}),
        ("explode", {}),
        ("", {}),
        ("set_wifi_credentials", {}),
        ("set_wifi_credentials", {"ssid": 5}),
        ("button_max_recording_time", {"minutes": 2**60}),
        ("set_photo_mode", {"mode": ["cloud"], "type": "reboot"}),
    ],
)
def test_what_may_not_be_asked_or_makes_no_sense_never_reaches_the_glasses(
    command: str, values: dict[str, object]
) -> None:
    errands = Errands()
    errands.asked(ControlRequest(command_id="c-1", command=command, values=values), True, 0)
    assert answers(errands) == failed(reasons.MALFORMED)


def test_glasses_that_are_not_ready_are_answered_for_at_once() -> None:
    errands = Errands()
    errands.asked(ControlRequest(command_id="c-1", command="request_wifi_status"), False, 0)
    assert answers(errands) == failed(reasons.GLASSES_OFFLINE)


@pytest.mark.parametrize(
    ("command", "patience_ms"), [("rgb_led_control_off", ANSWER_MS), ("request_wifi_scan", WIFI_MS)]
)
def test_silence_is_an_answer_too_and_a_late_one_counts_for_nothing(command: str, patience_ms: int) -> None:
    errands = asked(command)
    assert errands.deadline() == patience_ms
    errands.timeout(patience_ms - 1)
    assert answers(errands) == []
    errands.timeout(patience_ms)
    assert answers(errands) == failed(reasons.GLASSES_SILENT)
    late: list[Message] = [Control("rgb_led_control_off_response", success=True), Pong()]
    for said in late:
        errands.heard(said)
    assert answers(errands) == []


def test_a_lost_link_ends_what_is_under_way() -> None:
    errands = asked("request_wifi_scan")
    errands.link_lost()
    assert answers(errands) == failed(reasons.GLASSES_OFFLINE)
    assert errands.deadline() is None


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(ControlRequest(command_id="c-1", command="set_wifi_credentials", values={**JOIN}))
