"""Calling an arbitration, hearing its units, and ruling; and what goes up by itself."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.asking_terms import RequestKind
from libs.common.events.task_terms import Before
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.rules.apart import names_of
from libs.common.rules.machine import SYSTEM, OutOfTurn
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.dispatch.arbitration.schemas import CallArbitration, HearUnit, RuleOnIt
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.cases.actions.steps import CASES, check_length, load_for, on_version, shown, visible_for
from services.dispatch.cases.domain import transitions as cases
from services.dispatch.cases.domain.disputed import ArbitrationRuling, Dispute, UnitStatement
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.disputes import domain
from services.dispatch.disputes.actions import hearings, open_session
from services.dispatch.disputes.domain import Arbitration, ArbitrationStep
from services.dispatch.lists.actions import check_lists
from services.dispatch.routing.actions.giving import apply, today
from services.dispatch.routing.domain.choosing import Choice, Wish
from services.dispatch.routing.domain.choosing import decide as choose
from services.dispatch.routing.domain.terms import Rule
from services.dispatch.tasks.actions.keeping import tasks_for

_BETWEEN = 2
"""A dispute is between so many units at least."""


async def send_up(session: Session, case: Case) -> None:
    """Nobody leads it and so many units gave it back that the pack has it ruled on: it goes up by itself."""
    after = today(session, case).directory.pack.returns.arbitrated_after
    if not domain.enough_gave_it_back(case.given_back, after):
        return
    units = tuple(case.given_back)
    question = f"{len(units)} 个单位退单，由谁主办 {len(units)} units gave it back; whose is it: {', '.join(units)}"
    ask = Ask(Action.ARBITRATE, Dispute(units, question, by_rule=True), question)
    await apply(session, case, cases.decide(CASES.state_of(case), ask, SYSTEM, session.now))


async def call(session: Session, asked: Request, case_id: str, body: CallArbitration) -> WorkOut:
    """Somebody apart has it ruled on, before so many units gave it back."""
    case = await load_for(session, asked, case_id, Action.CALL_ARBITRATION)
    units, question = tuple(dict.fromkeys((*case.given_back, *body.units))), mask_text(body.question)
    await _check_apart(session, case, asked, units)
    ask = Ask(Action.CALL_ARBITRATION, Dispute(units, question), f"{question}: {', '.join(units)}")
    said = cases.decide(CASES.state_of(case), ask, asked.actor, session.now)
    _known(today(session, case).directory, body.units)
    if len(units) < _BETWEEN:
        raise invalid("units", "name two units or more, with those that gave it back", "争议单位须为两个以上")
    check_length("question", question, 1, _longest(session))
    await apply(session, case, said)
    return shown(session, case, asked.actor)


async def hear(session: Session, asked: Request, case_id: str, body: HearUnit) -> WorkOut:
    """What a unit says is noted by somebody apart."""
    case = await load_for(session, asked, case_id, Action.HEAR_UNIT)
    await _check_apart(session, case, asked, case.disputing)
    now_open, words = await open_session(session, case), mask_text(body.words)
    number = 0 if now_open is None else now_open.version
    statement = UnitStatement(number, body.unit_code, words, absent=body.absent)
    ask = Ask(Action.HEAR_UNIT, statement, f"{body.unit_code}: {words}")
    said = cases.decide(CASES.state_of(case), ask, asked.actor, session.now)
    domain.check_is_one(_whole(now_open), body.unit_code)
    check_length("words", words, 1, _longest(session))
    await apply(session, case, said)
    return shown(session, case, asked.actor)


async def rule(session: Session, asked: Request, case_id: str, body: RuleOnIt) -> WorkOut:
    """Somebody of none of the units names who leads; that unit keeps it."""
    case = await visible_for(session, asked, case_id, Action.RULE)
    named = body.lead_unit, *body.support_units
    await _check_apart(session, case, asked, case.disputing)
    domain.check_names_nobody_of_theirs(named, asked.actor)
    on_version(session, asked, case)
    now_open, words, minutes = await open_session(session, case), mask_text(body.words), mask_text(body.minutes)
    state, tasks = CASES.state_of(case), await tasks_for(session, case)
    cases.MACHINE.target(state.status, Action.RULE, state, Ask(Action.RULE), session.now)
    ruled = _whole(now_open)
    domain.MACHINE.target(ruled.state, ArbitrationStep.RULE, ruled, await hearings(session, case))
    wish = Wish(body.lead_unit, body.support_units, body.category_code, words)
    said = choose(state, tasks, Ask(Action.RULE), asked.actor, session.now, today=today(session, case), wish=wish)
    await check_lists(session, case, Before.ASSIGNMENT, body.category_code)
    check_length("words", words, 1, _longest(session))
    check_length("minutes", minutes, 1, session.packs.current(session.now).directory.pack.texts.result_max)
    if isinstance(said.what, Choice):
        why = f"争议裁定 ruled in arbitration: {words}"
        ruling = ArbitrationRuling(ruled.version, ruled.units, minutes, body.files, words)
        said = replace(said, what=replace(said.what, rule=Rule.ARBITRATION, explanation=why, ruling=ruling), why=why)
    await apply(session, case, said)
    return shown(session, case, asked.actor)


async def _check_apart(session: Session, case: Case, asked: Request, units: Iterable[str]) -> None:
    """NotTheirs for whoever is of a unit in dispute, below one, or asked to give the case back."""
    directory, disputing = today(session, case).directory, [*units]
    known = set(directory.unit_codes)
    below = [
        own
        for own in asked.actor.units & known
        if any(unit in known and directory.is_above(unit, own) for unit in disputing)
    ]
    rows = await session.rows(UnitRequest, "case_id", case.case_id)
    gave = [names_of(row.asked_by, row.asked_by_staff) for row in rows if row.kind is RequestKind.RETURN]
    domain.check_apart(disputing, below, frozenset().union(*gave), asked.actor)


def _whole(found: Arbitration | None) -> Arbitration:
    if found is None:
        raise OutOfTurn("No arbitration is open about it", "该件没有进行中的裁定")
    return found


def _known(directory: Directory, units: Collection[str]) -> None:
    for index, code in enumerate(units):
        try:
            directory.unit(code)
        except UnknownCode as unknown:
            raise UnknownCode(f"units/{index}", code, unknown.successor) from unknown


def _longest(session: Session) -> int:
    return session.packs.current(session.now).directory.pack.texts.note_max
