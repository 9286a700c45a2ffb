"""I6 of contact persons: the numbers that are kept of each, by class and area, are those of the households."""

from huiyin.audit.case import INTAKE
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot

_CELL = "contact_staff_id, household_class, area_code"
_AMISS = f"""
    WITH recount AS (
        SELECT coalesce(contact_staff_id, '') AS contact_staff_id, household_class, area_code, count(*) AS households
        FROM intake.household WHERE status NOT IN ('muted', 'ended') GROUP BY 1, 2, 3
    ), kept AS (SELECT {_CELL}, households FROM intake.contact_tally WHERE households <> 0)
    SELECT {_CELL}, coalesce(kept.households, 0) AS kept, coalesce(recount.households, 0) AS recount
    FROM recount FULL JOIN kept USING ({_CELL})
    WHERE kept.households IS DISTINCT FROM recount.households
    ORDER BY {_CELL}
"""  # noqa: S608 - names of ours
_HOW_MANY = "SELECT count(*) AS many FROM intake.contact_tally"


async def check_contacts(cut: Snapshot, findings: Findings) -> None:
    """Held against the rows of households, each of which is held against its events."""
    findings.checked[Invariant.STATE] += int((await cut.fetch(_HOW_MANY))[0]["many"])
    async for rows in cut.stream(_AMISS):
        for row in rows:
            person, cell = row["contact_staff_id"] or "nobody", f"{row['household_class']} {row['area_code']}"
            message = f"contact_tally {cell}: households is {row['kept']}, the recount says {row['recount']}"
            findings.violated(Invariant.STATE, person, INTAKE, message)
