"""Where fetched and built things are kept, outside the source tree."""

import os
import sys
from pathlib import Path


def folder() -> Path:
    """The folder named by TRIFOCAL_CACHE, else the one in the platform's own place for caches."""
    if told := os.environ.get("TRIFOCAL_CACHE"):
        return Path(told)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "trifocal"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "trifocal" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trifocal"
