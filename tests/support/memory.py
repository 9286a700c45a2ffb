"""Folders in memory, for servers whose data nobody needs after the tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a name of its own is made there
_ROOM = 3 * 2**30
"""Bytes without which the disk is taken."""
_PREFIX = "huiyin-tests-"


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder that is gone afterwards; on the disk where memory has no room for it.

    Most tests have a database made for them, of hundreds of files: in memory that costs a third of the processor time.
    """
    fits = os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free > _ROOM
    if fits:
        _sweep()
    prefix = f"{_PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_IN_MEMORY if fits else None) as folder:
        yield Path(folder)


def _sweep() -> None:
    """Remove what runs that were killed left behind: on a disk it would only lie there, here it takes memory."""
    for left in _IN_MEMORY.glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path("/proc", pid).exists():
            shutil.rmtree(left, ignore_errors=True)
