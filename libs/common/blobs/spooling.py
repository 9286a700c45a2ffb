"""Files on their way in: in a folder on the disk of this process, whatever store they are then kept in."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import uuid_utils

from libs.common.blobs.port import BlobTrouble, Spool

ResultT = TypeVar("ResultT")

FOLDER_MODE = 0o700
_INCOMING = "incoming"


class Spooling:
    """The half of a store that all have; its folder is made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @asynccontextmanager
    async def spool(self) -> AsyncIterator[Spool]:
        """A file in the folder of what is on its way in."""
        spool = await on_thread(self._open_spool)
        try:
            yield spool
        finally:
            await asyncio.to_thread(spool.close)

    async def write(self, spool: Spool, piece: bytes) -> None:
        """Add a piece."""
        await on_thread(partial(spool.write, piece))

    async def remove_spools(self, before: datetime) -> int:
        """By their age."""
        return await on_thread(lambda: unlink(older_in(self.folder / _INCOMING, before)))

    def _open_spool(self) -> Spool:
        incoming = self.folder / _INCOMING
        incoming.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        path = incoming / str(uuid_utils.uuid7())
        return Spool(path, path.open("xb"))


async def on_thread(act: Callable[[], ResultT]) -> ResultT:
    """Do what blocks; BlobTrouble when the disk is at fault."""
    try:
        return await asyncio.to_thread(act)
    except (FileNotFoundError, BlobTrouble):
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BlobTrouble("The disk for files is full", "文件存储空间已满") from error
        raise BlobTrouble("The store of files cannot be used just now", "文件存储暂不可用") from error


def older_in(folder: Path, moment: datetime) -> list[Path]:
    """What of a folder was not changed since."""
    return older(sorted(folder.glob("*")), moment)


def older(paths: Iterable[Path], moment: datetime) -> list[Path]:
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


def unlink(paths: Iterable[Path]) -> int:
    """Remove them; how many."""
    done = 0
    for path in paths:
        path.unlink(missing_ok=True)
        done += 1
    return done
