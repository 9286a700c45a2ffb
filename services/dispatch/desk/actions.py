"""What whoever asks may do now: each step is tried by the rules that decide on it, and not taken."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.task_terms import Before
from libs.common.events.terms import ResultKind
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from libs.common.rules.steps import seen_of
from libs.common.security.policy import decide as scope_of
from libs.common.security.policy import has_right
from libs.common.security.principal import Principal
from services.dispatch.asks.domain import UnitAsk, check_gave_nothing_back
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.calls import actions as calls
from services.dispatch.calls import domain as call_rules
from services.dispatch.calls.tables import SummonedUnit
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.called import CalledPart
from services.dispatch.cases.domain.state import Ask, Result, Return, SupportPart
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import MACHINE, check_party, decide
from services.dispatch.cases.queries import reaches
from services.dispatch.cases.tables import Case
from services.dispatch.desk.domain import ANSWERS, PossibleStep
from services.dispatch.lists.actions import check_lists
from services.dispatch.lists.tables import ListEdition
from services.dispatch.mediations.actions.giving import check_may_run
from services.dispatch.mediations.tables import Mediation
from services.dispatch.requests.actions.asking import check_may_decide
from services.dispatch.requests.actions.giving_back import return_until
from services.dispatch.rights import DECIDES_RAISED, STEP_RIGHTS
from services.dispatch.tasks import domain as part_rules
from services.dispatch.tasks.actions.keeping import tasks_for
from services.dispatch.tasks.tables import Task
from services.dispatch.whistles.actions import check_level

_RULINGS = (Action.GRANT, Action.TERMINATE, Action.REFUSE)
_DECISIONS = (
    *(*_RULINGS, Action.HAND_ON, Action.TAKE_BACK, Action.REFUSE_RETURN),
    *(Action.NOT_ACCEPT, Action.REFUSE_NONACCEPTANCE),
)
_OF_NONACCEPTANCE = (Action.ASK_NONACCEPTANCE, Action.REFUSE_NONACCEPTANCE, Action.NOT_ACCEPT)
_OF_PARTS = (Action.SUPPORT_SIGN, Action.SUPPORT_REPORT, Action.SUPPORT_DONE, Action.SUPPORT_CANCEL)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks. ``own`` is by what they may be complained about, as in a scope."""

    principal: Principal
    actor: Actor
    own: frozenset[str]

    def may(self, action: Action, case: Case) -> bool:
        """Whether they have the right that the step demands, over this case."""
        right = STEP_RIGHTS.get(action)
        if right is None or not has_right(self.principal, right):
            return False
        if action in _DECISIONS and case.request_raised_at is not None:
            # Nobody decided in time: from then on whoever stands above the hotline does.
            right = DECIDES_RAISED
            if not has_right(self.principal, right):
                return False
        return reaches(scope_of(self.principal, right, self.own), case)

    def has(self, action: Action) -> bool:
        """Whether they have it over anything at all."""
        return has_right(self.principal, STEP_RIGHTS[action])


async def load_around(session: Session, case_ids: Collection[str]) -> None:
    """Read what the rules look at of these cases, and lock nothing: nobody takes a step."""
    for table in (Case, Task, SummonedUnit, UnitRequest, ListEdition, Mediation):
        await session.load(table, "case_id", case_ids, lock=False)


async def steps_of(session: Session, caller: Caller, case: Case) -> list[PossibleStep]:
    """The steps of the case that are the caller's to take, then those of parts and of summoned units."""
    state = CASES.state_of(case)
    whole = [action for action in MACHINE.possible(state.status) if action not in _OF_PARTS]
    found = [
        *[await _tried(session, caller, case, action) for action in dict.fromkeys(whole)],
        *[await one for one in _of_parts(session, caller, case, await tasks_for(session, case))],
        *[await one for one in _of_calls(session, caller, case, await calls.calls_for(session, case))],
    ]
    return [step for step in found if step is not None]


async def answers_to(session: Session, caller: Caller, case: Case, pending: UnitRequest) -> list[PossibleStep]:
    """By which steps the caller may decide on a request."""
    found = [await _tried(session, caller, case, action) for action in ANSWERS[pending.kind]]
    return [step for step in found if step is not None]


async def steps_of_call(session: Session, actor: Actor, case: Case) -> list[PossibleStep]:
    """The steps of its own task that a summoned unit may take."""
    there = await calls.calls_for(session, case)
    call = call_rules.call_of(there, actor.unit_code or "")
    part = CalledPart(call.name, call.unit_code)
    state = CASES.state_of(case)
    found = []
    for status, action in call_rules.STEPS:
        if status is call.status and action is not Action.CALL_CANCEL:
            ask = Ask(action, part)
            attempt = partial(_at_once, partial(call_rules.decide, state, there, ask, actor, session.now))
            found.append(await _answer_to(action, attempt, call.unit_code))
    return [step for step in found if step is not None]


async def _answer_to(
    action: Action, attempt: Callable[[], Awaitable[object]], unit_code: str | None = None
) -> PossibleStep | None:
    """The step as its own rules answer when it is tried; None when somebody else has to take it."""
    try:
        await attempt()
    except (NotTheirs, NotFound):
        return None
    except OutOfTurn as refused:
        return PossibleStep(action, unit_code, (refused.detail_zh, refused.detail))
    return PossibleStep(action, unit_code)


async def _tried(session: Session, caller: Caller, case: Case, action: Action) -> PossibleStep | None:
    if not caller.may(action, case):
        return None
    attempt = _ATTEMPTS.get(action, _plainly)
    return await _answer_to(action, partial(attempt, session, caller.actor, case, action))


def _of_parts(
    session: Session, caller: Caller, case: Case, tasks: part_rules.Tasks
) -> Iterable[Awaitable[PossibleStep | None]]:
    state = CASES.state_of(case)
    for task in part_rules.of_round(tasks, case.round).values():
        for action in _OF_PARTS:
            if (task.status, action) in part_rules.STEPS and caller.may(action, case):
                ask = Ask(action, SupportPart(task.unit_code, ""))
                rule = partial(part_rules.decide, state, tasks, ask, caller.actor, session.now)
                yield _answer_to(action, partial(_at_once, rule), task.unit_code)


def _of_calls(
    session: Session, caller: Caller, case: Case, there: call_rules.Calls
) -> Iterable[Awaitable[PossibleStep | None]]:
    state = CASES.state_of(case)
    for call in there:
        if call.status in call_rules.OPEN_CALLS and caller.may(Action.CALL_CANCEL, case):
            ask = Ask(Action.CALL_CANCEL, CalledPart(call.name, call.unit_code))
            rule = partial(call_rules.decide, state, there, ask, caller.actor, session.now)
            yield _answer_to(Action.CALL_CANCEL, partial(_at_once, rule), call.unit_code)


async def _at_once(rule: Callable[[], object]) -> None:
    rule()


async def _plainly(session: Session, actor: Actor, case: Case, action: Action) -> None:
    decide(CASES.state_of(case), Ask(action), actor, session.now)


async def _sign(session: Session, actor: Actor, case: Case, action: Action) -> None:
    await _plainly(session, actor, case, action)
    await check_lists(session, case, Before.SIGNING)


async def _assign(session: Session, actor: Actor, case: Case, action: Action) -> None:
    await _plainly(session, actor, case, action)
    await check_lists(session, case, Before.ASSIGNMENT)


async def _hand_in(session: Session, actor: Actor, case: Case, action: Action) -> None:
    state = CASES.state_of(case)
    check_party(state, action, actor)
    await calls.check_none_open(session, case)
    ask = Ask(action, Result(ResultKind.SUBSTANTIVE, ""))
    part_rules.decide_result(state, await tasks_for(session, case), ask, actor, session.now)
    await check_lists(session, case, Before.RESULT)


async def _ask_return(session: Session, actor: Actor, case: Case, action: Action) -> None:
    until = return_until(session.packs.version(case.pack_version), case)
    decide(CASES.state_of(case), Ask(action, Return("", "", until)), actor, session.now)


async def _rule_on(session: Session, actor: Actor, case: Case, action: Action) -> None:
    await check_may_decide(session, actor, case, action)


async def _about_acceptance(session: Session, actor: Actor, case: Case, action: Action) -> None:
    rows = await session.rows(UnitRequest, "case_id", case.case_id, lock=False)
    check_gave_nothing_back([seen_of(UnitAsk, row) for row in rows], actor)
    await _plainly(session, actor, case, action)


async def _give_to_mediate(session: Session, actor: Actor, case: Case, action: Action) -> None:
    await _plainly(session, actor, case, action)
    await check_may_run(session, case)


async def _whistle(session: Session, actor: Actor, case: Case, action: Action) -> None:
    check_level(session, actor)
    await _plainly(session, actor, case, action)


_ATTEMPTS: Mapping[Action, Callable[[Session, Actor, Case, Action], Awaitable[None]]] = {
    Action.SIGN: _sign,
    Action.ASSIGN: _assign,
    Action.HAND_IN: _hand_in,
    Action.ASK_RETURN: _ask_return,
    Action.WHISTLE: _whistle,
    Action.MEDIATION_GIVE: _give_to_mediate,
    **dict.fromkeys(_RULINGS, _rule_on),
    **dict.fromkeys(_OF_NONACCEPTANCE, _about_acceptance),
}
"""What is looked at beside the table."""
