"""Risks of a case, as their events tell: each with who was told, and the step of the case that it is."""

from collections.abc import Mapping

from libs.common.events.risks import RiskAcknowledged, RiskReported
from libs.common.rules.machine import Actor, OutOfTurn
from services.dispatch.cases.domain.state import Said
from services.dispatch.cases.domain.terms import Action
from services.dispatch.risks.actions import case_step
from services.dispatch.risks.domain import RiskState, acknowledged

Risks = Mapping[str, RiskState]
"""Those of one case, by their ids."""


def after_risk(risks: Risks, event: RiskReported | RiskAcknowledged, by: Actor) -> tuple[Risks, Said] | None:
    """The risks after an event, and the step of the case; None for what the risk does not allow."""
    if isinstance(event, RiskReported):
        risk, action = _reported(event, by), Action.RISK_REPORT
    else:
        before = risks.get(event.risk_id)
        if before is None:
            return None
        try:
            risk, action = acknowledged(before, by, event.occurred_at, event.note), Action.RISK_ACKNOWLEDGE
        except OutOfTurn:
            return None
    asked = case_step(risk, action)
    return {**risks, event.risk_id: risk}, Said(asked.action, event.occurred_at, asked.what, by, asked.why)


def _reported(event: RiskReported, by: Actor) -> RiskState:
    return RiskState(
        risk_id=event.risk_id,
        case_id=event.case_id,
        round=event.round,
        kind=event.kind,
        by_rule=event.by_rule,
        why=event.why,
        told=event.told,
        reported_by=by.subject,
        reported_by_staff=by.staff_id,
        reported_at=event.occurred_at,
        due_at=event.due_at,
    )
