"""Settings: arguments over environment over defaults."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from trifocal_cloud.settings import CloudSettings


def test_only_the_data_directory_must_be_given(tmp_path: Path) -> None:
    settings = CloudSettings(data_dir=tmp_path)
    assert (settings.host, settings.port, settings.local_user) == ("127.0.0.1", 8000, "")
    assert settings.photo_limit_bytes == 10 * 2**20


def test_arguments_win_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIFOCAL_CLOUD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRIFOCAL_CLOUD_PORT", "9000")
    assert CloudSettings().port == 9000  # type: ignore[call-arg]
    assert CloudSettings(port=0).port == 0  # type: ignore[call-arg]


@pytest.mark.parametrize("wrong", [{"port": 70_000}, {"photo_limit_bytes": 0}, {"upload_stall_s": 0}])
def test_what_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        CloudSettings(data_dir=tmp_path, **wrong)  # type: ignore[arg-type]
