"""Repeats (重复诉求): a person says that a case is about the matter of an earlier one, which then was not settled.

What the case itself is told stands under its key, and what the earlier one is told under that one's, in one commit.
"""

from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound, invalid
from libs.common.events.cases import CaseRegistered
from libs.common.events.judging import CaseRepeated, RepeatNamed
from libs.common.rules.machine import NotTheirs, OutOfTurn
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.security.policy import Scope
from services.intake.cases.actions.unit_of_work import load_case, load_cases
from services.intake.cases.queries import repeats as queries
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.queries.reach import sees
from services.intake.cases.schemas import NameRepeat, RepeatOut, RepeatsOut
from services.intake.cases.tables import RepeatEntry

AS_REGISTERED = "登记 as it was registered"


async def check_repeat(session: Session, scope: Scope, event: CaseRegistered) -> None:
    """Invalid naming ``repeat_of`` unless a registration repeats a case that there is, within the caller's reach."""
    if event.repeat_of is not None:
        await _earlier(session, scope, event.repeat_of)


def repeat_at_registration(session: Session, event: CaseRegistered, by: tuple[str, str | None, str | None]) -> None:
    """What a registration says of a repeat that was checked, kept and told to the earlier case."""
    if event.repeat_of is None:
        return
    who, unit_code, staff_id = by
    told: dict[str, Any] = {"repeat_of": event.repeat_of, "reason": AS_REGISTERED, "at": event.registered_at}
    _keep(session, event.case_id, 1, told, by)
    session.publish(
        CaseRepeated(
            case_id=event.repeat_of,
            occurred_at=event.registered_at,
            by=who,
            by_unit=unit_code,
            by_staff=staff_id,
            repeated_by=event.case_id,
            came_at=event.registered_at,
            within_days=_days(session),
        )
    )


async def name_repeat(session: Session, request: Request, case_id: str, body: NameRepeat) -> RepeatOut:
    """Say which earlier case this one repeats, or that it repeats none after all.

    Raises:
        NotFound: the case is out of reach.
        Invalid: ``repeat_of`` is no earlier case within reach.
        NotTheirs: the caller's unit led or answered one of the cases: a repeat shows that it was not settled.
        OutOfTurn: that is what was said last.
    """
    history = await queries.repeats_of(session, case_id)
    before = history[-1].repeat_of if history else None
    await load_cases(session, sorted({case_id, *(one for one in (before, body.repeat_of) if one)}))
    case = await load_case(session, case_id)
    if case is None or not sees(request.scope, case):
        raise NotFound
    # Read again: whoever was quicker held the lock.
    history = await queries.repeats_of(session, case_id)
    before = history[-1].repeat_of if history else None
    await load_cases(session, [before] if before else [])
    if body.repeat_of is not None:
        _check_order(case, await _earlier(session, request.scope, body.repeat_of))
    await _check_party(session, request, [one for one in (case_id, before, body.repeat_of) if one])
    if before == body.repeat_of:
        raise OutOfTurn("It was said so before; nothing changes", "认定结论与现有结论相同，未作变更")
    return _name(session, request, case, len(history) + 1, before, body)


def _name(
    session: Session, request: Request, case: LockedCase, number: int, before: str | None, body: NameRepeat
) -> RepeatOut:
    session.now = max(session.now, case.registered_at)
    actor, reason = request.actor, mask_text(body.reason)
    by: dict[str, Any] = {
        "by": actor.subject,
        "by_unit": actor.unit_code,
        "by_staff": actor.staff_id,
        "occurred_at": session.now,
    }
    told: dict[str, Any] = {"repeat_of": body.repeat_of, "reason": reason, "at": session.now}
    _keep(session, case.case_id, number, told, (actor.subject, actor.unit_code, actor.staff_id))
    session.publish(RepeatNamed(case_id=case.case_id, repeat_of=body.repeat_of, reason=reason, **by))
    about: dict[str, Any] = {"repeated_by": case.case_id, "came_at": case.registered_at, "within_days": _days(session)}
    for earlier, stands in ((before, False), (body.repeat_of, True)):
        if earlier is not None:
            session.publish(CaseRepeated(case_id=earlier, stands=stands, **about, **by))
    return RepeatOut(number=number, who=actor.subject, unit_code=actor.unit_code, **told)


async def show_repeats(session: Session, scope: Scope, case_id: str) -> RepeatsOut:
    """What a case repeats and what repeats it; that of a case that the caller may see."""
    history = await queries.repeats_of(session, case_id)
    return RepeatsOut(
        case_id=case_id,
        repeat_of=history[-1].repeat_of if history else None,
        repeated_by=tuple(await queries.repeated_by(session, scope, case_id)),
        history=tuple(RepeatOut.model_validate(entry, from_attributes=True) for entry in history),
    )


def _keep(
    session: Session, case_id: str, number: int, told: dict[str, Any], by: tuple[str, str | None, str | None]
) -> None:
    who, unit_code, staff_id = by
    row = {"case_id": case_id, "number": number, "who": who, "unit_code": unit_code, "staff_id": staff_id, **told}
    session.insert(RepeatEntry, row)


async def _earlier(session: Session, scope: Scope, case_id: str) -> LockedCase:
    case = await load_case(session, case_id)
    if case is None or not sees(scope, case):
        raise invalid("repeat_of", "is no case, or you may not see it", "诉求件不存在或无权查看")
    return case


def _check_order(case: LockedCase, earlier: LockedCase) -> None:
    if earlier.case_id == case.case_id or earlier.registered_at > case.registered_at:
        raise invalid("repeat_of", "must be a case that was registered earlier", "须为先登记的诉求件")


async def _check_party(session: Session, request: Request, case_ids: list[str]) -> None:
    units = await queries.handling_units(session, case_ids)
    if request.actor.unit_code in units:
        raise NotTheirs(
            "A unit that handled one of the cases does not say whether it was repeated",
            "承办单位不得认定本单位办理的诉求是否重复",
        )


def _days(session: Session) -> int:
    return session.packs.current(session.now).directory.pack.petitions.repeat_days
