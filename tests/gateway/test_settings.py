from pathlib import Path

import pytest
from pydantic import ValidationError

from trifocal_gateway.settings import GatewaySettings


def test_two_addresses_and_a_folder_are_enough(tmp_path: Path) -> None:
    settings = GatewaySettings(data_dir=tmp_path, cloud_url="http://127.0.0.1:8000/", token="t0ken")
    assert settings.cloud_url == "http://127.0.0.1:8000"
    assert settings.glasses == "tcp://127.0.0.1:4860"
    assert settings.token.get_secret_value() == "t0ken"


def test_the_token_is_not_shown(tmp_path: Path) -> None:
    settings = GatewaySettings(data_dir=tmp_path, cloud_url="http://cloud", token="t0ken")
    assert "t0ken" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()


def test_the_environment_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIFOCAL_GATEWAY_CLOUD_URL", "https://cloud.example")
    monkeypatch.setenv("TRIFOCAL_GATEWAY_TOKEN", "from outside")
    settings = GatewaySettings(data_dir=tmp_path)
    assert settings.cloud_url == "https://cloud.example"
    assert settings.token.get_secret_value() == "from outside"


@pytest.mark.parametrize("url", ["", "cloud", "ftp://cloud", "http://", "http://cloud?x=1"])
def test_a_cloud_that_is_no_web_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings(data_dir=tmp_path, cloud_url=url)


@pytest.mark.parametrize("url", ["", "127.0.0.1:4860", "tcp://127.0.0.1", "ws://h:1", "tcp://h:x"])
def test_glasses_that_are_no_link_address_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings(data_dir=tmp_path, cloud_url="http://cloud", glasses=url)


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        GatewaySettings(data_dir=tmp_path, cloud_url="http://cloud", colour="red")


def test_glasses_may_be_a_bluetooth_name_or_address_or_a_port(tmp_path: Path) -> None:
    for url in ("ble:Xy_A", "ble:C0:00:00:00:00:01", "ble:", "serial:/dev/ttyUSB0?baud=9600"):
        assert GatewaySettings(data_dir=tmp_path, cloud_url="http://cloud", glasses=url).glasses == url
    with pytest.raises(ValueError, match="ble:NAME"):
        GatewaySettings(data_dir=tmp_path, cloud_url="http://cloud", glasses="ble:  ")
