"""How far a right goes: which rows a caller sees by it, and one function that decides."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, not_, or_

from libs.common.errors import Forbidden
from libs.common.events.people import person_name
from libs.common.pack.areas import GRID_DIGITS, area_prefix
from libs.common.security.principal import Principal, Role
from libs.common.security.right import Right
from libs.common.security.rights import ABOUT_NO_UNIT, RIGHTS, SOURCE_BOUND, UNIT_BOUND

Column = SQLColumnExpression[str] | SQLColumnExpression[str | None]
AccusedColumns = tuple[Column, Any]
"""Where a table keeps who is complained about: ``accused_unit``, and the list ``also_accused``, None without one."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far one role goes inside its area: the rows of one unit, those that one outside system sent, or all."""

    unit_code: str | None = None
    source_system: str | None = None


EVERYTHING = (Bound(),)


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a right reaches: inside an area, what any of its ``bounds`` takes in, and no case about oneself.

    ``own`` is by what the caller may be complained about: the units that it acts for and all above them, and itself as
    a member of staff. A complaint about one of them is hidden, be the caller's role what it may (信访工作条例 Art 30,
    46; 济南条例 Art 32).
    """

    area_prefix: str
    bounds: tuple[Bound, ...] = EVERYTHING
    own: frozenset[str] = frozenset()
    without_unlisted: bool = False
    """Of figures: not the cases that no row below the place shows (不分列件): confidential ones, those about a unit."""
    to_the_day: bool = False
    """Of cases behind figures: a moment is told by its day, since the case itself is not the caller's."""

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
        also_accused: Collection[str],
        source_system: str | None = None,
    ) -> bool:
        """Whether a row of this area, unit, source, and about these units and people may be seen."""
        if not self.covers(area_code) or self.is_about(accused_unit, also_accused):
            return False
        return any(
            bound.unit_code in (None, unit_code) and bound.source_system in (None, source_system)
            for bound in self.bounds
        )

    def is_about(self, accused_unit: str | None, also_accused: Collection[str]) -> bool:
        """Whether somebody is complained about whom the caller is, or acts for."""
        return accused_unit in self.own or not self.own.isdisjoint(also_accused)

    @property
    def unbounded(self) -> bool:
        """Whether it takes in all that lies inside the area, whoever has it."""
        return Bound() in self.bounds

    def bound(self, unit_column: Column | None, source_column: Column | None = None) -> list[ColumnElement[bool]]:
        """What it takes in of an area, as SQL; nothing where that is everything."""
        if self.unbounded:
            return []
        return [or_(*(_within(bound, unit_column, source_column) for bound in self.bounds))]

    def predicate(
        self,
        area_column: Column,
        unit_column: Column | None = None,
        *,
        accused_columns: AccusedColumns | None,
        source_column: Column | None = None,
    ) -> ColumnElement[bool]:
        """`allows` as SQL. A table without a column shows nothing to somebody bound to what it would hold.

        Without ``accused_columns`` it shows also what is said about the caller's own units: that is for tables where
        it is taken out in another way.
        """
        conditions = [area_column.like(self.area_prefix + "%"), *self.bound(unit_column, source_column)]
        if self.own and accused_columns is not None:
            unit, also = accused_columns
            # Nobody is accused in most cases, and NULL is in no list.
            conditions.append(or_(unit.is_(None), not_(unit.in_(sorted(self.own)))))
            if also is not None:
                conditions.append(not_(also.overlap(sorted(self.own))))
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

    ``own_units`` are the principal's units and all above them, as far as the directory knows; its own is always one.

    Raises:
        Forbidden: none of its roles carries the right, or the only one that does needs a unit and there is none.
    """
    carrying = [role for role in sorted(principal.roles) if right in RIGHTS[role] and _in_force(role, principal)]
    if not carrying:
        raise Forbidden(f"This needs the right {right.value}", f"此操作需要权限 {right.value}")
    bounds = tuple(dict.fromkeys(_bound(principal, role, right) for role in carrying))
    own = own_units if principal.unit_code is None else own_units | {principal.unit_code}
    own = own if principal.staff_id is None else own | {person_name(principal.staff_id)}
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


def may_know_requester(principal: Principal, *, handling_units: Collection[str | None], confidential: bool) -> bool:
    """Whether the principal may learn who complained in a case that it may see.

    The handling units, that which leads and that which works, may not when the case is confidential (保密件), nor
    whoever holds a post there beside the one it acts by. Sources: 信访工作条例 Art 30 and 46, 济南 Art 16 and 32. The
    unit complained about sees no such case at all (`Scope`).
    """
    if not has_right(principal, Right.REQUESTER_REVEAL):
        return False
    return not (confidential and is_of(principal.own_units, handling_units))


def is_of(own_units: Collection[str | None], handling_units: Collection[str | None]) -> bool:
    """Whether one of a person's units is among those that handle a case; nobody's unit is None."""
    return not {*own_units}.isdisjoint({*handling_units} - {None})


def _in_force(role: Role, principal: Principal) -> bool:
    return role not in UNIT_BOUND or principal.unit_code is not None
