"""Supervision (催办、督办): orders by the ladder or by a supervisor, each to one unit and answered on its own."""

import uuid
from datetime import date

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.cases import SupervisionIssued
from libs.common.events.terms import Deadline
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.pack.schema import LadderStep, OnReturns, OnRound
from libs.common.rules.machine import SYSTEM, Actor
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.time.due import due
from libs.common.time.moments import day_end, local_day
from services.followup.cases.actions import apply, decide
from services.followup.cases.domain.terms import Action, StepInput
from services.followup.cases.queries import no_such_case, sees_case
from services.followup.cases.tables import Case
from services.followup.clocks.actions.finding import find_case
from services.followup.clocks.actions.running import start_clock_about
from services.followup.clocks.domain import last_day
from services.followup.supervision.domain import SupervisionState
from services.followup.supervision.schemas import IssueSupervision, SupervisionOut
from services.followup.supervision.tables import Supervision

_IDS = uuid.UUID("5f0d1c3e-8a53-5b5e-9d5e-6f1c1d0a7e42")


def issue_by_rule(session: Session, case: Case, step: LadderStep, *, source: str, lead_unit: str | None) -> None:
    """One step of the ladder: an order to each of its recipients. ``source`` is what brought it, the same in a replay.

    Without any recipient the order still stands, for a supervisor to see.
    """
    directory = session.packs.version(case.pack_version)
    for unit_code, instead in _recipients(directory, step, lead_unit, case.accused_unit).items() or [(None, "")]:
        order = session.new(
            Supervision,
            supervision_id=number_of(source, unit_code),
            case_id=case.case_id,
            round=case.round,
            level=step.level,
            unit_code=unit_code,
            area_code=case.area_code,
            accused_unit=case.accused_unit,
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


def supervise_round(session: Session, case: Case, lead_unit: str | None) -> None:
    """The orders that the opening of this round brings (三次办理提级督办)."""
    for step in session.packs.version(case.pack_version).ladder.steps:
        if isinstance(step.trigger, OnRound) and step.trigger.round == case.round:
            source = f"{case.case_id}.round{case.round}.{step.code}"
            issue_by_rule(session, case, step, source=source, lead_unit=lead_unit)


def supervise_returns(session: Session, case: Case, lead_unit: str | None) -> None:
    """The orders that come when so many units gave the case up, whoever leads now."""
    for step in session.packs.version(case.pack_version).ladder.steps:
        if isinstance(step.trigger, OnReturns) and step.trigger.units == len(case.left_units):
            source = f"{case.case_id}.returns{step.trigger.units}.{step.code}"
            issue_by_rule(session, case, step, source=source, lead_unit=lead_unit)


async def issue(session: Session, asked: Request, body: IssueSupervision) -> SupervisionOut:
    """A supervisor's own order (人工督办), to the lead unit unless another is named."""
    case = await find_case(session, body.case_id)
    if case is None or not sees_case(asked.scope, case):
        raise no_such_case()
    order = order_by_hand(session, case, asked.actor, body, str(uuid_utils.uuid7()))
    return shown(order)


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


def shown(order: Supervision) -> SupervisionOut:
    """The order as it is answered."""
    return SupervisionOut.model_validate(order, from_attributes=True)


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
    directory: Directory, step: LadderStep, lead_unit: str | None, accused_unit: str | None
) -> dict[str | None, str]:
    """The units that an order goes to, each with what is to be said of it.

    What would go to the unit complained about (被反映单位), or below it, goes to the nearest superior that is neither.
    """
    found: dict[str | None, str] = {}
    for code in _named(directory, step, lead_unit):
        if code is None or accused_unit is None or not directory.is_within(code, accused_unit):
            found.setdefault(code, "")
        elif (superior := next(directory.superiors(code, but_not=accused_unit), None)) is not None:
            found.setdefault(superior.code, "；被反映单位回避，改送其上级 to the superior of the unit complained about")
    return found


def _named(directory: Directory, step: LadderStep, lead_unit: str | None) -> tuple[str | None, ...]:
    try:
        return directory.recipients(step.to, lead_unit)
    except UnknownCode:
        # A unit that this pack version does not know has no superior in it; the order still reaches the unit itself.
        return (lead_unit, *directory.recipients(step.to, None))


def _addressee(session: Session, case: Case, unit_code: str | None) -> str | None:
    """The lead unit, or one of the pack in force, or of the case's own: a unit may have come or gone since."""
    if unit_code is None:
        return case.lead_unit
    own, today = session.packs.version(case.pack_version), session.packs.current(session.now).directory
    directory = own if unit_code in own.unit_codes else today
    unit, accused = directory.unit(unit_code), case.accused_unit
    went_up_in = None if accused is None else session.packs.codes.successor(accused, today.unit_codes)
    if directory.is_within(unit.code, accused) or directory.is_within(unit.code, went_up_in):
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
