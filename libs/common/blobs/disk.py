"""A folder as a store of bytes: ``ab/<sha256>``, written beside it, made durable, and moved in with one rename.

Several processes may share the folder, also on a network file system whose locks hold among machines.
"""

import asyncio
import errno
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

import uuid_utils

from libs.common.blobs.port import PIECE, BlobMissing, BlobTrouble, Spool

ResultT = TypeVar("ResultT")

_INCOMING = "incoming"
_LOCK = "lock"
_FOLDER_MODE = 0o700


class DiskBlobs:
    """Bytes in a folder, which is made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def spool(self) -> AsyncIterator[Spool]:
        """A file in the folder of what is on its way in."""
        spool = await _on_thread(self._open_spool)
        try:
            yield spool
        finally:
            await asyncio.to_thread(spool.close)

    async def write(self, spool: Spool, piece: bytes) -> None:
        """Add a piece."""
        await _on_thread(partial(spool.write, piece))

    async def keep(self, spool: Spool) -> None:
        """Make it durable, then move it to its place."""
        await _on_thread(partial(self._keep, spool))

    async def size(self, digest: str) -> int | None:
        """By the file system."""
        try:
            return (await _on_thread(self._place(digest).stat)).st_size
        except FileNotFoundError:
            return None

    async def read(self, digest: str) -> AsyncIterator[bytes]:
        """A piece at a time, each on a thread."""
        try:
            file = await _on_thread(partial(_opened, self._place(digest)))
        except FileNotFoundError:
            raise BlobMissing(digest) from None
        try:
            while piece := await _on_thread(partial(file.read, PIECE)):
                yield piece
        finally:
            await asyncio.to_thread(file.close)

    async def kept_before(self, moment: datetime) -> AsyncIterator[Sequence[str]]:
        """Folder by folder."""
        for folder in await _on_thread(partial(_listed, self._folder, "[0-9a-f]" * 2)):
            found = await _on_thread(partial(_older_in, folder, moment))
            yield [path.name for path in found]

    async def remove(self, digest: str, before: datetime) -> bool:
        """Under the lock, so that nobody keeps the same bytes between the look and the end."""
        return await _on_thread(partial(self._remove, digest, before))

    async def remove_spools(self, before: datetime) -> int:
        """By their age."""
        return await _on_thread(partial(self._remove_spools, before))

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def _open_spool(self) -> Spool:
        incoming = self._folder / _INCOMING
        incoming.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
        path = incoming / str(uuid_utils.uuid7())
        return Spool(path, path.open("xb"))

    def _keep(self, spool: Spool) -> None:
        spool.sync()
        place = self._place(spool.digest)
        if not place.parent.is_dir():
            place.parent.mkdir(_FOLDER_MODE, exist_ok=True)
            _sync_folder(self._folder)
        # Also where the same bytes are already: so they are young again, and nobody sweeps them away meanwhile.
        with self._locked(fcntl.LOCK_SH):
            spool.path.replace(place)
        _sync_folder(place.parent)

    def _remove(self, digest: str, before: datetime) -> bool:
        with self._locked(fcntl.LOCK_EX):
            return bool(_unlink(_older([self._place(digest)], before)))

    def _remove_spools(self, before: datetime) -> int:
        return _unlink(_older_in(self._folder / _INCOMING, before))

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self._folder / _LOCK).open("ab") as file:
            fcntl.flock(file, how)
            yield


async def _on_thread(act: Callable[[], ResultT]) -> ResultT:
    try:
        return await asyncio.to_thread(act)
    except (FileNotFoundError, BlobTrouble):
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BlobTrouble("The disk for files is full", "文件存储空间已满") from error
        raise BlobTrouble("The store of files cannot be used just now", "文件存储暂不可用") from error


def _opened(path: Path) -> BufferedReader:
    return path.open("rb")


def _listed(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


def _older_in(folder: Path, moment: datetime) -> list[Path]:
    return _older(_listed(folder, "*"), moment)


def _older(paths: Iterable[Path], moment: datetime) -> list[Path]:
    """Those that are there, and were not changed since."""
    found = []
    for path in paths:
        try:
            if path.stat().st_mtime < moment.timestamp():
                found.append(path)
        except FileNotFoundError:
            # Another process swept it.
            continue
    return found


def _unlink(paths: Iterable[Path]) -> int:
    done = 0
    for path in paths:
        path.unlink(missing_ok=True)
        done += 1
    return done


def _sync_folder(folder: Path) -> None:
    """A new name in a folder is on the disk when the folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
