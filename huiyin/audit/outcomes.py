"""Keeping what came of an audit in the database, so that every process can tell it, before and after a restart."""

import orjson

from huiyin.audit.report import AuditReport, Invariant
from huiyin.audit.snapshot import write_down
from libs.common.delivery.audit_runs import INSERT, OUTCOMES_DDL, PRUNE


async def keep_outcome(url: str, report: AuditReport) -> None:
    """Write it down. Raises DatabaseTrouble, and NotThere when this role may not."""
    violations = {invariant.value: report.found.get(invariant, 0) for invariant in Invariant}
    await write_down(
        url,
        "audit-outcome",
        *((statement, ()) for statement in OUTCOMES_DDL),
        (INSERT, (report.seconds, report.cases, report.events, orjson.dumps(violations).decode())),
        (PRUNE, ()),
    )
