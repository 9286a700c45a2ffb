"""The rules of mediation, pure: who may take which step, and what a mediation becomes by it.

Who mediates holds the sessions and says what came of them. Whether an agreement is kept, somebody else says: nobody who
held a session of it, by whatever account, and as kept not before the day that was named for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from libs.common.events.mediation_terms import MediationStatus, MediationStep
from libs.common.events.people import person_name
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn

RUNNING = (MediationStatus.GIVEN, MediationStatus.MEETING)
"""Whoever mediates has something to do."""
ENDED = (MediationStatus.KEPT, MediationStatus.BROKEN, MediationStatus.FAILED, MediationStatus.WITHDRAWN)

STEPS: dict[tuple[MediationStatus, MediationStep], MediationStatus] = {
    **{(status, MediationStep.MEET): MediationStatus.MEETING for status in RUNNING},
    (MediationStatus.MEETING, MediationStep.AGREE): MediationStatus.AGREED,
    (MediationStatus.MEETING, MediationStep.FAIL): MediationStatus.FAILED,
    (MediationStatus.AGREED, MediationStep.KEEP): MediationStatus.KEPT,
    (MediationStatus.AGREED, MediationStep.BREAK): MediationStatus.BROKEN,
    **{(status, MediationStep.WITHDRAW): MediationStatus.WITHDRAWN for status in RUNNING},
}

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
BY_MEDIATOR = (MediationStep.MEET, MediationStep.AGREE, MediationStep.FAIL)
BY_ANOTHER = (MediationStep.KEEP, MediationStep.BREAK)


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
    check_whose(mediation, step, by)
    if (mediation.status, step) not in STEPS:
        zh, en = MEDIATION_LABELS[mediation.status]
        raise OutOfTurn(
            f"That is not possible: the mediation is {en}",
            f"调解当前为“{zh}”，不能进行此操作",
            extra={"state": mediation.status.value},
        )
    if step is MediationStep.KEEP:
        _check_day(mediation, today)
    return MediationSaid(step, max(now, mediation.given_at), by, facts)


def _check_day(mediation: MediationState, today: date | None) -> None:
    """An agreement was not kept yet on the day on which it was signed: it is looked at on the day named for it."""
    day = mediation.follow_up_on
    if day is not None and (today is None or today < day):
        raise OutOfTurn(
            f"Whether it is kept is said from {day.isoformat()} on, the day that was named for it",
            f"应于 {day.isoformat()} 起回访认定是否履行",
        )


def check_whose(mediation: MediationState, step: MediationStep, by: Actor) -> None:
    """NotTheirs unless ``by`` is who may take this step. Whoever sees its case may withdraw it, and the mediator."""
    mediates = by.staff_id == mediation.mediator
    if step in BY_MEDIATOR and not mediates:
        raise NotTheirs("Only who was given the mediation holds its sessions", "仅受委托的调解员可以操作")
    if step in BY_ANOTHER:
        theirs = by.names & {*mediation.worked_by, person_name(mediation.mediator)}
        if mediates or theirs:
            raise NotTheirs(
                "Nobody says of their own mediation whether its agreement is kept", "调解员不得认定本人调解的协议"
            )


def evolve(mediation: MediationState, said: MediationSaid) -> MediationState:
    """The mediation after the step. OutOfTurn for one that the table does not have."""
    status = STEPS.get((mediation.status, said.step))
    if status is None:
        raise OutOfTurn(f"{said.step} from {mediation.status}", f"{said.step} from {mediation.status}")
    kept = dict(said.facts) | _kept(mediation, said)
    if said.step in BY_MEDIATOR:
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
