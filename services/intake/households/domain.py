"""A household's course (户的变动): its steps, what holds from which day, and who may leave the denominators.

Facts are kept by the day from which they hold. A word about an earlier day than one that is known changes nothing of
today, and is still what held on the days between.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from libs.common.errors import Invalid, invalid
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, MutedFor, VisitEvery
from libs.common.rules import machine
from libs.common.rules.machine import Actor, Label, Machine, OutOfTurn, Transition

DAY_ONE = date(1970, 1, 1)
"""Before every fact."""
_ABOUT_MUTING = {HouseholdStep.ASK_MUTE, HouseholdStep.UNMUTE}
_AN_ANSWER = {HouseholdStep.CONFIRM_MUTE, HouseholdStep.REFUSE_MUTE}
_ENDS_A_WISH = {*_AN_ANSWER, HouseholdStep.MERGE}
"""Behind what nothing waits to be confirmed any more."""


class Status(StrEnum):
    """Where a household stands (在册状态)."""

    REGISTERED = "registered"
    MUTE_ASKED = "mute_asked"
    MUTED = "muted"
    ENDED = "ended"


COUNTING = (Status.REGISTERED, Status.MUTE_ASKED)
"""What counts in the denominators: neither muted nor merged into another."""


class Party(StrEnum):
    """Whose step it is."""

    KEEPER = "keeper"
    CONFIRMER = "confirmer"
    DIRECTORY = "directory"
    """Nobody: it follows from the pack."""


STATUSES: Mapping[Status, Label] = {
    Status.REGISTERED: ("在册", "registered"),
    Status.MUTE_ASKED: ("待确认静默", "to be muted, which somebody else has to confirm"),
    Status.MUTED: ("静默", "muted"),
    Status.ENDED: ("已并户", "merged into another"),
}
ACTIONS: Mapping[HouseholdStep, Label] = {
    HouseholdStep.REGISTER: ("登记", "register"),
    HouseholdStep.CHANGE: ("变更", "change"),
    HouseholdStep.ASSIGN: ("分配包保人", "give it a contact person"),
    HouseholdStep.ASK_MUTE: ("申请静默", "ask that it is muted"),
    HouseholdStep.CONFIRM_MUTE: ("确认静默", "confirm that it is muted"),
    HouseholdStep.REFUSE_MUTE: ("驳回静默", "refuse to mute it"),
    HouseholdStep.UNMUTE: ("解除静默", "unmute"),
    HouseholdStep.SPLIT: ("分户", "split"),
    HouseholdStep.MERGE: ("并户", "merge"),
    HouseholdStep.AREA_MERGED: ("区划撤并", "go along with its area, which was merged into another"),
}


@dataclass(frozen=True, slots=True)
class State:
    """All that the rules know of a household: each fact with the day since which it holds."""

    status: Status | None = None
    area_code: str = ""
    area_since: date = DAY_ONE
    household_class: HouseholdClass = HouseholdClass.RESIDENT
    class_since: date = DAY_ONE
    kinds: tuple[str, ...] = ()
    kinds_since: date = DAY_ONE
    resources: tuple[str, ...] = ()
    resources_since: date = DAY_ONE
    visit_every: VisitEvery | None = None
    every_since: date = DAY_ONE
    contact_staff_id: str | None = None
    contact_since: date = DAY_ONE
    muted_for: MutedFor | None = None
    muted_since: date = DAY_ONE
    mute_asked_for: MutedFor | None = None
    mute_asked_from: date | None = None
    mute_asked_by: str | None = None
    """The person, as `Actor.person`."""
    merged_into: str | None = None
    version: int = 0


_SINCE: Mapping[HouseholdFact, str] = {
    HouseholdFact.AREA_CODE: "area_since",
    HouseholdFact.HOUSEHOLD_CLASS: "class_since",
    HouseholdFact.KINDS: "kinds_since",
    HouseholdFact.RESOURCES: "resources_since",
    HouseholdFact.VISIT_EVERY: "every_since",
    HouseholdFact.CONTACT_STAFF_ID: "contact_since",
    HouseholdFact.MUTED_FOR: "muted_since",
}


@dataclass(frozen=True, slots=True)
class What:
    """What a step brings: facts, from a day on; for a merger the household that takes this one in."""

    holds_from: date
    facts: Mapping[HouseholdFact, Any] = field(default_factory=dict)
    resealed: bool = False
    """Who lives there is otherwise, of which the rules know no more."""
    wished: MutedFor | None = None
    merged_into: str | None = None


Said = machine.Said[HouseholdStep, What]


class NotByThem(OutOfTurn):
    """Somebody else has to say it: whether a household leaves the denominators not who asked, nor its contact person;
    whose it was on a day that is over neither who gets it nor who gives it away.
    """


def _somebody_else(state: State, actor: Actor) -> None:
    is_contact = actor.staff_id is not None and actor.staff_id == state.contact_staff_id
    if state.mute_asked_by in actor.names or is_contact:
        raise NotByThem(
            "Whoever asked that a household is muted, or is its contact person, does not decide it",
            "申请静默的人及该户包保人不得确认",
        )


def _not_given_away(state: State, actor: Actor) -> None:
    """Else the contact person could hand a household to a colleague, and then decide that it counts no more."""
    if actor.staff_id is not None and actor.staff_id == state.contact_staff_id:
        raise NotByThem(
            "A household that waits to be muted is not given away by its contact person",
            "静默待确认期间，包保人不得自行转出该户",
        )


def _check_not_backwards(state: State, what: What, actor: Actor) -> None:
    concerned = {state.contact_staff_id, what.facts.get(HouseholdFact.CONTACT_STAFF_ID)}
    if actor.staff_id is not None and actor.staff_id in concerned:
        raise NotByThem(
            "Whoever gets a household, or gives it away, does so from today on: days that are over somebody else says",
            "转入或转出本人包保的户须自当日起生效；补录以前日期须由他人办理",
        )


_S, _T = Status, Transition[Status, HouseholdStep, Party, [State, Actor]]
_LIVING = (_S.REGISTERED, _S.MUTE_ASKED, _S.MUTED)

HOUSEHOLDS: Machine[Status, HouseholdStep, Party, [State, Actor]] = Machine(
    steps=(
        _T(HouseholdStep.REGISTER, None, _S.REGISTERED, Party.KEEPER),
        *_T.each(_LIVING, HouseholdStep.CHANGE, Party.KEEPER),
        *_T.each((_S.REGISTERED, _S.MUTED), HouseholdStep.ASSIGN, Party.KEEPER),
        _T(HouseholdStep.ASSIGN, _S.MUTE_ASKED, _S.MUTE_ASKED, Party.KEEPER, (_not_given_away,)),
        *_T.each(_LIVING, HouseholdStep.SPLIT, Party.KEEPER),
        _T(HouseholdStep.ASK_MUTE, _S.REGISTERED, _S.MUTE_ASKED, Party.KEEPER),
        _T(HouseholdStep.CONFIRM_MUTE, _S.MUTE_ASKED, _S.MUTED, Party.CONFIRMER, (_somebody_else,)),
        _T(HouseholdStep.REFUSE_MUTE, _S.MUTE_ASKED, _S.REGISTERED, Party.CONFIRMER, (_somebody_else,)),
        _T(HouseholdStep.UNMUTE, _S.MUTED, _S.REGISTERED, Party.KEEPER),
        *_T.each(_LIVING, HouseholdStep.MERGE, Party.KEEPER, to=_S.ENDED),
        *_T.each((*_LIVING, _S.ENDED), HouseholdStep.AREA_MERGED, Party.DIRECTORY),
    ),
    statuses=STATUSES,
    actions=ACTIONS,
    people=(Party.KEEPER, Party.CONFIRMER),
    ends=(Status.ENDED,),
    after_the_end=(HouseholdStep.AREA_MERGED,),
    noun="the household",
)


def decide(state: State, step: HouseholdStep, what: What, by: Actor, at: datetime, today: date, why: str = "") -> Said:
    """The step, as it is said. ``today`` is the place's day.

    Raises:
        OutOfTurn: it is not possible as the household stands; NotByThem when somebody else has to say it.
        Invalid: the day lies ahead, or nothing would be otherwise.
    """
    HOUSEHOLDS.target(state.status, step, state, by)
    if what.holds_from > today:
        raise invalid("holds_from", "lies ahead: enter it on that day", "日期晚于今天，请届时再录入")
    if step in _ABOUT_MUTING and not holds_now(state, HouseholdFact.MUTED_FOR, what.holds_from):
        since = state.muted_since
        raise invalid("holds_from", f"lies before {since}, since when the last word about it holds", f"早于 {since}")
    if step in (HouseholdStep.CHANGE, HouseholdStep.ASSIGN) and not (what.facts or what.resealed):
        raise Invalid("Nothing would be otherwise", "没有任何变更")
    if step is HouseholdStep.ASSIGN and what.holds_from < today:
        _check_not_backwards(state, what, by)
    if step in _AN_ANSWER:
        what = replace(what, holds_from=state.mute_asked_from or what.holds_from)
    if step is HouseholdStep.CONFIRM_MUTE:
        what = replace(what, facts={HouseholdFact.MUTED_FOR: state.mute_asked_for})
    if step is HouseholdStep.UNMUTE:
        what = replace(what, facts={HouseholdFact.MUTED_FOR: None})
    return machine.Said(step, at, what, by, why)


def evolve(state: State, said: Said) -> State:
    """What a household is by a step."""
    status, what = HOUSEHOLDS.step(state.status, said.action).target, said.what
    moved: dict[str, Any] = {}
    for fact, value in what.facts.items():
        if said.action is HouseholdStep.REGISTER or holds_now(state, fact, what.holds_from):
            moved |= {fact.value: value, _SINCE[fact]: what.holds_from}
    if said.action is HouseholdStep.ASK_MUTE:
        moved |= {
            "mute_asked_for": what.wished,
            "mute_asked_from": what.holds_from,
            "mute_asked_by": said.by.person,
        }
    elif said.action in _ENDS_A_WISH:
        moved |= {"mute_asked_for": None, "mute_asked_from": None, "mute_asked_by": None}
    if said.action is HouseholdStep.MERGE:
        moved["merged_into"] = what.merged_into
    return replace(state, status=status, version=state.version + 1, **moved)


def fits(state: State, kinds: Collection[str], classes: Collection[HouseholdClass]) -> bool:
    """Whether a household is of one of these kinds or classes, and not one that is no more."""
    if state.status is Status.ENDED:
        return False
    return not set(kinds).isdisjoint(state.kinds) or state.household_class in classes


def lacks_contact(household_class: HouseholdClass, head: str | None) -> bool:
    """Whether there is nobody to be asked for at a building (楼宇), which has no head."""
    return household_class is HouseholdClass.BUILDING and not head


def holds_now(state: State, fact: HouseholdFact, day: date) -> bool:
    """Whether what holds from that day on is so today: no later day is known from which something else holds."""
    return bool(day >= getattr(state, _SINCE[fact]))


def is_otherwise(state: State, fact: HouseholdFact, value: object) -> bool:
    """Whether a fact would be another one."""
    return bool(getattr(state, fact.value) != value)


def is_overtaken(state: State, fact: HouseholdFact, holds_from: date) -> bool:
    """Whether a word about this fact is known that holds from a later day."""
    since: date = getattr(state, _SINCE[fact])
    return holds_from < since
