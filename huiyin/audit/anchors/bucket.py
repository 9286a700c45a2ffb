"""A bucket of an S3-compatible store that keeps anchors."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError

from huiyin.audit.anchors.stores import AlreadyThere, trouble
from libs.common.blobs.bucket import Bucket
from libs.common.blobs.port import PIECE
from libs.common.blobs.s3 import client_of
from libs.common.time.clock import system_now


class BucketStore:
    """Objects of a bucket, locked where the store can: its owner cannot remove them either until their time is over."""

    name = "bucket"

    def __init__(self, bucket: Bucket, lock_days: int) -> None:
        self._bucket = bucket
        self._store = client_of(bucket)
        self._lock_days = lock_days

    async def names(self) -> Sequence[str]:
        """As the store lists them."""
        with trouble(BaseError, OSError):
            listed = await obstore.list(self._store).collect_async()
        return sorted(str(one["path"]) for one in listed)

    async def read(self, name: str) -> bytes:
        """The object's bytes, at once."""
        with trouble(BaseError, OSError):
            found = await obstore.get_async(self._store, name)
            return bytes(await found.bytes_async())

    async def fetch(self, name: str, path: Path) -> None:
        """Piece by piece."""
        with trouble(BaseError, OSError):
            found = await obstore.get_async(self._store, name)
            with path.open("wb") as file:
                async for piece in found.stream(min_chunk_size=PIECE):
                    file.write(piece)

    async def put(self, name: str, path: Path) -> None:
        """In one request, which the store refuses where the name is taken."""
        store = client_of(self._bucket, self._lock()) if self._lock_days else self._store
        with trouble(BaseError, OSError):
            try:
                await obstore.put_async(store, name, path, mode="create", use_multipart=False)
            except AlreadyExistsError:
                raise AlreadyThere(name) from None

    def _lock(self) -> dict[str, str]:
        until = system_now() + timedelta(days=self._lock_days)
        return {
            "x-amz-object-lock-mode": "COMPLIANCE",
            "x-amz-object-lock-retain-until-date": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            # A store locks nothing whose checksum it was not told; the client sends the checksum itself.
            "x-amz-sdk-checksum-algorithm": "SHA256",
        }
