"""Taking a step: who asks, what the rules say of it, and the row with its history together."""

from libs.common.database.session import Session
from libs.common.rules.machine import Actor
from services.followup.cases.domain.terms import Action, Given, Standing, Status
from services.followup.cases.domain.transitions import MACHINE, take
from services.followup.cases.tables import Matter, Transition


def can(matter: Matter, action: Action) -> bool:
    """Whether the table has this step from where the case stands."""
    return MACHINE.allows(matter.status, action)


def after(matter: Matter, action: Action, given: Given) -> Standing:
    """The case after the step; NotTheirs, or OutOfTurn, saying what is possible, when it cannot be taken now."""
    return take(standing_of(matter), action, given)


def record(session: Session, matter: Matter, action: Action, standing: Standing, *, by: Actor, why: str) -> None:
    """Move the case and keep the step."""
    if standing.status is None:
        raise ValueError(f"{action} leads nowhere")
    source = matter.status
    matter.status = standing.status
    matter.sent_back += standing.round - matter.round
    matter.round = standing.round
    matter.closing = standing.closing
    matter.satisfaction = standing.satisfaction
    matter.version += 1
    keep_step(session, matter, action, source, by=by, why=why)


def keep_step(session: Session, matter: Matter, action: Action, source: Status | None, *, by: Actor, why: str) -> None:
    """Write the step into the history."""
    session.insert(
        Transition,
        {
            "case_id": matter.case_id,
            "version": matter.version,
            "round": matter.round,
            "action": action,
            "from_status": source,
            "to_status": matter.status,
            "who": by.subject,
            "unit_code": by.unit_code,
            "at": session.now,
            "why": why,
        },
    )


def standing_of(matter: Matter) -> Standing:
    """What the rules need to know of it."""
    return Standing(matter.status, matter.round, matter.closing, matter.satisfaction)
