"""Bytes are kept under their digest, once; what is young is never swept away: on a disk and in a bucket alike."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from libs.common.blobs.bucket import Bucket
from libs.common.blobs.disk import DiskBlobs
from libs.common.blobs.port import PIECE, BlobMissing, Blobs, BlobTrouble
from libs.common.blobs.s3 import S3Blobs
from tests.support.blob_stores import Store

NOW = datetime.fromtimestamp(2_000_000_000, UTC)
DAY = timedelta(days=1)


async def kept(blobs: Blobs, content: bytes) -> str:
    async with blobs.spool() as spool:
        for start in range(0, len(content), PIECE - 1):
            await blobs.write(spool, content[start : start + PIECE - 1])
        await blobs.keep(spool)
        return spool.digest


async def joined(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def before(blobs: Blobs, moment: datetime) -> list[str]:
    return [digest async for some in blobs.kept_before(moment) for digest in some]


@pytest.mark.parametrize("content", [b"a", b"a photo", b"\0" * (PIECE + 1), os.urandom(6 * PIECE)])
async def test_what_was_kept_is_given_back(store: Store, content: bytes) -> None:
    digest = await kept(store.blobs, content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert await store.blobs.size(digest) == len(content)
    assert await joined(store.blobs.read(digest)) == content


async def test_the_same_bytes_are_kept_once(store: Store) -> None:
    digest = await kept(store.blobs, b"a photo")
    assert await kept(store.blobs, b"a photo") == digest
    [name] = await store.names()
    assert name.startswith(f"{digest[:2]}/{digest}")


async def test_many_who_keep_the_same_bytes_at_once_find_them(store: Store) -> None:
    digests = await asyncio.gather(*(kept(store.blobs, b"a photo") for _ in range(8)))
    assert len(set(digests)) == 1
    assert await joined(store.blobs.read(digests[0])) == b"a photo"


async def test_what_was_not_kept_is_gone(store: Store) -> None:
    async with store.blobs.spool() as spool:
        await store.blobs.write(spool, b"half")
    assert list((store.folder / "incoming").iterdir()) == []
    assert await store.blobs.size(spool.digest) is None
    with pytest.raises(BlobMissing):
        await joined(store.blobs.read(spool.digest))


async def test_only_what_is_old_is_removed(store: Store) -> None:
    old, young = await kept(store.blobs, b"old"), await kept(store.blobs, b"young")
    await store.age(old, NOW - DAY * 2)
    await store.age(young, NOW)
    assert await before(store.blobs, NOW - DAY) == [old]
    assert not await store.blobs.remove(young, NOW - DAY)
    assert await store.blobs.remove(old, NOW - DAY)
    assert not await store.blobs.remove(old, NOW - DAY)
    assert (await store.blobs.size(old), await store.blobs.size(young)) == (None, len(b"young"))


async def test_what_is_kept_again_is_young_again(store: Store) -> None:
    digest = await kept(store.blobs, b"a photo")
    await store.age(digest, datetime.fromtimestamp(0, UTC))
    found = await before(store.blobs, datetime.fromtimestamp(1000, UTC))
    await kept(store.blobs, b"a photo")
    assert found == [digest]
    assert await before(store.blobs, datetime.fromtimestamp(1000, UTC)) == []
    assert not await store.blobs.remove(digest, datetime.fromtimestamp(1000, UTC))
    assert await joined(store.blobs.read(digest)) == b"a photo"


async def test_what_never_arrived_whole_is_removed_when_it_is_old(store: Store) -> None:
    async with store.blobs.spool() as spool:
        await store.blobs.write(spool, b"half")
        os.utime(spool.path, (0, 0))
        assert await store.blobs.remove_spools(NOW - DAY) == 1
    assert await store.blobs.remove_spools(NOW - DAY) == 0


async def test_an_empty_store_has_nothing_to_remove(store: Store) -> None:
    assert await before(store.blobs, NOW) == []
    assert await store.blobs.remove_spools(NOW) == 0


async def test_only_the_owner_reads_a_folder(tmp_path: Path) -> None:
    digest = await kept(DiskBlobs(tmp_path / "files"), b"a photo")
    assert (tmp_path / "files" / "incoming").stat().st_mode & 0o077 == 0
    assert (tmp_path / "files" / digest[:2]).stat().st_mode & 0o077 == 0


async def test_a_folder_that_cannot_be_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("no folder")
    with pytest.raises(BlobTrouble):
        async with DiskBlobs(tmp_path / "files").spool():
            pass


async def test_a_bucket_that_is_not_there_is_trouble(s3_server: str, tmp_path: Path) -> None:
    blobs = S3Blobs(Bucket.at(f"{s3_server}/nowhere", "us-east-1", SecretStr("a"), SecretStr("b")), tmp_path)
    with pytest.raises(BlobTrouble):
        await kept(blobs, b"a photo")
    with pytest.raises(BlobTrouble):
        await blobs.size("0" * 64)


@pytest.mark.parametrize(
    "url", ["", "s3://bucket", "https://host", "https://host/", "https://a:b@host/bucket", "https://host/bucket?x=1"]
)
def test_what_is_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https://host/bucket"):
        Bucket.at(url, "us-east-1", SecretStr("a"), SecretStr("b"))
