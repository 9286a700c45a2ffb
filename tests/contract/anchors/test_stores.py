"""What a store of anchors took it keeps as it is: in a folder and in a bucket that locks, alike."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from huiyin.audit.anchors.bucket import BucketStore
from huiyin.audit.anchors.kept import fill_up, look, put
from huiyin.audit.anchors.stores import AlreadyThere, AnchorStore, FolderStore, StoreTrouble
from libs.common.blobs.bucket import Bucket
from libs.common.errors import Conflict
from libs.common.time.clock import system_now

_numbers = count(1)
LOCK_DAYS = 3650
OWNER = {"Authorization": "AWS4-HMAC-SHA256 Credential=access/20260101/us-east-1/s3/aws4_request, Signature=0"}
"""The owner of the bucket; the server looks at no signature."""


@pytest.fixture
def locking(s3_server: str) -> str:
    """The address of an empty bucket that can lock."""
    url = f"{s3_server}/anchors{next(_numbers)}"
    assert httpx.put(url, headers={"x-amz-bucket-object-lock-enabled": "true"}, timeout=60.0).status_code == 200
    return url


def bucket_at(url: str) -> Bucket:
    return Bucket.at(f"{url}/of/the/county", "us-east-1", SecretStr("access"), SecretStr("secret"))


@pytest.fixture(params=["folder", "bucket", "bucket that locks"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> AnchorStore:
    """One of them."""
    if request.param == "folder":
        return FolderStore(tmp_path / "anchors")
    return BucketStore(bucket_at(request.getfixturevalue("locking")), LOCK_DAYS if "locks" in request.param else 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"what was signed")
    return path


async def test_what_was_put_is_there(store: AnchorStore, file: Path, tmp_path: Path) -> None:
    assert list(await store.names()) == []
    await store.put("000001.anchor", file)
    assert list(await store.names()) == ["000001.anchor"]
    assert await store.read("000001.anchor") == b"what was signed"
    await store.fetch("000001.anchor", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"what was signed"


async def test_nothing_is_written_over(store: AnchorStore, file: Path) -> None:
    await store.put("000001.anchor", file)
    file.write_bytes(b"what suits better")
    with pytest.raises(AlreadyThere):
        await store.put("000001.anchor", file)
    assert await store.read("000001.anchor") == b"what was signed"
    assert list(await store.names()) == ["000001.anchor"]
    [one] = (await look([store])).stored
    with pytest.raises(Conflict):
        await put(one, "000001.anchor", file)
    file.write_bytes(b"what was signed")
    await put(one, "000001.anchor", file)


async def test_a_large_file_goes_in_one_piece(store: AnchorStore, file: Path, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096 * 12
    file.write_bytes(content)
    await store.put("000001-0000000000000000.leaves.gz", file)
    await store.fetch("000001-0000000000000000.leaves.gz", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content


async def test_a_file_that_is_not_there(store: AnchorStore, tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble):
        await store.read("000001.anchor")
    with pytest.raises(StoreTrouble):
        await store.fetch("000001.anchor", tmp_path / "copy")


async def test_a_folder_s_files_are_for_reading(file: Path, tmp_path: Path) -> None:
    await FolderStore(tmp_path / "anchors").put("000001.anchor", file)
    [path] = (tmp_path / "anchors").iterdir()
    assert path.stat().st_mode & 0o777 == 0o444


async def test_a_locked_object_names_the_day_until_which_it_stays(locking: str, file: Path) -> None:
    await BucketStore(bucket_at(locking), LOCK_DAYS).put("000001.anchor", file)
    url = f"{locking}/of/the/county/000001.anchor"
    async with httpx.AsyncClient(headers=OWNER, timeout=60.0) as client:
        told = (await client.head(url)).headers
        assert (await client.delete(f"{url}?versionId={told['x-amz-version-id']}")).status_code == 403
    assert told["x-amz-object-lock-mode"] == "COMPLIANCE"
    until = datetime.fromisoformat(told["x-amz-object-lock-retain-until-date"]).replace(tzinfo=UTC)
    assert abs(until - system_now() - timedelta(days=LOCK_DAYS)) < timedelta(minutes=5)


async def test_stores_that_do_not_answer(tmp_path: Path, file: Path) -> None:
    (tmp_path / "taken").write_bytes(b"no folder")
    for store in (
        FolderStore(tmp_path / "taken" / "anchors"),
        BucketStore(bucket_at("http://127.0.0.1:9/anchors"), 0),
    ):
        with pytest.raises(StoreTrouble):
            await store.put("000001.anchor", file)


async def test_what_one_lacks_the_other_gives(locking: str, file: Path, tmp_path: Path) -> None:
    folder, bucket = FolderStore(tmp_path / "anchors"), BucketStore(bucket_at(locking), LOCK_DAYS)
    await folder.put("not an anchor", file)
    assert await fill_up(await look([folder, bucket]), tmp_path) == []
    assert list(await bucket.names()) == []
