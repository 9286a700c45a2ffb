"""What no household shows by itself: numbers that stand once, and households that name one another."""

from huiyin.audit.case import INTAKE
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot

_NUMBERS = """
    SELECT household_id, household_no, first FROM (
        SELECT household_id, household_no, min(household_id) OVER same AS first, count(*) OVER same AS times
        FROM intake.household WHERE household_no IS NOT NULL WINDOW same AS (PARTITION BY household_no)
    ) AS numbered WHERE times > 1 AND household_id <> first ORDER BY 1
"""
_NAMED = """
    WITH named AS (
        SELECT id, key, payload ->> 'step' AS step,
            coalesce(payload ->> 'merged_into', payload ->> 'split_from') AS other
        FROM intake.ledger WHERE stream = 'visits' AND type = 'cn.huiyin.household.recorded'
            AND (payload ->> 'step' = 'merge' OR payload ->> 'split_from' IS NOT NULL)
    )
    SELECT named.key, named.step, named.other, gone.id IS NOT NULL AS is_gone FROM named
    LEFT JOIN intake.ledger AS first ON first.stream = 'visits' AND first.key = named.other AND first.seq = 1
        AND first.id < named.id
    LEFT JOIN named AS gone ON gone.key = named.other AND gone.step = 'merge' AND gone.id < named.id
    WHERE first.id IS NULL OR gone.id IS NOT NULL ORDER BY 1
"""
"""Both are locked when one names the other, so the order of the ledger is that of what happened."""


async def check_together(cut: Snapshot, findings: Findings) -> None:
    """Every number is one household's; whom a household went into, or came from, was there and had not ended."""
    async for rows in cut.stream(_NUMBERS):
        for row in rows:
            message = f"household: household_no is that of {row['first']}, too"
            findings.violated(Invariant.STATE, row["household_id"], INTAKE, message)
    async for rows in cut.stream(_NAMED):
        for row in rows:
            what = "is merged into" if row["step"] == "merge" else "was split from"
            why = "had ended" if row["is_gone"] else "was not there"
            findings.violated(Invariant.HISTORY, row["key"], INTAKE, f"{what} {row['other']}, which {why} then")
