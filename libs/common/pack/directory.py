"""The pack in memory: every look-up that a service makes, in constant time."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from libs.common.errors import FieldError, Invalid
from libs.common.events.terms import Deadline, Kind, Level, Urgency
from libs.common.pack import areas
from libs.common.pack.areas import AreaLevel
from libs.common.pack.calendars import calendar_of
from libs.common.pack.schema import (
    CASE_OFFICE,
    CASE_TOWN,
    CASE_VILLAGE,
    LEVEL_OF,
    LOW_UNITS,
    Area,
    CallbackPolicy,
    Category,
    Duty,
    Formula,
    Ladder,
    Pack,
    Post,
    Score,
    Unit,
    UnitLevel,
)
from libs.common.roles import Role
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit
from libs.common.time.periods import PeriodRules

Row = TypeVar("Row")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class UnknownCode(Invalid):
    """A code that the pack in force does not have; ``field`` names where it stood, ``successor`` what it went up in."""

    def __init__(self, field: str, code: str, successor: str | None = None) -> None:
        message, message_zh = f"{code!r} is not in the county pack", f"县包中没有代码“{code}”"
        if successor is not None:
            message = f"{message} any more: it was merged into {successor}"
            message_zh = f"{message_zh}，已并入“{successor}”"
        super().__init__(message, message_zh, fields=[FieldError(field, message, message_zh)])
        self.field = field
        self.code = code
        self.successor = successor


class LeadDuty(NamedTuple):
    """Who leads a case by the duty directory, and why; no unit means that a person has to choose (待派)."""

    unit_code: str | None
    explanation: str


class Directory:
    """Look-ups over one version of a pack. Unknown codes raise ``UnknownCode``.

    ``calendar``: the one of another version with the same days, which remembers what it was asked.
    """

    def __init__(self, pack: Pack, calendar: WorkCalendar | None = None) -> None:
        self.pack = pack
        self._areas = {area.code: area for area in pack.areas}
        self._units = {unit.code: unit for unit in pack.units}
        self._by_level = {level: tuple(unit for unit in pack.units if unit.level is level) for level in UnitLevel}
        self._kinds = {kind.code: kind for kind in pack.area_kinds}
        self._merged = {merged.code: merged.successor for merged in pack.merged.areas}
        self._merged |= {merged.code: merged.successor for merged in pack.merged.units}
        self._categories = {category.code: category for category in pack.categories}
        self._posts = {post.code: post for post in pack.posts}
        self._kinds_of_households = {kind.code: kind.name for kind in pack.households.kinds}
        self._resources = {resource.code: resource.name for resource in pack.households.resources}
        self._duties = {(duty.category, duty.area_level): duty for duty in pack.duties}
        self._local_units = {(called, unit.area_code): unit.code for unit in pack.units if (called := _called(unit))}
        self._formulas = {(formula.code, formula.version): formula for formula in pack.formulas}
        self._newest = {f.code: f for f in sorted(pack.formulas, key=lambda f: f.version)}
        self._calendar = calendar or calendar_of(pack)

    @property
    def area_codes(self) -> Collection[str]:
        return self._areas.keys()

    @property
    def unit_codes(self) -> Collection[str]:
        return self._units.keys()

    def area(self, code: str) -> Area:
        """The area of this code."""
        return _found(self._areas, "area_code", code, self._merged)

    def called(self, area: Area) -> tuple[str, str]:
        """What the place calls areas of this kind (区域类型), in Chinese and English; without a kind, their level."""
        kind = self._kinds.get(area.kind or "")
        return areas.LEVEL_LABELS[area.level] if kind is None else (kind.name, kind.name_en)

    def contains(self, outer: str, inner: str) -> bool:
        """Whether ``inner`` is ``outer`` or lies inside it; both must be in the pack."""
        return areas.contains(self.area(outer).code, self.area(inner).code)

    def area_prefix(self, code: str) -> str:
        """The digits that every area inside this one begins with."""
        return areas.area_prefix(self.area(code).code)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The area and all above it that the pack has, nearest first."""
        return tuple(above for above in areas.lineage(self.area(code).code) if above in self._areas)

    def unit(self, code: str) -> Unit:
        """The unit of this code."""
        return _found(self._units, "unit_code", code, self._merged)

    def units(self, level: UnitLevel | None = None) -> tuple[Unit, ...]:
        """All units, or those of one level, in the pack's order."""
        return tuple(self.pack.units) if level is None else self._by_level[level]

    def post(self, code: str) -> Post:
        """The post of this code."""
        return _found(self._posts, "post_code", code)

    def leads(self, post_code: str) -> bool:
        """Whether who holds the post leads the unit (主要负责人): the only one, and a leader by its roles."""
        post = self._posts.get(post_code)
        return post is not None and post.only_one and Role.LEADER in post.roles

    def roles_of(self, post_code: str) -> tuple[Role, ...]:
        """What whoever holds the post is employed to do; nothing by a post that this pack does not have."""
        return self._posts[post_code].roles if post_code in self._posts else ()

    def household_kind(self, code: str) -> str:
        """What the place calls households of this kind (重点户类型)."""
        return _found(self._kinds_of_households, "kinds", code)

    def resource(self, code: str) -> str:
        """What the place calls this resource (群众资源)."""
        return _found(self._resources, "resources", code)

    def lineage(self, unit_code: str) -> tuple[str, ...]:
        """The unit and all above it, nearest first; nothing of a unit that this pack does not know."""
        codes: list[str] = []
        code: str | None = unit_code
        while code is not None and code in self._units and code not in codes:
            codes.append(code)
            code = self._units[code].parent
        return tuple(codes)

    def is_within(self, unit_code: str, outer: str | None) -> bool:
        """Whether the unit is ``outer`` or below it (本单位或其下级)."""
        return outer is not None and (unit_code == outer or outer in self.lineage(unit_code))

    def level_of(self, unit_code: str | None) -> Level | None:
        """层级: how high the unit stands; None of nobody, and of a unit that this pack does not know."""
        unit = None if unit_code is None else self._units.get(unit_code)
        return None if unit is None else LEVEL_OF[unit.level]

    def is_above(self, upper: str, unit_code: str) -> bool:
        """Whether one unit may give work to another, and be told of it by that one (上下级).

        It stands above it in the pack; or else is of a higher level, and its area contains that of the other.
        """
        if upper == unit_code or self.is_within(upper, unit_code):
            return False
        return self.is_within(unit_code, upper) or (
            self._rank(upper) > self._rank(unit_code)
            and areas.contains(self.unit(upper).area_code, self.unit(unit_code).area_code)
        )

    def levels_above(self, unit_code: str) -> Iterator[tuple[str, ...]]:
        """The units above one, of each higher level in turn, the nearest first."""
        for higher in range(self._rank(unit_code) + 1, len(self.pack.raising.levels)):
            yield tuple(
                unit.code
                for unit in self.pack.units
                if self._rank(unit.code) == higher and self.is_above(unit.code, unit_code)
            )

    def _rank(self, unit_code: str) -> int:
        levels, level = self.pack.raising.levels, LEVEL_OF[self.unit(unit_code).level]
        return levels.index(level) if level in levels else -1

    def is_within_any(self, unit_code: str, outers: Iterable[str]) -> bool:
        """Whether the unit is one of these, or below one."""
        return any(self.is_within(unit_code, outer) for outer in outers)

    def category(self, code: str) -> Category:
        """The category of this code."""
        return _found(self._categories, "category_code", code)

    def nearest_category(self, code: str) -> str | None:
        """The category, else the nearest above it that the pack has; None when there is none."""
        above = (code[:length] for length in range(len(code), 0, -2))
        return next((one for one in above if one in self._categories), None)

    def category_lineage(self, code: str) -> tuple[str, ...]:
        """The category and all above it, nearest first."""
        category = self.category(code)
        return (code,) if category.parent is None else (code, *self.category_lineage(category.parent))

    def duty(self, category_code: str, area_code: str) -> Duty | None:
        """The row that speaks for a category in an area: nearest category first, then the finest area level."""
        level = self.area(area_code).level
        levels = areas.LEVELS[areas.LEVELS.index(level) :: -1]
        rows = (self._duties.get((code, rung)) for code in self.category_lineage(category_code) for rung in levels)
        return next((row for row in rows if row is not None), None)

    def lead_unit(self, category_code: str, area_code: str) -> LeadDuty:
        """The unit that leads a category in an area, with the rule that said so; or nobody, with the reason."""
        duty = self.duty(category_code, area_code)
        category, area = self.category(category_code), self.area(area_code)
        if duty is None:
            return LeadDuty(None, f"权责清单无此项 no duty for {category.code} {category.name} at {area.name}")
        rule = f"权责清单 duty {duty.category} × {duty.area_level.value}"
        unit_code = self.resolve(duty.lead, area_code)
        if unit_code is None:
            return LeadDuty(None, f"{rule}: {duty.lead} 在{area.name}无对应单位 has no unit at {area.code}")
        unit = self.unit(unit_code)
        if duty.taken_back and unit.level in LOW_UNITS:
            return LeadDuty(
                None, f"{rule}: 上级收回事项不得下派 taken back, may not go down to {unit.code} {unit.name}"
            )
        basis = f" ({duty.basis})" if duty.basis else ""
        local = f"{duty.lead} -> " if duty.lead != unit_code else ""
        return LeadDuty(unit_code, f"{rule}: 主办 lead {local}{unit.code} {unit.name}{basis}")

    def support_units(self, category_code: str, area_code: str) -> tuple[str, ...]:
        """协办: the support units of the duty that exist for this area, without the lead."""
        duty = self.duty(category_code, area_code)
        if duty is None:
            return ()
        lead = self.resolve(duty.lead, area_code)
        named = (self.resolve(code, area_code) for code in duty.support)
        return tuple(dict.fromkeys(code for code in named if code is not None and code != lead))

    def may_receive(self, unit_code: str, category_code: str, area_code: str) -> bool:
        """False when the matter is taken back by the higher level (上级收回) and the unit is a town or below."""
        duty = self.duty(category_code, area_code)
        low = self.unit(unit_code).level in LOW_UNITS
        return not (low and duty is not None and duty.taken_back)

    def resolve(self, lead: str, area_code: str) -> str | None:
        """The unit code that a duty's lead or support stands for in an area; None when there is none."""
        if not lead.startswith("@"):
            return lead if lead in self._units else None
        level = AreaLevel.VILLAGE if lead == CASE_VILLAGE else AreaLevel.TOWN
        own = next((code for code in self.ancestors(area_code) if self._areas[code].level is level), None)
        return None if own is None else self._local_units.get((lead, own))

    def limit(self, deadline: Deadline, kind: Kind, urgency: Urgency, duty: Duty | None = None) -> Limit | None:
        """The limit of a promise, or None when the pack makes none; ``check_pack`` has proved its tables without holes.

        A duty's own limit, of those that may have one, holds for normal urgency only: what is urgent stays urgent.
        """
        if deadline not in self.pack.limits.root:
            return None
        if duty is not None and duty.limit is not None and urgency is Urgency.NORMAL:
            return duty.limit.limit()
        found = self.pack.limits.find(deadline, kind, urgency)
        if found is None:
            raise UnknownCode(f"limits.{deadline}", f"{kind.value}/{urgency.value}")
        return found.limit()

    def calendar(self) -> WorkCalendar:
        """The place's working days."""
        return self._calendar

    def period_rules(self) -> PeriodRules:
        """How the place cuts time into assessment days and months."""
        assessment = self.pack.assessment
        return PeriodRules(
            time_zone=self._calendar.time_zone,
            day_starts_at=assessment.day_starts_at,
            month_starts_on=assessment.month_starts_on,
        )

    @property
    def ladder(self) -> Ladder:
        """督办阶梯."""
        return self.pack.ladder

    @property
    def callback(self) -> CallbackPolicy:
        """回访规则."""
        return self.pack.callback

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The newest version of every rate, in the pack's order."""
        return tuple(formula for formula in self.pack.formulas if self._newest[formula.code] is formula)

    def formula(self, code: str, version: int | None = None) -> Formula:
        """A rate by code: the newest, or the version asked for."""
        if version is None:
            return _found(self._newest, "formula", code)
        formula = self._formulas.get((code, version))
        if formula is None:
            raise UnknownCode("formula", f"{code}/{version}")
        return formula

    def decimals_of(self, measure: Formula | Score) -> int:
        """The digits after the point that are printed of a rate or score."""
        return self.pack.figures.decimals if measure.decimals is None else measure.decimals

    @property
    def scores(self) -> tuple[Score, ...]:
        """综合得分."""
        return self.pack.scores


def _called(unit: Unit) -> str | None:
    """How a duty calls the unit in the place of a case, whichever that is."""
    if unit.office is not None:
        return f"{CASE_OFFICE}{unit.office}"
    return {UnitLevel.TOWN: CASE_TOWN, UnitLevel.VILLAGE: CASE_VILLAGE}.get(unit.level)


def _found(table: dict[str, Row], field: str, code: str, merged: Mapping[str, str] = _NOTHING) -> Row:
    found = table.get(code)
    if found is None:
        raise UnknownCode(field, code, merged.get(code))
    return found
