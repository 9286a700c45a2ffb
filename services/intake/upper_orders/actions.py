"""Taking an order from above in (上级交办): a case of its own, or of one that came before another deadline."""

from dataclasses import replace
from datetime import datetime

from libs.common.database.one_writer import only_writer
from libs.common.database.session import Session
from libs.common.errors import Conflict, invalid
from libs.common.events.ordered_above import UpperOrder
from libs.common.events.upper_orders import UpperDeadlineChanged
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.security.personal_numbers import is_personal_number
from services.intake.cases.actions.drafts import Desk, Draft
from services.intake.cases.actions.receipts import receipt
from services.intake.cases.actions.register import register
from services.intake.cases.actions.unit_of_work import add_entry, load_case
from services.intake.cases.domain.lifecycle import Said
from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.queries.reach import sees
from services.intake.upper_orders.domain import NamedDeadline, again
from services.intake.upper_orders.queries import known_order
from services.intake.upper_orders.schemas import TakeUpperOrder, UpperOrderReceipt
from services.intake.upper_orders.tables import UpperOrderCase


def check_order(desk: Desk, body: TakeUpperOrder) -> None:
    """Invalid when its body or number looks like a person; both travel in the clear."""
    if mask_text(body.upper_body) != body.upper_body:
        raise invalid(
            "upper_body", "must be an office, and hold no person's name or number", "须为单位名称，不得含个人信息"
        )
    if is_personal_number(body.upper_no, desk.now.date()):
        raise invalid(
            "upper_no",
            "looks like a phone or ID number; send the number of the order itself",
            "形似手机号或身份证号，请填写交办件本身的编号",
        )


def under_order(draft: Draft, body: TakeUpperOrder) -> Draft:
    """The case that is about to be registered, by its order."""
    order = UpperOrder(body=body.upper_body, number=body.upper_no, due_at=body.upper_due_at)
    return replace(draft, event=draft.event.model_copy(update={"upper_order": order}))


async def take_order(session: Session, asked: Request, draft: Draft) -> UpperOrderReceipt:
    """A new case, or the one that it is already; of that nothing changes but the deadline, where another is named.

    Raises:
        Conflict: it came before, and its case is out of the caller's reach.
        Invalid: its deadline has passed.
    """
    order = draft.event.upper_order
    if order is None:
        raise TypeError("an order from above is taken without being one")
    # Two that come at once are one.
    await only_writer(session, f"upper_orders.{order.body}.{order.number}")
    known = await known_order(session, order.body, order.number)
    if known is not None:
        return await _again(session, asked, known, order)
    _check_ahead(session, order.due_at)
    registered = await register(session, draft, asked.scope)
    session.new(
        UpperOrderCase, case_id=registered.case_id, body=order.body, number=order.number, due_at=order.due_at, edition=1
    )
    told = registered.model_dump() | {"upper_due_at": order.due_at}
    return UpperOrderReceipt(**told, repeated=False, deadline_changed=False)


async def _again(session: Session, asked: Request, known: UpperOrderCase, order: UpperOrder) -> UpperOrderReceipt:
    case = await load_case(session, known.case_id)
    if case is None or not sees(asked.scope, case):
        raise Conflict(
            "This order came before, and its case is not in your reach", "该交办件已登记，且不在您的权限范围内"
        )
    before = NamedDeadline(known.due_at, known.edition)
    now = again(before, order.due_at)
    if now is not before:
        _check_ahead(session, now.due_at)
        _change(session, asked, case, known, now)
    told = receipt(case).model_dump() | {"upper_due_at": now.due_at}
    return UpperOrderReceipt(**told, repeated=True, deadline_changed=now is not before)


def _change(session: Session, asked: Request, case: LockedCase, known: UpperOrderCase, now: NamedDeadline) -> None:
    """It stands on the timeline, from when until when; the case does not move by it."""
    if now.due_at is None:
        raise TypeError("an order changes to a deadline, not to none")
    session.now = max(session.now, case.registered_at)
    actor = asked.actor
    event = UpperDeadlineChanged(
        case_id=case.case_id,
        occurred_at=session.now,
        due_at=now.due_at,
        before=known.due_at,
        edition=now.edition,
        by=actor.subject,
        by_unit=actor.unit_code,
        by_staff=actor.staff_id,
    )
    known.due_at, known.edition = now.due_at, now.edition
    add_entry(session, case.case_id, case.state, changed_entry(event, case.state.round))
    session.publish(event)


def changed_entry(event: UpperDeadlineChanged, round_number: int) -> Said:
    """How another deadline reads on the timeline."""
    what = event.type_name.rpartition(".")[2]
    before = "未定" if event.before is None else event.before.isoformat()
    note = f"上级时限变更：{before} -> {event.due_at.isoformat()}"
    return Said(event.occurred_at, what, round_number, note, event.by_unit, event.by)


def _check_ahead(session: Session, due_at: datetime | None) -> None:
    if due_at is not None and due_at <= session.now:
        raise invalid("upper_due_at", "has passed already", "已经过去")
