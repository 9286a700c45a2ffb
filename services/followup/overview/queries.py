"""What followup counts for its gauges: open cases by state, and promises that are broken now."""

from collections import Counter

from libs.common.database.session import Session

_OPEN = "SELECT status, count(*) AS cases FROM matter WHERE status <> 'closed' GROUP BY status"


# Grouped as it stands in the index, which alone is read.
_OVERDUE = """
    SELECT overdue, count(*) AS cases FROM matter WHERE overdue <> '{}' AND status <> 'closed' GROUP BY overdue
"""


async def open_cases(session: Session) -> dict[str, int]:
    """Cases that are not closed, by status."""
    return {row.status: row.cases for row in await session.fetch(_OPEN)}


async def overdue_promises(session: Session) -> dict[str, int]:
    """Deadlines of open cases that have passed and are not met, by which promise they guard."""
    broken: Counter[str] = Counter()
    for row in await session.fetch(_OVERDUE):
        for what in row.overdue:
            broken[what] += row.cases
    return dict(broken)
