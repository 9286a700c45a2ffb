"""A file system so small that it can be filled: memory under a limit, mounted where somebody keeps files."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEND = (
    "mounting a small file system needs root, or a name space in which one is: "
    "`unshare --map-root-user --mount make chaos ONLY=disk`"
)
_MEGABYTE = 1_048_576
_MNT_DETACH = 2
_libc = ctypes.CDLL(None, use_errno=True)


class CannotMount(Exception):
    """This machine does not let us; the message says what would."""


class Room:
    """A folder with a file system of its own, and a ballast (压舱物) in it that can be let out again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no block free."""
        with self._ballast.open("ab") as ballast:
            for size in (_MEGABYTE, 4096):
                self._grow(ballast.fileno(), size)

    def empty(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    @staticmethod
    def _grow(descriptor: int, size: int) -> None:
        try:
            while True:
                os.posix_fallocate(descriptor, os.fstat(descriptor).st_size, size)
        except OSError:
            # No space left, which is what was wanted.
            return


@contextmanager
def small_room(folder: Path, megabytes: int) -> Iterator[Room]:
    """The folder, made when it is missing, on a file system of its own. Raises CannotMount."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=0700".encode()
    if _libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options) != 0:
        raise CannotMount(f"{os.strerror(ctypes.get_errno())}: {MEND}")
    try:
        yield Room(folder)
    finally:
        # Whoever still has a file open keeps it; the folder is free at once.
        _libc.umount2(os.fsencode(folder), _MNT_DETACH)


def can_mount(folder: Path) -> str | None:
    """None when this machine lets us mount; else why not, and what would mend it."""
    try:
        with small_room(folder, 1):
            return None
    except CannotMount as error:
        return str(error)
