"""Rows of followup that one event tells: a try to reach the citizen, an order; and who finished a round."""

from collections.abc import Mapping
from typing import Any

from huiyin.audit.rows.comparing import Columns, Unseen, as_told, told
from libs.common.events import cases, citizens, supervision
from libs.common.events.terms import Reached
from services.followup.cases.domain.terms import Purpose

_Tried = cases.CallbackTried | citizens.WithdrawalTried


def tried(event: _Tried, kept: Columns | None, callback_id: Any, purpose: Purpose) -> Columns:
    """The row of a try; what no event tells of it the history does."""
    return (
        as_told(event, "case_id", "round", "attempt", "caller", "caller_staff", "reached")
        | _answers_of(event)
        | {"requester": event.requester, "purpose": purpose, "at": event.occurred_at, "notes": Unseen.WORDS}
        | {"callback_id": callback_id}
        | {"caller_unit": Unseen.WHO if kept is None else kept["unit_code"]}
        | _words_of(event, kept)
    )


def ordered(
    event: supervision.SupervisionIssued, promise: Mapping[str, Any], rule_code: Any, by: Any
) -> dict[str, Any]:
    """The row of an order, before it is answered."""
    return (
        as_told(event, "supervision_id", "case_id", "round", "level", "unit_code", "reason", "by_rule", "reply_due")
        | {"area_code": promise["area_code"], "accused_unit": promise["accused_unit"], "state": "issued"}
        | {"rule_code": rule_code, "version": 1}
        | {"issued_by": by, "issued_at": event.occurred_at}
        | dict.fromkeys(("reply", "replied_by", "replied_at"))
    )


def at_the_door(event: cases.CaseHandled | cases.CaseAnsweredDirectly) -> tuple[str | None, Any, Any]:
    """The unit that finished the round; of one that was answered at the door whose account it was, too."""
    if isinstance(event, cases.CaseHandled):
        return event.unit_code, None, None
    return event.answered_by_unit, told(event, "answered_by"), event.answered_by_staff


def _words_of(event: _Tried, kept: Columns | None) -> dict[str, Any]:
    """Nobody heard what came by a link."""
    if isinstance(event, citizens.WithdrawalTried) and event.by_link:
        return {"by_link": True, "words": None}
    return {"by_link": False, "words": Unseen.WORDS if kept is None else kept["why"] or None}


def asked(
    done: cases.CaseHandled | cases.CaseAnsweredDirectly, promise: Mapping[str, Any], requester: str
) -> dict[str, Any]:
    """What the row of a callback about a result says from its opening on."""
    unit, account, staff_id = at_the_door(done)
    return (
        {"case_id": promise["case_id"], "round": done.round, "requester": requester, "purpose": Purpose.CLOSING}
        | {"handling_unit": unit, "answered_by": account, "answered_by_staff": staff_id}
        | {"opened_at": done.occurred_at, "area_code": promise["area_code"]}
        | {"wished_by": None, "wished_by_staff": None, "wish": 0}
    )


def _answers_of(event: _Tried) -> dict[str, Any]:
    if isinstance(event, cases.CallbackTried):
        said = as_told(event, "valid", "contacted", "solved")
        return said | {"satisfaction": event.satisfaction, "withdraws": None}
    valid = event.reached is Reached.ANSWERED and event.withdraws is not None
    return {"valid": valid, "withdraws": event.withdraws} | dict.fromkeys(("contacted", "solved", "satisfaction"))
