"""A secret in a file of its own: made once, by whichever process comes first, and readable by its owner only."""

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600
OWNER_ONLY_DIRECTORY = 0o700


class InsecureKeyFile(Exception):
    """The file can be read by others than its owner, so its secret may be known already."""


class DamagedKeyFile(ValueError):
    """The file does not hold what was written into it. The message names it and shows nothing of its content."""


def read_or_create(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes of the file; made and stored first when it is not there.

    Of several processes that start at once, one stores its secret and all return that one. A reader never sees half a
    file, and a crash leaves none: the content is complete on disk before the name exists.

    Raises:
        InsecureKeyFile: group or others have a right on the file.
        OSError: the directory cannot be written, or the file cannot be read.
    """
    if not path.exists():
        path.parent.mkdir(mode=OWNER_ONLY_DIRECTORY, parents=True, exist_ok=True)
        _store_unless_there(path, make())
    return _read(path)


def _store_unless_there(path: Path, secret: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_durably(draft, secret)
        # A hard link fails when the name is taken, where a rename would replace the winner's secret.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _write_durably(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise InsecureKeyFile(f"{path} can be read by others; make it readable by its owner only (chmod 600)")
        return file.read()
