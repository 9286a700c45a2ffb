"""Giving a case to the chosen unit, or taking it from all: row, history, decision and event together."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseAssigned, CaseReassigned, TriageQueued
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.actions.steps import end_return, forget_signing, record
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.tables import Work
from services.dispatch.routing.domain.choosing import Choice, Nobody
from services.dispatch.routing.domain.terms import Rule
from services.dispatch.routing.domain.today import Today
from services.dispatch.routing.tables import Decision
from services.dispatch.tasks.actions.giving import end_open, give_tasks


def today(session: Session, area_code: str, accused_unit: str | None) -> Today:
    """For a case of this area, about this unit if any."""
    current = session.packs.current(session.now)
    return Today(current.directory, current.version, session.packs.codes, area_code, accused_unit)


async def assign_to(
    session: Session, work: Work, choice: Choice, action: Action, target: Status, *, by: Actor, why: str
) -> None:
    """Let the chosen unit lead from now on, where none did in this round. The handling clock of the round runs on."""
    await _give(session, work, choice, action, target, by=by, why=why)
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


async def reassign_to(
    session: Session, work: Work, choice: Choice, action: Action, target: Status, *, by: Actor, why: str
) -> None:
    """Let the chosen unit lead in place of the present one. What the system does, it does since that one is gone."""
    from_unit = work.lead_unit or ""
    await _give(session, work, choice, action, target, by=by, why=why)
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
            succession=by is SYSTEM,
        )
    )


async def leave_to_triage(
    session: Session, work: Work, nobody: Nobody, action: Action, target: Status, *, by: Actor, why: str
) -> None:
    """Nobody leads until a dispatcher chooses (待派). The handling clock of the round runs on."""
    await end_open(session, work)
    work.lead_unit = None
    work.support_units = []
    work.by_rule = False
    work.explanation = nobody.explanation
    work.assigned_at = None
    forget_signing(work)
    end_return(work)
    record(session, work, action, target, by=by, why=why)
    _keep_decision(session, work, nobody, Rule.NOBODY)
    session.publish(
        TriageQueued(case_id=work.case_id, occurred_at=session.now, round=work.round, reason=nobody.explanation)
    )


async def _give(
    session: Session, work: Work, choice: Choice, action: Action, target: Status, *, by: Actor, why: str
) -> None:
    before = work.support_units
    work.lead_unit = choice.lead_unit
    work.support_units = list(choice.support_units)
    work.category_code = choice.category_code
    work.pack_version = choice.pack_version
    work.by_rule = choice.by_rule
    work.explanation = choice.explanation
    work.assigned_at = session.now
    forget_signing(work)
    end_return(work)
    record(session, work, action, target, by=by, why=why)
    await give_tasks(session, work, before)
    _keep_decision(session, work, choice, choice.rule)


def _keep_decision(session: Session, work: Work, found: Choice | Nobody, rule: Rule) -> None:
    session.insert(
        Decision,
        {
            "case_id": work.case_id,
            "version": work.version,
            "rule": rule,
            "lead_unit": work.lead_unit,
            "support_units": work.support_units,
            "category_code": work.category_code,
            "candidates": [{"unit_code": one.unit_code, "verdict": one.verdict.value} for one in found.candidates],
            "explanation": found.explanation,
            "pack_version": found.pack_version,
        },
    )
