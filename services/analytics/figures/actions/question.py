"""From what was asked to the days, the area and the rows that it means, by the pack in force."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.terms import LABELS_ZH, Channel, Kind
from libs.common.pack.areas import COUNTY_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS, area_prefix
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.pack.schema import Area, Category, Unit
from libs.common.pack.versions import ShelvedPack
from libs.common.security.policy import Scope
from libs.common.time.periods import Period, PeriodKind, assessment_day, period, window
from services.analytics.figures.actions.cuts import Cut
from services.analytics.figures.schemas import GroupBy, PeriodName, PeriodOut, SelectionQuery
from services.analytics.rollups.queries import Grouping, Selection

NO_UNIT = ("未派单位", "No unit")
NO_CATEGORY = ("未分类", "No category")

LEFT_OUT = (
    "Confidential cases and those about a unit are counted for the whole place alone",
    "不含不分列件：保密件及反映单位的诉求件仅计入全辖合计",
)


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """A question made definite."""

    pack: ShelvedPack
    scope: Scope
    span: Period
    period: PeriodOut
    area_code: str
    selection: Selection


def make_definite(session: Session, scope: Scope, query: SelectionQuery, cut: Cut | None = None) -> FigureQuestion:
    """The days and the part of the county that are meant; by the pack and on the day of the cut, if there is one.

    Raises:
        NotFound: the area lies outside the caller's reach.
        UnknownCode: no such area, unit or category in any version.
    """
    now = session.now if cut is None else cut.at
    pack = session.packs.current(now) if cut is None else session.packs.at_version(cut.pack_version)
    directory = pack.directory
    area_code = reachable_area(pack, scope, query.area_code)
    _ever_known(pack.codes.units, "unit_code", query.unit_code)
    _ever_known(pack.codes.categories, "category_code", query.category_code)
    span, shown = _span(directory, query, now)
    selection = Selection(
        first=span.first,
        last=span.last,
        area_prefix=area_prefix(area_code),
        unit_code=query.unit_code,
        category_code=query.category_code,
        channel=query.channel and query.channel.value,
        kind=query.kind and query.kind.value,
    )
    return FigureQuestion(pack, scope, span, shown, area_code, selection)


def _ever_known(known: Container[str], field: str, code: str | None) -> None:
    """What was abolished still has figures: a code is wrong only when no version has it."""
    if code is not None and code not in known:
        raise UnknownCode(field, code)


def reachable_area(pack: ShelvedPack, scope: Scope, asked: str | None) -> str:
    """The area asked for, or the whole of what the caller may see; NotFound for one outside it."""
    if asked is None:
        return scope.area_prefix.ljust(VILLAGE_DIGITS, "0")
    _ever_known(pack.codes.areas, "area_code", asked)
    if not asked.startswith(scope.area_prefix):
        raise NotFound("This area is not within your reach", "无权查看该区域")
    return asked


def _span(directory: Directory, query: SelectionQuery, now: datetime) -> tuple[Period, PeriodOut]:
    rules = directory.period_rules()
    if query.from_ is not None and query.to is not None:
        label = f"{query.from_.isoformat()}/{query.to.isoformat()}"
        span = Period(query.from_, query.to, PeriodKind.DAY, label)
    else:
        day = query.on or assessment_day(now, rules.time_zone, rules.day_starts_at)
        span = period(PeriodKind(query.period.value), day, rules)
    starts_at, ends_before = window(span, rules)
    return span, PeriodOut(
        kind=query.period if query.from_ is None else PeriodName.RANGE,
        label=span.label,
        first_day=span.first,
        last_day=span.last,
        starts_at=starts_at,
        ends_before=ends_before,
    )


def grouping(by: GroupBy, area_code: str) -> Grouping | None:
    """How rows are told apart; areas one level below the area asked for."""
    if by is GroupBy.NONE:
        return None
    if by is not GroupBy.AREA:
        return Grouping(
            "day" if by is GroupBy.DAY else by.value if by in (GroupBy.CHANNEL, GroupBy.KIND) else f"{by.value}_code"
        )
    digits = {COUNTY_DIGITS: TOWN_DIGITS, TOWN_DIGITS: VILLAGE_DIGITS}.get(len(area_prefix(area_code)), 0)
    return Grouping("area_code", digits)


def names(pack: ShelvedPack, by: GroupBy, key: str) -> tuple[str, str]:
    """Chinese and English name of a row; what the pack no longer has keeps its last name, a strange code itself."""
    try:
        return _names(pack.directory, by, key)
    except (UnknownCode, ValueError):
        codes = pack.codes
        known = {GroupBy.UNIT: codes.units, GroupBy.AREA: codes.areas, GroupBy.CATEGORY: codes.categories}.get(
            by, {}
        ).get(key)
        return (key, key) if known is None else (known.name, known.name_en or key)


def _names(directory: Directory, by: GroupBy, key: str) -> tuple[str, str]:
    match by:
        case GroupBy.UNIT | GroupBy.CATEGORY if not key:
            return NO_UNIT if by is GroupBy.UNIT else NO_CATEGORY
        case GroupBy.UNIT:
            found: Unit | Area | Category = directory.unit(key)
        case GroupBy.AREA:
            found = directory.area(key)
        case GroupBy.CATEGORY:
            found = directory.category(key)
        case GroupBy.CHANNEL | GroupBy.KIND:
            term: Channel | Kind = Channel(key) if by is GroupBy.CHANNEL else Kind(key)
            return LABELS_ZH[term], key
        case _:
            return key, key
    return found.name, found.name_en or key


def stamp(question: FigureQuestion, query: SelectionQuery, by: GroupBy, cut: Cut) -> dict[str, Any]:
    """What every answer says of itself."""
    fresh = cut.known.fresh
    left_out = question.scope.without_unlisted
    reason, reason_zh = LEFT_OUT if left_out else (None, None)
    return {
        "period": question.period,
        "area_code": question.area_code,
        "unit_code": query.unit_code,
        "category_code": query.category_code,
        "channel": query.channel,
        "kind": query.kind,
        "by": by,
        "as_of": fresh.as_of,
        "lag_seconds": fresh.lag_seconds,
        "pack_version": question.pack.version,
        "cut": cut.text,
        "suppressed": left_out,
        "reason": reason,
        "reason_zh": reason_zh,
    }
