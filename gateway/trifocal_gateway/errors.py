"""What can go wrong at the gateway, by whose fault.

GatewayError
├── StorageError          the world: the disk did not keep what it was given
│   ├── StorageFull       no room left; nothing was changed
│   ├── StorageLocked     another process owns the files
│   └── CorruptPhoto      the bytes of a photo are not what they should be
├── LinkDown              the world: the glasses or the cloud cannot be reached
└── TokenRejected         the cloud does not take the token

Peers that break the rules raise `trifocal_shared.message.ProtocolError`.
"""

import errno

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class GatewayError(Exception):
    """Base of everything the gateway raises. The text is safe to show and to log."""


class StorageError(GatewayError):
    """A file could not be read or written; what was asked for did not happen."""


class StorageFull(StorageError):  # noqa: N818 - a state of the world, named like `reasons.STORAGE_FULL`
    """The disk has no room; what was asked for did not happen and nothing that lay there was harmed."""


class StorageLocked(StorageError):  # noqa: N818
    """Another process holds the files."""


class CorruptPhoto(StorageError):  # noqa: N818
    """The bytes of a photo do not have the sum that was announced."""


class LinkDown(GatewayError):  # noqa: N818
    """The other end cannot be reached or went away."""


class TokenRejected(GatewayError):  # noqa: N818
    """The cloud does not take this token."""


def storage_error(error: OSError, what: str) -> StorageError:
    """Our name for what the operating system said while doing `what`."""
    kind = StorageFull if error.errno in _FULL else StorageError
    return kind(f"{what}: {error.strerror or type(error).__name__}")
