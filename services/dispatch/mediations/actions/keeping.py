"""A step of a mediation with the case that it is about: row, history and ledger."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from libs.common.database.session import Session
from libs.common.events import mediations as told_of_mediations
from libs.common.events.mediation_terms import MediationStep
from libs.common.events.mediations import MediationEvent
from libs.common.rules.machine import Actor, NotTheirs
from libs.common.rules.requests import Request
from libs.common.rules.steps import move, seen_of
from services.dispatch.cases.actions.beside import Tells, say_beside
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.mediated import MediationPart
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.tables import Case
from services.dispatch.mediations import domain, queries
from services.dispatch.mediations.domain import MediationSaid, MediationState, SessionEntry
from services.dispatch.mediations.tables import Mediation, MediationSession

EVENTS: Mapping[MediationStep, Tells[MediationEvent]] = {
    MediationStep.GIVE: Tells(Action.MEDIATION_GIVE, told_of_mediations.MediationGiven),
    MediationStep.MEET: Tells(Action.MEDIATION_MEET, told_of_mediations.MediationHeld),
    MediationStep.AGREE: Tells(Action.MEDIATION_AGREE, told_of_mediations.MediationAgreed),
    MediationStep.FAIL: Tells(Action.MEDIATION_FAIL, told_of_mediations.MediationFailed),
    MediationStep.KEEP: Tells(Action.MEDIATION_KEEP, told_of_mediations.MediationKept),
    MediationStep.BREAK: Tells(Action.MEDIATION_BREAK, told_of_mediations.MediationBroken),
    MediationStep.WITHDRAW: Tells(Action.MEDIATION_WITHDRAW, told_of_mediations.MediationWithdrawn),
}
"""Each step of a mediation."""


def case_step(mediation: MediationState, step: MediationStep) -> Ask:
    """The step of the case. Its history names who mediates, and says nothing of what was said or agreed."""
    why = f"{mediation.kind} -> {mediation.mediator}"
    return Ask(EVENTS[step].action, MediationPart(mediation.mediation_id), why)


async def load(session: Session, asked: Request, mediation_id: str) -> tuple[Mediation, Case]:
    """The mediation with its case, for whoever sees the case and knows how it stands."""
    row, case = await queries.of_case_in_reach(session, asked.scope, mediation_id)
    _on_version(session, asked, row, case)
    return row, case


async def load_own(session: Session, asked: Request, mediation_id: str) -> tuple[Mediation, Case]:
    """The same for whoever was given it; NotTheirs once they mediate no more (任期届满)."""
    row, case = await queries.own_mediation(session, asked.scope, asked.actor, mediation_id)
    if post_of(session, row.mediator) is None:
        raise NotTheirs("You hold no post that mediates any more", "您已不再担任调解员")
    _on_version(session, asked, row, case)
    return row, case


def _on_version(session: Session, asked: Request, row: Mediation, case: Case) -> None:
    asked.check_version(row.version)
    session.now = max(session.now, CASES.state_of(case).last_at)


def post_of(session: Session, staff_id: str) -> tuple[str, str] | None:
    """The post by which somebody in office mediates, and its unit; None for who holds none that the pack names."""
    posts = session.packs.current(session.now).directory.pack.mediation.posts
    member = session.staff.member(staff_id)
    terms = () if member is None else member.in_office(session.now)
    return next(((term.post_code, term.unit_code) for term in terms if term.post_code in posts), None)


def keep_new(session: Session, case: Case, mediation: MediationState, by: Actor) -> Mediation:
    """A mediation that was given."""
    _say(session, case, mediation, MediationSaid(MediationStep.GIVE, mediation.given_at, by))
    return session.new(Mediation, **asdict(mediation) | {"worked_by": []})


def take(
    session: Session, row: Mediation, case: Case, said: MediationSaid, held: SessionEntry | None = None, **told: Any
) -> MediationState:
    """Take the step, with the session that it is if it is one; the mediation after it. ``told`` is the event's own."""
    before = seen_of(MediationState, row)
    after = domain.evolve(before, said)
    if held is not None:
        entry = asdict(held) | {"took_part": list(held.took_part)}
        session.insert(MediationSession, entry)
        told |= {name: entry[name] for name in ("number", "held_at", "venue", "area_code", "took_part", "people")}
        told["note"] = held.note
    _say(session, case, after, said, **told)
    move(row, before, after)
    return after


def _say(session: Session, case: Case, mediation: MediationState, said: MediationSaid, **more: Any) -> None:
    ask, kind = case_step(mediation, said.step), EVENTS[said.step].event
    say_beside(session, case, ask, said.by, said.at, kind, mediation, **more)
