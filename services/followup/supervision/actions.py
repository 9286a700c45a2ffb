"""Supervision (催办、督办): orders by the ladder or by a supervisor, each to one unit and answered on its own."""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import date

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.door import CaseUrged
from libs.common.events.people import accused_units
from libs.common.events.supervision import SupervisionIssued
from libs.common.events.terms import Deadline, SupervisionLevel
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.pack.schema import LadderStep, OnPassed, OnReturns, OnRound, Recipient
from libs.common.pack.superiors import recipients, superiors
from libs.common.rules.machine import SYSTEM, Actor
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.time.due import due
from libs.common.time.moments import day_end, last_day, local_day
from services.followup.cases.actions import apply, decide
from services.followup.cases.domain.terms import Action, StepInput
from services.followup.cases.queries import no_such_case, sees_case, veils_of
from services.followup.cases.tables import Case
from services.followup.clocks.actions.finding import find_case
from services.followup.clocks.actions.running import start_clock_about, stop_clocks
from services.followup.responsible.actions import shown_for
from services.followup.responsible.queries import responsible_for
from services.followup.supervision.domain import SupervisionState
from services.followup.supervision.schemas import IssueSupervision, SupervisionOut
from services.followup.supervision.tables import Supervision

LONGEST_REASON = 1_000
"""Characters of the reason of an order, as a supervisor's may have at most: the words of a call may be as long."""
_IDS = uuid.UUID("5f0d1c3e-8a53-5b5e-9d5e-6f1c1d0a7e42")


def issue_by_rule(
    session: Session,
    case: Case,
    step: LadderStep,
    *,
    source: str,
    lead_unit: str | None,
    working_unit: str | None = None,
) -> None:
    """One step of the ladder: an order to each of its recipients. ``source`` is what brought it, the same in a replay.

    What goes to the lead is told who works for it, too. Without any recipient the order still stands, for a supervisor
    to see.
    """
    directory = session.packs.version(case.pack_version)
    named = _recipients(directory, step, lead_unit, accused_units(case))
    works = case.delegate_unit if lead_unit == case.lead_unit else working_unit
    if Recipient.LEAD in step.to and lead_unit is not None and works is not None:
        named.setdefault(works, "；由你单位承办 you work on it")
    for unit_code, instead in named.items() or [(None, "")]:
        order = session.new(
            Supervision,
            supervision_id=number_of(source, unit_code),
            case_id=case.case_id,
            round=case.round,
            level=step.level,
            unit_code=unit_code,
            area_code=case.area_code,
            accused_unit=case.accused_unit,
            also_accused=list(case.also_accused),
            reason=f"{step.name} {step.name_en}{instead}",
            by_rule=True,
            rule_code=step.code,
            issued_by=SYSTEM.subject,
            issued_at=session.now,
            state=SupervisionState.ISSUED,
        )
        _issue(session, order)


def number_of(source: str, unit_code: str | None) -> str:
    """The number of an order says what brought it: several clocks may end at one moment."""
    return str(uuid.uuid5(_IDS, f"{source}/{unit_code or ''}"))


def supervise_round(session: Session, case: Case, lead_unit: str | None, working_unit: str | None) -> None:
    """The orders that the opening of this round brings (三次办理提级督办), to those who had the one before."""
    for step in session.packs.version(case.pack_version).ladder.steps:
        if isinstance(step.trigger, OnRound) and step.trigger.round == case.round:
            source = f"{case.case_id}.round{case.round}.{step.code}"
            issue_by_rule(session, case, step, source=source, lead_unit=lead_unit, working_unit=working_unit)


def supervise_returns(session: Session, case: Case, lead_unit: str | None) -> None:
    """The orders that come when so many units gave the case up, whoever leads now."""
    for step in session.packs.version(case.pack_version).ladder.steps:
        if isinstance(step.trigger, OnReturns) and step.trigger.units == len(case.left_units):
            source = f"{case.case_id}.returns{step.trigger.units}.{step.code}"
            issue_by_rule(session, case, step, source=source, lead_unit=lead_unit)


def supervise_passing(session: Session, case: Case, pair: str) -> None:
    """The orders that come when two units have passed the case between them so often (推来推去)."""
    times = case.passed.count(pair)
    for step in session.packs.version(case.pack_version).ladder.steps:
        if isinstance(step.trigger, OnPassed) and step.trigger.times == times:
            source = f"{case.case_id}.round{case.round}.passed{times}.{pair}.{step.code}"
            issue_by_rule(session, case, step, source=source, lead_unit=case.lead_unit)


async def issue(session: Session, asked: Request, body: IssueSupervision) -> SupervisionOut:
    """A supervisor's own order (人工督办), to the lead unit unless another is named."""
    case = await find_case(session, body.case_id)
    if case is None or not sees_case(asked.scope, case):
        raise no_such_case()
    order = order_by_hand(session, case, asked.actor, body, str(uuid_utils.uuid7()))
    return (await shown(session, [order], asked.actor.units))(order)


def order_by_hand(session: Session, case: Case, by: Actor, body: IssueSupervision, number: str) -> Supervision:
    """An order that a person wants, with its step and the clock of its reply. Raises OutOfTurn, and of a wrong unit."""
    reason = mask_text(body.reason)
    said = decide(case, Action.SUPERVISE, StepInput(session.now, by=by), reason)
    directory = session.packs.version(case.pack_version)
    order = session.new(
        Supervision,
        supervision_id=number,
        case_id=case.case_id,
        round=case.round,
        level=body.level,
        unit_code=_addressee(session, case, body.unit_code),
        area_code=case.area_code,
        accused_unit=case.accused_unit,
        also_accused=list(case.also_accused),
        reason=reason,
        by_rule=False,
        issued_by=by.subject,
        issued_at=session.now,
        reply_due=_reply_due(session, case, body),
        state=SupervisionState.ISSUED,
    )
    apply(session, case, said)
    _issue(session, order)
    _start_reply_clock(session, case, order, directory)
    return order


async def recuse(session: Session, case: Case) -> None:
    """Whoever is complained about by now sees no order of the case; nobody waits for their replies."""
    directory = session.packs.version(case.pack_version)
    for order in await session.rows(Supervision, "case_id", case.case_id):
        order.also_accused = list(case.also_accused)
        if order.unit_code is not None and directory.is_within_any(order.unit_code, accused_units(case)):
            stop_clocks(session, case, Deadline.REPLY, about=order.supervision_id)


async def shown(
    session: Session, orders: Sequence[Supervision], own: Collection[str]
) -> Callable[[Supervision], SupervisionOut]:
    """What shows each of these orders to somebody of these units, with who of its unit answers in its round."""
    veils = await veils_of(session, (order.case_id for order in orders), own)
    names = await responsible_for(session, (order.case_id for order in orders))

    def show(order: Supervision) -> SupervisionOut:
        responsible = shown_for(session, names, order.case_id, order.round, order.unit_code)
        answer = SupervisionOut.model_validate(order, from_attributes=True)
        veil = veils.get(order.case_id)
        area = order.area_code if veil is None else veil.area(order.area_code)
        return answer.model_copy(update={"responsible": responsible, "area_code": area})

    return show


def _issue(session: Session, order: Supervision) -> None:
    session.publish(
        SupervisionIssued(
            case_id=order.case_id,
            occurred_at=session.now,
            round=order.round,
            supervision_id=order.supervision_id,
            level=order.level,
            unit_code=order.unit_code,
            reason=order.reason,
            by_rule=order.by_rule,
            reply_due=order.reply_due,
        )
    )


def _recipients(
    directory: Directory, step: LadderStep, lead_unit: str | None, accused_units: Collection[str]
) -> dict[str | None, str]:
    """The units that an order goes to, each with what is to be said of it.

    What would go to a unit complained about (被反映单位), or below one, goes to the nearest superior that is neither.
    """
    found: dict[str | None, str] = {}
    for code in _named(directory, step, lead_unit):
        if code is None or not directory.is_within_any(code, accused_units):
            found.setdefault(code, "")
        elif (superior := next(superiors(directory, code, but_not=accused_units), None)) is not None:
            found.setdefault(superior.code, "；被反映单位回避，改送其上级 to the superior of the unit complained about")
    return found


def _named(directory: Directory, step: LadderStep, lead_unit: str | None) -> tuple[str | None, ...]:
    try:
        return recipients(directory, step.to, lead_unit)
    except UnknownCode:
        # A unit that this pack version does not know has no superior in it; the order still reaches the unit itself.
        return (lead_unit, *recipients(directory, step.to, None))


def _addressee(session: Session, case: Case, unit_code: str | None) -> str | None:
    """The lead unit, or one of the pack in force, or of the case's own: a unit may have come or gone since."""
    if unit_code is None:
        return case.lead_unit
    own, today = session.packs.version(case.pack_version), session.packs.current(session.now).directory
    directory = own if unit_code in own.unit_codes else today
    unit = directory.unit(unit_code)
    went_up_in = (session.packs.codes.successor(one, today.unit_codes) for one in accused_units(case))
    if directory.is_within_any(unit.code, (*accused_units(case), *filter(None, went_up_in))):
        raise invalid(
            "unit_code",
            "is the unit complained about, or below it; it takes no part in the case",
            "系被反映单位或其下级单位，应当回避",
        )
    return unit.code


def _start_reply_clock(session: Session, case: Case, order: Supervision, directory: Directory) -> None:
    """督办回复时限: an order that names a day is to be answered until that day is over."""
    if order.reply_due is not None:
        due_at = day_end(order.reply_due, directory.calendar().time_zone)
        start_clock_about(session, case, Deadline.REPLY, order.supervision_id, due_at, order.unit_code)


def _reply_due(session: Session, case: Case, body: IssueSupervision) -> date | None:
    """The day that the supervisor names, else that in which the limit of the pack is over, if it has one."""
    directory = session.packs.version(case.pack_version)
    calendar = directory.calendar()
    if body.reply_due is None:
        limit = directory.limit(Deadline.REPLY, case.kind, case.urgency)
        return None if limit is None else last_day(due(session.now, limit, calendar), calendar.time_zone)
    if body.reply_due < local_day(session.now, calendar.time_zone):
        raise invalid("reply_due", "must not be in the past", "不得早于今天")
    return body.reply_due


def urge(session: Session, case: Case, event: CaseUrged, event_id: str) -> None:
    """催办来电: who leads it is reminded, and who works on it, by an order that the event names."""
    by = Actor(event.by or SYSTEM.subject, event.by_unit, event.by_staff)
    reason = f"催办来电：{event.text}"[:LONGEST_REASON]
    order = IssueSupervision(case_id=event.case_id, level=SupervisionLevel.REMINDER, reason=reason)
    order_by_hand(session, case, by, order, event_id)
    if case.delegate_unit is not None:
        order = order.model_copy(update={"unit_code": case.delegate_unit})
        order_by_hand(session, case, by, order, number_of(event_id, case.delegate_unit))
