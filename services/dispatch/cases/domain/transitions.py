"""The transition table (流转表): from each status, each step, who may take it, under what guards, and where it leads.

Whoever changes it cannot start the service with a status that is never reached, never left or never ended, or with a
person's step that moves a case from under a pending return.
"""

from collections.abc import Iterator
from datetime import datetime

from libs.common.rules.machine import Actor, Machine, NotTheirs, OutOfTurn, Transition
from services.dispatch.cases.domain.state import Ask, Result, Return, Said, State
from services.dispatch.cases.domain.terms import ACTION_LABELS, ENDS, OPEN, STATUS_LABELS, Action, Party, Status

Line = Transition[Status, Action, Party, [State, Ask, datetime]]


def no_return_pending(state: State, _ask: Ask, _now: datetime) -> None:
    """While a return is being decided, the case stays with the unit as it is."""
    if state.return_pending:
        raise OutOfTurn("A return is waiting to be decided; decide it first", "退单申请正在审核，请先作出审核决定")


def return_pending(state: State, _ask: Ask, _now: datetime) -> None:
    """There is a return to decide on."""
    if not state.return_pending:
        raise OutOfTurn("No return is waiting to be decided", "没有待审核的退单申请")


def within_return_limit(_state: State, ask: Ask, now: datetime) -> None:
    """A unit gives a case back soon after it was assigned, or keeps it (退单时限)."""
    until = ask.what.until if isinstance(ask.what, Return) else None
    if until is not None and now >= until:
        raise OutOfTurn(
            f"It could be returned until {until.isoformat()}; the unit has to go on",
            f"退单时限已于 {until.isoformat()} 届满，请继续办理",
        )


def no_open_support(state: State, ask: Ask, _now: datetime) -> None:
    """A result is the work of all: the lead unit waits for the support units, or says why it need not (协办)."""
    if state.open_support and not (isinstance(ask.what, Result) and ask.what.without_support):
        units = state.open_support
        raise OutOfTurn(
            f"Support units have not done their part: {', '.join(units)}; wait for them, or say in without_support why"
            " the result does not need them",
            f"协办单位尚未办结：{'、'.join(units)}；请等待其办结，或在 without_support 中说明不再等待的理由",
        )


_UNDECIDED = (Status.TRIAGE, *OPEN)
_WAITING_FOR_CITIZEN = (Status.HANDLED, Status.ANSWERED)
_ALIVE = (*_UNDECIDED, *_WAITING_FOR_CITIZEN)

STEPS: tuple[Line, ...] = (
    Line(Action.ROUTE, None, Status.ASSIGNED, Party.SYSTEM),
    Line(Action.QUEUE, None, Status.TRIAGE, Party.SYSTEM),
    Line(Action.NOTE_ANSWER, None, Status.ANSWERED, Party.SYSTEM),
    Line(Action.ASSIGN, Status.TRIAGE, Status.ASSIGNED, Party.DISPATCHER),
    Line(Action.SIGN, Status.ASSIGNED, Status.SIGNED, Party.LEAD_UNIT, (no_return_pending,)),
    Line(Action.REPORT, Status.SIGNED, Status.SIGNED, Party.LEAD_UNIT),
    Line(Action.HAND_IN, Status.SIGNED, Status.HANDLED, Party.LEAD_UNIT, (no_return_pending, no_open_support)),
    *Line.each(OPEN, Action.ASK_RETURN, Party.LEAD_UNIT, no_return_pending, within_return_limit),
    *Line.each(OPEN, Action.REFUSE_RETURN, Party.JUDGE, return_pending),
    *Line.each(OPEN, Action.HAND_ON, Party.JUDGE, return_pending, to=Status.ASSIGNED),
    *Line.each(OPEN, Action.TAKE_BACK, Party.JUDGE, return_pending, to=Status.TRIAGE),
    *Line.each(OPEN, Action.REASSIGN, Party.DISPATCHER, no_return_pending, to=Status.ASSIGNED),
    *Line.each(OPEN, Action.SUPPORT_SIGN, Party.SUPPORT_UNIT),
    *Line.each(OPEN, Action.SUPPORT_REPORT, Party.SUPPORT_UNIT),
    *Line.each(OPEN, Action.SUPPORT_DONE, Party.SUPPORT_UNIT),
    *Line.each(OPEN, Action.SUPPORT_CANCEL, Party.COORDINATOR),
    *Line.each(OPEN, Action.SUPPORT_HAND_ON, Party.SYSTEM),
    *Line.each(_ALIVE, Action.SUPPLEMENT, Party.SYSTEM),
    # The door refuses a direct answer once the unit has signed, as far as it knows; when the two crossed, the answer
    # holds, since everybody else hears both in the same order and asks the citizen.
    *Line.each(_UNDECIDED, Action.ANSWER, Party.SYSTEM, to=Status.ANSWERED),
    *Line.each(_ALIVE, Action.WITHDRAW, Party.SYSTEM, to=Status.CLOSED),
    *Line.each(_WAITING_FOR_CITIZEN, Action.SEND_BACK, Party.SYSTEM, to=Status.ASSIGNED),
    *Line.each(_WAITING_FOR_CITIZEN, Action.SEND_BACK_TO_TRIAGE, Party.SYSTEM, to=Status.TRIAGE),
    *Line.each(_ALIVE, Action.CLOSE, Party.SYSTEM, to=Status.CLOSED),
)


def _without_a_way_out(steps: tuple[Line, ...]) -> Iterator[str]:
    for status in Status:
        if status not in ENDS and not any(s.source is status and s.action is Action.WITHDRAW for s in steps):
            yield f"the citizen cannot withdraw from {status}"


def _unguarded(steps: tuple[Line, ...]) -> Iterator[str]:
    for step in steps:
        moves = step.source in OPEN and (step.target is not step.source or step.action is Action.REASSIGN)
        if step.who is Party.JUDGE and return_pending not in step.guards:
            yield f"{step.action} from {step.source} decides on a return that need not be pending"
        if step.action is Action.HAND_IN and no_open_support not in step.guards:
            yield f"{step.action} from {step.source} does not wait for the support units"
        if moves and step.who in (Party.DISPATCHER, Party.LEAD_UNIT) and no_return_pending not in step.guards:
            yield f"{step.action} from {step.source} moves a case whose return may be pending"


MACHINE = Machine(
    STEPS,
    STATUS_LABELS,
    ACTION_LABELS,
    people=tuple(party for party in Party if party is not Party.SYSTEM),
    ends=ENDS,
    must=(_without_a_way_out, _unguarded),
)


def decide(state: State, ask: Ask, by: Actor, now: datetime) -> Said:
    """What is said when the step is taken now.

    Raises:
        NotTheirs: whoever takes it may not.
        OutOfTurn: it cannot be taken now; says what can.
    """
    check_party(state, ask.action, by)
    MACHINE.target(state.status, ask.action, state, ask, now)
    return Said(ask.action, now, ask.what, by, ask.why)


def check_party(state: State, action: Action, actor: Actor) -> None:
    """NotTheirs unless ``actor`` is who may take this step on this case. Ask before looking at version and status."""
    match MACHINE.who[action]:
        case Party.SYSTEM:
            return
        case Party.DISPATCHER:
            return
        case Party.LEAD_UNIT:
            if actor.unit_code is None or actor.unit_code != state.lead_unit:
                raise NotTheirs("Only the lead unit may do this", "仅主办单位可以操作")
        case Party.SUPPORT_UNIT:
            if actor.unit_code is None or actor.unit_code not in state.support_units:
                raise NotTheirs("Only a support unit may do this, for itself", "仅协办单位可以操作本单位的协办")
        case Party.COORDINATOR:
            if actor.unit_code is not None and actor.unit_code in state.support_units:
                raise NotTheirs("A support unit does not let itself off", "协办单位不得自行撤销协办")
        case Party.JUDGE:
            not_their_own(state.return_asked_by, state.lead_unit, actor)


def not_their_own(asked_by: str | None, asking_unit: str | None, actor: Actor) -> None:
    """NotTheirs when somebody would decide on what they, or their own unit, asked for: of every kind of request."""
    if actor.unit_code is not None and actor.unit_code == asking_unit:
        raise NotTheirs("A unit does not decide on what it asked for itself", "提出申请的单位不得审核本单位的申请")
    if actor.subject == asked_by:
        raise NotTheirs("Whoever asked for it does not decide on it", "申请人不得审核自己的申请")
