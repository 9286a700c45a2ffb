"""What a caller may do, and which rows it may see: one table of rights, one function that decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false

from libs.common.errors import Forbidden
from libs.common.pack.areas import area_prefix
from libs.common.security.principal import Principal, Role


class Right(StrEnum):
    """One thing that can be done (权限): `service.resource.verb`."""

    CASE_REGISTER = "intake.cases.register"
    CASE_REGISTER_BATCH = "intake.cases.register_batch"
    CASE_SUPPLEMENT = "intake.cases.supplement"
    CASE_WITHDRAW = "intake.cases.withdraw"
    CASE_ANSWER_DIRECTLY = "intake.cases.answer_directly"
    CASE_READ = "intake.cases.read"
    CASE_LIST = "intake.cases.list"
    CASE_TIMELINE = "intake.cases.timeline"
    REQUESTER_REVEAL = "intake.requesters.reveal"

    WORK_READ = "dispatch.work.read"
    TRIAGE_READ = "dispatch.triage.read"
    CASE_ASSIGN = "dispatch.cases.assign"
    CASE_SIGN = "dispatch.cases.sign"
    PROGRESS_REPORT = "dispatch.progress.report"
    RESULT_SUBMIT = "dispatch.results.submit"
    RETURN_REQUEST = "dispatch.returns.request"
    RETURN_DECIDE = "dispatch.returns.decide"
    CASE_REASSIGN = "dispatch.cases.reassign"
    DIRECTORY_READ = "dispatch.directory.read"
    DIRECTORY_PUBLISH = "dispatch.directory.publish"

    CALLBACK_READ = "followup.callbacks.read"
    CALLBACK_RECORD = "followup.callbacks.record"
    UNREACHABLE_REVIEW = "followup.callbacks.review_unreachable"
    TIMER_READ = "followup.timers.read"
    SUPERVISION_READ = "followup.supervisions.read"
    SUPERVISION_ISSUE = "followup.supervisions.issue"
    SUPERVISION_REPLY = "followup.supervisions.reply"

    FIGURE_READ = "analytics.figures.read"
    FIGURE_CASES = "analytics.figures.cases"
    COUNTY_PAGE = "analytics.county_page.read"

    PARKED_READ = "ops.parked.read"
    PARKED_MANAGE = "ops.parked.manage"
    EVENTS_RESEND = "ops.events.resend"
    CLOCK_ADVANCE = "ops.clock.advance"


_LOOK_AT_CASES = frozenset({Right.CASE_READ, Right.CASE_LIST, Right.CASE_TIMELINE})
_LOOK_AT_FIGURES = frozenset({Right.FIGURE_READ, Right.FIGURE_CASES})
_LOOK_AT_WORK = frozenset({Right.WORK_READ, Right.TRIAGE_READ})
_LOOK_AT_PROMISES = frozenset({Right.CALLBACK_READ, Right.TIMER_READ, Right.SUPERVISION_READ})
_EVERYBODY = frozenset({Right.COUNTY_PAGE})

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.OPERATOR: _EVERYBODY
        | _LOOK_AT_CASES
        | {
            Right.CASE_REGISTER,
            Right.CASE_SUPPLEMENT,
            Right.CASE_WITHDRAW,
            Right.CASE_ANSWER_DIRECTLY,
            Right.REQUESTER_REVEAL,
            Right.DIRECTORY_READ,
        },
        Role.VISITOR: _EVERYBODY
        | _LOOK_AT_CASES
        | {Right.CASE_REGISTER, Right.CASE_REGISTER_BATCH, Right.CASE_SUPPLEMENT, Right.CASE_ANSWER_DIRECTLY},
        Role.DISPATCHER: _EVERYBODY
        | _LOOK_AT_CASES
        | _LOOK_AT_WORK
        | {
            Right.CASE_ASSIGN,
            Right.CASE_REASSIGN,
            Right.RETURN_DECIDE,
            Right.DIRECTORY_READ,
            Right.TIMER_READ,
        },
        Role.HANDLER: _EVERYBODY
        | _LOOK_AT_CASES
        | {
            Right.REQUESTER_REVEAL,
            Right.WORK_READ,
            Right.CASE_SIGN,
            Right.PROGRESS_REPORT,
            Right.RESULT_SUBMIT,
            Right.RETURN_REQUEST,
            Right.DIRECTORY_READ,
            Right.TIMER_READ,
            Right.SUPERVISION_READ,
            Right.SUPERVISION_REPLY,
        },
        Role.CALLER: _EVERYBODY | _LOOK_AT_CASES | {Right.REQUESTER_REVEAL, Right.CALLBACK_READ, Right.CALLBACK_RECORD},
        Role.SUPERVISOR: _EVERYBODY
        | _LOOK_AT_CASES
        | _LOOK_AT_WORK
        | _LOOK_AT_PROMISES
        | _LOOK_AT_FIGURES
        | {Right.UNREACHABLE_REVIEW, Right.SUPERVISION_ISSUE, Right.DIRECTORY_READ},
        Role.LEADER: _EVERYBODY | _LOOK_AT_FIGURES | {Right.SUPERVISION_READ},
        Role.INTEGRATOR: _EVERYBODY
        | {
            Right.CASE_REGISTER,
            Right.CASE_REGISTER_BATCH,
            Right.CASE_SUPPLEMENT,
            Right.CASE_WITHDRAW,
            Right.CASE_READ,
            Right.CASE_TIMELINE,
        },
        Role.AUDITOR: _EVERYBODY
        | _LOOK_AT_CASES
        | _LOOK_AT_WORK
        | _LOOK_AT_PROMISES
        | _LOOK_AT_FIGURES
        | {Right.DIRECTORY_READ, Right.PARKED_READ},
        Role.ADMIN: _EVERYBODY
        | {
            Right.DIRECTORY_READ,
            Right.DIRECTORY_PUBLISH,
            Right.PARKED_READ,
            Right.PARKED_MANAGE,
            Right.EVENTS_RESEND,
            Right.CLOCK_ADVANCE,
        },
    }
)
"""Which role carries which rights. Everything that is not written here is refused."""

UNIT_BOUND: frozenset[Role] = frozenset({Role.HANDLER})
"""Roles that see only rows of their own unit, and that carry no right at all without one."""

ABOUT_NO_UNIT: frozenset[Right] = frozenset({Right.DIRECTORY_READ, Right.COUNTY_PAGE})
"""Rights over what belongs to no single unit: a unit argues a return with the whole directory in hand."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a right reaches: an area subtree, and one unit in it when `unit_code` is set."""

    area_prefix: str
    unit_code: str | None

    def allows(self, area_code: str | None, unit_code: str | None = None) -> bool:
        """Whether a row of this area and unit may be seen. A row without an area is nobody's."""
        if area_code is None or not area_code.startswith(self.area_prefix):
            return False
        return self.unit_code is None or self.unit_code == unit_code

    def predicate(
        self,
        area_column: SQLColumnExpression[str] | SQLColumnExpression[str | None],
        unit_column: SQLColumnExpression[str] | SQLColumnExpression[str | None] | None = None,
    ) -> ColumnElement[bool]:
        """`allows` as SQL. A table without a unit column shows nothing to somebody bound to a unit."""
        in_area = area_column.like(self.area_prefix + "%")
        if self.unit_code is None:
            return in_area
        if unit_column is None:
            return false()
        return and_(in_area, unit_column == self.unit_code)


def decide(principal: Principal, right: Right) -> Scope:
    """The rows on which the principal may use the right; the widest, when several of its roles carry it.

    Raises:
        Forbidden: none of its roles carries the right, or the only one that does needs a unit and there is none.
    """
    carrying = [role for role in principal.roles if right in RIGHTS[role] and _in_force(role, principal)]
    if not carrying:
        raise Forbidden(f"This needs the right {right.value}", f"此操作需要权限 {right.value}")
    within_unit = right not in ABOUT_NO_UNIT and UNIT_BOUND.issuperset(carrying)
    return Scope(area_prefix(principal.area_code), principal.unit_code if within_unit else None)


def has_right(principal: Principal, right: Right) -> bool:
    """Whether `decide` would give a scope."""
    return any(right in RIGHTS[role] and _in_force(role, principal) for role in principal.roles)


def may_call_back(principal: Principal, handling_unit: str | None) -> bool:
    """Whether the principal may call back on a case of this unit: never on one that its own unit handled."""
    return has_right(principal, Right.CALLBACK_RECORD) and not _of_unit(principal, handling_unit)


def may_decide_return(principal: Principal, handling_unit: str | None) -> bool:
    """Whether the principal may decide on a return (退单) that this unit asked for: never for its own unit."""
    return has_right(principal, Right.RETURN_DECIDE) and not _of_unit(principal, handling_unit)


def may_know_requester(
    principal: Principal, *, handling_unit: str | None, accused_unit: str | None, confidential: bool
) -> bool:
    """Whether the principal may learn who complained, once `decide` has put the case within its reach.

    The unit complained about never may; the handling unit may not when the case is confidential (保密件). Sources:
    信访工作条例 Art 30 and 46, 济南 Art 16 and 32.
    """
    if not has_right(principal, Right.REQUESTER_REVEAL) or _of_unit(principal, accused_unit):
        return False
    return not (confidential and _of_unit(principal, handling_unit))


def _in_force(role: Role, principal: Principal) -> bool:
    return role not in UNIT_BOUND or principal.unit_code is not None


def _of_unit(principal: Principal, unit_code: str | None) -> bool:
    return unit_code is not None and principal.unit_code == unit_code
