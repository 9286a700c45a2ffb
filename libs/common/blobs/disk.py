"""A folder as a store of bytes: ``ab/<sha256>``, written beside it, made durable, and moved in with one rename.

Several processes may share the folder, also on a network file system whose locks hold among machines.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from io import BufferedReader
from pathlib import Path

from libs.common.blobs.port import PIECE, BlobMissing, Spool
from libs.common.blobs.spooling import FOLDER_MODE, Spooling, older, older_in, on_thread, unlink

_LOCK = "lock"


class DiskBlobs(Spooling):
    """Bytes in a folder."""

    async def keep(self, spool: Spool) -> None:
        """Make it durable, then move it to its place."""
        await on_thread(partial(self._keep, spool))

    async def size(self, digest: str) -> int | None:
        """By the file system."""
        try:
            return (await on_thread(self._place(digest).stat)).st_size
        except FileNotFoundError:
            return None

    async def read(self, digest: str) -> AsyncIterator[bytes]:
        """A piece at a time, each on a thread."""
        try:
            file = await on_thread(partial(_opened, self._place(digest)))
        except FileNotFoundError:
            raise BlobMissing(digest) from None
        try:
            while piece := await on_thread(partial(file.read, PIECE)):
                yield piece
        finally:
            await asyncio.to_thread(file.close)

    async def kept_before(self, moment: datetime) -> AsyncIterator[Sequence[str]]:
        """Folder by folder."""
        for folder in await on_thread(partial(_shelves, self.folder)):
            found = await on_thread(partial(older_in, folder, moment))
            yield [path.name for path in found]

    async def remove(self, digest: str, before: datetime) -> bool:
        """Under the lock, so that nobody keeps the same bytes between the look and the end."""
        return await on_thread(partial(self._remove, digest, before))

    def _place(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def _keep(self, spool: Spool) -> None:
        spool.sync()
        place = self._place(spool.digest)
        if not place.parent.is_dir():
            place.parent.mkdir(FOLDER_MODE, exist_ok=True)
            _sync_folder(self.folder)
        # Also where the same bytes are already: so they are young again, and nobody sweeps them away meanwhile.
        with self._locked(fcntl.LOCK_SH):
            spool.path.replace(place)
        _sync_folder(place.parent)

    def _remove(self, digest: str, before: datetime) -> bool:
        with self._locked(fcntl.LOCK_EX):
            return bool(unlink(older([self._place(digest)], before)))

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self.folder / _LOCK).open("ab") as file:
            fcntl.flock(file, how)
            yield


def _shelves(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9a-f]" * 2))


def _opened(path: Path) -> BufferedReader:
    return path.open("rb")


def _sync_folder(folder: Path) -> None:
    """A new name in a folder is on the disk when the folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
