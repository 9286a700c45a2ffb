"""The transition table (流转表), with THE GUARD: a case that the citizen is not satisfied with cannot be closed.

Whoever changes the table cannot start the service with a status that is never reached or never ends, with a substantive
closing that is not guarded, or with one that the system takes by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from libs.common.events.terms import FIRST_REQUESTER, Closing
from libs.common.rules.machine import SYSTEM, Actor, Machine, NotTheirs, OutOfTurn, Transition
from services.followup.cases.domain.terms import (
    ACTION_LABELS,
    ENDS,
    OPEN,
    STATUS_LABELS,
    Action,
    Asking,
    CallbackState,
    Lead,
    Party,
    Said,
    State,
    Status,
    StepInput,
)

Line = Transition[Status, Action, Party, [State, StepInput]]


def of_this_round(state: State, given: StepInput) -> None:
    """What the citizen said of an older round says nothing about this one."""
    if given.asking.round != state.round:
        raise OutOfTurn(
            f"This callback is of round {given.asking.round}; the case is in round {state.round}",
            f"该回访属于第 {given.asking.round} 轮，案件已进入第 {state.round} 轮",
        )


def citizen_is_content(state: State, given: StepInput) -> None:
    """THE GUARD (群众不满意不销号): a valid callback of this very round, satisfied, and not unsolved."""
    of_this_round(state, given)
    if given.answer is None or not given.answer.content:
        raise OutOfTurn(
            "Only the citizen's own satisfied word closes a case as solved", "群众未表示满意，不得作实质性办结"
        )


def everybody_is_content(_state: State, given: StepInput) -> None:
    """THE GUARD over all requesters of the round: whoever is satisfied last closes it."""
    if given.asking.left:
        raise OutOfTurn(
            f"Other requesters of this case have not said that they are satisfied: {', '.join(given.asking.left)}",
            f"该件其他诉求人尚未表示满意：{'、'.join(given.asking.left)}",
        )


def others_wait(_state: State, given: StepInput) -> None:
    """Another requester is still to be called."""
    if not given.asking.others_wait:
        raise OutOfTurn("Nobody else is to be called", "没有其他待回访的诉求人")


def nobody_waits(_state: State, given: StepInput) -> None:
    """No other requester is to be called."""
    if given.asking.others_wait:
        raise OutOfTurn("Other requesters are still to be called", "尚有其他诉求人待回访")


def somebody_is_left(_state: State, given: StepInput) -> None:
    """Another requester has not said that he is satisfied."""
    if not given.asking.left:
        raise OutOfTurn("Every other requester is satisfied", "其他诉求人均已表示满意")


def is_to_be_called(state: State, given: StepInput) -> None:
    """Whoever has answered, or was tried often enough, is not called again."""
    of_this_round(state, given)
    if given.asking.state is not CallbackState.DUE:
        raise OutOfTurn("This requester is not to be called now", "该诉求人当前无需回访")


def was_not_reached(state: State, given: StepInput) -> None:
    """A review is about who could not be reached."""
    of_this_round(state, given)
    if given.asking.state is not CallbackState.EXHAUSTED:
        raise OutOfTurn("This requester is not one who could not be reached", "该诉求人并非多次未接通")


def citizen_is_not_content(_state: State, given: StepInput) -> None:
    """A valid answer, and the citizen is not satisfied or the matter is not solved."""
    if given.answer is None or not given.answer.valid or given.answer.content:
        raise OutOfTurn(
            "Only a citizen who was reached and is not satisfied sends it back", "须为有效回访且群众不满意方可发回重办"
        )


def no_valid_answer(_state: State, given: StepInput) -> None:
    """Not reached, refused, or hung up before the question of satisfaction."""
    if given.answer is None or given.answer.valid:
        raise OutOfTurn("The citizen gave a valid answer", "本次为有效回访")


def at_another_time(_state: State, given: StepInput) -> None:
    """Three calls within a minute are one try."""
    not_before = given.asking.next_try_at
    if not_before is not None and given.now < not_before:
        raise OutOfTurn(
            f"Tries are made at different times; the next one counts from {not_before.isoformat()}",
            f"多次回访应错开时间，下次回访请于 {not_before.isoformat()} 之后进行",
        )


def tries_left(_state: State, given: StepInput) -> None:
    """After this try another one is allowed."""
    if given.asking.tries + 1 >= given.asking.tries_allowed:
        raise OutOfTurn("No tries are left", "回访次数已用完")


def last_try(_state: State, given: StepInput) -> None:
    """This try is the last one that the pack allows."""
    if given.asking.tries + 1 < given.asking.tries_allowed:
        raise OutOfTurn("There are tries left", "回访次数尚未用完")


_UNREACHED = (is_to_be_called, no_valid_answer, at_another_time)
_CONTENT = (is_to_be_called, citizen_is_content)
CLOSING: Mapping[Action, Closing] = {
    Action.SATISFY: Closing.SUBSTANTIVE,
    Action.CLOSE_UNVERIFIED: Closing.UNVERIFIED,
    Action.WITHDRAW: Closing.WITHDRAWN,
}
"""How a step that ends the case closes it."""

STEPS: tuple[Line, ...] = (
    Line(Action.OPEN, None, Status.HANDLING, Party.SYSTEM),
    Line(Action.QUEUE, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Line(Action.ASSIGN, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Line(Action.REASSIGN, Status.HANDLING, Status.HANDLING, Party.SYSTEM),
    Line(Action.ASK, Status.HANDLING, Status.CALLBACK, Party.SYSTEM),
    Line(Action.LEAVE_UNASKED, Status.HANDLING, Status.REVIEW, Party.SYSTEM),
    Line(Action.TRY, Status.CALLBACK, Status.CALLBACK, Party.CALLER, (*_UNREACHED, tries_left)),
    Line(Action.PUT_ASIDE, Status.CALLBACK, Status.CALLBACK, Party.CALLER, (*_UNREACHED, last_try, others_wait)),
    Line(Action.GIVE_UP, Status.CALLBACK, Status.REVIEW, Party.CALLER, (*_UNREACHED, last_try, nobody_waits)),
    Line(Action.HEAR, Status.CALLBACK, Status.CALLBACK, Party.CALLER, (*_CONTENT, others_wait)),
    Line(Action.HEAR_LAST, Status.CALLBACK, Status.REVIEW, Party.CALLER, (*_CONTENT, nobody_waits, somebody_is_left)),
    Line(Action.SATISFY, Status.CALLBACK, Status.CLOSED, Party.CALLER, (*_CONTENT, everybody_is_content)),
    Line(Action.SEND_BACK, Status.CALLBACK, Status.HANDLING, Party.CALLER, (is_to_be_called, citizen_is_not_content)),
    Line(Action.TRY_AGAIN, Status.REVIEW, Status.CALLBACK, Party.REVIEWER, (was_not_reached,)),
    Line(Action.CLOSE_UNVERIFIED, Status.REVIEW, Status.CLOSED, Party.REVIEWER, (was_not_reached,)),
    *Line.each(OPEN, Action.WITHDRAW, Party.SYSTEM, to=Status.CLOSED),
    *Line.each(OPEN, Action.SUPERVISE, Party.SUPERVISOR),
)


_OF_THIS_ROUND = {is_to_be_called, was_not_reached}
"""Guards that ask for the round."""


def _without_a_way_out(steps: tuple[Line, ...]) -> Iterator[str]:
    for status in OPEN:
        if not any(step.source is status and step.action is Action.WITHDRAW for step in steps):
            yield f"the citizen cannot withdraw from {status}"


def _unguarded(steps: tuple[Line, ...]) -> Iterator[str]:
    for step in steps:
        place, closing = f"{step.action} from {step.source}", CLOSING.get(step.action)
        if (step.target in ENDS) != (closing is not None):
            yield f"{place} must say how it closes exactly when it does"
        if closing is Closing.SUBSTANTIVE and citizen_is_content not in step.guards:
            yield f"{place} closes a case without the citizen's word"
        if closing is Closing.SUBSTANTIVE and everybody_is_content not in step.guards:
            yield f"{place} closes a case without the word of every requester"
        if closing in (Closing.SUBSTANTIVE, Closing.UNVERIFIED) and step.who is Party.SYSTEM:
            yield f"{place} lets the system close a case by itself"
        if step.who in (Party.CALLER, Party.REVIEWER) and not _OF_THIS_ROUND & set(step.guards):
            yield f"{place} could be taken on the word of an older round"


MACHINE = Machine(
    STEPS,
    STATUS_LABELS,
    ACTION_LABELS,
    people=(Party.CALLER, Party.REVIEWER, Party.SUPERVISOR),
    ends=ENDS,
    must=(_without_a_way_out, _unguarded),
)


def decide(state: State, action: Action, given: StepInput, why: str = "") -> Said:
    """What is said when the step is taken.

    Raises:
        NotTheirs: whoever takes it may not.
        OutOfTurn: it cannot be taken now.
    """
    check_party(action, given.asking, given.by)
    MACHINE.target(state.status, action, state, given)
    return Said(action, given.now, given, given.by, why)


def evolve(state: State, said: Said) -> State:
    """The case after the step; the only way that a state changes. Raises OutOfTurn when the table does not have it."""
    given, closing = said.what, CLOSING.get(said.action)
    word = given.answer.satisfaction if given.answer and closing is Closing.SUBSTANTIVE else None
    lead: Mapping[str, Any] = {"lead_unit": None} if said.action is Action.SEND_BACK else _led(state, given.lead)
    return replace(
        state,
        status=MACHINE.step(state.status, said.action).target,
        round=state.round + (said.action is Action.SEND_BACK),
        closing=closing,
        satisfaction=word,
        closed_by_requester=FIRST_REQUESTER if word is None else given.asking.requester,
        closed_by_attempt=None if word is None else given.asking.attempts + 1,
        version=state.version + 1,
        **lead,
    )


def _led(state: State, lead: Lead | None) -> Mapping[str, Any]:
    if lead is None:
        return {}
    left = () if lead.gave_up is None or lead.gave_up in state.left_units else (lead.gave_up,)
    given = {"category_code": lead.category_code, "pack_version": lead.pack_version} if lead.unit_code else {}
    return {"lead_unit": lead.unit_code, "left_units": (*state.left_units, *left), **given}


def believed(state: State, number: int) -> bool:
    """Whether what others say of a round still means something: it is this one, and it is being handled.

    Raises:
        ValueError: that round was never opened. Nobody can have heard of it, for only this service opens rounds.
    """
    if number > state.round:
        raise ValueError(f"round {number} was never opened; the case is in round {state.round}")
    return number == state.round and state.status is Status.HANDLING


def check_party(action: Action, asking: Asking, actor: Actor) -> None:
    """NotTheirs unless ``actor`` may take this step. Ask before looking at version and status."""
    if MACHINE.who[action] is Party.SYSTEM:
        return
    if actor == SYSTEM:
        raise NotTheirs("Only a person may do this", "须由工作人员操作")
    if actor.unit_code is not None and actor.unit_code == asking.handling_unit:
        raise NotTheirs("The unit that handled a case never asks about it itself", "承办单位不得回访本单位办理的诉求")
    if actor.subject == asking.answered_by:
        raise NotTheirs("Whoever answered a case never asks about it", "直接答复人不得回访本人答复的诉求")
    if MACHINE.who[action] is Party.REVIEWER and actor.subject in asking.callers:
        raise NotTheirs("Whoever tried to reach the citizen does not review it", "参与过回访的人员不得进行核实")
