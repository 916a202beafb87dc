"""The key that signs tokens: made once, kept in the data directory, readable by its owner only."""

import os
import secrets
from pathlib import Path

NAME = "secret"
SHORTEST = 32


def load_or_create(data_dir: Path) -> str:
    """The secret of this data directory, made on first use. Raises ValueError when the file is cut short."""
    path = data_dir / NAME
    data_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _create(path)
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < SHORTEST:
        raise ValueError(f"{path} holds no secret of at least {SHORTEST} characters; remove it to get a new one")
    return secret


def _create(path: Path) -> None:
    """Write aside and link into place, so that of two who start at once both read the same secret."""
    aside = path.with_name(f"{NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_hex(32).encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(aside, path)
    except FileExistsError:
        aside.unlink()
    except OSError:  # a file system without hard links
        aside.replace(path)
    else:
        aside.unlink()
