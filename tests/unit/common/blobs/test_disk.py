"""Bytes are kept under their digest, once; what is young is never swept away."""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from libs.common.blobs.disk import DiskBlobs
from libs.common.blobs.port import BlobMissing, BlobTrouble

NOW = datetime.fromtimestamp(2_000_000_000, UTC)
DAY = timedelta(days=1)


@pytest.fixture
def blobs(tmp_path: Path) -> DiskBlobs:
    return DiskBlobs(tmp_path / "files")


async def kept(blobs: DiskBlobs, content: bytes) -> str:
    async with blobs.spool() as spool:
        for start in range(0, len(content), 3):
            await blobs.write(spool, content[start : start + 3])
        await blobs.keep(spool)
        return spool.digest


async def joined(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def before(blobs: DiskBlobs, moment: datetime) -> list[str]:
    return [digest async for some in blobs.kept_before(moment) for digest in some]


def age(path: Path, moment: datetime) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def place(tmp_path: Path, digest: str) -> Path:
    return tmp_path / "files" / digest[:2] / digest


async def test_what_was_kept_is_given_back(blobs: DiskBlobs) -> None:
    digest = await kept(blobs, b"a photo")
    assert digest == hashlib.sha256(b"a photo").hexdigest()
    assert await blobs.size(digest) == len(b"a photo")
    assert await joined(blobs.read(digest)) == b"a photo"


async def test_the_same_bytes_are_kept_once_and_readable_by_their_owner_only(blobs: DiskBlobs, tmp_path: Path) -> None:
    digest = await kept(blobs, b"a photo")
    assert await kept(blobs, b"a photo") == digest
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file() and path.name != "lock"]
    assert files == [place(tmp_path, digest)]
    assert (tmp_path / "files" / "incoming").stat().st_mode & 0o077 == 0
    assert place(tmp_path, digest).parent.stat().st_mode & 0o077 == 0


async def test_what_was_not_kept_is_gone(blobs: DiskBlobs, tmp_path: Path) -> None:
    async with blobs.spool() as spool:
        await blobs.write(spool, b"half")
    assert list((tmp_path / "files" / "incoming").iterdir()) == []
    assert await blobs.size(spool.digest) is None
    with pytest.raises(BlobMissing):
        await joined(blobs.read(spool.digest))


async def test_only_what_is_old_is_removed(blobs: DiskBlobs, tmp_path: Path) -> None:
    old, young = await kept(blobs, b"old"), await kept(blobs, b"young")
    age(place(tmp_path, old), NOW - DAY * 2)
    age(place(tmp_path, young), NOW)
    assert await before(blobs, NOW - DAY) == [old]
    assert not await blobs.remove(young, NOW - DAY)
    assert await blobs.remove(old, NOW - DAY)
    assert (await blobs.size(old), await blobs.size(young)) == (None, len(b"young"))


async def test_what_is_kept_again_is_young_again(blobs: DiskBlobs, tmp_path: Path) -> None:
    digest = await kept(blobs, b"a photo")
    age(place(tmp_path, digest), datetime.fromtimestamp(0, UTC))
    found = await before(blobs, datetime.fromtimestamp(1000, UTC))
    await kept(blobs, b"a photo")
    assert found == [digest]
    assert not await blobs.remove(digest, datetime.fromtimestamp(1000, UTC))


async def test_what_never_arrived_whole_is_removed_when_it_is_old(blobs: DiskBlobs, tmp_path: Path) -> None:
    async with blobs.spool() as spool:
        await blobs.write(spool, b"half")
        age(spool.path, NOW - DAY * 2)
        assert await blobs.remove_spools(NOW - DAY) == 1
    assert await blobs.remove_spools(NOW - DAY) == 0


async def test_an_empty_store_has_nothing_to_remove(blobs: DiskBlobs) -> None:
    assert await before(blobs, NOW) == []
    assert await blobs.remove_spools(NOW) == 0


async def test_a_folder_that_cannot_be_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("no folder")
    with pytest.raises(BlobTrouble):
        async with DiskBlobs(tmp_path / "files").spool():
            pass
