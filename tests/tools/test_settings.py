import json
from pathlib import Path

import pytest

from trifocal_tools import failure, settings
from trifocal_tools.failure import Failure


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CLOUD", "TOKEN", "DATA_DIR", "PORT", "USER"):
        monkeypatch.delenv(f"TRIFOCAL_{name}", raising=False)


def left_by_up(folder: Path, **fields: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / settings.UP_FILE).write_text(json.dumps(fields))


def test_flags_win_over_environment_over_file_over_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.load().port == 8000
    Path("trifocal.toml").write_text('port = 8001\nuser = "file@example.org"\n')
    assert settings.load().port == 8001
    monkeypatch.setenv("TRIFOCAL_PORT", "8002")
    assert settings.load().port == 8002
    found = settings.load(port=8003, user=None)
    assert (found.port, found.user) == (8003, "file@example.org")


def test_a_wrong_value_is_named_with_the_places_it_may_come_from() -> None:
    with pytest.raises(Failure, match="port") as caught:
        settings.load(port=99999)
    assert caught.value.code == failure.USAGE
    assert "TRIFOCAL_PORT" in caught.value.hint


@pytest.mark.parametrize(
    "url",
    ["example.org", "ftp://example.org", "https://", "https://ann:pw@example.org", "https://example.org/?a", "a b"],
)
def test_a_public_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Failure, match="public_url") as caught:
        settings.load(public_url=url)
    assert caught.value.code == failure.USAGE


@pytest.mark.parametrize("url", ["", "https://example.org", "http://127.0.0.1:8000/trifocal/"])
def test_a_public_address_is_taken(url: str) -> None:
    assert settings.load(public_url=url).public_url == url


@pytest.mark.parametrize("text", ["prot = 8000\n", "port = \n", "\x00"])
def test_a_config_file_with_a_typo_is_refused(text: str) -> None:
    Path("trifocal.toml").write_text(text)
    with pytest.raises(Failure) as caught:
        settings.load()
    assert caught.value.code == failure.USAGE


def test_a_token_is_never_shown() -> None:
    assert "sesame" not in repr(settings.load(token="sesame"))


def test_without_flags_the_cloud_is_the_one_that_up_left(tmp_path: Path) -> None:
    left_by_up(tmp_path / ".trifocal", cloud="http://127.0.0.1:8123", token="t")
    assert settings.endpoint(settings.load()) == settings.Endpoint("http://127.0.0.1:8123", "t")


def test_a_cloud_may_be_known_without_a_token(tmp_path: Path) -> None:
    assert settings.known(settings.load(cloud="http://c/")) == settings.Endpoint("http://c", "")
    left_by_up(tmp_path / ".trifocal", cloud="http://127.0.0.1:8123", token="t")
    assert settings.known(settings.load()).token == "t"


def test_another_cloud_is_not_shown_the_token_of_ours(tmp_path: Path) -> None:
    left_by_up(tmp_path / ".trifocal", cloud="http://127.0.0.1:8123", token="t")
    with pytest.raises(Failure) as caught:
        settings.endpoint(settings.load(cloud="http://127.0.0.1:9999"))
    assert caught.value.code == failure.REFUSED
    assert settings.endpoint(settings.load(cloud="http://127.0.0.1:8123/")).token == "t"


@pytest.mark.parametrize("left", ["", "[]", '{"cloud": 7}', "{"])
def test_without_a_usable_up_file_no_cloud_is_known(tmp_path: Path, left: str) -> None:
    (tmp_path / ".trifocal").mkdir()
    (tmp_path / ".trifocal" / settings.UP_FILE).write_text(left)
    with pytest.raises(Failure) as caught:
        settings.endpoint(settings.load())
    assert caught.value.code == failure.UNREACHABLE
