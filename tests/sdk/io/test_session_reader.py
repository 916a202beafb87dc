"""What the cloud says reaches the part of the session that it is about."""

import asyncio
from typing import Any

import pytest


async def said(pair: Any, message: dict[str, Any], name: str) -> Any:
    """What a listener of this event is told of a message."""
    told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    getattr(pair.here.events, name)(told.set_result)
    await pair.there.send(message)
    return await asyncio.wait_for(told, 5)


async def test_a_denied_permission_is_told(pair: Any) -> None:
    details = ["junk", {"stream": "VAD", "requiredPermission": "MICROPHONE", "message": "declare it"}]
    message = {"type": "permission_error", "message": "1 subscription", "details": details}
    denied = await said(pair, message, "on_permission_denied")
    assert (denied.stream, denied.permission, denied.message) == ("VAD", "MICROPHONE", "declare it")


async def test_an_error_without_a_call_is_told_and_ends_nothing(pair: Any) -> None:
    message = {"type": "tpa_connection_error", "message": "no such light", "code": "UNSUPPORTED"}
    error = await said(pair, message, "on_error")
    assert (error.message, error.code) == ("no such light", "UNSUPPORTED")
    assert pair.here.connected


@pytest.mark.parametrize("capabilities", [{"modelName": "Other", "hasCamera": False}, None])
async def test_other_glasses_have_other_capabilities(pair: Any, capabilities: Any) -> None:
    assert pair.here.capabilities.has_camera
    await pair.there.send({"type": "capabilities_update", "capabilities": capabilities, "modelName": None})
    await said(pair, {"type": "tpa_connection_error", "message": "sync"}, "on_error")
    assert not pair.here.capabilities.has_camera


async def test_words_of_the_clouds_own_are_heard(pair: Any) -> None:
    heard: list[Any] = []
    pair.here.on("custom_message", heard.append)
    await pair.there.send({"type": "custom_message", "action": "update_datetime", "payload": {"a": 1}})
    await said(pair, {"type": "tpa_connection_error", "message": "sync"}, "on_error")
    assert [(event["action"], event["payload"]) for event in heard] == [("update_datetime", {"a": 1})]


async def test_what_concerns_no_part_is_passed_over(pair: Any) -> None:
    await pair.there.send({"type": "audio_play_response", "requestId": "r", "success": True})
    await pair.there.send({"type": "stream_status_check_response", "hasActiveStream": True})
    await said(pair, {"type": "tpa_connection_error", "message": "sync"}, "on_error")
    assert pair.here.connected
