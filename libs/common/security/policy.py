"""What a caller may do, and which rows it may see: one table of rights, one function that decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, not_, or_

from libs.common.errors import Forbidden
from libs.common.pack.areas import GRID_DIGITS, area_prefix
from libs.common.security.principal import Principal, Role

Column = SQLColumnExpression[str] | SQLColumnExpression[str | None]


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
    ATTACHMENT_ADD = "intake.attachments.add"
    ATTACHMENT_READ = "intake.attachments.read"
    ATTACHMENT_DELETE = "intake.attachments.delete"

    WORK_READ = "dispatch.work.read"
    TRIAGE_READ = "dispatch.triage.read"
    CASE_ASSIGN = "dispatch.cases.assign"
    CASE_SIGN = "dispatch.cases.sign"
    PROGRESS_REPORT = "dispatch.progress.report"
    RESULT_SUBMIT = "dispatch.results.submit"
    TASK_CANCEL = "dispatch.tasks.cancel"
    RETURN_REQUEST = "dispatch.returns.request"
    RETURN_DECIDE = "dispatch.returns.decide"
    CASE_REASSIGN = "dispatch.cases.reassign"
    DIRECTORY_READ = "dispatch.directory.read"
    DIRECTORY_PUBLISH = "dispatch.directory.publish"

    PROMISE_READ = "followup.cases.read"
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


_LOOK_AT_CASES = frozenset(
    {Right.CASE_READ, Right.CASE_LIST, Right.CASE_TIMELINE, Right.ATTACHMENT_READ, Right.PROMISE_READ}
)
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
            Right.ATTACHMENT_ADD,
            Right.ATTACHMENT_DELETE,
            Right.DIRECTORY_READ,
        },
        Role.VISITOR: _EVERYBODY
        | _LOOK_AT_CASES
        | {
            Right.CASE_REGISTER,
            Right.CASE_REGISTER_BATCH,
            Right.CASE_SUPPLEMENT,
            Right.CASE_ANSWER_DIRECTLY,
            Right.ATTACHMENT_ADD,
        },
        Role.DISPATCHER: _EVERYBODY
        | _LOOK_AT_CASES
        | _LOOK_AT_WORK
        | {
            Right.CASE_ASSIGN,
            Right.CASE_REASSIGN,
            Right.RETURN_DECIDE,
            Right.TASK_CANCEL,
            Right.DIRECTORY_READ,
            Right.TIMER_READ,
        },
        Role.HANDLER: _EVERYBODY
        | _LOOK_AT_CASES
        | {
            Right.REQUESTER_REVEAL,
            Right.ATTACHMENT_ADD,
            Right.WORK_READ,
            Right.CASE_SIGN,
            Right.PROGRESS_REPORT,
            Right.RESULT_SUBMIT,
            Right.TASK_CANCEL,
            Right.RETURN_REQUEST,
            Right.DIRECTORY_READ,
            Right.TIMER_READ,
            Right.SUPERVISION_READ,
            Right.SUPERVISION_REPLY,
        },
        Role.CALLER: _EVERYBODY
        | _LOOK_AT_CASES
        | {Right.REQUESTER_REVEAL, Right.ATTACHMENT_ADD, Right.CALLBACK_READ, Right.CALLBACK_RECORD},
        Role.SUPERVISOR: _EVERYBODY
        | _LOOK_AT_CASES
        | _LOOK_AT_WORK
        | _LOOK_AT_PROMISES
        | _LOOK_AT_FIGURES
        | {Right.ATTACHMENT_DELETE, Right.UNREACHABLE_REVIEW, Right.SUPERVISION_ISSUE, Right.DIRECTORY_READ},
        Role.LEADER: _EVERYBODY | _LOOK_AT_FIGURES | {Right.SUPERVISION_READ},
        Role.INTEGRATOR: _EVERYBODY
        | {
            Right.CASE_REGISTER,
            Right.CASE_REGISTER_BATCH,
            Right.CASE_SUPPLEMENT,
            Right.CASE_WITHDRAW,
            Right.CASE_READ,
            Right.CASE_TIMELINE,
            Right.ATTACHMENT_ADD,
            Right.ATTACHMENT_READ,
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

SOURCE_BOUND: frozenset[Role] = frozenset({Role.INTEGRATOR})
"""Roles of outside systems: they see only the cases that they sent themselves, under their own name."""

ABOUT_NO_UNIT: frozenset[Right] = frozenset({Right.DIRECTORY_READ, Right.COUNTY_PAGE})
"""Rights over what belongs to no single unit: a unit argues a return with the whole directory in hand."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far one role goes inside its area: the rows of one unit, those that one outside system sent, or all."""

    unit_code: str | None = None
    source_system: str | None = None


EVERYTHING = (Bound(),)


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a right reaches: inside an area, what any of its ``bounds`` takes in, and no case about oneself.

    ``own_units`` are the unit that the caller acts for and all above it: a complaint about one of them is hidden, be
    the caller's role what it may (信访工作条例 Art 30, 46; 济南条例 Art 32).
    """

    area_prefix: str
    bounds: tuple[Bound, ...] = EVERYTHING
    own_units: frozenset[str] = frozenset()

    @property
    def unit_code(self) -> str | None:
        """The unit whose rows alone are reached; None when there are others."""
        return self.bounds[0].unit_code if len(self.bounds) == 1 else None

    @property
    def source_system(self) -> str | None:
        """The outside system whose cases alone are reached; None when there are others."""
        return self.bounds[0].source_system if len(self.bounds) == 1 else None

    def covers(self, area_code: str | None) -> bool:
        """Whether an area lies in the caller's, for what is no row about a case. No area is nobody's."""
        return area_code is not None and area_code.startswith(self.area_prefix)

    def allows(
        self,
        area_code: str | None,
        unit_code: str | None,
        *,
        accused_unit: str | None,
        source_system: str | None = None,
    ) -> bool:
        """Whether a row of this area, unit, accused unit and source may be seen."""
        if not self.covers(area_code) or accused_unit in self.own_units:
            return False
        return any(
            bound.unit_code in (None, unit_code) and bound.source_system in (None, source_system)
            for bound in self.bounds
        )

    def predicate(
        self,
        area_column: Column,
        unit_column: Column | None = None,
        *,
        accused_column: Column | None,
        source_column: Column | None = None,
    ) -> ColumnElement[bool]:
        """`allows` as SQL. A table without a column shows nothing to somebody bound to what it would hold.

        Without ``accused_column`` it shows also what is said about the caller's own units: that is for tables where
        it is taken out in another way.
        """
        conditions: list[ColumnElement[bool]] = [area_column.like(self.area_prefix + "%")]
        if Bound() not in self.bounds:
            conditions.append(or_(*(_within(bound, unit_column, source_column) for bound in self.bounds)))
        if self.own_units and accused_column is not None:
            # Nobody is accused in most cases, and NULL is in no list.
            own = accused_column.in_(sorted(self.own_units))
            conditions.append(or_(accused_column.is_(None), not_(own)))
        return and_(*conditions)


def in_area(column: Column, area_code: str | None) -> list[ColumnElement[bool]]:
    """The condition that rows are of an area or of one inside it; none without a code."""
    if area_code is None:
        return []
    if len(area_code) == GRID_DIGITS:
        # Nothing lies inside a grid: asked for itself, its rows stand in the order of the list.
        return [column == area_code]
    return [column.like(f"{area_prefix(area_code)}%")]


def _within(bound: Bound, unit_column: Column | None, source_column: Column | None) -> ColumnElement[bool]:
    chosen = ((unit_column, bound.unit_code), (source_column, bound.source_system))
    conditions = [false() if column is None else column == value for column, value in chosen if value is not None]
    return and_(*conditions)


def decide(principal: Principal, right: Right, own_units: frozenset[str] = frozenset()) -> Scope:
    """The rows on which the principal may use the right: what each of its roles reaches, and nothing beside it.

    ``own_units`` are the principal's unit and all above it, as far as the directory knows; its own is always one.

    Raises:
        Forbidden: none of its roles carries the right, or the only one that does needs a unit and there is none.
    """
    carrying = [role for role in sorted(principal.roles) if right in RIGHTS[role] and _in_force(role, principal)]
    if not carrying:
        raise Forbidden(f"This needs the right {right.value}", f"此操作需要权限 {right.value}")
    bounds = tuple(dict.fromkeys(_bound(principal, role, right) for role in carrying))
    own = own_units if principal.unit_code is None else own_units | {principal.unit_code}
    return Scope(area_prefix(principal.area_code), EVERYTHING if Bound() in bounds else bounds, own)


def _bound(principal: Principal, role: Role, right: Right) -> Bound:
    if right in ABOUT_NO_UNIT:
        return Bound()
    return Bound(
        principal.unit_code if role in UNIT_BOUND else None, principal.subject if role in SOURCE_BOUND else None
    )


def has_right(principal: Principal, right: Right) -> bool:
    """Whether `decide` would give a scope."""
    return any(right in RIGHTS[role] and _in_force(role, principal) for role in principal.roles)


def may_know_requester(principal: Principal, *, handling_unit: str | None, confidential: bool) -> bool:
    """Whether the principal may learn who complained in a case that it may see.

    The handling unit may not when the case is confidential (保密件). Sources: 信访工作条例 Art 30 and 46, 济南 Art 16
    and 32. The unit complained about sees no such case at all (`Scope`).
    """
    if not has_right(principal, Right.REQUESTER_REVEAL):
        return False
    return not (confidential and handling_unit is not None and principal.unit_code == handling_unit)


def _in_force(role: Role, principal: Principal) -> bool:
    return role not in UNIT_BOUND or principal.unit_code is not None
