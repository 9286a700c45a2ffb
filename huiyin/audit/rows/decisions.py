"""The decisions of dispatch on who handles a case, and the line of the history of each step."""

from typing import Any

from huiyin.audit.rows.comparing import Columns, Unseen
from libs.common.rules.machine import SYSTEM
from services.dispatch.cases.domain import state as rules
from services.dispatch.cases.domain.state import Assignment, Left, State
from services.dispatch.cases.domain.terms import Action

_RULES = {
    Action.ROUTE: frozenset({"duty", "duty_rule", "superior", "stand_in"}),
    Action.SEND_BACK: frozenset({"duty", "superior", "same_unit", "stand_in"}),
    Action.REOPEN: frozenset({"duty", "superior", "same_unit", "stand_in"}),
    Action.RECUSE: frozenset({"superior"}),
}
"""By what a unit was found that no person chose."""


def decision_of(case_id: str, state: State, said: rules.Said, what: Assignment | Left, *, of_before: bool) -> Columns:
    """The row of a decision, on a case as it is after that."""
    rule: Any = "nobody"
    if isinstance(what, Assignment):
        by_itself = what.by_rule if said.action is not Action.REASSIGN else said.by is SYSTEM
        rule = _RULES.get(said.action, "stand_in") if by_itself else "dispatcher"
        rule = "arbitration" if what.ruling is not None else rule
        rule = Unseen.OLD if of_before else rule
    row = {name: getattr(state, name) for name in ("version", "lead_unit", "category_code")}
    row |= {"case_id": case_id, "support_units": list(state.support_units), "rule": rule}
    pack_version = what.pack_version if isinstance(what, Assignment) else Unseen.OLD
    row |= {"reason_code": what.reason_code if isinstance(what, Assignment) else None}
    return row | {"candidates": Unseen.WORDS, "explanation": what.explanation, "pack_version": pack_version}


def step_of(case_id: str, before: State, after: State, said: rules.Said, at: Any) -> Columns:
    """The line of the history that a step gives."""
    moved = {"version": after.version, "round": after.round, "lead_unit": after.lead_unit}
    moved |= {"delegate_unit": after.delegate_unit}
    by: dict[str, Any] = {"who": said.by.subject, "unit_code": said.by.unit_code, "staff_id": said.by.staff_id}
    step = {"action": said.action, "from_status": before.status, "to_status": after.status, "why": said.why}
    return {"case_id": case_id} | moved | step | by | {"at": at}
