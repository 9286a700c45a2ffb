"""Median and ninth decile of the times that cases took, from histograms: as the bucket that holds each."""

from collections.abc import Mapping

from libs.common.counters import Span
from libs.common.database.session import Session
from libs.common.shares import NO_DATA
from services.analytics.durations.domain import MEDIAN, NINTH_DECILE, bounds_of, bucket_at
from services.analytics.figures.actions.past import Past
from services.analytics.figures.actions.question import FigureQuestion, grouping, names
from services.analytics.figures.actions.sums import histograms
from services.analytics.figures.schemas import DurationMeasure, DurationOut, DurationRow, GroupBy, Within
from services.analytics.rollups.queries import Grouping

_HOUR, _DAY = 60, 24 * 60
_UNITS = ((_DAY, "天", "d"), (_HOUR, "小时", "h"), (1, "分钟", "min"))


async def read_duration(
    session: Session, question: FigureQuestion, by: GroupBy, span: Span, past: Past | None = None
) -> DurationMeasure:
    """One duration, of all and by row; with a ``past``, as it was known then."""
    rows_by: Grouping | None = grouping(by, question.area_code)
    rows = await histograms(session, question.scope, span, question.selection, rows_by, past=past)
    total: dict[int, int] = {}
    for row in rows.values():
        total = {bucket: total.get(bucket, 0) + row.get(bucket, 0) for bucket in total.keys() | row.keys()}
    return DurationMeasure(
        code=span,
        name=span.words[0],
        name_en=span.words[1],
        counts=span.counts,
        total=shown(total),
        rows=[_row(question, by, key, row) for key, row in (rows.items() if rows_by else ())],
    )


def shown(histogram: Mapping[int, int]) -> DurationOut:
    """What is said of a histogram."""
    return DurationOut(
        entries=sum(histogram.values()),
        median=_within(bucket_at(MEDIAN, histogram)),
        p90=_within(bucket_at(NINTH_DECILE, histogram)),
    )


def _row(question: FigureQuestion, by: GroupBy, key: str, histogram: Mapping[int, int]) -> DurationRow:
    name, name_en = names(question.pack, by, key)
    return DurationRow(key=key, name=name, name_en=name_en, **shown(histogram).model_dump())


def _within(bucket: int | None) -> Within:
    if bucket is None:
        return Within(at_least_minutes=None, below_minutes=None, text=NO_DATA, text_en=NO_DATA)
    least, below = bounds_of(bucket)
    # The unit of the lower end, unless both are whole ones of a larger unit; the first bucket begins at nothing.
    whole = [one for one in _UNITS if (least or below or 1) % one[0] == 0 and (below or one[0]) % one[0] == 0]
    size, unit, unit_en = whole[0]
    if below is None:
        text, text_en = f"{least // size} {unit}以上", f"{least // size} {unit_en} or more"
    else:
        span = f"{least // size}–{below // size}"
        text, text_en = f"{span} {unit}", f"{span} {unit_en}"
    return Within(at_least_minutes=least, below_minutes=below, text=text, text_en=text_en)
