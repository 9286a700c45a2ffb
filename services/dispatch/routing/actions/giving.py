"""Giving a case to the chosen unit, or taking it from all, and saying so."""

from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.cases import CaseAssigned, CaseReassigned, TriageQueued
from services.dispatch.cases.actions.steps import end_return, forget_signing
from services.dispatch.cases.tables import Work
from services.dispatch.routing.domain.choosing import Choice
from services.dispatch.routing.domain.today import Today


def today(session: Session, area_code: str, accused_unit: str | None) -> Today:
    """For a case of this area, about this unit if any."""
    current = session.packs.current(session.now)
    return Today(current.directory, current.version, session.packs.codes, area_code, accused_unit)


def give(work: Work, choice: Choice, now: datetime) -> None:
    """Let the chosen unit lead from ``now`` on. The handling clock of the round runs on."""
    work.lead_unit = choice.lead_unit
    work.support_units = list(choice.support_units)
    work.category_code = choice.category_code
    work.pack_version = choice.pack_version
    work.by_rule = choice.by_rule
    work.explanation = choice.explanation
    work.assigned_at = now
    forget_signing(work)
    end_return(work)


def take_from_units(work: Work, explanation: str) -> None:
    """Nobody leads until a person chooses (待派). The handling clock of the round runs on."""
    work.lead_unit = None
    work.support_units = []
    work.by_rule = False
    work.explanation = explanation
    work.assigned_at = None
    forget_signing(work)
    end_return(work)


def say_assigned(session: Session, work: Work, choice: Choice) -> None:
    """CaseAssigned, for the round that the case is in."""
    session.publish(
        CaseAssigned(
            case_id=work.case_id,
            occurred_at=session.now,
            round=work.round,
            lead_unit=choice.lead_unit,
            support_units=choice.support_units,
            category_code=choice.category_code,
            by_rule=choice.by_rule,
            explanation=choice.explanation,
            pack_version=choice.pack_version,
        )
    )


def say_reassigned(session: Session, work: Work, choice: Choice, from_unit: str, *, succession: bool = False) -> None:
    """CaseReassigned, within the round that the case is in."""
    session.publish(
        CaseReassigned(
            case_id=work.case_id,
            occurred_at=session.now,
            round=work.round,
            from_unit=from_unit,
            lead_unit=choice.lead_unit,
            support_units=choice.support_units,
            category_code=choice.category_code,
            explanation=choice.explanation,
            pack_version=choice.pack_version,
            succession=succession,
        )
    )


def say_queued(session: Session, work: Work, reason: str) -> None:
    """TriageQueued, for the round that the case is in."""
    session.publish(TriageQueued(case_id=work.case_id, occurred_at=session.now, round=work.round, reason=reason))
