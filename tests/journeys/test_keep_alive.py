"""The keep-alive's edge cases, K1 to K15 of the mission: the cloud's streams and the glasses' guard over a bad link.

Both machines are the real ones; the link between them, the apps and the RTMP server are what each case needs. All in
virtual time.
"""

import pytest

from trifocal_cloud import stream_words as words
from trifocal_cloud.stream import TellBusy
from trifocal_cloud.streams import AWAY_MS, Streams
from trifocal_firmware.stream_guard import IDLE, LIVE, MOST_ATTEMPTS, RECONNECTING, StreamGuard
from trifocal_shared import reasons, stream_messages
from trifocal_shared.message import ProtocolError, parse

from .streaming import ANN, CAM, OTHER, House

pytestmark = pytest.mark.journey


@pytest.fixture
def house() -> House:
    return House()


def keep_alives(house: House) -> list[str]:
    return [word.ack_id for word in house.sent if isinstance(word, stream_messages.KeepRtmpStreamAlive)]


def test_a_day_of_a_stream_over_a_bad_link() -> None:
    house = House(loss=5, duplicate=10)
    house.wish()
    for _ in range(24 * 6):
        house.run(600_000)
        assert house.guard.state == LIVE
    assert house.hardware.opened == 1
    assert set(house.statuses()) <= {words.INITIALIZING, words.ACTIVE, words.DEGRADED}
    house.cloud.unwanted(ANN, CAM, False, "", house.now)
    house.run(30_000)
    assert house.statuses()[-1] == words.STOPPED
    assert (house.hardware.camera_on, len(house.cloud.tracker), house.kept) == (False, 0, {})


def test_k1_glasses_out_of_reach_for_good(house: House) -> None:
    house.wish()
    house.run(20_000)
    house.cut()
    house.run(60_000)
    assert (house.guard.state, house.hardware.camera_on) == (IDLE, False)
    assert house.statuses() == [words.INITIALIZING, words.ACTIVE, words.RECONNECTING]
    house.run(AWAY_MS - 60_000 + 100)
    assert house.told[-1][4:6] == (words.ERROR, reasons.GLASSES_OFFLINE)
    assert house.cloud.of(ANN) is None


def test_k1_glasses_out_of_reach_for_a_moment(house: House) -> None:
    house.wish()
    house.run(20_000)
    house.cut()
    house.run(40_000)
    house.back()
    house.run(600_000)
    assert house.statuses() == [words.INITIALIZING, words.ACTIVE, words.RECONNECTING, words.ACTIVE]
    assert (house.guard.state, house.hardware.opened) == (LIVE, 1)


def test_k2_a_gap_in_the_network_that_nobody_reports(house: House) -> None:
    house.wish()
    house.run(20_000)
    house.up.cut()  # the glasses hear us, we do not hear them
    house.run(120_000)
    assert house.statuses() == [words.INITIALIZING, words.ACTIVE, words.DEGRADED]
    assert house.guard.state == LIVE, "slower probes still feed the watchdog"
    house.up.restore()
    house.run(40_000)
    assert house.statuses()[-1] == words.ACTIVE
    assert house.hardware.opened == 1


def test_k3_the_cloud_restarts(house: House) -> None:
    stream_id = house.wish()
    house.run(20_000)
    house.restart_cloud()
    house.run(30_000)
    assert house.guard.state == LIVE
    running = house.cloud.of(ANN)
    assert running is not None
    assert (running.stream_id, running.status, house.hardware.opened) == (stream_id, words.ACTIVE, 1)
    house.cloud.unwanted(ANN, CAM, False, stream_id, house.now)
    house.run(2_000)
    assert house.statuses()[-1] == words.STOPPED


def test_k3_the_cloud_restarts_without_its_memory(house: House) -> None:
    house.wish()
    house.run(20_000)
    house.kept.clear()
    house.restart_cloud()
    house.run(10_000)
    assert (house.guard.state, house.hardware.camera_on) == (IDLE, False), "nobody owns it: it is stopped"


def test_k4_a_keep_alive_just_after_the_time_out(house: House) -> None:
    stream_id = house.wish()
    house.run(1_000)
    house.cut()
    house.run(61_000)
    opened = house.hardware.opened
    house.down.restore()
    house.say(stream_messages.KeepRtmpStreamAlive(stream_id=stream_id, ack_id="a4"))
    assert (house.guard.state, house.hardware.opened, house.hardware.camera_on) == (IDLE, opened, False)


def test_k5_keep_alives_in_flight_at_once(house: House) -> None:
    stream_id = house.wish()
    house.run(1_000)
    for number in (1, 2, 2, 1, 3):
        house.say(stream_messages.KeepRtmpStreamAlive(stream_id=stream_id, ack_id=f"a{number}"))
    house.run(59_000)
    assert (house.guard.state, house.hardware.opened) == (LIVE, 1)


def test_k6_the_clocks_may_stand_anywhere(house: House) -> None:
    stream_id = house.wish()
    house.run(1_000)
    for stamp in (0, 1, 4_000_000_000_000):
        house.say(stream_messages.KeepRtmpStreamAlive(stream_id=stream_id, ack_id="a1", timestamp=stamp))
    house.down.cut()
    house.run(59_900)
    assert house.guard.state == LIVE
    house.run(200)
    assert house.guard.state == IDLE


def test_k7_an_app_goes_without_stopping(house: House) -> None:
    house.wish()
    house.run(5_000)
    house.cloud.app_gone(ANN, OTHER, house.now)
    house.run(1_000)
    assert house.guard.state == LIVE
    house.cloud.app_gone(ANN, CAM, house.now)
    house.run(1_000)
    assert (house.guard.state, house.hardware.camera_on) == (IDLE, False)


def test_k8_two_apps_at_once(house: House) -> None:
    stream_id = house.wish(CAM)
    house.wish(OTHER)
    assert house.busy == [TellBusy(ANN, CAM, stream_id)]
    assert house.statuses(OTHER) == [words.ERROR]
    house.run(60_000)
    assert (house.statuses(CAM), house.hardware.opened) == ([words.INITIALIZING, words.ACTIVE], 1)
    house.cloud.unwanted(ANN, OTHER, False, stream_id, house.now)
    house.run(1_000)
    assert house.guard.state == LIVE, "who does not own it does not stop it"


@pytest.mark.parametrize("reason", [reasons.BAD_URL, reasons.AUTH_REJECTED, reasons.CAMERA_BUSY])
def test_k9_a_start_that_fails(house: House, reason: str) -> None:
    house.hardware.refuses = reason
    house.wish()
    house.run(1_000)
    assert house.told[-1][4:6] == (words.ERROR, reason)
    house.run(30_000)
    assert (house.guard.deadline(), len(house.cloud.tracker), house.cloud.deadline()) == (None, 0, None)


def test_k9_a_server_that_is_not_there(house: House) -> None:
    house.hardware.serves = False
    house.wish()
    house.run(24_000)
    assert house.statuses()[:2] == [words.INITIALIZING, words.RECONNECTING]
    house.run(120_000)
    assert house.told[-1][4:6] == (words.ERROR, reasons.CONNECT_REFUSED)
    assert house.guard.state == IDLE


def test_k10_no_timer_is_left(house: House) -> None:
    for _ in range(50):
        stream_id = house.wish()
        house.run(700)
        house.cloud.unwanted(ANN, CAM, False, stream_id, house.now)
        house.run(1_000)
    house.run(120_000)
    assert (house.guard.deadline(), house.cloud.deadline(), len(house.cloud.tracker)) == (None, None, 0)


@pytest.mark.parametrize("interval_ms", [1_000, 5_000, 30_000])
def test_k11_the_interval_is_ours_to_choose(house: House, interval_ms: int) -> None:
    house.cloud = Streams(interval_ms)
    house.wish()
    house.run(300_500)
    assert len(keep_alives(house)) == pytest.approx(300_000 / interval_ms, rel=0.06)
    assert house.guard.state == LIVE


def test_k12_the_battery_dies(house: House) -> None:
    house.wish()
    house.run(20_000)
    house.guard = StreamGuard()
    house.down.cut()
    house.up.cut()  # the gateway has not noticed
    house.run(600_000)
    assert house.statuses()[-2:] == [words.DEGRADED, words.ERROR]
    assert (house.cloud.of(ANN), house.cloud.deadline(), house.kept) == (None, None, {})


def test_k13_no_keep_alive_after_a_stop() -> None:
    house = House(loss=40)
    stream_id = house.wish()
    house.run(100_000)
    house.cloud.unwanted(ANN, CAM, False, stream_id, house.now)
    house.pump()
    said = len(keep_alives(house))
    house.run(60_000)
    assert len(keep_alives(house)) == said
    assert (house.statuses()[-1], house.guard.state) == (words.STOPPED, IDLE)


def test_k14_the_same_start_twice(house: House) -> None:
    house.wish()
    house.run(5_000)
    start = house.sent[0]
    assert isinstance(start, stream_messages.StartRtmpStream)
    house.say(start)
    house.run(5_000)
    assert (house.hardware.opened, house.guard.state) == (1, LIVE)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "keep_rtmp_stream_alive"},
        {"type": "keep_rtmp_stream_alive", "streamId": 7, "ackId": "a1"},
        {"type": "keep_rtmp_stream_alive", "streamId": "s1", "ackId": None},
        {"type": "keep_alive_ack", "streamId": ["s1"], "ackId": "a1"},
    ],
)
def test_k15_malformed_keep_alives_are_refused(said: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        parse(stream_messages.TO_GLASSES | stream_messages.FROM_GLASSES, said)


@pytest.mark.parametrize("ack_id", ["", "a", "a0", "a99", "b1", "a1.5", "a-1", "a٣", "a" + "9" * 400])
def test_k15_forged_answers_are_no_sign_of_life(house: House, ack_id: str) -> None:
    stream_id = house.wish()
    house.run(15_500)
    answered = house.cloud.tracker.quality(stream_id)
    house.cloud.acked(ANN, stream_messages.KeepAliveAck(stream_id=stream_id, ack_id=ack_id), house.now)
    house.cloud.acked("bob@example.com", stream_messages.KeepAliveAck(stream_id=stream_id, ack_id="a1"), house.now)
    assert house.cloud.tracker.quality(stream_id) == answered


def test_a_lost_connection_is_tried_again_for_two_minutes(house: House) -> None:
    house.wish()
    house.run(20_000)
    house.hardware.serves = False
    began = house.now
    house.guard.lost(house.hardware.number, reasons.PEER_CLOSED, began)
    while house.guard.state == RECONNECTING:
        house.run(1_000)
    assert 100_000 < house.now - began < 130_000
    assert house.hardware.opened == 1 + MOST_ATTEMPTS
    assert house.statuses()[-2:] == [words.RECONNECTING, words.ERROR]


def test_a_connection_without_bytes_is_no_connection(house: House) -> None:
    house.wish()
    house.run(20_000)
    house.hardware.serves = False  # the socket stands, nothing goes out
    house.run(9_000)
    assert house.guard.state == RECONNECTING
    house.hardware.serves = True
    house.run(10_000)
    assert house.statuses() == [words.INITIALIZING, words.ACTIVE, words.RECONNECTING, words.ACTIVE]


def test_it_lasts_as_long_as_it_may(house: House) -> None:
    house.wish(limit=60)
    house.run(59_900)
    assert house.guard.state == LIVE
    house.run(500)
    assert house.told[-1][4:6] == (words.STOPPED, reasons.DURATION_LIMIT)
