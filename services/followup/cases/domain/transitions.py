"""The transition table (流转表), with THE GUARD: a case that the citizen is not satisfied with cannot be closed.

Whoever changes the table cannot start the service with a status that is never reached or never ends, with a substantive
closing that is not guarded, or with one that the system takes by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from libs.common.events.terms import FIRST_REQUESTER, Closing
from libs.common.rules.apart import NO_HANDS, Hands, check_apart, check_no_hand
from libs.common.rules.machine import SYSTEM, Actor, Machine, NotTheirs, Transition
from services.followup.cases.domain.guards import (
    about_this_wish,
    against_this_closing,
    another_approves_with_evidence,
    asked_about_the_wish,
    asked_for_the_end,
    at_another_time,
    citizen_does_not_take_it_back,
    citizen_is_content,
    citizen_is_not_content,
    citizen_takes_it_back,
    everybody_is_content,
    everybody_takes_it_back,
    in_the_first_round,
    is_to_be_called,
    is_undecided,
    last_try,
    no_valid_answer,
    no_word_on_the_wish,
    nobody_has_it,
    nobody_waits,
    nobody_was_called,
    others_wait,
    somebody_is_left,
    somebody_was_called,
    tries_left,
    two_people_say_so,
    was_not_reached,
)
from services.followup.cases.domain.terms import (
    ACTION_LABELS,
    AFTER_THE_END,
    ENDS,
    OPEN,
    STATUS_LABELS,
    Action,
    AgainstClosing,
    Asking,
    Heard,
    Lead,
    Party,
    Said,
    State,
    Status,
    StepInput,
)

Line = Transition[Status, Action, Party, [State, StepInput]]


_AT_ITS_END = (asked_for_the_end, is_to_be_called)
_UNREACHED = (*_AT_ITS_END, no_valid_answer, at_another_time)
_CONTENT = (*_AT_ITS_END, citizen_is_content)
_NOT_REACHED = (asked_for_the_end, was_not_reached)
_NEVER_ASKED = (*_NOT_REACHED, nobody_was_called, in_the_first_round)
_ASKED = (asked_about_the_wish, is_to_be_called)
_WISHED = (*_ASKED, about_this_wish)
_NO_WORD = (*_WISHED, no_word_on_the_wish, at_another_time)
_UNACCEPTED = (in_the_first_round, nobody_has_it, two_people_say_so)
_TAKEN_BACK = (*_WISHED, citizen_takes_it_back)
_OBJECTED = (against_this_closing, is_undecided)
CLOSING: Mapping[Action, Closing] = {
    Action.SATISFY: Closing.SUBSTANTIVE,
    Action.CLOSE_UNVERIFIED: Closing.UNVERIFIED,
    Action.CLOSE_UNASKED: Closing.UNASKED,
    Action.CONFIRM_WISH: Closing.WITHDRAWN,
    Action.WITHDRAW: Closing.WITHDRAWN,
    Action.NOT_ACCEPT: Closing.NOT_ACCEPTED,
    Action.TERMINATE: Closing.PROCEDURAL,
}
"""How a step that ends the case closes it."""
NEW_ROUND = (Action.SEND_BACK, Action.REOPEN)
"""The next round opens, and nobody leads it yet."""

STEPS: tuple[Line, ...] = (
    Line(Action.OPEN, None, Status.HANDLING, Party.SYSTEM),
    Line(Action.QUEUE, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Line(Action.ASSIGN, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Line(Action.REASSIGN, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Line(Action.DELEGATE, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Line(Action.RAISE, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Line(Action.ASK, Status.HANDLING, Status.CALLBACK, Party.SYSTEM),
    Line(Action.LEAVE_UNASKED, Status.HANDLING, Status.REVIEW, Party.SYSTEM, (in_the_first_round,)),
    Line(Action.TRY, Status.CALLBACK, Status.CALLBACK, Party.CALLER, (*_UNREACHED, tries_left)),
    Line(Action.PUT_ASIDE, Status.CALLBACK, Status.CALLBACK, Party.CALLER, (*_UNREACHED, last_try, others_wait)),
    Line(Action.GIVE_UP, Status.CALLBACK, Status.REVIEW, Party.CALLER, (*_UNREACHED, last_try, nobody_waits)),
    Line(Action.HEAR, Status.CALLBACK, Status.CALLBACK, Party.CALLER, (*_CONTENT, others_wait)),
    Line(Action.HEAR_LAST, Status.CALLBACK, Status.REVIEW, Party.CALLER, (*_CONTENT, nobody_waits, somebody_is_left)),
    Line(Action.SATISFY, Status.CALLBACK, Status.CLOSED, Party.CALLER, (*_CONTENT, everybody_is_content)),
    Line(Action.SEND_BACK, Status.CALLBACK, Status.HANDLING, Party.CALLER, (*_AT_ITS_END, citizen_is_not_content)),
    Line(Action.TRY_AGAIN, Status.REVIEW, Status.CALLBACK, Party.REVIEWER, _NOT_REACHED),
    Line(Action.CLOSE_UNVERIFIED, Status.REVIEW, Status.CLOSED, Party.REVIEWER, (*_NOT_REACHED, somebody_was_called)),
    Line(Action.CLOSE_UNASKED, Status.REVIEW, Status.CLOSED, Party.REVIEWER, _NEVER_ASKED),
    *Line.each(OPEN, Action.WISH, Party.SYSTEM),
    *Line.each(OPEN, Action.TRY_WISH, Party.CALLER, *_NO_WORD, tries_left),
    *Line.each(OPEN, Action.LAPSE_WISH, Party.CALLER, *_NO_WORD, last_try),
    *Line.each(OPEN, Action.HEAR_WISH, Party.CALLER, *_TAKEN_BACK, somebody_is_left),
    *Line.each(OPEN, Action.DENY_WISH, Party.CALLER, *_WISHED, citizen_does_not_take_it_back),
    *Line.each(OPEN, Action.CONFIRM_WISH, Party.CALLER, *_TAKEN_BACK, everybody_takes_it_back, to=Status.CLOSED),
    Line(Action.NOT_ACCEPT, Status.HANDLING, Status.CLOSED, Party.APPROVER, _UNACCEPTED),
    Line(Action.TERMINATE, Status.HANDLING, Status.CLOSED, Party.APPROVER, (another_approves_with_evidence,)),
    # Until wishes were confirmed, the door's word alone ended a case: such ledgers are read for ever.
    *Line.each(OPEN, Action.WITHDRAW, Party.SYSTEM, to=Status.CLOSED),
    *Line.each(OPEN, Action.SUPERVISE, Party.SUPERVISOR),
    Line(Action.OBJECT, Status.CLOSED, Status.CLOSED, Party.SYSTEM, (against_this_closing,)),
    Line(Action.UPHOLD, Status.CLOSED, Status.CLOSED, Party.JUDGE, _OBJECTED),
    Line(Action.REOPEN, Status.CLOSED, Status.HANDLING, Party.JUDGE, _OBJECTED),
)


_OF_THIS_ROUND = {is_to_be_called, was_not_reached}
"""Guards that ask for the round."""


def _without_a_way_out(steps: tuple[Line, ...]) -> Iterator[str]:
    for status in OPEN:
        if not any(step.source is status and step.action is Action.CONFIRM_WISH for step in steps):
            yield f"the citizen cannot withdraw from {status}"


def _unguarded(steps: tuple[Line, ...]) -> Iterator[str]:
    for step in steps:
        place, closing = f"{step.action} from {step.source}", CLOSING.get(step.action)
        if (step.target in ENDS and step.source not in ENDS) != (closing is not None):
            yield f"{place} must say how it closes exactly when it does"
        if closing is Closing.SUBSTANTIVE and citizen_is_content not in step.guards:
            yield f"{place} closes a case without the citizen's word"
        if closing is Closing.SUBSTANTIVE and everybody_is_content not in step.guards:
            yield f"{place} closes a case without the word of every requester"
        if closing is Closing.WITHDRAWN and step.action is not Action.WITHDRAW:
            missing = {*_WISHED, citizen_takes_it_back, everybody_takes_it_back}.difference(step.guards)
            yield from (f"{place} takes a case back without the guard {guard.__name__}" for guard in missing)
        if (
            closing not in (None, Closing.WITHDRAWN, Closing.NOT_ACCEPTED, Closing.PROCEDURAL)
            and asked_for_the_end not in step.guards
        ):
            yield f"{place} closes a case on the word about something else"
        if closing is Closing.UNASKED and not {nobody_was_called, in_the_first_round} <= set(step.guards):
            yield f"{place} closes a case as unasked whose citizen was asked"
        if closing not in (None, Closing.WITHDRAWN) and step.who is Party.SYSTEM:
            yield f"{place} lets the system close a case by itself"
        if step.who in (Party.CALLER, Party.REVIEWER) and not _OF_THIS_ROUND & set(step.guards):
            yield f"{place} could be taken on the word of an older round"


def _reopened(steps: tuple[Line, ...]) -> Iterator[str]:
    for step in steps:
        place = f"{step.action} from {step.source}"
        if step.source not in ENDS or step.action is Action.OBJECT:
            continue
        if not set(_OBJECTED) <= set(step.guards):
            yield f"{place} needs no objection that waits to be decided"
        if step.who is not Party.JUDGE:
            yield f"{place} is no step of who decides on objections"


def _unaccepted(steps: tuple[Line, ...]) -> Iterator[str]:
    for step in steps:
        if CLOSING.get(step.action) is Closing.NOT_ACCEPTED:
            place = f"{step.action} from {step.source}"
            if step.source is not Status.HANDLING:
                yield f"{place} does not accept what its citizen is being asked about"
            left_out = set(_UNACCEPTED).difference(step.guards)
            yield from (f"{place} does not accept a case without the guard {guard.__name__}" for guard in left_out)


def _terminated(steps: tuple[Line, ...]) -> Iterator[str]:
    for step in steps:
        if CLOSING.get(step.action) is Closing.PROCEDURAL:
            place = f"{step.action} from {step.source}"
            if step.source is not Status.HANDLING:
                yield f"{place} ends what its citizen is being asked about"
            if step.who is not Party.APPROVER or another_approves_with_evidence not in step.guards:
                yield f"{place} ends it on one person's word, or without evidence"


MACHINE = Machine(
    STEPS,
    STATUS_LABELS,
    ACTION_LABELS,
    people=(Party.CALLER, Party.REVIEWER, Party.SUPERVISOR, Party.APPROVER),
    ends=ENDS,
    after_the_end=AFTER_THE_END,
    must=(_without_a_way_out, _unguarded, _unaccepted, _terminated, _reopened),
)


_TO_ITS_END = (Party.CALLER, Party.REVIEWER, Party.APPROVER)
BRINGS_ABOUT = tuple(action for action, party in MACHINE.who.items() if party in _TO_ITS_END)
"""Steps by which somebody hears the citizen, decides about one whom nobody reached, or does not accept the case: each
end but those of before comes by one of them."""


def decide(state: State, action: Action, given: StepInput, why: str = "") -> Said:
    """What is said when the step is taken.

    Raises:
        NotTheirs: whoever takes it may not.
        OutOfTurn: it cannot be taken now.
    """
    check_party(state, action, given.asking, given.by, given.objection)
    MACHINE.target(state.status, action, state, given)
    return Said(action, given.now, given, given.by, why)


def evolve(state: State, said: Heard) -> State:
    """The case after the step, or after word of who had a hand in it; the only way that a state changes.

    Raises OutOfTurn when the table does not have the step.
    """
    if isinstance(said, Hands):
        return _through(state, said)
    target = MACHINE.step(state.status, said.action).target
    if state.status in ENDS and target in ENDS:
        return replace(state, version=state.version + 1)
    given, closing = said.what, CLOSING.get(said.action)
    word = given.answer.satisfaction if given.answer and closing is Closing.SUBSTANTIVE else None
    nobody: Mapping[str, Any] = {"lead_unit": None, "delegate_unit": None}
    anew = said.action in NEW_ROUND
    lead = nobody if anew else _led(state, given.lead)
    return replace(
        state,
        status=target,
        round=state.round + anew,
        closing=closing,
        satisfaction=word,
        closed_by_requester=FIRST_REQUESTER if word is None else given.asking.requester,
        closed_by_attempt=None if word is None else given.asking.attempts + 1,
        version=state.version + 1,
        **lead,
    )


def _through(state: State, hands: Hands) -> State:
    """One who is known already moves nothing."""
    kept = Hands(frozenset(state.handled_by), frozenset(state.handling_units))
    both = kept | hands
    if both == kept:
        return state
    return replace(state, handled_by=tuple(sorted(both.people)), handling_units=tuple(sorted(both.units)))


def _led(state: State, lead: Lead | None) -> Mapping[str, Any]:
    if lead is None:
        return {}
    left = () if lead.gave_up is None or lead.gave_up in state.left_units else (lead.gave_up,)
    given = {"category_code": lead.category_code, "pack_version": lead.pack_version} if lead.unit_code else {}
    between = () if lead.passed is None else (pair_of(*lead.passed),)
    units = {"lead_unit": lead.unit_code, "delegate_unit": lead.delegate_unit}
    return units | {"left_units": (*state.left_units, *left), "passed": (*state.passed, *between), **given}


def pair_of(one: str, other: str) -> str:
    """Two units, whichever of them passes a case to the other."""
    return " ".join(sorted((one, other)))


def after_result(state: State, *, wanted: bool) -> Action:
    """Whether the citizen is asked about what was done (不需回访). Whoever had it done again is, in any case."""
    return Action.ASK if wanted or state.round > 1 else Action.LEAVE_UNASKED


def believed(state: State, number: int) -> bool:
    """Whether what others say of a round still means something: it is this one, and it is being handled.

    Raises:
        ValueError: that round was never opened. Nobody can have heard of it, for only this service opens rounds.
    """
    if number > state.round:
        raise ValueError(f"round {number} was never opened; the case is in round {state.round}")
    return number == state.round and state.status is Status.HANDLING


def check_party(
    state: State, action: Action, asking: Asking, actor: Actor, objection: AgainstClosing | None = None
) -> None:
    """NotTheirs unless ``actor`` may take this step. Ask before looking at version and status."""
    if MACHINE.who[action] is Party.SYSTEM:
        return
    if actor == SYSTEM:
        raise NotTheirs("Only a person may do this", "须由工作人员操作")
    if MACHINE.who[action] in (Party.SUPERVISOR, Party.APPROVER):
        return
    if MACHINE.who[action] is Party.JUDGE:
        _check_judge(state, objection, actor)
        return
    asks = MACHINE.who[action] is Party.CALLER
    check_apart(state.hands | asking.hands, actor, asking.superiors if asks else ())
    if not actor.names.isdisjoint(asking.told_by):
        raise NotTheirs(
            "Whoever said that the citizen takes it back does not ask him about it", "提出撤单的人员不得自行核实"
        )
    if not asks and not actor.names.isdisjoint(asking.callers):
        raise NotTheirs("Whoever tried to reach the citizen does not review it", "参与过回访的人员不得进行核实")


def check_link(state: State, given: StepInput) -> None:
    """Whether a link may be made by which the citizen says himself if he takes it back.

    By whoever may call him about that, while he is to be asked.

    Raises:
        NotTheirs: whoever wants it may not call him.
        OutOfTurn: it is not to be asked now.
    """
    check_party(state, Action.CONFIRM_WISH, given.asking, given.by, given.objection)
    MACHINE.step(state.status, Action.CONFIRM_WISH)
    for guard in _ASKED:
        guard(state, given)


def _check_judge(state: State, objection: AgainstClosing | None, actor: Actor) -> None:
    """Whether a closing stands is decided by nobody by whom it came about, and by nobody who took the objection."""
    check_no_hand(state.hands | (NO_HANDS if objection is None else objection.hands), actor)
    if objection is not None and not actor.names.isdisjoint(objection.closed_by):
        raise NotTheirs(
            "Whoever asked the citizen or closed the case does not decide about an objection to that",
            "参与回访、核实或销号的人员不得审核对该销号的异议",
        )
    if objection is not None and not actor.names.isdisjoint(objection.taken_by):
        raise NotTheirs("Whoever took an objection does not decide on it", "登记异议的人员不得审核该异议")
