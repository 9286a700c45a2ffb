"""Putting away bytes that no file is any more: of uploads that ended before their row, of deleted
files, and of photos of visits that are void."""

from datetime import datetime, timedelta

from libs.common.logs import get_logger
from libs.common.service.runtime import Runtime
from services.intake.attachments.queries import digests_in_use

log = get_logger(__name__)

KEPT_WITHOUT_A_ROW = timedelta(days=1)
"""A row follows its bytes within seconds; whoever keeps the same bytes again makes them young again."""


async def sweep(runtime: Runtime, now: datetime) -> None:
    """Remove bytes that are a day old and of no file. Raises BlobTrouble, DatabaseTrouble: the next round goes on."""
    if runtime.uploads is None:
        return
    blobs, before, removed = runtime.uploads.blobs, now - KEPT_WITHOUT_A_ROW, 0
    async for digests in blobs.kept_before(before):
        async with runtime.work_database.reading() as session:
            used = await digests_in_use(session, digests)
        removed += sum([await blobs.remove(digest, before) for digest in digests if digest not in used])
    removed += await blobs.remove_spools(before)
    if removed:
        log.info("bytes without a file removed", count=removed)
