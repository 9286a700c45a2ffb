"""Who answers for cases: one statement for as many as a page has."""

from collections.abc import Iterable

from libs.common.database.session import Session

Names = dict[tuple[str, int, str], str]
"""By case, round and unit the member of staff."""
_OF_CASES = "SELECT case_id, round, unit_code, staff_id FROM responsible WHERE case_id = ANY($1::text[])"


async def responsible_for(session: Session, case_ids: Iterable[str]) -> Names:
    """Who answers for these cases."""
    wanted = sorted(set(case_ids))
    rows = await session.fetch(_OF_CASES, wanted) if wanted else []
    return {(row.case_id, row.round, row.unit_code): row.staff_id for row in rows}
