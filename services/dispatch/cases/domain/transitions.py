"""The transition table (流转表): from each status, each step, who may take it, under what guards, and where it leads.

Whoever changes it cannot start the service with a status that is never reached, never left or never ended, or with a
person's step that moves a case from under a pending return.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

from libs.common.rules.apart import check_not_their_own, names_of
from libs.common.rules.machine import Actor, Machine, NotTheirs, Transition
from services.dispatch.cases.domain.guards import (
    in_arbitration,
    in_the_first_round,
    no_nonacceptance_pending,
    no_open_call,
    no_open_letter,
    no_open_support,
    no_return_pending,
    nonacceptance_pending,
    not_delegated,
    not_designated,
    not_in_arbitration,
    nothing_asked,
    released,
    return_pending,
    runs,
    stands_still,
    waits_to_be_decided,
    what_is_asked,
    with_evidence,
    within_return_limit,
)
from services.dispatch.cases.domain.state import Ask, Said, State
from services.dispatch.cases.domain.terms import (
    ACTION_LABELS,
    AFTER_THE_END,
    BY_RECEIVER,
    ENDS,
    OF_AIDS,
    OF_CALLS,
    OF_LETTERS,
    OF_MEDIATIONS,
    OF_RISKS,
    OF_WHISTLES,
    OPEN,
    STATUS_LABELS,
    Action,
    Party,
    Status,
)

Line = Transition[Status, Action, Party, [State, Ask, datetime]]

_UNDECIDED = (Status.TRIAGE, *OPEN)
_WAITING_FOR_CITIZEN = (Status.HANDLED, Status.ANSWERED)
_ABOUT_TO_END = (Status.NOT_ACCEPTED, Status.TERMINATED)
_ALIVE = (*_UNDECIDED, *_WAITING_FOR_CITIZEN, *_ABOUT_TO_END)

_MAY_BE_GIVEN_BACK = (not_delegated, not_designated, no_return_pending, nothing_asked, within_return_limit)
_MAY_BE_ASKED = (released, in_the_first_round, no_nonacceptance_pending, not_in_arbitration)
_MAY_BE_APPROVED = (released, in_the_first_round, nonacceptance_pending)
_MAY_BE_ASSIGNED = (released, no_nonacceptance_pending, not_in_arbitration)

_MOVES_LETTERS = dict.fromkeys(BY_RECEIVER, Party.RECEIVER) | {Action.LETTER_HAND_ON: Party.SYSTEM}
STEPS: tuple[Line, ...] = (
    Line(Action.ROUTE, None, Status.ASSIGNED, Party.SYSTEM),
    Line(Action.QUEUE, None, Status.TRIAGE, Party.SYSTEM),
    Line(Action.NOTE_ANSWER, None, Status.ANSWERED, Party.SYSTEM),
    Line(Action.HOLD, None, Status.TRIAGE, Party.SYSTEM),
    *Line.each((Status.TRIAGE, Status.ANSWERED), Action.RELEASE, Party.SYSTEM),
    Line(Action.ROUTE, Status.TRIAGE, Status.ASSIGNED, Party.SYSTEM, (released,)),
    Line(Action.QUEUE, Status.TRIAGE, Status.TRIAGE, Party.SYSTEM, (released,)),
    Line(Action.ASSIGN, Status.TRIAGE, Status.ASSIGNED, Party.DISPATCHER, _MAY_BE_ASSIGNED),
    Line(Action.ARBITRATE, Status.TRIAGE, Status.TRIAGE, Party.SYSTEM, _MAY_BE_ASSIGNED),
    Line(Action.CALL_ARBITRATION, Status.TRIAGE, Status.TRIAGE, Party.CONVENER, _MAY_BE_ASSIGNED),
    Line(Action.HEAR_UNIT, Status.TRIAGE, Status.TRIAGE, Party.CONVENER, (in_arbitration,)),
    Line(Action.RULE, Status.TRIAGE, Status.ASSIGNED, Party.ARBITER, (in_arbitration,)),
    # Only where no unit has it: what a unit has in hand ends by its citizen's word alone.
    Line(Action.ASK_NONACCEPTANCE, Status.TRIAGE, Status.TRIAGE, Party.DISPATCHER, _MAY_BE_ASKED),
    Line(Action.REFUSE_NONACCEPTANCE, Status.TRIAGE, Status.TRIAGE, Party.APPROVER, (nonacceptance_pending,)),
    Line(Action.NOT_ACCEPT, Status.TRIAGE, Status.NOT_ACCEPTED, Party.APPROVER, _MAY_BE_APPROVED),
    Line(Action.SIGN, Status.ASSIGNED, Status.SIGNED, Party.WORKING_UNIT, (no_return_pending,)),
    Line(Action.REPORT, Status.SIGNED, Status.SIGNED, Party.WORKING_UNIT),
    Line(
        Action.HAND_IN,
        Status.SIGNED,
        Status.HANDLED,
        Party.WORKING_UNIT,
        (no_return_pending, no_open_support, no_open_call, no_open_letter),
    ),
    *Line.each(OPEN, Action.ASK_RETURN, Party.LEAD_UNIT, *_MAY_BE_GIVEN_BACK),
    # Who asks goes on meanwhile: whatever gives the case to another, or ends its handling, ends the request.
    *Line.each(OPEN, Action.ASK, Party.WORKING_UNIT, no_return_pending, nothing_asked, runs),
    *Line.each(OPEN, Action.GRANT, Party.DECIDER, what_is_asked),
    Line(Action.TERMINATE, Status.SIGNED, Status.TERMINATED, Party.DECIDER, (what_is_asked, with_evidence)),
    *Line.each(OPEN, Action.REFUSE, Party.DECIDER, what_is_asked),
    *Line.each(OPEN, Action.LAPSE, Party.SYSTEM, what_is_asked),
    *Line.each(_UNDECIDED, Action.RAISE_REQUEST, Party.SYSTEM, waits_to_be_decided),
    *Line.each(OPEN, Action.LIFT, Party.LIFTER, stands_still),
    # Who has not signed it has not taken it on, and has nothing to pass on.
    Line(Action.DELEGATE, Status.SIGNED, Status.ASSIGNED, Party.WORKING_UNIT, (no_return_pending,)),
    Line(Action.RAISE, Status.SIGNED, Status.ASSIGNED, Party.WORKING_UNIT, (no_return_pending, not_designated)),
    *Line.each(OPEN, Action.RECALL, Party.DELEGATOR, no_return_pending, to=Status.ASSIGNED),
    *Line.each(OPEN, Action.SUCCEED, Party.SYSTEM, no_return_pending, to=Status.ASSIGNED),
    *Line.each(OPEN, Action.REFUSE_RETURN, Party.JUDGE, return_pending),
    *Line.each(OPEN, Action.HAND_ON, Party.JUDGE, return_pending, to=Status.ASSIGNED),
    *Line.each(OPEN, Action.TAKE_BACK, Party.JUDGE, return_pending, to=Status.TRIAGE),
    *Line.each(OPEN, Action.REASSIGN, Party.DISPATCHER, no_return_pending, to=Status.ASSIGNED),
    # Whoever is complained about loses the case at once, a return that is being decided or not.
    *Line.each(OPEN, Action.RECUSE, Party.SYSTEM, to=Status.ASSIGNED),
    *Line.each(OPEN, Action.RECUSE_TO_TRIAGE, Party.SYSTEM, to=Status.TRIAGE),
    *Line.each(OPEN, Action.WHISTLE, Party.WHISTLER, no_return_pending),
    *Line.each(Status, Action.CALL_ACKNOWLEDGE, Party.CALLED_UNIT),
    *Line.each(Status, Action.CALL_ARRIVE, Party.CALLED_UNIT),
    *Line.each(Status, Action.CALL_REPORT, Party.CALLED_UNIT),
    *Line.each(Status, Action.CALL_DONE, Party.CALLED_UNIT),
    *Line.each(Status, Action.CALL_CANCEL, Party.RELEASER),
    *Line.each(Status, Action.CONSULT, Party.CALLING_STREET),
    *Line.each(Status, Action.WHISTLE_DONE, Party.CALLING_STREET),
    *Line.each(Status, Action.SCORE, Party.CALLING_STREET),
    *Line.each(Status, Action.CLAIM, Party.CLAIMANT),
    *Line.each(Status, Action.CLAIM_GRANT, Party.CLAIM_JUDGE),
    *Line.each(Status, Action.CLAIM_REFUSE, Party.CLAIM_JUDGE),
    # A draft may be dropped, and a letter that was sent goes on, whatever became of the case meanwhile.
    *Line.each(OPEN, Action.LETTER_DRAFT, Party.WRITER),
    *Line.each(OPEN, Action.LETTER_SEND, Party.WRITER),
    *(line for action in OF_LETTERS for line in Line.each(Status, action, _MOVES_LETTERS.get(action, Party.OFFICE))),
    *Line.each(_UNDECIDED, Action.MEDIATION_GIVE, Party.ENTRUSTER, released),
    *(line for action in OF_MEDIATIONS for line in Line.each(Status, action, Party.MEDIATOR)),
    *Line.each(_ALIVE, Action.AID_FIND, Party.HELPER),
    *(line for action in OF_AIDS for line in Line.each(Status, action, Party.HELPER)),
    *(line for action in OF_RISKS for line in Line.each(Status, action, Party.REPORTER)),
    *Line.each(_UNDECIDED, Action.FILL_LIST, Party.KEEPER, released),
    *Line.each(OPEN, Action.SUPPORT_GIVE, Party.GIVER, no_return_pending),
    *Line.each(OPEN, Action.SUPPORT_SIGN, Party.SUPPORT_UNIT),
    *Line.each(OPEN, Action.SUPPORT_REPORT, Party.SUPPORT_UNIT),
    *Line.each(OPEN, Action.SUPPORT_DONE, Party.SUPPORT_UNIT),
    *Line.each(OPEN, Action.SUPPORT_CANCEL, Party.COORDINATOR),
    *Line.each(OPEN, Action.SUPPORT_HAND_ON, Party.SYSTEM),
    *Line.each(_ALIVE, Action.SUPPLEMENT, Party.SYSTEM),
    # The door refuses a direct answer once the unit has signed, as far as it knows; when the two crossed, the answer
    # holds, since everybody else hears both in the same order and asks the citizen.
    *Line.each((*_UNDECIDED, *_ABOUT_TO_END), Action.ANSWER, Party.SYSTEM, to=Status.ANSWERED),
    *Line.each(_ALIVE, Action.WITHDRAW, Party.SYSTEM, to=Status.CLOSED),
    *Line.each(_WAITING_FOR_CITIZEN, Action.SEND_BACK, Party.SYSTEM, to=Status.ASSIGNED),
    *Line.each(_WAITING_FOR_CITIZEN, Action.SEND_BACK_TO_TRIAGE, Party.SYSTEM, to=Status.TRIAGE),
    *Line.each(_ALIVE, Action.CLOSE, Party.SYSTEM, to=Status.CLOSED),
    Line(Action.REOPEN, Status.CLOSED, Status.ASSIGNED, Party.SYSTEM),
    Line(Action.REOPEN_TO_TRIAGE, Status.CLOSED, Status.TRIAGE, Party.SYSTEM),
)


def _without_a_way_out(steps: tuple[Line, ...]) -> Iterator[str]:
    for status in Status:
        if status not in ENDS and not any(s.source is status and s.action is Action.WITHDRAW for s in steps):
            yield f"the citizen cannot withdraw from {status}"


_TO_ANOTHER = (Action.REASSIGN, Action.DELEGATE, Action.RAISE, Action.RECALL)
_OF_UNITS = (Party.DISPATCHER, Party.LEAD_UNIT, Party.WORKING_UNIT, Party.DELEGATOR)


def _unguarded(steps: tuple[Line, ...]) -> Iterator[str]:
    for step in steps:
        moves = step.source in OPEN and (step.target is not step.source or step.action in _TO_ANOTHER)
        if step.who is Party.JUDGE and return_pending not in step.guards:
            yield f"{step.action} from {step.source} decides on a return that need not be pending"
        if step.action is Action.HAND_IN and no_open_support not in step.guards:
            yield f"{step.action} from {step.source} does not wait for the support units"
        if step.action is Action.HAND_IN and no_open_call not in step.guards:
            yield f"{step.action} from {step.source} does not wait for summoned units"
        if step.action is Action.HAND_IN and no_open_letter not in step.guards:
            yield f"{step.action} from {step.source} does not wait for letters"
        if moves and step.who in _OF_UNITS and no_return_pending not in step.guards:
            yield f"{step.action} from {step.source} moves a case whose return may be pending"
        if step.target is Status.NOT_ACCEPTED and step.source is not step.target:
            missing = {released, in_the_first_round, nonacceptance_pending}.difference(step.guards)
            if step.who is not Party.APPROVER or step.source is not Status.TRIAGE or missing:
                yield f"{step.action} from {step.source} does not accept what a unit may have, or on one person's word"
        if step.action is Action.ASK_RETURN and not_delegated not in step.guards:
            yield f"{step.action} from {step.source} gives back what another unit works on"


def _decided_by_one(steps: tuple[Line, ...]) -> Iterator[str]:
    for step in steps:
        ends = step.target is Status.TERMINATED and step.source is not step.target
        if step.who is Party.DECIDER and what_is_asked not in step.guards:
            yield f"{step.action} from {step.source} decides on what nobody need have asked for"
        if ends and (step.who is not Party.DECIDER or with_evidence not in step.guards):
            yield f"{step.action} from {step.source} ends its handling on one person's word, or without evidence"


def _arbitrated(steps: tuple[Line, ...]) -> Iterator[str]:
    """A ruling is kept: nobody else gives away what is ruled on, and who was named does not get rid of it."""
    for step in steps:
        place = f"{step.action} from {step.source}"
        if step.action is Action.RULE and (step.who is not Party.ARBITER or in_arbitration not in step.guards):
            yield f"{place} rules on what nobody need have called for, or by somebody who is not apart"
        if step.action in (Action.ASSIGN, Action.ASK_NONACCEPTANCE) and not_in_arbitration not in step.guards:
            yield f"{place} decides what is being ruled on"
        if step.action in (Action.ASK_RETURN, Action.RAISE) and not_designated not in step.guards:
            yield f"{place} gives away what a ruling named the unit for"


_NOT_TOLD = (
    *(Party.SYSTEM, Party.CALLED_UNIT, Party.RELEASER, Party.OFFICE, Party.RECEIVER, Party.MEDIATOR),
    *(Party.HELPER, Party.REPORTER),
    *(Party.CALLING_STREET, Party.CLAIMANT, Party.CLAIM_JUDGE),
)
"""Whose steps are not told as possible: nobody's, and those of whistles, their tasks, letters, mediations, aid
and risks, taken anywhere.

Who whistled, was summoned or may decide what such a unit claims, the rules of whistles know.
"""

MACHINE = Machine(
    STEPS,
    STATUS_LABELS,
    ACTION_LABELS,
    people=tuple(party for party in Party if party not in _NOT_TOLD),
    ends=ENDS,
    after_the_end=(*AFTER_THE_END, *OF_CALLS, *OF_WHISTLES, *OF_LETTERS, *OF_MEDIATIONS, *OF_AIDS, *OF_RISKS),
    must=(_without_a_way_out, _unguarded, _decided_by_one, _arbitrated),
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


_WHOSE: Mapping[Party, tuple[Callable[[State], Collection[str | None]], str, str]] = {
    Party.LEAD_UNIT: (lambda state: (state.lead_unit,), "Only the lead unit may do this", "仅主办单位可以操作"),
    Party.WORKING_UNIT: (
        lambda state: (state.working_unit,),
        "Only the unit that works on it may do this",
        "仅承办单位可以操作",
    ),
    Party.DELEGATOR: (
        lambda state: (state.lead_unit, *state.delegates)[:-1],
        "Only a unit that delegated it may do this",
        "仅下派单位可以收回",
    ),
    Party.WHISTLER: (
        lambda state: (state.lead_unit, *state.delegates),
        "Only a unit that handles the case summons others to it",
        "仅本件承办单位可以吹哨",
    ),
    Party.CALLED_UNIT: (
        lambda state: state.open_called,
        "Only a unit that was summoned may do this, for itself",
        "仅被召集单位可以操作本单位的任务",
    ),
    Party.SUPPORT_UNIT: (
        lambda state: state.support_units,
        "Only a support unit may do this, for itself",
        "仅协办单位可以操作本单位的协办",
    ),
}
"""Of parties that are units of the case: which, and what others are told."""


_NO_SUPPORT_UNIT: Mapping[Party, tuple[str, str]] = {
    Party.COORDINATOR: ("A support unit does not let itself off", "协办单位不得自行撤销协办"),
    Party.RELEASER: ("A support unit lets no summoned unit off", "协办单位不得撤销吹哨召集"),
    Party.GIVER: ("A support unit gives no part of the case to another", "协办单位不得增派协办任务"),
    Party.WRITER: ("A support unit writes no letter about the case", "协办单位不得就本件发函"),
    Party.ENTRUSTER: ("A support unit gives nobody the case to mediate", "协办单位不得委托调解"),
    Party.KEEPER: ("A support unit fills no list of the case", "协办单位不得填报本件清单"),
}
"""Of parties that are whoever sorts or handles the case: what a support unit is told."""


def check_party(state: State, action: Action, actor: Actor) -> None:
    """NotTheirs unless ``actor`` is who may take this step on this case. Ask before looking at version and status."""
    party = MACHINE.who[action]
    if party in _WHOSE:
        units_of, english, chinese = _WHOSE[party]
        if actor.unit_code is None or actor.unit_code not in units_of(state):
            raise NotTheirs(english, chinese)
    elif party in _NO_SUPPORT_UNIT:
        if not actor.units.isdisjoint(state.support_units):
            raise NotTheirs(*_NO_SUPPORT_UNIT[party])
    else:
        _check_decides(state, party, actor)


def _check_decides(state: State, party: Party, actor: Actor) -> None:
    """Of those who decide what others ask for, or dispute."""
    chain = (state.lead_unit, *state.delegates)
    if party is Party.APPROVER:
        # Both may be of the office that sorts: it is two people, not two units, that make up their minds.
        asked_by = names_of(state.nonacceptance_asked_by, state.nonacceptance_asked_by_staff)
        check_not_their_own(asked_by, (), actor)
    elif party is Party.DECIDER:
        # It is the clock of all who have the case, whoever of them asked.
        check_not_their_own(names_of(state.asked_by, state.asked_by_staff), chain, actor)
    elif party is Party.LIFTER:
        if not actor.units.isdisjoint(state.support_units) and actor.units.isdisjoint(chain):
            raise NotTheirs("A support unit does not lift a suspension", "协办单位不得恢复挂账件")
    elif party in (Party.CONVENER, Party.ARBITER):
        if not actor.units.isdisjoint((*state.disputing, *state.given_back)):
            raise NotTheirs("Nobody of a unit arbitrates for it", "争议单位的人员不得参与裁定")
    elif party is Party.JUDGE:
        asked_by = names_of(state.return_asked_by, state.return_asked_by_staff)
        check_not_their_own(asked_by, (state.lead_unit,), actor)
