"""Opens the difference of a number between two moments into the cases that make it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.security.policy import Scope
from libs.common.web.cursors import encode_cursor
from services.analytics.changes.queries import CHANGED_CASES, changed_cases
from services.analytics.changes.schemas import CaseChange, ChangesOut, ChangesQuery
from services.analytics.counters.domain import COUNTERS
from services.analytics.drilldown.actions import Number, amounts_of, number_of, shown
from services.analytics.durations.domain import BOUNDS
from services.analytics.facts.queries import Among
from services.analytics.figures.actions.cuts import Cut, cut_asked_for, present_cut
from services.analytics.figures.actions.durations import shown as duration_shown
from services.analytics.figures.actions.past import Past, among, check_reached, fact_at, read_past
from services.analytics.figures.actions.question import FigureQuestion, make_definite
from services.analytics.figures.actions.sums import histograms, sums
from services.analytics.figures.domain import plain, weighted


async def read_changes(session: Session, scope: Scope, query: ChangesQuery) -> ChangesOut:
    """A number at two moments by the pack of the later one, and the cases that make the difference, by their ids.

    Raises:
        Invalid: one of the moments cannot be told, too much has changed since it, or they are the wrong way round.
    """
    since = await cut_asked_for(session, query.since_cut, query.since_day, fields=("since_cut", "since_day"))
    until = await cut_asked_for(session, query.until_cut, query.until_day, fields=("until_cut", "until_day"))
    question = make_definite(session, scope, query, until)
    number = number_of(question, query)
    async with session.snapshot():
        if since is None:
            raise ValueError("the query names no moment to begin at")
        cases = among(question.selection, {number.basis})
        before = await read_past(session, since, cases)
        after = None if until is None else await _later(session, since, until, cases)
        held = [await _held(session, question, number, past) for past in (before, after)]
        cut = until or await present_cut(session, question.pack.version)
        rows = await changed_cases(session, scope, since.known, cases, query.cursor)
        items = list(islice(_changes(session, rows, question, number, since, until), query.limit + 1))
    totals = [sum(amounts.values()) for amounts in held]
    durations = (None, None) if number.span is None else tuple(map(duration_shown, held))
    return ChangesOut(
        period=question.period,
        area_code=question.area_code,
        pack_version=question.pack.version,
        before=totals[0],
        after=totals[1],
        cases_before=plain(totals[0], number.scale),
        cases_after=plain(totals[1], number.scale),
        duration_before=durations[0],
        duration_after=durations[1],
        since_cut=since.text,
        until_cut=cut.text,
        items=items[: query.limit],
        next_cursor=encode_cursor(CHANGED_CASES.name, [items[query.limit - 1].case_id])
        if len(items) > query.limit
        else None,
    )


async def _later(session: Session, since: Cut, until: Cut, cases: Among) -> Past:
    await check_reached(session, until)
    pairs = zip(since.known.positions, until.known.positions, strict=True)
    if any(first > last for first, last in pairs):
        raise invalid(until.field, "this moment lies before the other one", "截止时点早于起始时点")
    return await read_past(session, until, cases)


async def _held(session: Session, question: FigureQuestion, number: Number, past: Past | None) -> dict[int, int]:
    """The number as the roll-ups have it: of a duration its entries by bucket."""
    if number.span is not None:
        held = await histograms(session, question.scope, number.span, question.selection, None, past=past)
        return {bucket: entries for bucket, entries in held.get("", {}).items() if number.takes(bucket)}
    only = [counter for counter in COUNTERS if number.terms.get(counter.value)]
    amount = 0
    for basis, sign in number.signs.items():
        rows = await sums(session, question.scope, basis, question.selection, None, only=only, past=past)
        amount += sign * weighted(rows[""], number.terms)
    return {0: amount}


def _changes(
    session: Session, rows: Sequence[Any], question: FigureQuestion, number: Number, since: Cut, until: Cut | None
) -> Iterator[CaseChange]:
    for row in rows:
        facts = [fact_at(row, cut) for cut in (since, until)]
        before, after = (amounts_of(session, fact, number, question.scope, question.selection) for fact in facts)
        if before == after:
            continue
        was, became = sum(before.values()), sum(after.values())
        times = (None, None) if number.span is None else (_by_minutes(before), _by_minutes(after))
        yield CaseChange(
            **shown(session, question.scope, row),
            before=was,
            after=became,
            change=became - was,
            times_before=times[0],
            times_after=times[1],
        )


def _by_minutes(buckets: Mapping[int, int]) -> dict[int, int]:
    return {BOUNDS[bucket]: entries for bucket, entries in buckets.items()}
