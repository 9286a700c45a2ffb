"""Publishes what has ended, once and for ever, and reads what was published."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta

from libs.common.database.session import DatabaseTrouble, Session
from libs.common.errors import NotFound, Unavailable
from libs.common.logs import get_logger
from libs.common.pack.areas import area_prefix
from libs.common.pack.versions import ShelvedPack
from libs.common.run.supervise import LoopProgress
from libs.common.security.policy import Scope
from libs.common.service.runtime import Runtime
from libs.common.service.spec import NotYet
from libs.common.time.periods import Period, PeriodKind, assessment_day, period, window
from libs.common.web.cursors import Page, decode_cursor, encode_cursor
from services.analytics.figures import domain as rates
from services.analytics.figures.actions.figures import read_board
from services.analytics.figures.actions.question import make_definite, names
from services.analytics.figures.schemas import GroupBy, PeriodName, RateMeasure, SelectionQuery
from services.analytics.publications.domain import (
    SETTLING,
    counted_areas,
    ended_year,
    following,
    published,
)
from services.analytics.publications.queries import (
    anything_unknown,
    first_registered,
    keep_others_from_publishing,
    last_published,
    publications,
    registered_by_area,
    unlisted_registered,
    write_publication,
)
from services.analytics.publications.schemas import (
    PublicationOut,
    PublishedArea,
    PublishedCount,
    PublishedDocument,
    PublishedRate,
    UnlistedOut,
    UnlistedYear,
)
from services.analytics.publications.tables import PublicationRow

EVERY = 30.0
"""Seconds between two looks at whether something has ended."""
EARLIEST = timedelta(days=366)
"""How far back the first publication of a place goes."""
REASON = (
    "A number so small, or one by which a small one could be worked out, would tell of single cases",
    "数量过少，或可据以推算出过少的数量，公布会指向个别诉求件",
)
KEPT_BACK = "＊"
"""What stands for a number that is kept back for whatever reason: to say which would tell of it."""
_LIST = "analytics.publications"
log = get_logger(__name__)


async def publish_for_ever(runtime: Runtime, progress: LoopProgress) -> None:
    """Publish each period a day after it ended."""
    waits = False
    while True:
        progress.beat()
        try:
            while await publish_next(runtime):
                progress.beat()
            waits = False
        except (DatabaseTrouble, Unavailable) as error:
            log.warning("publications put off", error=type(error).__name__)
        except NotYet:
            if not waits:
                log.warning("publications wait for a rebuild of analytics")
            waits = True
        await asyncio.sleep(EVERY)


async def publish_next(runtime: Runtime) -> bool:
    """Publish the next period that has ended; False when there is none."""
    now = runtime.clock.now()
    async with runtime.work_database.reading() as session:
        session.now = now
        if await _due(session) is None:
            return False
    async with runtime.work_database.transaction(now) as session:
        await keep_others_from_publishing(session)
        span = await _due(session)
        if span is not None:
            await _publish(session, span)
    return span is not None


async def _due(session: Session) -> Period | None:
    """The first period that has ended, has settled and is not published; none before there is a pack.

    Raises:
        NotYet: nobody knows of some case of the period whether it may be listed.
    """
    if not session.packs.newest:
        return None
    directory = session.packs.current(session.now).directory
    rules, kind = directory.period_rules(), directory.pack.figures.published.kind
    last = await last_published(session)
    if last is None:
        first = await first_registered(session)
        if first is None:
            return None
        today = assessment_day(session.now, rules.time_zone, rules.day_starts_at)
        span = period(kind, max(first, today - EARLIEST), rules)
    else:
        span = following(kind, last, rules)
    if window(span, rules)[1] + SETTLING > session.now:
        return None
    if await anything_unknown(session, span.first, span.last):
        raise NotYet("publications wait for `huiyin rebuild analytics`, as docs/operations.md says")
    return span


async def _publish(session: Session, span: Period) -> None:
    pack = session.packs.current(session.now)
    directory = pack.directory
    place, smallest = directory.pack.place.code, directory.pack.figures.smallest_cell
    prefix = area_prefix(place)
    counts = await registered_by_area(session, prefix, span.first, span.last)
    told = published(counted_areas(place, directory.area_codes, counts), smallest)
    document = PublishedDocument(
        smallest_cell=smallest,
        total=told.total,
        rows=None if told.rows is None else dict(told.rows),
        rates=[] if told.total is None else await _rates(session, pack, span, smallest),
        unlisted=await _unlisted(session, pack, span, smallest),
    )
    await write_publication(
        session,
        PublicationRow(
            first_day=span.first,
            last_day=span.last,
            kind=span.kind.value,
            label=span.label,
            pack_version=pack.version,
            published_at=session.now,
            doc=document.model_dump(mode="json"),
        ),
    )


async def _rates(session: Session, pack: ShelvedPack, span: Period, smallest: int) -> list[PublishedRate]:
    """Of the whole place, without the cases that no row shows, as the figures API would tell them."""
    scope = Scope(area_prefix(pack.directory.pack.place.code), without_unlisted=True)
    question = make_definite(session, scope, SelectionQuery(period=PeriodName(span.kind.value), on=span.first))
    board = await read_board(session, question, GroupBy.NONE, pack.directory.formulas)
    return [
        _rate(board.rate(formula), rates.scale_of(formula.denominator), smallest) for formula in pack.directory.formulas
    ]


def _rate(measure: RateMeasure, scale: int, smallest: int) -> PublishedRate:
    one = measure.micro
    told = one["denominator"] >= smallest * scale
    return PublishedRate(
        code=measure.code,
        version=measure.version,
        name=measure.name,
        name_en=measure.name_en,
        numerator=one["cases_numerator"] if told else None,
        denominator=one["cases_denominator"] if told else None,
        text=one["text"] if told else _less_than(smallest),
        suppressed=not told,
    )


async def _unlisted(session: Session, pack: ShelvedPack, span: Period, smallest: int) -> UnlistedYear | None:
    year = ended_year(span, pack.directory.period_rules())
    if year is None:
        return None
    prefix = area_prefix(pack.directory.pack.place.code)
    count = await unlisted_registered(session, prefix, year.first, year.last)
    told = count if count >= smallest else None
    return UnlistedYear(label=year.label, first_day=year.first, last_day=year.last, count=told)


async def read_publications(session: Session, scope: Scope, cursor: str | None, limit: int) -> Page[PublicationOut]:
    """What was published, the newest first.

    Raises:
        NotFound: the caller is of another place.
    """
    pack = session.packs.current(session.now)
    prefix = area_prefix(pack.directory.pack.place.code)
    if not scope.area_prefix.startswith(prefix) and not prefix.startswith(scope.area_prefix):
        raise NotFound("Nothing is published here of your area", "此处没有您所在区域的公布数据")
    before = date.max if cursor is None else date.fromisoformat(str(decode_cursor(_LIST, cursor, (str,))[0]))
    rows = await publications(session, before=before, at_most=limit + 1)
    following_page = encode_cursor(_LIST, [rows[limit - 1].first_day.isoformat()]) if len(rows) > limit else None
    return Page[PublicationOut](items=[_shown(pack, row) for row in rows[:limit]], next_cursor=following_page)


def _shown(pack: ShelvedPack, row: PublicationRow) -> PublicationOut:
    document = PublishedDocument.model_validate(row.doc)
    smallest, unlisted = document.smallest_cell, document.unlisted
    suppressed = (
        document.total is None
        or document.rows is None
        or any(rate.suppressed for rate in document.rates)
        or (unlisted is not None and unlisted.count is None)
    )
    reason, reason_zh = REASON if suppressed else (None, None)
    return PublicationOut(
        kind=PeriodKind(row.kind),
        label=row.label,
        first_day=row.first_day,
        last_day=row.last_day,
        smallest_cell=smallest,
        registered=PublishedCount(
            count=document.total,
            text=KEPT_BACK if document.total is None else str(document.total),
            suppressed=document.total is None,
        ),
        rows=None if document.rows is None else _areas(pack, document.rows),
        rates=document.rates,
        unlisted=None if unlisted is None else _unlisted_out(unlisted, smallest),
        suppressed=suppressed,
        reason=reason,
        reason_zh=reason_zh,
    )


def _areas(pack: ShelvedPack, rows: Mapping[str, int]) -> list[PublishedArea]:
    named = ((code, *names(pack, GroupBy.AREA, code), count) for code, count in rows.items())
    return [PublishedArea(key=code, name=name, name_en=name_en, count=count) for code, name, name_en, count in named]


def _unlisted_out(year: UnlistedYear, smallest: int) -> UnlistedOut:
    return UnlistedOut(
        count=year.count,
        text=_less_than(smallest) if year.count is None else str(year.count),
        suppressed=year.count is None,
        label=year.label,
        first_day=year.first_day,
        last_day=year.last_day,
    )


def _less_than(smallest: int) -> str:
    return f"＜{smallest}"
