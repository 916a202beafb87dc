"""What apps are told unasked: everything at the beginning, then only what is new."""

from pathlib import Path
from typing import Any

from trifocal_cloud.apps import App
from trifocal_cloud.io.app_news import AppNews
from trifocal_cloud.sessions import Glasses, Session
from trifocal_cloud.testing import ANN, House
from trifocal_shared.message import Message

SCHEMA = ({"key": "hd", "type": "toggle", "label": "HD", "defaultValue": False},)
CAM = App("com.example.cam", ANN, "Cam", "", "http://127.0.0.1:7010", settings=SCHEMA)


class Spoken:
    """A line that remembers."""

    def __init__(self) -> None:
        self.user, self.package, self.session_id = ANN, CAM.package, "s-1"
        self.told: list[dict[str, Any]] = []

    def say(self, message: Message) -> None:
        self.told.append(message.to_wire())

    def hear(self, stream: str, raw: bytes, at: int) -> None:
        self.told.append({"type": stream, "raw": raw})

    @property
    def kinds(self) -> list[str]:
        return [told["type"] for told in self.told]


def session(status: str = "CONNECTED", model: str = "Trifocal Sim", battery: int = 80) -> Session:
    return Session(ANN, "g-1", 0, connected=True, glasses=Glasses(status, model, battery))


async def test_the_beginning_is_whole(house: House) -> None:
    news, line = AppNews(house.clock, house.cloud.registry), Spoken()
    any_line: Any = line
    await house.cloud.registry.put(CAM)
    await house.cloud.registry.set_settings(ANN, CAM.package, {"hd": True})
    news.changed(ANN, session(), [])
    await news.acknowledge(any_line, CAM)
    ack, state, connection = line.told
    assert (ack["type"], ack["sessionId"]) == ("tpa_connection_ack", "s-1")
    assert ack["settings"] == [{**SCHEMA[0], "value": True}]
    assert ack["mentraosSettings"]["metricSystemEnabled"] is False
    assert ack["capabilities"]["modelName"] == "Trifocal Sim"
    assert (state["type"], state["fullSnapshot"]) == ("device_state_update", True)
    assert state["state"]["connected"] is True
    assert connection["type"] == "glasses_connection_state"
    assert b'"status":"CONNECTED"' in connection["raw"]


async def test_without_glasses_the_beginning_is_whole_too(house: House) -> None:
    news, line = AppNews(house.clock, house.cloud.registry), Spoken()
    any_line: Any = line
    await news.acknowledge(any_line, CAM)
    assert line.told[0]["capabilities"]["hasCamera"] is True
    assert line.told[1]["state"]["connected"] is False


def test_only_what_is_new_is_told(house: House) -> None:
    news, line = AppNews(house.clock, house.cloud.registry), Spoken()
    lines: Any = [line]
    news.changed(ANN, session(), lines)
    assert line.kinds == ["device_state_update", "glasses_connection_state", "capabilities_update"]
    line.told.clear()
    news.changed(ANN, session(), lines)
    assert line.told == []
    news.changed(ANN, session(battery=79), lines)
    assert [told["state"] for told in line.told] == [{"batteryLevel": 79}]
    line.told.clear()
    news.changed(ANN, session("DISCONNECTED", battery=79), lines)
    assert line.kinds == ["device_state_update", "glasses_connection_state"]
    line.told.clear()
    news.changed(ANN, None, lines)
    assert line.told[0]["state"]["modelName"] is None


async def test_what_was_set_is_told_and_the_systems_settings_after_it(house: House, tmp_path: Path) -> None:
    news, line = AppNews(house.clock, house.cloud.registry), Spoken()
    any_line: Any = line
    await house.cloud.registry.put(CAM)
    await news.settings(any_line, CAM)
    assert line.kinds == ["settings_update", "augmentos_settings_update"]
    assert line.told[0]["settings"] == [{**SCHEMA[0], "value": False}]
    assert "brightness" in line.told[1]["settings"]
