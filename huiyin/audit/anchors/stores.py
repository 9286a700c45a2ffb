"""Where anchors are kept: files that are made once and never written over, in a folder or in a bucket."""

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from libs.common.blobs.port import PIECE
from libs.common.errors import Unavailable
from libs.common.service.anchor_settings import AnchorSettings

ResultT = TypeVar("ResultT")

READABLE = 0o444
_FOLDER_MODE = 0o755
_DRAFTS = "."


class StoreTrouble(Unavailable):
    """A store of anchors cannot be written or read just now."""


class AlreadyThere(Exception):
    """There is a file of this name, and nothing is ever written over."""


class AnchorStore(Protocol):
    """A store. Trouble with it is StoreTrouble."""

    name: str
    """What it is called in logs and metrics."""

    async def names(self) -> Sequence[str]:
        """Of all files."""

    async def read(self, name: str) -> bytes:
        """A small file."""

    async def fetch(self, name: str, path: Path) -> None:
        """A file of any size, into ``path``."""

    async def put(self, name: str, path: Path) -> None:
        """Keep what is in ``path``; AlreadyThere when the name is taken. It outlives a power cut when this returns."""


class FolderStore:
    """Files of a folder, 0444. Whoever owns the folder can remove them: it has to be somebody else's."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def names(self) -> Sequence[str]:
        """None where there is no folder yet."""
        return await _on_thread(lambda: _names(self.folder))

    async def read(self, name: str) -> bytes:
        """By its path."""
        return await _on_thread((self.folder / name).read_bytes)

    async def fetch(self, name: str, path: Path) -> None:
        """A copy."""
        await _on_thread(lambda: shutil.copyfile(self.folder / name, path))

    async def put(self, name: str, path: Path) -> None:
        """Beside it first; then a link, which fails where the name is taken."""
        await _on_thread(lambda: self._put(name, path))

    def _put(self, name: str, path: Path) -> None:
        self.folder.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
        draft = self.folder / f"{_DRAFTS}{name}.{secrets.token_hex(8)}"
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READABLE)
            with os.fdopen(handle, "wb") as file, path.open("rb") as source:
                shutil.copyfileobj(source, file, PIECE)
                file.flush()
                os.fchmod(handle, READABLE)
                os.fsync(handle)
            try:
                (self.folder / name).hardlink_to(draft)
            except FileExistsError:
                raise AlreadyThere(name) from None
        finally:
            draft.unlink(missing_ok=True)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def stores_of(settings: AnchorSettings, default: Path | None = None) -> list[AnchorStore]:
    """Those that the settings name; the ``default`` folder where they name none."""
    stores: list[AnchorStore] = []
    if settings.anchor_dir is not None:
        stores.append(FolderStore(settings.anchor_dir))
    bucket = settings.bucket_of_anchors()
    if bucket is not None:
        from huiyin.audit.anchors.bucket import BucketStore  # noqa: PLC0415 - its client takes 8 MB, and few need it

        stores.append(BucketStore(bucket, settings.anchor_lock_days))
    if not stores and default is not None:
        stores.append(FolderStore(default))
    return stores


async def _on_thread(act: Callable[[], ResultT]) -> ResultT:
    with trouble(OSError):
        return await asyncio.to_thread(act)


@contextmanager
def trouble(*errors: type[Exception]) -> Iterator[None]:
    """What a store's client raises, as StoreTrouble."""
    try:
        yield
    except errors as error:
        raise StoreTrouble("A store of anchors cannot be used just now", "锚定存储暂不可用") from error
