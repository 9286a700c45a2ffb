"""What goes with who spoke, and which other cases are of the same phone."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from libs.common.database.session import Session
from libs.common.events.objecting import ObjectionState
from libs.common.retention import KeptClass
from services.intake.cases.domain.lifecycle import OPEN

_CASE = "SELECT case_id FROM cases WHERE case_id = $1 OR case_no = $1"
_OF_THE_PHONE = """
    SELECT case_no FROM requester JOIN cases USING (case_id)
    WHERE phone_index = $1 AND case_id <> $2 ORDER BY case_no
"""
_DESTROY = """
    INSERT INTO case_key (case_id, wrapped, destroyed_at) VALUES ($1, NULL, $2)
    ON CONFLICT (case_id) DO UPDATE SET wrapped = NULL, destroyed_at = $2
"""
_ENDED = f"""
    status <> ALL ('{{{",".join(OPEN)}}}'::text[]) AND objection_state IS DISTINCT FROM '{ObjectionState.RAISED}'
    AND cases.updated_at < $1
"""
_WITH_WHO_SPOKE = f"""
    FROM cases LEFT JOIN case_key USING (case_id) WHERE {_ENDED} AND destroyed_at IS NULL AND (
        wrapped IS NOT NULL OR EXISTS (SELECT FROM requester WHERE requester.case_id = cases.case_id)
        OR EXISTS (SELECT FROM wording WHERE wording.case_id = cases.case_id
                   AND num_nonnulls(sealed_title, sealed_text) > 0))
"""  # noqa: S608 - of our own words
_WITH_FILES = f"""
    FROM cases WHERE {_ENDED} AND EXISTS (
        SELECT FROM attachment WHERE attachment.case_id = cases.case_id AND deleted_at IS NULL)
"""
_CASES_WITH = {KeptClass.REQUESTERS: _WITH_WHO_SPOKE, KeptClass.FILES: _WITH_FILES}
_DUE = "SELECT count(*) AS cases, min(cases.updated_at) AS oldest, max(cases.updated_at) AS newest"
_NEXT = "AND cases.case_id > $2 ORDER BY cases.case_id LIMIT $3"
_DELETE_FILES = """
    UPDATE attachment SET deleted_at = greatest($2, added_at), deleted_by = $3, deletion_reason = $4
    WHERE case_id = $1 AND deleted_at IS NULL AND (unit_code IS NULL OR unit_code <> ALL ($5::text[])) RETURNING 1
"""


async def find_case_id(session: Session, reference: str) -> str | None:
    """Of a case by its id or its number."""
    rows = await session.fetch(_CASE, reference)
    return rows[0].case_id if rows else None


async def cases_of_the_phone(session: Session, phone_index: bytes | None, but: str) -> tuple[str, ...]:
    """Numbers of other cases of the same phone."""
    if phone_index is None:
        return ()
    return tuple(row.case_no for row in await session.fetch(_OF_THE_PHONE, phone_index, but))


async def destroy_key(session: Session, case_id: str, at: datetime) -> None:
    """Nothing that was sealed under it opens any more."""
    await session.fetch(_DESTROY, case_id, at)


async def delete_files(session: Session, case_id: str, at: datetime, by: str, reason: str, but: Collection[str]) -> int:
    """Files that no unit of ``but`` attached; their rows and digests stay. How many."""
    return len(await session.fetch(_DELETE_FILES, case_id, at, by, reason, list(but)))


class Due(NamedTuple):
    """Cases of which something has been kept long enough, and when the first and the last of them ended."""

    cases: int
    oldest: datetime | None
    newest: datetime | None


async def due(session: Session, kept: KeptClass, before: datetime) -> Due:
    """Of cases that ended before."""
    (row,) = await session.fetch(f"{_DUE} {_CASES_WITH[kept]}", before)
    return Due(row.cases, row.oldest, row.newest)


async def next_due(session: Session, kept: KeptClass, before: datetime, after: str, size: int) -> list[str]:
    """The next of them behind a case."""
    rows = await session.fetch(f"SELECT cases.case_id {_CASES_WITH[kept]} {_NEXT}", before, after, size)
    return [row.case_id for row in rows]
