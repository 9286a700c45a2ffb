"""The guards of the transition table: each lets a step pass, or says in both languages what stands against it."""

from datetime import datetime

from libs.common.events.asking_terms import KINDS_ZH, RequestKind
from libs.common.rules.machine import OutOfTurn
from services.dispatch.cases.domain.state import Ask, NewChain, RequestRuling, Result, Return, State
from services.dispatch.cases.domain.terms import Action


def no_return_pending(state: State, _ask: Ask, _now: datetime) -> None:
    """While a return is being decided, the case stays with the unit as it is."""
    if state.return_pending:
        raise OutOfTurn("A return is waiting to be decided; decide it first", "退单申请正在审核，请先作出审核决定")


def return_pending(state: State, _ask: Ask, _now: datetime) -> None:
    """There is a return to decide on."""
    if not state.return_pending:
        raise OutOfTurn("No return is waiting to be decided", "没有待审核的退单申请")


def not_designated(state: State, ask: Ask, _now: datetime) -> None:
    """Whom a ruling named keeps the case (裁定指定的单位不得再退): it neither gives it back nor raises it away."""
    goes = not isinstance(ask.what, NewChain) or ask.what.lead_unit != state.lead_unit
    if goes and state.designated_unit is not None and state.designated_unit == state.lead_unit:
        raise OutOfTurn(
            f"A ruling named {state.designated_unit} as its lead; a designated unit does not give the case back",
            f"本件已裁定由 {state.designated_unit} 主办，被指定单位不得再退单",
        )


def not_in_arbitration(state: State, _ask: Ask, _now: datetime) -> None:
    """While it is ruled on whose it is, nobody else decides that."""
    if state.disputing:
        raise OutOfTurn(
            f"It is in arbitration between {', '.join(state.disputing)}; the ruling says whose it is",
            f"本件正在裁定（争议单位：{'、'.join(state.disputing)}），应以裁定为准",
        )


def in_arbitration(state: State, _ask: Ask, _now: datetime) -> None:
    """There is something to rule on."""
    if not state.disputing:
        raise OutOfTurn("No arbitration is open about it", "该件没有进行中的裁定")


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


def no_open_call(state: State, _ask: Ask, _now: datetime) -> None:
    """Who was summoned does its part, or is let off it by a person: no result goes by without it (吹哨报到)."""
    if state.open_called:
        units = state.open_called
        raise OutOfTurn(
            f"Summoned units have not done their part: {', '.join(units)}; the result waits for them",
            f"吹哨召集的单位尚未办结：{'、'.join(units)}；办结反馈须等待其办结",
        )


def no_open_letter(state: State, _ask: Ask, _now: datetime) -> None:
    """A letter is answered and its reply accepted, or a person withdraws it: no result goes by it (发函)."""
    if state.open_letters:
        raise OutOfTurn(
            f"Letters are not answered for good: {', '.join(state.open_letters)}; the result waits for them",
            f"函件尚未办结：{'、'.join(state.open_letters)}；办结反馈须等待其复函经认可",
        )


def released(state: State, _ask: Ask, _now: datetime) -> None:
    """Nobody gets a case whose words wait for a person (待审定转办文本)."""
    if state.held:
        raise OutOfTurn("Its wording waits to be released by a person at the door", "转办文本待登记处审定，暂不能派单")


def not_delegated(state: State, _ask: Ask, _now: datetime) -> None:
    """Who was given the work by a unit above gives it back to that one, by raising it; who gave it takes it back."""
    if state.delegates:
        raise OutOfTurn(
            f"It was delegated to {state.working_unit}; take it back first",
            f"已下派至 {state.working_unit}，请先收回",
        )


def in_the_first_round(state: State, _ask: Ask, _now: datetime) -> None:
    """What was taken on once is handled until its citizen says how it ended (已受理的不得再不予受理)."""
    if state.round > 1:
        raise OutOfTurn(
            "It was accepted before, and its citizen had it done again", "该件已受理并由诉求人要求重办，不得不予受理"
        )


def no_nonacceptance_pending(state: State, _ask: Ask, _now: datetime) -> None:
    """While a second person decides, no unit gets it; whoever thinks that it is to be accepted refuses first."""
    if state.nonacceptance_pending:
        raise OutOfTurn(
            "Whether it is accepted waits to be decided; decide that first", "不予受理申请正在审核，请先作出审核决定"
        )


def nonacceptance_pending(state: State, _ask: Ask, _now: datetime) -> None:
    """There is something to decide on."""
    if not state.nonacceptance_pending:
        raise OutOfTurn("Nobody asks that it be not accepted", "没有待审核的不予受理申请")


def nothing_asked(state: State, _ask: Ask, _now: datetime) -> None:
    """One request of the unit that works is decided before it makes another."""
    if state.asked is not None:
        raise OutOfTurn(
            f"Its unit asks for something else ({state.asked.value}), which is not decided yet",
            f"已有一项申请（{KINDS_ZH[state.asked]}）正在审核",
        )


def waits_to_be_decided(state: State, _ask: Ask, _now: datetime) -> None:
    """Something is asked for that nobody has decided yet, and it has not gone up before: once is enough."""
    if not (state.return_pending or state.nonacceptance_pending or state.asked is not None):
        raise OutOfTurn("Nothing waits to be decided", "没有待审核的申请")
    if state.request_raised_at is not None:
        raise OutOfTurn("It has gone up already", "该申请已提级审核")


def what_is_asked(state: State, ask: Ask, now: datetime) -> None:
    """There is such a request to decide on, and the time to handle the case is not over."""
    kind = ask.what.wanted.kind if isinstance(ask.what, RequestRuling) else None
    if kind is None or state.asked is not kind:
        raise OutOfTurn("No such request is waiting to be decided", "没有待审核的该项申请")
    if ask.action is Action.GRANT and kind is RequestKind.TERMINATION:
        raise OutOfTurn("A termination is granted by ending the case with its evidence", "同意终止办理须凭证据办结")
    if ask.action is Action.GRANT and (state.handle_due_at is None or now >= state.handle_due_at):
        raise OutOfTurn("The time to handle the case is over: it lapses", "办理时限已届满，该申请失效")


def with_evidence(_state: State, ask: Ask, _now: datetime) -> None:
    """THE GUARD of a termination (终止办理): a reason alone ends nothing."""
    wanted = ask.what.wanted if isinstance(ask.what, RequestRuling) else None
    if wanted is None or wanted.kind is not RequestKind.TERMINATION or not (wanted.evidence or "").strip():
        raise OutOfTurn("Its handling ends for a reason with evidence alone", "终止办理须有原因和证据")


def stands_still(state: State, _ask: Ask, now: datetime) -> None:
    """It is suspended now."""
    if not is_suspended(state, now):
        raise OutOfTurn("It is not suspended", "该件未挂账")


def is_suspended(state: State, now: datetime) -> bool:
    """挂账中: whether its handling clock stands still."""
    return state.suspended_until is not None and now < state.suspended_until


def runs(state: State, _ask: Ask, now: datetime) -> None:
    """What stands still needs no more time; it is lifted first."""
    if is_suspended(state, now):
        raise OutOfTurn("It is suspended; lift that first", "该件已挂账，请先恢复办理")
