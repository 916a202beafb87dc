"""nginx is unpacked from what the packages bring; where there are none, that is said."""

import os
import subprocess
from pathlib import Path

import pytest

from trifocal_tools import failure
from trifocal_tools.bench import nginx_rtmp
from trifocal_tools.failure import Failure

APT = """#!/bin/sh
[ "$1 $2 $3" = "download nginx libnginx-mod-rtmp" ] || exit 9
echo data > nginx.deb
"""
DPKG = """#!/bin/sh
mkdir -p "$3/usr/sbin" "$3/usr/lib/nginx/modules"
printf '#!/bin/sh\\nPROGRAM' > "$3/usr/sbin/nginx"; chmod +x "$3/usr/sbin/nginx"
echo module > "$3/usr/lib/nginx/modules/ngx_rtmp_module.so"
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An apt-get and a dpkg of the test's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (("apt-get", APT), ("dpkg", DPKG.replace("PROGRAM", "sleep 60 & wait"))):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(nginx_rtmp, "MODULE", "usr/lib/nginx/modules/ngx_rtmp_module.so")
    monkeypatch.setattr(nginx_rtmp.Path, "exists", _not_installed(nginx_rtmp.Path.exists))
    return folder


def _not_installed(exists):  # type: ignore[no-untyped-def]
    return lambda path: exists(path) and str(path) != "/usr/lib/nginx/modules/ngx_rtmp_module.so"


def test_packages_are_unpacked_once(packages: Path, tmp_path: Path) -> None:
    nginx, module = nginx_rtmp.program(tmp_path / "cache")
    assert (nginx.name, module.read_text()) == ("nginx", "module\n")
    (packages / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    assert nginx_rtmp.program(tmp_path / "cache") == (nginx, module)


@pytest.mark.parametrize("apt", ["#!/bin/sh\necho no such host >&2; exit 100\n", "#!/bin/sh\nexit 0\n"])
def test_what_cannot_be_fetched_is_missing(packages: Path, tmp_path: Path, apt: str) -> None:
    (packages / "apt-get").write_text(apt)
    with pytest.raises(Failure) as caught:
        nginx_rtmp.program(tmp_path / "cache")
    assert caught.value.code == failure.MISSING
    assert "libnginx-mod-rtmp" in (caught.value.hint or "")
    assert list((tmp_path / "cache" / "debian").iterdir()) == []


def test_a_machine_without_packages(tmp_path: Path, packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Failure) as caught:
        nginx_rtmp.program(tmp_path / "cache")
    assert caught.value.word == "nginx_missing"


def test_one_runs_with_a_worker_and_is_ended(packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIFOCAL_CACHE", str(tmp_path / "cache"))
    home = tmp_path / "home"
    home.mkdir()
    with nginx_rtmp.running(home, os.sched_getaffinity(0)) as nginx:
        config = (home / "nginx.conf").read_text()
        assert f"listen 127.0.0.1:{nginx.rtmp};" in config
        assert f"listen 127.0.0.1:{nginx.http};" in config
        assert Path(f"/proc/{nginx.worker}").exists()
    subprocess.run(["kill", str(nginx.worker)], check=False)


def test_one_that_does_not_start_says_why(packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIFOCAL_CACHE", str(tmp_path / "cache"))
    nginx, _ = nginx_rtmp.program()
    nginx.write_text("#!/bin/sh\nexit 1\n")
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(Failure) as caught, nginx_rtmp.running(home, os.sched_getaffinity(0)):
        pass
    assert caught.value.code == failure.MISSING
