"""Taking a step: who asks, what the rules say of it, and the row with its history together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden
from libs.common.rules.versions import ExpectedVersion
from libs.common.security.policy import Scope
from services.followup.cases.domain.terms import Action, Actor, Given, Standing, Status
from services.followup.cases.domain.transitions import TABLE, NotTheirs, Refused, take
from services.followup.cases.tables import Matter, Transition


@dataclass(frozen=True, slots=True)
class Asked:
    """A person's request: who, and over which rows."""

    actor: Actor
    scope: Scope


@dataclass(frozen=True, slots=True)
class AskedChange(Asked):
    """A request to change something, decided on the version that the person read."""

    expected: ExpectedVersion


def can(matter: Matter, action: Action) -> bool:
    """Whether the table has this step from where the case stands."""
    return (matter.status, action) in TABLE


def after(matter: Matter, action: Action, given: Given) -> Standing:
    """The case after the step; Conflict, saying what is possible, when it cannot be taken now."""
    with refusals():
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


@contextmanager
def refusals() -> Iterator[None]:
    """A rule's refusal as the problem that the caller gets."""
    try:
        yield
    except NotTheirs as refused:
        raise Forbidden(refused.english, refused.chinese) from refused
    except Refused as refused:
        raise Conflict(refused.english, refused.chinese) from refused
