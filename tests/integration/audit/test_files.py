"""The audit finds files whose bytes are gone or others, and none that was deleted; in a folder and in a bucket."""

from hashlib import sha256

import pytest

from huiyin.audit.attachments import Files
from huiyin.audit.auditing import Subject, examine
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import open_cut
from libs.common.blobs.port import Blobs
from tests.integration.audit.conftest import Copy
from tests.support.blob_stores import Store, bucket, s3_server, store
from tests.support.files import JPEG, PDF, PNG

__all__ = ["bucket", "s3_server", "store"]

_ADDED = """
    INSERT INTO intake.attachment (attachment_id, case_id, digest, size, media_type, name, scan, added_at, added_by)
    VALUES ('{id}', {{fresh}}, '{digest}', {size}, 'image/jpeg', 'a.jpg', 'unscanned', now(), 'operator-1')
"""


@pytest.fixture
async def blobs(copy: Copy, store: Store) -> Blobs:
    """A store with three files of one case, the third of them deleted."""
    blobs = store.blobs
    for number, content in enumerate((JPEG, PDF, PNG)):
        async with blobs.spool() as spool:
            await blobs.write(spool, content)
            await blobs.keep(spool)
        await copy.spoil(_ADDED.format(id=f"file-{number}", digest=spool.digest, size=spool.size))
    await copy.spoil(
        "UPDATE intake.attachment SET deleted_at = now(), deleted_by = 'x', deletion_reason = 'y' "
        "WHERE attachment_id = 'file-2'"
    )
    return blobs


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


async def test_files_that_are_whole_are_counted(copy: Copy, blobs: Blobs, store: Store) -> None:
    await store.spoil(digest(PNG), None)
    report = await examine(Subject(copy.url, blobs=blobs))
    assert report.clean
    assert report.checked[Invariant.FILE] == 2


@pytest.mark.parametrize(
    ("content", "said"), [(None, "are gone"), (b"", "are 0, its row says"), (PDF[::-1], "are others than were sent")]
)
async def test_what_is_gone_or_other_is_found(
    copy: Copy, blobs: Blobs, store: Store, content: bytes | None, said: str
) -> None:
    await store.spoil(digest(PDF), content)
    [found] = (await examine(Subject(copy.url, blobs=blobs))).violations
    assert (found.invariant, found.key) == (Invariant.FILE, copy.cases["fresh"])
    assert f"file-1 {said}" in found.message


async def test_a_photo_of_a_visit_that_is_gone_is_found_at_its_household(
    copy: Copy, blobs: Blobs, store: Store
) -> None:
    await copy.spoil(
        "INSERT INTO intake.visit_photo (visit_id, digest, size, media_type, scan, added_at, added_by) "  # noqa: S608
        f"VALUES ({{full_visit}}, '{digest(PNG)}', {len(PNG)}, 'image/png', 'unscanned', now(), 'staff-1')"
    )
    report = await examine(Subject(copy.url, blobs=blobs))
    assert (report.clean, report.checked[Invariant.FILE]) == (True, 3)
    await store.spoil(digest(PNG), None)
    [found] = (await examine(Subject(copy.url, blobs=blobs))).violations
    assert (found.invariant, found.key) == (Invariant.FILE, copy.homes["plain home"])
    assert "are gone" in found.message


async def test_what_cannot_be_reached_is_said_to_be_unseen(copy: Copy, blobs: Blobs) -> None:
    report = await examine(Subject(copy.url))
    assert (report.clean, report.pending["attachments not looked at"]) == (True, 2)


async def test_a_file_that_was_deleted_meanwhile_is_not_missing(copy: Copy, blobs: Blobs, store: Store) -> None:
    await store.spoil(digest(PDF), None)
    files = Files(Findings(), blobs)
    async with open_cut(copy.url, "audit") as cut:
        await files.look(cut)
    await copy.spoil(
        "UPDATE intake.attachment SET deleted_at = now(), deleted_by = 'x', deletion_reason = 'y' "
        "WHERE attachment_id = 'file-1'"
    )
    async with open_cut(copy.url, "audit") as later:
        await files.conclude(later)
    assert list(files.suspects) == ["file-1"]
    assert not files.findings.violations
