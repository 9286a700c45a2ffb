"""I6: what a service keeps beside its ledger (words, tries, orders, steps) is what its ledger says, row by row.

Both stand in one schema and are written in one transaction, so on a cut they are equal: nothing is ever on its way
between them. The database compares whole sets; only what differs comes here.
"""

from dataclasses import dataclass

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE
from huiyin.audit.cut import Cut
from huiyin.audit.report import Findings, Invariant

LONGEST = 300
"""Characters of a difference that are shown."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two queries that must give the same rows (key, what), each as often."""

    service: str
    table: str
    said: str
    kept: str


def _said(service: str, event: str, *fields: str) -> str:
    what = ", ".join(f"payload ->> '{field}'" for field in fields)
    return f"""
        SELECT key, jsonb_build_array({what})::text AS what
        FROM {service}.ledger WHERE stream = 'cases' AND type = 'cn.huiyin.case.{event}'
    """  # noqa: S608


def _kept(table: str, *columns: str, where: str = "true") -> str:
    what = ", ".join(f"{column}::text" for column in columns)
    return f"SELECT case_id, jsonb_build_array({what})::text FROM {table} WHERE {where}"  # noqa: S608


_TRY = ("round", "attempt", "reached", "valid", "contacted", "solved", "satisfaction", "caller")
_ORDER = ("supervision_id", "round", "level", "unit_code", "reason", "by_rule", "reply_due")

PAIRS: tuple[Pair, ...] = (
    Pair(INTAKE, "wording", _said(INTAKE, "registered", "text"), _kept("intake.wording", "text")),
    Pair(INTAKE, "supplement", _said(INTAKE, "supplemented", "text"), _kept("intake.supplement", "text")),
    Pair(FOLLOWUP, "attempt", _said(FOLLOWUP, "callback_tried", *_TRY), _kept("followup.attempt", *_TRY)),
    Pair(
        FOLLOWUP, "supervision", _said(FOLLOWUP, "supervision_issued", *_ORDER), _kept("followup.supervision", *_ORDER)
    ),
    Pair(
        FOLLOWUP,
        "supervision",
        _said(FOLLOWUP, "supervision_replied", "supervision_id", "reply"),
        _kept("followup.supervision", "supervision_id", "reply", where="state = 'replied'"),
    ),
    # Who handles a case: each decision was said, and nothing was said that nobody decided.
    Pair(
        DISPATCH,
        "decision",
        """
        SELECT key, jsonb_build_array(payload ->> 'lead_unit', payload -> 'support_units',
            payload ->> 'category_code', coalesce(payload ->> 'explanation', payload ->> 'reason'),
            payload ->> 'pack_version')::text AS what
        FROM dispatch.ledger WHERE stream = 'cases' AND type IN ('cn.huiyin.case.assigned',
            'cn.huiyin.case.reassigned', 'cn.huiyin.case.triage_queued')
        """,
        """
        SELECT case_id, CASE WHEN lead_unit IS NULL
            THEN jsonb_build_array(NULL, NULL, NULL, explanation, NULL)
            ELSE jsonb_build_array(lead_unit, support_units, category_code, explanation, pack_version::text) END::text
        FROM dispatch.decision
        """,
    ),
    Pair(
        DISPATCH,
        "request",
        _said(DISPATCH, "return_requested", "round", "unit_code", "reason_code", "note"),
        _kept("dispatch.request", "round", "asked_unit", "reason_code", "note"),
    ),
    Pair(
        DISPATCH,
        "request",
        _said(DISPATCH, "return_decided", "round", "unit_code", "approved", "note"),
        _kept(
            "dispatch.request",
            *("round", "asked_unit", "(state = 'granted')", "decision_note"),
            where="state IN ('granted', 'refused')",
        ),
    ),
    Pair(
        DISPATCH,
        "task",
        _said(DISPATCH, "task_done", "round", "unit_code", "result"),
        _kept("dispatch.task", "round", "unit_code", "result", where="status = 'done'"),
    ),
    # The history of a case's steps ends where the case stands; followup's has a step for each version.
    Pair(
        FOLLOWUP,
        "transition",
        "SELECT case_id AS key, jsonb_build_array(status, version, version)::text AS what FROM followup.matter",
        """
        SELECT case_id, jsonb_build_array(
            (array_agg(to_status ORDER BY version DESC))[1], max(version), count(*))::text
        FROM followup.transition GROUP BY case_id
        """,
    ),
    Pair(
        DISPATCH,
        "transition",
        "SELECT case_id AS key, jsonb_build_array(status)::text AS what FROM dispatch.work",
        """
        SELECT case_id, jsonb_build_array((array_agg(to_status ORDER BY version DESC))[1])::text
        FROM dispatch.transition GROUP BY case_id
        """,
    ),
)


async def check_beside(cut: Cut, findings: Findings) -> None:
    """Every pair."""
    for pair in PAIRS:
        total = await cut.fetch(f"SELECT count(*) AS n FROM ({pair.said}) AS said")  # noqa: S608
        findings.checked[Invariant.STATE] += total[0]["n"]
        sql = f"""
            WITH said AS ({pair.said}), kept (key, what) AS ({pair.kept})
            SELECT true AS is_lost, * FROM (TABLE said EXCEPT ALL TABLE kept) AS lost
            UNION ALL SELECT false, * FROM (TABLE kept EXCEPT ALL TABLE said) AS more
        """  # noqa: S608
        async for rows in cut.stream(sql):
            for row in rows:
                what = row["what"][:LONGEST]
                message = f"{pair.table} lacks {what}" if row["is_lost"] else f"{pair.table} has {what}, nobody said so"
                findings.violated(Invariant.STATE, row["key"], pair.service, message)
