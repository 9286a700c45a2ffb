"""Stores of bytes to test against: each test that takes one runs on a folder and on a bucket of an S3 server."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Protocol

import httpx
import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store
from pydantic import SecretStr

from libs.common.blobs.bucket import Bucket
from libs.common.blobs.disk import DiskBlobs
from libs.common.blobs.port import Blobs
from libs.common.blobs.s3 import S3Blobs

_numbers = count(1)


class Store(Protocol):
    """A store, and a way behind its back."""

    @property
    def blobs(self) -> Blobs:
        """What is tested."""

    @property
    def folder(self) -> Path:
        """Where files are on their way in."""

    async def age(self, digest: str, moment: datetime) -> None:
        """Have the bytes been kept then."""

    async def names(self) -> list[str]:
        """The name of everything that is kept, as ``ab/<digest>`` and what else the store says of it."""

    async def spoil(self, digest: str, content: bytes | None) -> None:
        """Have other bytes under this digest, or none."""


@dataclass
class Folder:
    """The one on the disk."""

    blobs: DiskBlobs
    folder: Path

    async def age(self, digest: str, moment: datetime) -> None:
        """By the file system."""
        os.utime(self.folder / digest[:2] / digest, (moment.timestamp(), moment.timestamp()))

    async def names(self) -> list[str]:
        """Its files."""
        return [str(path.relative_to(self.folder)) for path in self.folder.glob("??/*")]

    async def spoil(self, digest: str, content: bytes | None) -> None:
        """By hand."""
        place = self.folder / digest[:2] / digest
        if content is None:
            place.unlink()
        else:
            place.write_bytes(content)


@dataclass
class S3:
    """The one in a bucket."""

    blobs: S3Blobs
    folder: Path
    bucket: S3Store

    async def age(self, digest: str, moment: datetime) -> None:
        """Under another name."""
        [name] = [name for name in await self.names() if digest in name]
        await obstore.rename_async(self.bucket, name, f"{digest[:2]}/{digest}/{moment:%Y%m%dT%H%M%S.%fZ-}0")

    async def names(self) -> list[str]:
        """Its objects."""
        return [one["path"] for one in await obstore.list(self.bucket).collect_async()]

    async def spoil(self, digest: str, content: bytes | None) -> None:
        """By another client."""
        for name in await self.names():
            if digest in name and content is None:
                await obstore.delete_async(self.bucket, name)
            elif digest in name and content is not None:
                await obstore.put_async(self.bucket, name, content)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server; its buckets are gone with it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str) -> Bucket:
    """An empty bucket."""
    url = f"{s3_server}/files{next(_numbers)}"
    assert httpx.put(url, timeout=60.0).status_code == 200
    return Bucket.at(f"{url}/of/intake", "us-east-1", SecretStr("access"), SecretStr("secret"))


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """One of the two."""
    folder = tmp_path / "files"
    if request.param == "disk":
        return Folder(DiskBlobs(folder), folder)
    bucket: Bucket = request.getfixturevalue("bucket")
    client = S3Store(
        bucket.name,
        prefix=bucket.prefix,
        endpoint=bucket.endpoint,
        region=bucket.region,
        access_key_id="access",
        secret_access_key="secret",
        client_options={"allow_http": True},
    )
    return S3(S3Blobs(bucket, folder), folder, client)
