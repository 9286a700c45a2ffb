"""A bucket of an S3-compatible store, of ours alone: bytes that are kept get a new name, ``ab/<sha256>/<when>``.

No lock holds in a bucket, and what is swept away as old could be kept anew in between. So nothing is written over and
only old names are removed: bytes that were kept since have a younger one.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from libs.common.blobs.bucket import Bucket
from libs.common.blobs.port import PIECE, BlobMissing, BlobTrouble, Spool
from libs.common.blobs.spooling import Spooling
from libs.common.time.clock import system_now

_LISTED_AT_ONCE = 1_000


class S3Blobs(Spooling):
    """Bytes in a bucket; on their way in they lie in ``folder``."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        super().__init__(folder)
        self._store = client_of(bucket)

    async def keep(self, spool: Spool) -> None:
        """Under a new name; then its older ones are of no use."""
        with _trouble():
            name = _name(spool.digest, system_now())
            await obstore.put_async(self._store, name, spool.path)
            older = [other for other, _ in await self._names(spool.digest) if other < name]
            if older:
                await obstore.delete_async(self._store, older)

    async def size(self, digest: str) -> int | None:
        """Of its youngest name."""
        with _trouble():
            names = await self._names(digest)
        return max(names)[1] if names else None

    async def read(self, digest: str) -> AsyncIterator[bytes]:
        """By its youngest name; by a younger one, when somebody kept the same bytes just then."""
        with _trouble():
            try:
                found = await obstore.get_async(self._store, await self._youngest(digest))
            except NotFoundError:
                found = await obstore.get_async(self._store, await self._youngest(digest))
            async for piece in found.stream(min_chunk_size=PIECE):
                yield bytes(piece)

    async def kept_before(self, moment: datetime) -> AsyncIterator[Sequence[str]]:
        """As the store lists them: all names of a digest stand side by side."""
        last, youngest, found = "", "", list[str]()
        limit = _when(moment)
        with _trouble():
            async for listed in obstore.list(self._store, chunk_size=_LISTED_AT_ONCE):
                for _, digest, when in (one["path"].split("/") for one in listed):
                    if digest != last and last and youngest < limit:
                        found.append(last)
                    last, youngest = digest, when
                if found:
                    yield found
                    found = []
        if last and youngest < limit:
            yield [last]

    async def remove(self, digest: str, before: datetime) -> bool:
        """All its names, when none is younger; a younger one outlives it whenever it comes."""
        limit = _name(digest, before, "")
        with _trouble():
            names = [name for name, _ in await self._names(digest)]
            if not names or max(names) >= limit:
                return False
            await obstore.delete_async(self._store, names)
            return True

    async def _youngest(self, digest: str) -> str:
        names = await self._names(digest)
        if not names:
            raise BlobMissing(digest)
        return max(names)[0]

    async def _names(self, digest: str) -> list[tuple[str, int]]:
        """Those that are there, with their sizes."""
        listed = await obstore.list(self._store, f"{digest[:2]}/{digest}", chunk_size=_LISTED_AT_ONCE).collect_async()
        return [(one["path"], one["size"]) for one in listed]


def client_of(bucket: Bucket, headers: Mapping[str, str] | None = None) -> S3Store:
    """A client of the bucket that sends these ``headers``, signed, with every request.

    A store that is asked to lock what it takes wants a checksum of it, too.
    """
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        endpoint=bucket.endpoint,
        region=bucket.region,
        access_key_id=bucket.access_key.get_secret_value(),
        secret_access_key=bucket.secret_key.get_secret_value(),
        virtual_hosted_style_request=False,
        config={"checksum_algorithm": "SHA256"} if headers else {},
        client_options={
            "allow_http": True,
            "timeout": "60s",
            "connect_timeout": "5s",
            "default_headers": dict(headers or {}),
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise BlobTrouble("The store of files cannot be used just now", "文件存储暂不可用") from error


def _name(digest: str, moment: datetime, distinct: str | None = None) -> str:
    return f"{digest[:2]}/{digest}/{_when(moment)}{token_hex(8) if distinct is None else distinct}"


def _when(moment: datetime) -> str:
    """In the order of time, and before every name of that microsecond."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ-}"
