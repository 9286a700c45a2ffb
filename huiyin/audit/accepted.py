"""I1: every accepted case has exactly one history, and every service knows it or is still to hear of it."""

from huiyin.audit.case import ANALYTICS, DISPATCH, FOLLOWUP, INTAKE, CaseView
from huiyin.audit.report import Findings, Invariant
from libs.common.events.cases import CaseRegistered

_TABLES = ((DISPATCH, "work"), (FOLLOWUP, "matter"), (ANALYTICS, "fact"))


def check_accepted(view: CaseView, findings: Findings) -> None:
    """One case."""

    def violated(service: str, message: str) -> None:
        findings.violated(Invariant.ACCEPTED, view.case_id, service, message)

    _check_once(view, findings)
    case = view.row("cases")
    registered = [one for one in view.said[INTAKE] if isinstance(one.event, CaseRegistered)]
    findings.checked[Invariant.ACCEPTED] += case is not None
    if case is not None and not registered:
        violated(INTAKE, f"case {case['case_no']} was accepted, and its registration was never said")
    if case is None and any(view.lengths.values()):
        violated(INTAKE, "there is a history, and no accepted case")
    if len(registered) > 1:
        violated(INTAKE, f"it was registered {len(registered)} times")
    for service, table in _TABLES:
        applied = bool(registered) and view.has_applied(service, registered[0])
        known = view.row(table) is not None
        if applied and not known:
            violated(service, f"the registration was applied, and there is no row in {table}")
        elif known and not applied:
            violated(service, f"there is a row in {table}, and no registration was applied")
        elif case is not None and not known:
            findings.pending[f"cases not yet known to {service}"] += 1


def _check_once(view: CaseView, findings: Findings) -> None:
    """No table has a case twice, whatever its key may say."""
    for service, table in ((INTAKE, "cases"), *_TABLES):
        if len(view.rows[table]) > 1:
            invariant = Invariant.PROMISE if table == "work" else Invariant.ACCEPTED
            findings.violated(invariant, view.case_id, service, f"it has {len(view.rows[table])} rows in {table}")
