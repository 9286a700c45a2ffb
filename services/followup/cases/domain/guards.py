"""The guards of the transition table: each lets a step pass, or says in both languages what stands against it.

THE GUARD is five of them: a case closes as solved, or as withdrawn, on nothing but the word of each of its requesters;
and it is not accepted only while nobody has it, by two people.
"""

from libs.common.events.objecting import ObjectionState
from libs.common.rules.machine import OutOfTurn
from services.followup.cases.domain.terms import CallbackState, Purpose, State, StepInput


def asked_for_the_end(_state: State, given: StepInput) -> None:
    """What the citizen says to another question says nothing about the end of the case."""
    if given.asking.purpose is not Purpose.CLOSING:
        raise OutOfTurn("This callback does not ask about the result", "该回访任务不是办理结果回访")


def asked_about_the_wish(_state: State, given: StepInput) -> None:
    """Only who is asked whether he takes it back says that he does."""
    if given.asking.purpose is not Purpose.WITHDRAWAL:
        raise OutOfTurn("This callback does not ask about a withdrawal", "该回访任务不是撤单核实")


def about_this_wish(_state: State, given: StepInput) -> None:
    """What a link was made to answer is the wish of then: of one that is told later it says nothing."""
    answer = given.answer
    if answer is not None and answer.about_wish not in (None, given.asking.wish):
        raise OutOfTurn("This link was made for a wish that is over", "该链接所对应的撤单意愿已结束")


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


def citizen_takes_it_back(state: State, given: StepInput) -> None:
    """THE GUARD of a withdrawal (撤单须经本人确认): the citizen was reached in this round and said so himself."""
    of_this_round(state, given)
    if given.answer is None or not given.answer.counts_for(Purpose.WITHDRAWAL) or not given.answer.withdraws:
        raise OutOfTurn("Only the citizen's own word takes a case back", "须经诉求人本人确认方可撤单")


def everybody_takes_it_back(_state: State, given: StepInput) -> None:
    """Nobody's case is taken back by another requester of it."""
    if given.asking.left:
        raise OutOfTurn(
            f"Other requesters of this case have not said that they take it back: {', '.join(given.asking.left)}",
            f"该件其他诉求人尚未确认撤单：{'、'.join(given.asking.left)}",
        )


def citizen_does_not_take_it_back(_state: State, given: StepInput) -> None:
    """He was reached, and says that he never took it back."""
    answer = given.answer
    if answer is None or not answer.counts_for(Purpose.WITHDRAWAL) or answer.withdraws:
        raise OutOfTurn(
            "Only a citizen who was reached says that he does not take it back", "须接通本人且本人表示不撤单"
        )


def no_word_on_the_wish(_state: State, given: StepInput) -> None:
    """Not reached, refused, or hung up before the question."""
    if given.answer is None or given.answer.counts_for(Purpose.WITHDRAWAL):
        raise OutOfTurn("The citizen said whether he takes it back", "诉求人已就是否撤单作出答复")


def somebody_was_called(_state: State, given: StepInput) -> None:
    """Who was never asked is none who could not be reached."""
    if not given.asking.callers:
        raise OutOfTurn(
            "Nobody ever called the citizen: close it as unasked", "从未回访，不得按未接通办结，应作未回访办结"
        )


def nobody_was_called(_state: State, given: StepInput) -> None:
    """Who was called, and could not be reached, is none who was not asked."""
    if given.asking.callers:
        raise OutOfTurn("The citizen was called: close it as unverified", "已经回访，不得按未回访办结，应作未核实办结")


def in_the_first_round(state: State, _given: StepInput) -> None:
    """Who had it done again was asked before: that he wants no call holds no longer."""
    if state.round > 1:
        raise OutOfTurn("The citizen had it done again: he is asked", "诉求人已要求重办，须经回访")


def nobody_has_it(state: State, _given: StepInput) -> None:
    """THE GUARD of what is not accepted (不予受理): what a unit has in hand ends by its citizen's word alone."""
    if state.lead_unit is not None:
        raise OutOfTurn(
            f"{state.lead_unit} has it in hand: it was accepted", f"该件已由 {state.lead_unit} 办理，不得不予受理"
        )


def two_people_say_so(_state: State, given: StepInput) -> None:
    """THE GUARD likewise: one person asks, another approves, for a reason and with a door to go to."""
    wanted = given.unaccepted
    if wanted is None or not wanted.go_to.strip() or not wanted.asked_by:
        raise OutOfTurn("It is not accepted for a reason alone, and with a door to go to", "不予受理须有原因和去向指引")
    if not given.by.names.isdisjoint(wanted.asked_by):
        raise OutOfTurn(
            "Whoever asks that it be not accepted does not approve it", "不予受理的申请人不得审核自己的申请"
        )


def another_approves_with_evidence(state: State, given: StepInput) -> None:
    """THE GUARD of a termination (终止办理): a reason, what proves it, and somebody else, of no unit that has it."""
    wanted = given.terminated
    if wanted is None or not wanted.reason_code or not wanted.evidence.strip() or not wanted.asked_by:
        raise OutOfTurn("Its handling ends for a reason with evidence alone", "终止办理须有原因和证据")
    own = (state.lead_unit, state.delegate_unit, *wanted.units)
    if not given.by.names.isdisjoint(wanted.asked_by) or not given.by.units.isdisjoint(own):
        raise OutOfTurn("Somebody else approves that its handling ends", "终止办理须由承办单位以外的人员审批")


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


def against_this_closing(state: State, given: StepInput) -> None:
    """An objection is about one closing: of what came of another round it says nothing, and without one none falls."""
    if given.objection is None or given.objection.round != state.round:
        raise OutOfTurn("Nobody has objected to the closing of this round", f"第 {state.round} 轮的销号没有异议")


def is_undecided(_state: State, given: StepInput) -> None:
    """What was decided once is decided."""
    if given.objection is None or given.objection.state is not ObjectionState.RAISED:
        raise OutOfTurn("This objection was decided already", "该异议已作出审核决定")
