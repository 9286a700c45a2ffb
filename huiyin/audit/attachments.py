"""I10: every file that was taken is there, byte for byte."""

import hashlib
from dataclasses import dataclass, field

from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot
from libs.common.blobs.port import BlobMissing, Blobs

_KEPT = """
    SELECT attachment_id AS file, case_id AS whose, digest, size FROM intake.attachment WHERE deleted_at IS NULL
    UNION ALL
    SELECT visit_id || '/' || digest, household_id, digest, size
    FROM intake.visit_photo JOIN intake.visit USING (visit_id)
    UNION ALL
    SELECT entry_id || '/' || digest, coalesce(household_id, device_id), digest, photo.size
    FROM intake.device_photo AS photo JOIN intake.device_item USING (entry_id)
"""
_FILES = f"SELECT file, whose, digest, size FROM ({_KEPT}) AS kept ORDER BY digest, file"  # noqa: S608 - our own words
_STILL = f"SELECT file FROM ({_KEPT}) AS kept WHERE file = ANY ($1::text[])"  # noqa: S608 - our own words


@dataclass(slots=True)
class Files:
    """Compares rows with the store; without one they are counted as not looked at."""

    findings: Findings
    blobs: Blobs | None
    suspects: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By file, its case or household and what is wrong: unless it was deleted since."""

    async def look(self, cut: Snapshot) -> None:
        """Every file that was not deleted; the same bytes once, however many files they are. BlobTrouble."""
        digest, wrong = "", ""
        async for rows in cut.stream(_FILES):
            for row in rows:
                if self.blobs is None:
                    self.findings.pending["attachments not looked at"] += 1
                    continue
                self.findings.checked[Invariant.FILE] += 1
                if row["digest"] != digest:
                    digest = row["digest"]
                    wrong = await _wrong(self.blobs, digest, row["size"])
                if wrong:
                    self.suspects[row["file"]] = (row["whose"], wrong)

    async def conclude(self, later: Snapshot) -> None:
        """Those that are wrong and, seen later, still no deleted files: bytes of a deleted one may be gone."""
        for row in await later.fetch(_STILL, list(self.suspects)):
            subject, wrong = self.suspects[row["file"]]
            message = f"the bytes of its file {row['file']} {wrong}"
            self.findings.violated(Invariant.FILE, subject, "intake", message)


async def _wrong(blobs: Blobs, digest: str, size: int) -> str:
    """What is wrong with the bytes; empty when nothing is."""
    there = await blobs.size(digest)
    if there is None:
        return "are gone"
    if there != size:
        return f"are {there}, its row says {size}"
    found = hashlib.sha256()
    try:
        async for piece in blobs.read(digest):
            found.update(piece)
    except BlobMissing:
        return "are gone"
    return "" if found.hexdigest() == digest else "are others than were sent"
