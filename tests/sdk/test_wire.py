"""What goes out says who and when; what comes in keeps what its class leaves out."""

import json

import pytest

from trifocal_sdk.streams import Existing
from trifocal_sdk.wire import existing, incoming, outgoing
from trifocal_shared.app_messages import (
    AppConnectionAck,
    AppPhotoRequest,
    ManagedStreamRequest,
    RtmpStreamStatus,
    SubscriptionUpdate,
)
from trifocal_shared.message import ProtocolError

AT = "2026-02-03T10:00:00.000Z"


def test_a_message_goes_out_with_who_and_when() -> None:
    wire = outgoing(AppPhotoRequest(request_id="r1"), "com.example.cam", "s", AT)
    assert wire == {
        "type": "photo_request",
        "requestId": "r1",
        "size": "medium",
        "compress": "none",
        "saveToGallery": False,
        "packageName": "com.example.cam",
        "sessionId": "s",
        "timestamp": AT,
    }


def test_what_is_optional_and_empty_is_left_out() -> None:
    wire = outgoing(ManagedStreamRequest(), "com.example.cam", "s", AT)
    assert wire == {
        "type": "managed_stream_request",
        "enableWebRTC": True,
        "packageName": "com.example.cam",
        "timestamp": AT,
    }


def test_an_empty_list_of_streams_is_a_list() -> None:
    assert outgoing(SubscriptionUpdate(subscriptions=[]), "p", "s", AT)["subscriptions"] == []


def test_a_message_comes_in_with_all_that_it_says() -> None:
    received = incoming('{"type":"rtmp_stream_status","status":"active","stats":{"fps":24}}')
    assert received is not None
    assert received.message == RtmpStreamStatus(status="active")
    assert received.data["stats"] == {"fps": 24}


@pytest.mark.parametrize("key", ["mentraosSettings", "augmentosSettings"])
def test_system_settings_come_under_two_names(key: str) -> None:
    received = incoming(json.dumps({"type": "tpa_connection_ack", "capabilities": None, key: {"brightness": 50}}))
    assert received is not None
    assert isinstance(received.message, AppConnectionAck)
    assert received.message.mentraos_settings == {"brightness": 50}


def test_an_unknown_type_is_nothing() -> None:
    assert incoming('{"type":"stream_status","status":"active"}') is None


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        "",
        "[]",
        "7",
        "{}",
        '{"type":7}',
        '{"type":"data_stream"}',
        '{"type":"tpa_connection_ack","settings":{}}',
        '{"type":"device_state_update"}',
        "[" * 20_000,
    ],
)
def test_what_breaks_the_rules_is_refused(data: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        incoming(data)


def test_a_stream_that_runs_is_read() -> None:
    info = {"type": "managed", "streamId": "m1", "status": "active", "hlsUrl": "https://media.example/m1"}
    found = existing({"hasActiveStream": True, "streamInfo": info})
    assert found == Existing("managed", "m1", "active", hls_url="https://media.example/m1")
    assert existing({"hasActiveStream": True}) == Existing("rtmp", "", "")
    assert existing({"hasActiveStream": False}) is None
