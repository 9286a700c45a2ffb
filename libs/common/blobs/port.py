"""Where the bytes of files are kept: under their SHA-256, so that a name says what must be in it."""

import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from io import BufferedWriter
from pathlib import Path
from typing import Protocol

from libs.common.errors import Unavailable

PIECE = 1 << 20
"""Bytes that are read at a time."""


class BlobMissing(Exception):
    """There are no bytes under this digest."""


class BlobTrouble(Unavailable):
    """The store cannot be written or read just now: its disk is full, or not there."""


class Spool:
    """A file on its way in: on the disk of this process, hashed as it grows, and kept nowhere yet.

    Its methods block: they belong on a thread.
    """

    def __init__(self, path: Path, file: BufferedWriter) -> None:
        self.path = path
        self.size = 0
        self._file = file
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of what came so far, 64 hex digits."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        """Add a piece; who opens the path sees it. OSError when there is no room."""
        self._file.write(piece)
        self._file.flush()
        self._hash.update(piece)
        self.size += len(piece)

    def sync(self) -> None:
        """Have all of it on the disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of it; what was not moved away is gone."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class Blobs(Protocol):
    """A store of bytes. Trouble with its disk is BlobTrouble."""

    def spool(self) -> AbstractAsyncContextManager[Spool]:
        """A file to write into; gone at the end of the block, unless it was kept."""

    async def write(self, spool: Spool, piece: bytes) -> None:
        """Add a piece to it."""

    async def keep(self, spool: Spool) -> None:
        """Keep it under its digest. It outlives a power cut when this returns."""

    async def size(self, digest: str) -> int | None:
        """How many bytes there are; None when there are none."""

    def read(self, digest: str) -> AsyncIterator[bytes]:
        """The bytes, piece by piece; BlobMissing when there are none."""

    def kept_before(self, moment: datetime) -> AsyncIterator[Sequence[str]]:
        """The digests of what was kept before ``moment`` and not since, some at a time."""

    async def remove(self, digest: str, before: datetime) -> bool:
        """Remove what was kept before ``before``; whether it did. What was kept again since stays."""

    async def remove_spools(self, before: datetime) -> int:
        """Remove what never arrived whole, of processes that ended on the way; how many."""
