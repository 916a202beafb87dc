"""The glasses over HTTP: what is known of them, and commands for simulated ones."""

import httpx
import pytest

NO_COMMANDS = [
    {},
    [],
    {"command": "explode"},
    {"command": "press", "value": 5},
    {"command": "press", "long": "yes"},
    {"command": "press", "value": "x" * 257},
    {"command": "press", "value": "\0"},
]


async def test_nothing_is_known_of_nobody(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/glasses")).json() == {
        "gateway": False,
        "connected": False,
        "status": "",
        "link": "",
        "model": "",
        "battery": -1,
        "charging": False,
        "wifi": False,
        "wifiSsid": "",
        "sim": None,
    }


async def test_commands_need_simulated_glasses(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/glasses/sim", json={"command": "press", "value": "photo"})
    assert (answer.status_code, answer.json()["error"]) == (409, "no_simulator")


async def test_what_is_no_command_is_malformed(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for body in NO_COMMANDS:
        with subtests.test(body=repr(body)[:40]):
            answer = await client.post("/api/glasses/sim", json=body)
            assert (answer.status_code, answer.json()["error"]) == (422, "malformed")


NO_ERRANDS = [
    {},
    {"command": "reboot"},
    {"command": "owner_pair", "values": {"key": "00"}},
    {"command": "forget_wifi", "values": []},
    {"command": "forget_wifi", "values": {"ssid": "x" * 257}},
    {"command": "forget_wifi", "values": {"ssid": ["deep"]}},
    {"command": "button_max_recording_time", "values": {"minutes": -1}},
    {"command": "button_max_recording_time", "values": {"minutes": 2**40}},
    {"command": "button_video_recording_setting", "values": {"params": {"fps": "many"}}},
]


async def test_what_nobody_may_ask_of_glasses_is_malformed(
    client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for body in NO_ERRANDS:
        with subtests.test(body=repr(body)[:40]):
            answer = await client.post("/api/glasses/control", json=body)
            assert (answer.status_code, answer.json()["error"]) == (422, "malformed")


async def test_errands_need_a_gateway(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/glasses/control", json={"command": "request_wifi_status"})
    assert (answer.status_code, answer.json()["error"]) == (409, "gateway_offline")


async def test_every_door_asks_for_a_token(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get("/api/glasses")).status_code == 401
    assert (await nobody.post("/api/glasses/sim", json={"command": "fold"})).status_code == 401
    errand = {"command": "request_wifi_status"}
    assert (await nobody.post("/api/glasses/control", json=errand)).status_code == 401
