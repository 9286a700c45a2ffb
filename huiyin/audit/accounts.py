"""I6 for accounts of staff: whose there is, whether it is disabled and has a second factor, as was told."""

from huiyin.audit.case import DISPATCH
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Snapshot

_ACCOUNTS = """
    WITH said AS (
        SELECT key, payload ->> 'step' AS step, seq FROM dispatch.ledger
        WHERE type = 'cn.huiyin.directory.account_changed'
    ), told AS (
        SELECT key, bool_or(step = 'made') AS made,
            (max(ARRAY[seq, (step = 'disabled')::int]) FILTER (WHERE step IN ('disabled', 'enabled')))[2] AS disabled,
            (max(ARRAY[seq, (step = 'totp_on')::int]) FILTER (WHERE step IN ('totp_on', 'totp_off')))[2] AS totp
        FROM said GROUP BY key
    )
    SELECT coalesce(told.key, kept.staff_id) AS staff_id,
        told.made IS NOT TRUE AS unsaid, kept.staff_id IS NULL AS lacking,
        array_remove(ARRAY[
            CASE WHEN (kept.disabled_at IS NOT NULL)::int <> coalesce(told.disabled, 0) THEN 'disabled_at' END,
            CASE WHEN (kept.totp_since IS NOT NULL)::int <> coalesce(told.totp, 0) THEN 'totp_since' END
        ], NULL) AS wrong
    FROM told FULL JOIN dispatch.staff_account AS kept ON kept.staff_id = told.key ORDER BY 1
"""


async def check_accounts(cut: Snapshot, findings: Findings) -> None:
    """Nobody made, enabled or weakened an account behind the ledger's back."""
    async for rows in cut.stream(_ACCOUNTS):
        for row in rows:
            findings.checked[Invariant.STATE] += 1
            place = f"staff {row['staff_id']}"
            if row["unsaid"] or row["lacking"]:
                what = "is there, nobody said so" if row["unsaid"] else "is not there, and was said"
                findings.violated(Invariant.STATE, place, DISPATCH, f"staff_account: this account {what}")
            else:
                for column in row["wrong"]:
                    findings.violated(Invariant.STATE, place, DISPATCH, f"staff_account: {column} is not what was said")
