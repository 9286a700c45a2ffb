"""The transition table (流转表): from each status, each step, who may take it, under what guards, and where it leads.

Whoever changes it cannot start the service with a status that is never reached, never left or never ended, or with a
person's step that moves a case from under a pending return: ``flaws`` is asked when this module is imported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.dispatch.cases.domain.terms import (
    ACTION_LABELS,
    ENDS,
    OPEN,
    STATUS_LABELS,
    Action,
    Actor,
    Party,
    Standing,
    Status,
)


class Refused(Exception):
    """The step may not be taken; says why in both languages."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english = english
        self.chinese = chinese


class NotTheirs(Refused):
    """Somebody else has to take this step."""


class OutOfTurn(Refused):
    """Nobody may take this step as the case stands."""


Guard = Callable[[Standing, datetime], None]
"""Raises OutOfTurn."""


def no_return_pending(standing: Standing, _now: datetime) -> None:
    """While a return is being decided, the case stays with the unit as it is."""
    if standing.return_pending:
        raise OutOfTurn("A return is waiting to be decided; decide it first", "退单申请正在审核，请先作出审核决定")


def return_pending(standing: Standing, _now: datetime) -> None:
    """There is a return to decide on."""
    if not standing.return_pending:
        raise OutOfTurn("No return is waiting to be decided", "没有待审核的退单申请")


def within_return_limit(standing: Standing, now: datetime) -> None:
    """A unit gives a case back soon after it was assigned, or keeps it (退单时限)."""
    if standing.return_until is not None and now >= standing.return_until:
        raise OutOfTurn(
            f"It could be returned until {standing.return_until.isoformat()}; the unit has to go on",
            f"退单时限已于 {standing.return_until.isoformat()} 届满，请继续办理",
        )


def no_open_support(standing: Standing, _now: datetime) -> None:
    """A result is the work of all: the lead unit waits for the support units, or says why it need not (协办)."""
    if standing.open_support:
        units = standing.open_support
        raise OutOfTurn(
            f"Support units have not done their part: {', '.join(units)}; wait for them, or say in without_support why"
            " the result does not need them",
            f"协办单位尚未办结：{'、'.join(units)}；请等待其办结，或在 without_support 中说明不再等待的理由",
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table."""

    action: Action
    source: Status | None
    target: Status
    who: Party
    guards: tuple[Guard, ...] = ()


def _each(
    sources: Iterable[Status], action: Action, who: Party, *guards: Guard, to: Status | None = None
) -> list[Step]:
    """The same step from several statuses; without ``to`` the case stays where it is."""
    return [Step(action, source, to or source, who, guards) for source in sources]


_UNDECIDED = (Status.TRIAGE, *OPEN)
_WAITING_FOR_CITIZEN = (Status.HANDLED, Status.ANSWERED)
_ALIVE = (*_UNDECIDED, *_WAITING_FOR_CITIZEN)

STEPS: tuple[Step, ...] = (
    Step(Action.ROUTE, None, Status.ASSIGNED, Party.SYSTEM),
    Step(Action.QUEUE, None, Status.TRIAGE, Party.SYSTEM),
    Step(Action.NOTE_ANSWER, None, Status.ANSWERED, Party.SYSTEM),
    Step(Action.ASSIGN, Status.TRIAGE, Status.ASSIGNED, Party.DISPATCHER),
    Step(Action.SIGN, Status.ASSIGNED, Status.SIGNED, Party.LEAD_UNIT, (no_return_pending,)),
    Step(Action.REPORT, Status.SIGNED, Status.SIGNED, Party.LEAD_UNIT),
    Step(Action.HAND_IN, Status.SIGNED, Status.HANDLED, Party.LEAD_UNIT, (no_return_pending, no_open_support)),
    *_each(OPEN, Action.ASK_RETURN, Party.LEAD_UNIT, no_return_pending, within_return_limit),
    *_each(OPEN, Action.REFUSE_RETURN, Party.JUDGE, return_pending),
    *_each(OPEN, Action.HAND_ON, Party.JUDGE, return_pending, to=Status.ASSIGNED),
    *_each(OPEN, Action.TAKE_BACK, Party.JUDGE, return_pending, to=Status.TRIAGE),
    *_each(OPEN, Action.REASSIGN, Party.DISPATCHER, no_return_pending, to=Status.ASSIGNED),
    *_each(OPEN, Action.SUPPORT_SIGN, Party.SUPPORT_UNIT),
    *_each(OPEN, Action.SUPPORT_REPORT, Party.SUPPORT_UNIT),
    *_each(OPEN, Action.SUPPORT_DONE, Party.SUPPORT_UNIT),
    *_each(OPEN, Action.SUPPORT_CANCEL, Party.COORDINATOR),
    *_each(_ALIVE, Action.SUPPLEMENT, Party.SYSTEM),
    # The door refuses a direct answer once the unit has signed, as far as it knows; when the two crossed, the answer
    # holds, since everybody else hears both in the same order and asks the citizen.
    *_each(_UNDECIDED, Action.ANSWER, Party.SYSTEM, to=Status.ANSWERED),
    *_each(_ALIVE, Action.WITHDRAW, Party.SYSTEM, to=Status.CLOSED),
    *_each(_WAITING_FOR_CITIZEN, Action.SEND_BACK, Party.SYSTEM, to=Status.ASSIGNED),
    *_each(_WAITING_FOR_CITIZEN, Action.SEND_BACK_TO_TRIAGE, Party.SYSTEM, to=Status.TRIAGE),
    *_each(_ALIVE, Action.CLOSE, Party.SYSTEM, to=Status.CLOSED),
)


def next_status(standing: Standing, action: Action, now: datetime) -> Status:
    """Where the step leads; OutOfTurn when it cannot be taken now."""
    step = TABLE.get((standing.status, action))
    if step is None:
        raise _impossible(standing.status, action)
    for guard in step.guards:
        guard(standing, now)
    return step.target


def check_party(standing: Standing, action: Action, actor: Actor) -> None:
    """NotTheirs unless ``actor`` is who may take this step on this case. Ask before looking at version and status."""
    match WHO[action]:
        case Party.SYSTEM:
            return
        case Party.DISPATCHER:
            return
        case Party.LEAD_UNIT:
            if actor.unit_code is None or actor.unit_code != standing.lead_unit:
                raise NotTheirs("Only the lead unit may do this", "仅主办单位可以操作")
        case Party.SUPPORT_UNIT:
            if actor.unit_code is None or actor.unit_code not in standing.support_units:
                raise NotTheirs("Only a support unit may do this, for itself", "仅协办单位可以操作本单位的协办")
        case Party.COORDINATOR:
            if actor.unit_code is not None and actor.unit_code in standing.support_units:
                raise NotTheirs("A support unit does not let itself off", "协办单位不得自行撤销协办")
        case Party.JUDGE:
            not_their_own(standing.return_asked_by, standing.lead_unit, actor)


def not_their_own(asked_by: str | None, asking_unit: str | None, actor: Actor) -> None:
    """NotTheirs when somebody would decide on what they, or their own unit, asked for: of every kind of request."""
    if actor.unit_code is not None and actor.unit_code == asking_unit:
        raise NotTheirs("A unit does not decide on what it asked for itself", "提出申请的单位不得审核本单位的申请")
    if actor.subject == asked_by:
        raise NotTheirs("Whoever asked for it does not decide on it", "申请人不得审核自己的申请")


def possible(status: Status | None) -> tuple[Action, ...]:
    """The steps that a person may take from a status, guards aside."""
    return tuple(step.action for step in STEPS if step.source is status and step.who is not Party.SYSTEM)


def _impossible(status: Status | None, action: Action) -> OutOfTurn:
    stands_zh, stands = STATUS_LABELS[status] if status else ("未登记", "not open yet")
    wanted_zh, wanted = ACTION_LABELS[action]
    open_to_people = [ACTION_LABELS[each] for each in possible(status)]
    english = ", ".join(label for _, label in open_to_people) or "nothing"
    chinese = "、".join(label for label, _ in open_to_people) or "无"
    return OutOfTurn(
        f"'{wanted}' is not possible: the case is {stands}; possible now: {english}",
        f"当前状态“{stands_zh}”不能“{wanted_zh}”；可进行：{chinese}",
    )


def flaws(steps: Iterable[Step]) -> list[str]:
    """What is wrong with a transition table, in words; empty when it is sound."""
    lines = tuple(steps)
    return [*_doubles(lines), *_unreached(lines), *_endless(lines), *_unguarded(lines)]


def _doubles(steps: tuple[Step, ...]) -> Iterator[str]:
    places = [(step.source, step.action) for step in steps]
    for place in sorted({place for place in places if places.count(place) > 1}, key=str):
        yield f"{place[1]} from {place[0]} stands twice"
    for action in Action:
        parties = {step.who for step in steps if step.action is action}
        if len(parties) != 1:
            yield f"{action} must belong to one party, not {sorted(parties) or 'none'}"


def _unreached(steps: tuple[Step, ...]) -> Iterator[str]:
    reached: set[Status | None] = {None}
    while more := {step.target for step in steps if step.source in reached} - reached:
        reached |= more
    yield from (f"{status} is never reached" for status in Status if status not in reached)


def _endless(steps: tuple[Step, ...]) -> Iterator[str]:
    ending: set[Status | None] = set(ENDS)
    while more := {step.source for step in steps if step.target in ending} - ending:
        ending |= more
    yield from (f"{status} can never end" for status in Status if status not in ending)
    yield from (f"{step.action} leaves the end {step.source}" for step in steps if step.source in ENDS)
    for status in Status:
        if status not in ENDS and not any(s.source is status and s.action is Action.WITHDRAW for s in steps):
            yield f"the citizen cannot withdraw from {status}"


def _unguarded(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        moves = step.source in OPEN and (step.target is not step.source or step.action is Action.REASSIGN)
        if step.who is Party.JUDGE and return_pending not in step.guards:
            yield f"{step.action} from {step.source} decides on a return that need not be pending"
        if step.action is Action.HAND_IN and no_open_support not in step.guards:
            yield f"{step.action} from {step.source} does not wait for the support units"
        if moves and step.who in (Party.DISPATCHER, Party.LEAD_UNIT) and no_return_pending not in step.guards:
            yield f"{step.action} from {step.source} moves a case whose return may be pending"


def _sound(steps: tuple[Step, ...]) -> Mapping[tuple[Status | None, Action], Step]:
    found = flaws(steps)
    if found:
        raise ValueError(f"the transition table is not sound: {'; '.join(found)}")
    return {(step.source, step.action): step for step in steps}


TABLE = _sound(STEPS)
WHO: Mapping[Action, Party] = {step.action: step.who for step in STEPS}


def diagram() -> str:
    """The table as a Mermaid state diagram, for the README."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in STEPS:
        place = (step.source or "[*]", step.target)
        arrows.setdefault((str(place[0]), str(place[1])), []).append(step.action)
    lines = [f"    {source} --> {target}: {', '.join(actions)}" for (source, target), actions in arrows.items()]
    return "\n".join(["stateDiagram-v2", *lines, *(f"    {end} --> [*]" for end in ENDS)])
