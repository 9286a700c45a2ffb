"""Every SELECT of notes: what is kept of a household, and when somebody is planned to go there."""

from collections.abc import Sequence
from datetime import date

from libs.common.database.session import Session
from services.intake.notes.tables import HouseholdNote

_COUNT = """
    SELECT count(*)::int AS notes FROM (
        SELECT DISTINCT ON (number) cleared FROM household_note WHERE household_id = $1 ORDER BY number, correction DESC
    ) AS last WHERE NOT cleared
"""
_PLANNED = """
    SELECT DISTINCT planned.on_day FROM planned_household AS planned
    JOIN team_member AS member ON member.team_id = planned.team_id
        AND planned.on_day BETWEEN member.from_day AND member.until_day
    WHERE planned.household_id = $1 AND member.staff_id = $2 AND planned.on_day BETWEEN $3 AND $4 ORDER BY 1
"""


async def how_many(session: Session, household_id: str) -> int:
    """Notes of a household that were not taken away."""
    (row,) = await session.fetch(_COUNT, household_id)
    return int(row.notes)


async def notes_of(session: Session, household_id: str) -> Sequence[HouseholdNote]:
    """All of them, each with every wording, by number and correction."""
    rows = await session.rows(HouseholdNote, "household_id", household_id, lock=False)
    return sorted(rows, key=lambda row: (row.number, row.correction))


async def planned_days(session: Session, household_id: str, staff_id: str, first: date, last: date) -> list[date]:
    """Days of this span on which a team that the person is in is planned to go there."""
    return [row.on_day for row in await session.fetch(_PLANNED, household_id, staff_id, first, last)]
