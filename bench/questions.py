"""What people ask of a house that holds many cases: every list, queue and figure, as each role sees it.

A question is a path with gaps; who asks fills them by chance, so that no two requests need be the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from string import Formatter
from urllib.parse import quote

from libs.common.bus.flow import Service
from libs.common.events.terms import Channel, Kind, Urgency
from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema import Pack, UnitLevel
from libs.common.security.principal import Role
from libs.common.web.cursors import SortValue, encode_cursor

_SOME_ID = "01900000-0000-7000-8000-000000000000"
_PAST = timedelta(days=700)


class Group(StrEnum):
    """What a question is about."""

    LISTS = "lists"
    QUEUES = "queues"
    FIGURES = "figures"


class Who(StrEnum):
    """Who asks: somebody who sees the whole county, a town, or a unit's own."""

    COUNTY = "county"
    TOWN = "town"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Asker:
    """A role over an area, within a unit when one is named."""

    role: Role
    area: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The service is the first part of the path."""

    group: Group
    who: Who
    path: str

    @property
    def service(self) -> Service:
        """Which service answers it."""
        return Service(self.path.split("/")[1])

    def __str__(self) -> str:
        return f"{self.who}: {self.path}"


_CASES = "/intake/v1/cases"
_WORK = "/dispatch/v1/work"
_TRIAGE = "/dispatch/v1/triage"
_CALLBACKS = "/followup/v1/callbacks"
_TIMERS = "/followup/v1/timers"
_ORDERS = "/followup/v1/supervisions"
_FIGURES = "/analytics/v1/figures"
_DEEP = "cursor={deep_cases}"

_LISTS: Mapping[Who, Sequence[str]] = {
    Who.COUNTY: (
        _CASES,
        f"{_CASES}?{_DEEP}",
        f"{_CASES}?limit=200&{_DEEP}",
        f"{_CASES}?area_code={{town}}&{_DEEP}",
        f"{_CASES}?area_code={{village}}",
        f"{_CASES}?area_code={{grid}}&{_DEEP}",
        f"{_CASES}?status=closed&{_DEEP}",
        f"{_CASES}?status=signed",
        f"{_CASES}?status=triage",
        f"{_CASES}?category_code={{category}}&{_DEEP}",
        f"{_CASES}?category_code={{heading}}&status=handled",
        f"{_CASES}?lead_unit={{unit}}&{_DEEP}",
        f"{_CASES}?channel={{channel}}&kind={{kind}}",
        f"{_CASES}?urgency=emergency",
        f"{_CASES}?source_system=stock&source_no=nobody",
        f"{_CASES}?registered_from={{moment}}&registered_to={{moment_after}}",
        f"{_CASES}?area_code={{village}}&category_code={{category}}&channel={{channel}}&kind={{kind}}&status=closed",
        f"{_CASES}/{{case}}",
        f"{_CASES}/{{case}}/timeline",
        "/dispatch/v1/cases/{case}/transitions",
        "/followup/v1/cases/{case}",
    ),
    Who.TOWN: (_CASES, f"{_CASES}?{_DEEP}", f"{_CASES}?status=assigned", f"{_CASES}?category_code={{category}}"),
    Who.UNIT: (
        _CASES,
        f"{_CASES}?{_DEEP}",
        f"{_CASES}?status=signed",
        f"{_CASES}?status=closed&{_DEEP}",
        f"{_CASES}?category_code={{category}}",
        f"{_CASES}?registered_from={{moment}}&registered_to={{moment_after}}",
    ),
}
_QUEUES: Mapping[Who, Sequence[str]] = {
    Who.COUNTY: (
        _WORK,
        f"{_WORK}?cursor={{deep_work}}",
        f"{_WORK}?overdue=true",
        f"{_WORK}?overdue=false&area_code={{village}}",
        f"{_WORK}?due_before={{moment}}",
        f"{_WORK}?unit_code={{unit}}",
        f"{_WORK}?status=handled",
        f"{_WORK}?status=closed&cursor={{deep_work}}",
        f"{_WORK}?status=closed&area_code={{grid}}&overdue=true",
        _TRIAGE,
        f"{_TRIAGE}?urgency=urgent&area_code={{town}}",
        _CALLBACKS,
        f"{_CALLBACKS}?cursor={{deep_callbacks}}",
        f"{_CALLBACKS}?state=done&cursor={{deep_callbacks}}",
        f"{_CALLBACKS}?state=exhausted",
        f"{_CALLBACKS}?handling_unit={{unit}}",
        f"{_CALLBACKS}?state=done&handling_unit={{unit}}&area_code={{village}}",
        f"{_CALLBACKS}?due_before={{moment}}&area_code={{town}}",
        _TIMERS,
        f"{_TIMERS}?what=callback",
        f"{_TIMERS}?state=fired&cursor={{deep_timers}}",
        f"{_TIMERS}?state=cancelled&unit_code={{unit}}",
        f"{_TIMERS}?state=failed",
        f"{_TIMERS}?state=fired&case_id={{case}}",
        _ORDERS,
        f"{_ORDERS}?cursor={{deep_orders}}",
        f"{_ORDERS}?state=issued&level=supervision",
        f"{_ORDERS}?unit_code={{unit}}&cursor={{deep_orders}}",
        f"{_ORDERS}?area_code={{village}}&state=replied",
        f"{_ORDERS}?case_id={{case}}",
    ),
    Who.TOWN: (
        _WORK,
        f"{_WORK}?status=closed",
        _TRIAGE,
        _CALLBACKS,
        f"{_CALLBACKS}?state=done&cursor={{deep_callbacks}}",
        _TIMERS,
        f"{_TIMERS}?state=fired&cursor={{deep_timers}}",
        _ORDERS,
        f"{_ORDERS}?state=issued",
    ),
    Who.UNIT: (
        _WORK,
        f"{_WORK}?overdue=true",
        f"{_WORK}?status=closed&cursor={{deep_work}}",
        _TIMERS,
        f"{_TIMERS}?state=fired",
        _ORDERS,
        f"{_ORDERS}?state=issued",
        f"{_ORDERS}?cursor={{deep_orders}}",
    ),
}
_PERIODS = ("day", "week", "month", "quarter", "year")
_BY = ("none", "area", "unit", "category", "channel", "kind", "day")
_NARROWED = (
    "area_code={town}",
    "area_code={village}",
    "area_code={grid}",
    "unit_code={unit}",
    "category_code={category}",
    "category_code={heading}",
    "channel={channel}",
    "kind={kind}",
    "channel={channel}&kind={kind}",
    "unit_code={unit}&category_code={heading}",
    "area_code={town}&category_code={heading}&kind={kind}",
)
_WHY = f"{_FIGURES}/cases?period={{period}}&on={{day}}"
_FIGURES_ASKED: Mapping[Who, Sequence[str]] = {
    Who.COUNTY: (
        *(f"{_FIGURES}?period={period}&on={{day}}&by={by}" for period in _PERIODS for by in _BY),
        *(
            f"{_FIGURES}?period={period}&on={{day}}&by={{by}}&{narrow}"
            for period in ("month", "year")
            for narrow in _NARROWED
        ),
        f"{_FIGURES}?period=range&from={{day}}&to={{day_later}}&by=area",
        *(f"{_FIGURES}/counts?period=year&on={{day}}&by={by}&basis={{basis}}" for by in _BY),
        f"{_WHY}&measure=satisfaction&part=numerator",
        f"{_WHY}&measure=on_time&part=denominator&unit_code={{unit}}",
        f"{_WHY}&counter=sent_back&basis=happened&cursor={{deep_why}}",
        f"{_WHY}&counter=closed&basis=closed&area_code={{village}}",
        f"{_WHY}&counter=triaged&basis=registered&category_code={{heading}}",
        f"{_WHY}&counter=closed_unverified&basis=happened&channel={{channel}}",
        "/analytics/v1/cases",
        "/analytics/v1/cases?overdue=true&unit_code={unit}",
        "/analytics/v1/cases?area_code={village}",
        "/analytics/v1/cases/{case}",
        "/analytics/county",
    ),
    Who.TOWN: (
        *(f"{_FIGURES}?period={period}&on={{day}}&by={{by}}" for period in _PERIODS),
        f"{_WHY}&measure=satisfaction&part=numerator",
        "/analytics/v1/cases",
        "/analytics/county",
    ),
    Who.UNIT: ("/analytics/county",),
}


def all_questions() -> list[Question]:
    """Every one of them."""
    return [
        Question(group, who, path)
        for group, asked in ((Group.LISTS, _LISTS), (Group.QUEUES, _QUEUES), (Group.FIGURES, _FIGURES_ASKED))
        for who, paths in asked.items()
        for path in paths
    ]


class Gaps:
    """Fills the gaps for a county. ``case_ids`` are some cases of any age."""

    def __init__(self, pack: Pack, now: datetime, case_ids: Sequence[str], chance: Random) -> None:
        self._now = now
        self._chance = chance
        self._day = now.date().isoformat()
        self._county = pack.place.code
        levels = {level: [area.code for area in pack.areas if area.level is level] for level in AreaLevel}
        handling = (UnitLevel.DEPARTMENT, UnitLevel.TOWN, UnitLevel.VILLAGE)
        self._units = [(unit.code, unit.area_code) for unit in pack.units if unit.level in handling]
        self._towns = levels[AreaLevel.TOWN]
        parents = {category.parent for category in pack.categories}
        self._fills: Mapping[str, Callable[[], str]] = {
            **{
                name: _one_of(chance, choices)
                for name, choices in {
                    "town": levels[AreaLevel.TOWN],
                    "village": levels[AreaLevel.VILLAGE],
                    "grid": levels[AreaLevel.GRID],
                    "unit": [code for code, _ in self._units],
                    "category": [category.code for category in pack.categories if category.code not in parents],
                    "heading": [category.code for category in pack.categories if category.parent is None],
                    "channel": [channel.value for channel in Channel],
                    "kind": [kind.value for kind in Kind],
                    "urgency": [urgency.value for urgency in Urgency],
                    "period": _PERIODS,
                    "by": _BY,
                    "basis": ("registered", "closed", "happened"),
                    "case": case_ids,
                }.items()
            },
            "day": self._some_day,
            "day_later": (self._now.date() - timedelta(days=1)).isoformat,
            "moment": (now - _PAST / 2).isoformat,
            "moment_after": (now - _PAST / 2 + timedelta(days=1)).isoformat,
            "deep_cases": lambda: self._cursor("intake.cases"),
            "deep_work": lambda: self._cursor("dispatch.work"),
            "deep_callbacks": lambda: self._cursor("followup.callbacks"),
            "deep_timers": lambda: self._cursor("followup.timers"),
            "deep_orders": lambda: self._cursor("followup.supervisions"),
            "deep_why": lambda: encode_cursor("analytics.behind", [0, self._day, _SOME_ID]),
        }

    def asker(self, question: Question) -> Asker:
        """Somebody who may ask it."""
        if question.who is Who.UNIT:
            code, _ = self._chance.choice(self._units)
            return Asker(Role.HANDLER, self._county, code)
        area = self._chance.choice(self._towns) if question.who is Who.TOWN else self._county
        return Asker(Role.SUPERVISOR, area)

    def fill(self, question: Question) -> str:
        """The path of one request."""
        parts = []
        for text, name, _, _ in Formatter().parse(question.path):
            parts.append(text)
            if name:
                parts.append(quote(self._fills[name](), safe=""))
        return "".join(parts)

    def _moment(self) -> datetime:
        return self._now - _PAST * self._chance.random()

    def _some_day(self) -> str:
        self._day = self._moment().date().isoformat()
        return self._day

    def _cursor(self, name: str) -> str:
        position: list[SortValue] = [self._moment().astimezone(UTC), _SOME_ID]
        return encode_cursor(name, position)


def _one_of(chance: Random, choices: Sequence[str]) -> Callable[[], str]:
    return lambda: chance.choice(choices)
