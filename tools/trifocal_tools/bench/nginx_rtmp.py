"""nginx with its RTMP module, the peer of our live video: installed, or unpacked from Debian's packages."""

import contextlib
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trifocal_tools import cache, failure
from trifocal_tools.bench.kills import free_port
from trifocal_tools.failure import Failure

PACKAGES = ("nginx", "libnginx-mod-rtmp")
MODULE = "usr/lib/nginx/modules/ngx_rtmp_module.so"
FETCH_S = 120
READY_S = 10.0

CONFIG = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
load_module {module};
events {{ worker_connections 2048; }}
rtmp {{ access_log off;
  server {{
    listen 127.0.0.1:{rtmp}; chunk_size 4096;
    application live {{ live on; hls on; hls_path {folder}/www/hls; hls_fragment 1s; hls_playlist_length 6s; }}
    application relay {{ live on; }}
  }}
}}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{http}; root {folder}/www; tcp_nodelay on; sendfile on; tcp_nopush on; }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """One that runs: the worker that does the work, and its ports."""

    worker: int
    rtmp: int
    http: int
    www: Path


def program(cache_dir: Path | None = None) -> tuple[Path, Path]:
    """The program and its module. Raises Failure(MISSING)."""
    installed = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if installed and Path("/", MODULE).exists():
        return Path(installed), Path("/", MODULE)
    folder = (cache_dir or cache.folder()) / "debian" / f"nginx-rtmp-{platform.machine()}"
    if not (folder / MODULE).exists():
        _fetch(folder)
    return folder / "usr/sbin/nginx", folder / MODULE


def _fetch(folder: Path) -> None:
    hint = "install nginx with its RTMP module (Debian: apt install libnginx-mod-rtmp)"
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg")
    if not apt or not dpkg:
        raise Failure("nginx with its RTMP module is not installed", failure.MISSING, "nginx_missing", hint)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=folder.name + ".", dir=folder.parent) as made:
        try:
            ran = subprocess.run(
                [apt, "download", *PACKAGES], cwd=made, capture_output=True, text=True, timeout=FETCH_S, check=True
            )
            for package in Path(made).glob("*.deb"):
                ran = subprocess.run([dpkg, "-x", str(package), made], capture_output=True, text=True, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", "") or str(error)
            raise Failure(
                f"nginx could not be fetched: {said.strip()}", failure.MISSING, "nginx_missing", hint
            ) from error
        if not (Path(made) / MODULE).exists():
            raise Failure(f"nginx could not be fetched: {ran.stdout}", failure.MISSING, "nginx_missing", hint)
        if not folder.exists():
            Path(made).rename(folder)
            Path(made).mkdir()  # so that the temporary folder can be taken away


@contextlib.contextmanager
def running(folder: Path, cpu: set[int]) -> Iterator[Nginx]:
    """One of its own, on these processors, ended afterwards. Raises Failure(MISSING)."""
    nginx, module = program()
    rtmp, http = free_port(), free_port()
    (folder / "www" / "hls").mkdir(parents=True)
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, module=module, rtmp=rtmp, http=http))
    command = [str(nginx), "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["-g", "user root;"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            os.sched_setaffinity(process.pid, cpu)
            worker = _worker(process, folder)
            os.sched_setaffinity(worker, cpu)
            yield Nginx(worker, rtmp, http, folder / "www")
        finally:
            process.terminate()


def _worker(process: "subprocess.Popen[bytes]", folder: Path) -> int:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.02)
    log = folder / "error.log"
    said = log.read_text().strip() if log.exists() else "nothing"
    raise Failure(f"nginx did not start; it said: {said[-300:]}", failure.MISSING, "nginx_missing")
