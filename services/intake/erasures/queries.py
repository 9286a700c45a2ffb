"""What goes with who spoke or lived there, who else is of the same phone, and of what it is time."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from libs.common.database.session import Session
from libs.common.events.household_terms import MutedFor
from libs.common.events.objecting import ObjectionState
from libs.common.retention import KeptClass
from services.intake.cases.domain.lifecycle import OPEN
from services.intake.erasures.domain import StillNeeded

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
_DUE = "SELECT count(*) AS many, min(cases.updated_at) AS oldest, max(cases.updated_at) AS newest"
_NEXT = "AND cases.case_id > $2 ORDER BY cases.case_id LIMIT $3"
_DELETE_FILES = """
    UPDATE attachment SET deleted_at = greatest($2, added_at), deleted_by = $3, deletion_reason = $4
    WHERE case_id = $1 AND deleted_at IS NULL AND (unit_code IS NULL OR unit_code <> ALL ($5::text[])) RETURNING 1
"""


_HOUSEHOLD = "SELECT household_id FROM household WHERE household_id = $1 OR household_no = $1"
_PLANNED = "SELECT FROM planned_household AS p WHERE p.household_id = household.household_id AND p.on_day >= $2"
_CASE_OPEN = f"""
    SELECT FROM visit JOIN visit_matter USING (visit_id) JOIN cases USING (case_id)
    WHERE visit.household_id = household.household_id
        AND (cases.status = ANY ('{{{",".join(OPEN)}}}'::text[]) OR cases.objection_state = '{ObjectionState.RAISED}')
"""
_ITEM_WAITS = "SELECT FROM device_item WHERE device_item.household_id = household.household_id AND NOT ended"
NEEDED = f"""
    SELECT status NOT IN ('muted', 'ended') AS in_register, EXISTS ({_PLANNED}) AS planned,
        EXISTS ({_CASE_OPEN}) AS case_open, EXISTS ({_ITEM_WAITS}) AS item_waits
    FROM household WHERE household_id = $1
"""  # noqa: S608
_LEFT = f"""
    FROM household JOIN household_identity USING (household_id) WHERE status IN ('muted', 'ended')
        AND (status = 'ended' OR muted_for IN ('{MutedFor.MOVED_AWAY}', '{MutedFor.DECEASED}'))
        AND updated_at < $1 AND destroyed_at IS NULL
        AND NOT EXISTS ({_PLANNED}) AND NOT EXISTS ({_CASE_OPEN}) AND NOT EXISTS ({_ITEM_WAITS})
"""
DUE_HOUSEHOLDS = f"SELECT count(*) AS many, min(updated_at) AS oldest, max(updated_at) AS newest {_LEFT}"
NEXT_HOUSEHOLDS = f"SELECT household_id {_LEFT} AND household_id > $3 ORDER BY household_id LIMIT $4"
_DELETE_PHOTOS = """
    DELETE FROM visit_photo USING visit
    WHERE visit.visit_id = visit_photo.visit_id AND visit.household_id = $1 RETURNING 1
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
    """Cases or households of which something was kept long enough, and when the first and the last of them ended."""

    many: int
    oldest: datetime | None
    newest: datetime | None


async def due(session: Session, kept: KeptClass, before: datetime) -> Due:
    """Of cases that ended before."""
    (row,) = await session.fetch(f"{_DUE} {_CASES_WITH[kept]}", before)
    return Due(row.many, row.oldest, row.newest)


async def next_due(session: Session, kept: KeptClass, before: datetime, after: str, size: int) -> list[str]:
    """The next of them behind a case."""
    rows = await session.fetch(f"SELECT cases.case_id {_CASES_WITH[kept]} {_NEXT}", before, after, size)
    return [row.case_id for row in rows]


async def find_household_id(session: Session, reference: str) -> str | None:
    """Of a household by its id, or by the office's own number."""
    rows = await session.fetch(_HOUSEHOLD, reference)
    return rows[0].household_id if rows else None


async def still_needed(session: Session, household_id: str, day: date) -> StillNeeded | None:
    """The first reason for which it is not erased; what is planned counts from ``day`` on."""
    (row,) = await session.fetch(NEEDED, household_id, day)
    return next((reason for reason in StillNeeded if row[reason]), None)


async def delete_photos(session: Session, household_id: str) -> int:
    """Photos of visits to it; their bytes go with the next sweep. How many."""
    return len(await session.fetch(_DELETE_PHOTOS, household_id))


async def due_households(session: Session, before: datetime, day: date) -> Due:
    """Of households that left before, and that nothing needs; what is planned counts from ``day`` on."""
    (row,) = await session.fetch(DUE_HOUSEHOLDS, before, day)
    return Due(row.many, row.oldest, row.newest)


async def next_due_households(session: Session, before: datetime, day: date, after: str, size: int) -> list[str]:
    """The next of them behind a household."""
    return [row.household_id for row in await session.fetch(NEXT_HOUSEHOLDS, before, day, after, size)]
