"""How an app is shown: all to its owner, to others what they need to use it."""

from trifocal_cloud import app_events
from trifocal_cloud.apps import App, AppFault, AppView
from trifocal_cloud.io.app_answers import AppBody, app_body
from trifocal_cloud.testing import ANN, BOB, EPOCH_MS

CAM = App("cam", ANN, "Camera", "0" * 64, "http://10.0.0.7:7010", "standard")
LOST = AppView(
    state="lost",
    since_ms=EPOCH_MS,
    reason="app_unreachable",
    detail="http://10.0.0.7:7010 cannot be reached",
    next_try_ms=EPOCH_MS + 5_000,
    subscriptions=("button_press",),
    errors=(AppFault(EPOCH_MS, "app_refused", "10.0.0.7 says 500"), AppFault(EPOCH_MS + 1, "app_silent", "")),
)


def test_an_app_that_does_not_run_is_stopped() -> None:
    body = app_body(CAM, ANN, None)
    assert (body.state, body.since, body.reason, body.message, body.next_try_at) == ("stopped", 0, "", "", None)


def test_its_owner_sees_what_its_server_said() -> None:
    body = app_body(CAM, ANN, LOST)
    assert (body.mine, body.public_url) == (True, "http://10.0.0.7:7010")
    assert body.message == "http://10.0.0.7:7010 cannot be reached"
    assert [fault.message for fault in body.last_errors] == ["10.0.0.7 says 500", "the app did not connect in time"]
    assert (body.next_try_at, body.subscriptions) == (EPOCH_MS + 5_000, ["button_press"])


def test_nobody_else_learns_where_it_is() -> None:
    body = app_body(CAM, BOB, LOST)
    assert (body.mine, body.public_url, body.reason) == (False, "", "app_unreachable")
    assert "10.0.0.7" not in body.model_dump_json()
    assert body.message == "the app's server cannot be reached"
    assert body.last_errors[0].message == "the app's server refused"


def test_every_state_of_a_session_can_be_shown() -> None:
    for state in ("STARTING", "RUNNING", "GRACE", "RESTARTING", "LOST", "STOPPING"):
        word = getattr(app_events, state)
        assert app_body(CAM, ANN, AppView(word, 1)).state == word


def test_no_answer_has_a_key_in_it() -> None:
    assert not [name for name in AppBody.model_fields if "key" in name]
