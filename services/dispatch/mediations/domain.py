"""The rules of mediation, pure: who may take which step, and what a mediation becomes by it.

Who mediates holds the sessions and says what came of them. Whether an agreement is kept, somebody else says: nobody who
held a session of it, by whatever account, and as kept not before the day that was named for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from libs.common.events.mediation_terms import MediationStatus, MediationStep
from libs.common.events.people import person_name
from libs.common.rules.machine import (
    Actor,
    Label,
    Machine,
    NotTheirs,
    OutOfTurn,
    Transition,
    asks,
    whose_is_checked,
)
from services.dispatch.cases.domain.terms import ACTION_LABELS, Action

RUNNING = (MediationStatus.GIVEN, MediationStatus.MEETING)
"""Whoever mediates has something to do."""
ENDED = (MediationStatus.KEPT, MediationStatus.BROKEN, MediationStatus.FAILED, MediationStatus.WITHDRAWN)


class MediationParty(StrEnum):
    """Whose step of a mediation it is; whoever sees its case may withdraw it, and the mediator."""

    ENTRUSTER = "entruster"
    MEDIATOR = "mediator"
    ANOTHER = "another"
    EITHER = "either"


MEDIATION_LABELS: dict[MediationStatus, tuple[str, str]] = {
    MediationStatus.GIVEN: ("已委托待调解", "given, not begun yet"),
    MediationStatus.MEETING: ("调解中", "being mediated"),
    MediationStatus.AGREED: ("已达成协议待回访", "agreed, to be seen whether it is kept"),
    MediationStatus.KEPT: ("协议已履行", "agreed and kept"),
    MediationStatus.BROKEN: ("协议未履行", "agreed and not kept"),
    MediationStatus.FAILED: ("调解不成", "not agreed"),
    MediationStatus.WITHDRAWN: ("已终止调解", "withdrawn"),
}
"""Chinese and English."""
MEDIATION_STEPS: dict[MediationStep, Label] = {
    step: ACTION_LABELS[Action(f"mediation_{step}")] for step in MediationStep
}
"""As the step of the case is called that each is."""


@dataclass(frozen=True, slots=True)
class MediationState:
    """A mediation under its columns' names. ``version`` grows with every step."""

    mediation_id: str
    case_id: str
    round: int
    kind: str
    subject: str
    mediator: str
    """The member of staff who mediates (人员编号), and the unit and post by which."""
    mediator_unit: str
    post: str
    given_by: str
    given_by_staff: str | None
    given_by_unit: str | None
    given_at: datetime
    status: MediationStatus = MediationStatus.GIVEN
    sessions: int = 0
    last_held_at: datetime | None = None
    terms: str | None = None
    document: str | None = None
    """SHA-256 of the agreement that was signed."""
    follow_up_on: date | None = None
    agreed_at: datetime | None = None
    note: str | None = None
    """What was said at its end."""
    ended_by: str | None = None
    ended_by_staff: str | None = None
    ended_at: datetime | None = None
    worked_by: tuple[str, ...] = ()
    """Names of whoever held a session, or said what came of them, sorted."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """One session (调解会) under its columns' names: who took part by kinds of the pack, never by name."""

    case_id: str
    mediation_id: str
    number: int
    held_at: datetime
    venue: str
    area_code: str
    took_part: tuple[str, ...]
    people: int
    note: str
    recorded_by: str
    recorded_by_staff: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class MediationSaid:
    """A step, when it was taken and by whom, and what it makes true, under the columns' names."""

    step: MediationStep
    at: datetime
    by: Actor
    facts: Mapping[str, Any] = field(default_factory=dict)


def decide(
    mediation: MediationState,
    step: MediationStep,
    by: Actor,
    now: datetime,
    *,
    today: date | None = None,
    **facts: Any,
) -> MediationSaid:
    """The step with what it makes true. ``today`` is the place's day, where the step waits for one.

    Raises:
        NotTheirs: whoever takes it may not.
        OutOfTurn: it cannot be taken as the mediation stands.
    """
    _WHOSE[MACHINE.who[step]](mediation, by)
    MACHINE.target(mediation.status, step, mediation, today)
    return MediationSaid(step, max(now, mediation.given_at), by, facts)


def on_its_day(mediation: MediationState, today: date | None) -> None:
    """An agreement was not kept yet on the day on which it was signed: it is looked at on the day named for it."""
    day = mediation.follow_up_on
    if day is not None and (today is None or today < day):
        raise OutOfTurn(
            f"Whether it is kept is said from {day.isoformat()} on, the day that was named for it",
            f"应于 {day.isoformat()} 起回访认定是否履行",
        )


def _check_mediates(mediation: MediationState, by: Actor) -> None:
    if by.staff_id != mediation.mediator:
        raise NotTheirs("Only who was given the mediation holds its sessions", "仅受委托的调解员可以操作")


def _check_another(mediation: MediationState, by: Actor) -> None:
    theirs = by.names & {*mediation.worked_by, person_name(mediation.mediator)}
    if by.staff_id == mediation.mediator or theirs:
        raise NotTheirs(
            "Nobody says of their own mediation whether its agreement is kept", "调解员不得认定本人调解的协议"
        )


def _by_right(_mediation: MediationState, _by: Actor) -> None:
    """That the caller sees its case, or mediates it, was asked before."""


_WHOSE: Mapping[MediationParty, Callable[[MediationState, Actor], None]] = {
    MediationParty.ENTRUSTER: _by_right,
    MediationParty.MEDIATOR: _check_mediates,
    MediationParty.ANOTHER: _check_another,
    MediationParty.EITHER: _by_right,
}
_S, _M, _P = MediationStatus, MediationStep, MediationParty
_T = Transition[MediationStatus, MediationStep, MediationParty, [MediationState, date | None]]

MACHINE: Machine[MediationStatus, MediationStep, MediationParty, [MediationState, date | None]] = Machine(
    steps=(
        _T(_M.GIVE, None, _S.GIVEN, _P.ENTRUSTER),
        *_T.each(RUNNING, _M.MEET, _P.MEDIATOR, to=_S.MEETING),
        _T(_M.AGREE, _S.MEETING, _S.AGREED, _P.MEDIATOR),
        _T(_M.FAIL, _S.MEETING, _S.FAILED, _P.MEDIATOR),
        _T(_M.KEEP, _S.AGREED, _S.KEPT, _P.ANOTHER, (on_its_day,)),
        _T(_M.BREAK, _S.AGREED, _S.BROKEN, _P.ANOTHER),
        *_T.each(RUNNING, _M.WITHDRAW, _P.EITHER, to=_S.WITHDRAWN),
    ),
    statuses=MEDIATION_LABELS,
    actions=MEDIATION_STEPS,
    people=tuple(_P),
    ends=ENDED,
    must=(
        whose_is_checked(_WHOSE),
        asks(_P.MEDIATOR, (_M.MEET, _M.AGREE, _M.FAIL)),
        asks(_P.ANOTHER, (_M.KEEP, _M.BREAK)),
        asks(_P.ANOTHER, (_M.KEEP,), on_its_day),
    ),
    noun="the mediation",
)


def evolve(mediation: MediationState, said: MediationSaid) -> MediationState:
    """The mediation after the step. OutOfTurn for one that the table does not have."""
    status = MACHINE.step(mediation.status, said.step).target
    kept = dict(said.facts) | _kept(mediation, said)
    if MACHINE.who[said.step] is MediationParty.MEDIATOR:
        kept["worked_by"] = tuple(sorted({*mediation.worked_by, *said.by.names}))
    return replace(mediation, status=status, version=mediation.version + 1, **kept)


def _kept(mediation: MediationState, said: MediationSaid) -> dict[str, Any]:
    """What the moment and the person of a step make true."""
    if said.step is MediationStep.MEET:
        return {"sessions": mediation.sessions + 1}
    if said.step is MediationStep.AGREE:
        return {"agreed_at": said.at}
    return {"ended_by": said.by.subject, "ended_by_staff": said.by.staff_id, "ended_at": said.at}


def is_due(mediation: MediationState, today: date) -> bool:
    """Whether somebody has to say by now if its agreement is kept (待回访)."""
    day = mediation.follow_up_on
    return mediation.status is MediationStatus.AGREED and day is not None and day <= today
