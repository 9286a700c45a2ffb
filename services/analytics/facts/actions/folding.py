"""Folds a batch of events: facts in one read, everything in memory, then facts and roll-up differences in few writes.

Every transaction locks in one order: facts, freshness, then of cases and of times the fine roll-up and the coarse ones,
each by their keys. So two batches never wait for each other in a circle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

import orjson

from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events.cases import CaseEvent
from libs.common.ledger.append import part_of
from services.analytics.counters.domain import Basis, Cell, Counts, words_of
from services.analytics.facts.actions.cache import CountedFact, Remembered, cache_of, day_rule, level_rule
from services.analytics.facts.actions.events import atoms_of
from services.analytics.facts.actions.learning import Moment, learn
from services.analytics.facts.domain.counting import DayOf, LevelOf, contribution, counted
from services.analytics.facts.domain.documents import SUPERSEDED, from_documents, to_document, to_learned, to_places
from services.analytics.facts.domain.fact import Fact, UnknownCase, fold
from services.analytics.facts.domain.learned import Learned, noted
from services.analytics.facts.domain.timing import times
from services.analytics.rollups.actions import Differences
from services.analytics.rollups.domain import array_text, arrays_of
from services.analytics.rollups.tables import CASES, HOURS

_INFO = "analytics.fold"
_ALL_OF_IT = Basis.REGISTERED.value
"""All that a case counts as stands on its cohort's day, too."""

_LOAD = """
    SELECT case_id, fact.xmin::text::bigint AS writer,
           CASE WHEN fact.xmin::text::bigint IS DISTINCT FROM known.writer THEN doc::text END AS doc,
           CASE WHEN fact.xmin::text::bigint IS DISTINCT FROM known.writer THEN places::text END AS places,
           CASE WHEN fact.xmin::text::bigint IS DISTINCT FROM known.writer THEN learned::text END AS learned, timed
    FROM fact JOIN unnest($1::text[], $2::bigint[]) AS known(case_id, writer) USING (case_id)
    ORDER BY case_id FOR UPDATE OF fact
"""

FACT_COLUMNS = {
    "case_id": "text",
    "case_no": "text",
    "area_code": "text",
    "unit_code": "text",
    "units": "text",
    "category_code": "text",
    "channel": "text",
    "kind": "text",
    "urgency": "text",
    "accused_unit": "text",
    "also_accused": "text",
    "unlisted": "boolean",
    "status": "text",
    "is_open": "boolean",
    "round": "integer",
    "registered_at": "timestamptz",
    "registered_day": "date",
    "closed_day": "date",
    "first_day": "date",
    "last_day": "date",
    "handle_due_at": "timestamptz",
    "updated_at": "timestamptz",
    "version": "integer",
    "counted": "bigint",
    "counted_beyond": "bigint",
    "doc": "text",
    "places": "text",
    "timed": "boolean",
}
"""The columns of a fact and how they are sent: ``units`` joined by spaces, ``also_accused`` by line breaks, ``doc`` and
``places`` as JSON text."""
_READ_AS = {
    "units": "string_to_array(units, ' ')",
    "also_accused": "string_to_array(also_accused, chr(10))",
    "doc": "doc::jsonb",
    "places": "places::jsonb",
    "learned": "learned::jsonb",
}


_SAVED = FACT_COLUMNS | {"learned": "text", "stamp": "bigint", "learned_at": "timestamptz"}
"""With when its events were learned, which is no part of what they say."""

# Names of columns only, from the tables above: nothing of a request ever stands in these statements.
_SAVE_FACTS = f"""
    INSERT INTO fact ({", ".join(_SAVED)})
    SELECT {", ".join(_READ_AS.get(name, name) for name in _SAVED)}
    FROM unnest({arrays_of(_SAVED.values())})
        AS new({", ".join(_SAVED)})
    ORDER BY case_id
    ON CONFLICT (case_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _SAVED)}
    RETURNING xmin::text::bigint AS writer
"""  # noqa: S608


@dataclass(slots=True)
class _Book:
    """What one transaction knows: facts as they were read and as they are now, what they counted in, and since when."""

    before: dict[str, Fact | None] = field(default_factory=dict)
    after: dict[str, Fact | None] = field(default_factory=dict)
    counted: dict[str, CountedFact] = field(default_factory=dict)
    """What those that were remembered counted in."""
    untimed: set[str] = field(default_factory=set)
    """Cases whose times stand in no histogram yet."""
    learned: dict[str, Learned] = field(default_factory=dict)
    heard: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """By case the events folded here, each by its source and its place in the ledger of that."""


def _book(session: Session) -> _Book:
    book = session.info.get(_INFO)
    if book is None:
        book = session.info[_INFO] = _Book()
    if not isinstance(book, _Book):
        raise TypeError(f"session.info[{_INFO!r}] is taken")
    return book


async def load_facts(session: Session, case_ids: Iterable[str]) -> None:
    """Read and lock the facts of these cases; those that are in hand already stay as they are."""
    book = _book(session)
    wanted = sorted({case_id for case_id in case_ids if case_id not in book.before})
    if not wanted:
        return
    book.before.update(dict.fromkeys(wanted))
    remembered = cache_of(session).facts
    writers = [remembered[case_id].writer if case_id in remembered else None for case_id in wanted]
    for row in await session.fetch(_LOAD, wanted, writers):
        if row.doc is None:
            _, book.before[row.case_id], book.learned[row.case_id], book.counted[row.case_id] = remembered[row.case_id]
        else:
            learned = orjson.loads(row.learned)
            book.before[row.case_id] = from_documents(orjson.loads(row.doc), orjson.loads(row.places), learned)
            learned.pop(SUPERSEDED, None)
            book.learned[row.case_id] = learned
        if not row.timed:
            book.untimed.add(row.case_id)
    book.after.update({case_id: book.before[case_id] for case_id in wanted})


async def fold_event(session: Session, event: CaseEvent) -> None:
    """Fold one event, told from others by its place in its ledger; what it changes is written in the end.

    Raises:
        Permanent: the case was never registered here.
    """
    if session.cause is None:
        raise RuntimeError(f"{event.type_name} was given to the fold without its place in a ledger")
    if not (atoms := atoms_of(event, session.cause.seq)):
        return
    book = _book(session)
    if event.case_id not in book.before:
        await load_facts(session, [event.case_id])
    known = book.after[event.case_id]
    try:
        book.after[event.case_id] = reduce(fold, atoms, known)
    except UnknownCase:
        raise Permanent(f"case {event.case_id} was never registered here") from None
    if book.after[event.case_id] is not known:
        book.heard.setdefault(event.case_id, []).append((session.cause.source, session.cause.seq))
    session.before_commit(_INFO, _write)


async def _write(session: Session) -> None:
    book = _book(session)
    differences = Differences(CASES, HOURS)
    written: dict[str, tuple[Fact, CountedFact]] = {}
    for case_id, fact in sorted(book.after.items()):
        old = book.before[case_id]
        if fact is None or fact is old:
            continue
        day_of, level_of = _rules(session, fact)
        now = CountedFact(contribution(fact, day_of, level_of), times(fact, day_of))
        before = _counted_before(session, book, old)
        differences.note(CASES, before.cells, now.cells)
        differences.note(HOURS, before.times, now.times)
        written[case_id] = fact, now
    if not written:
        return
    as_of, first = max((fact.updated_at, case_id) for case_id, (fact, _) in written.items())
    pack_version = written[first][0].registration.pack_version
    moment = await learn(session, part_of(first), day_rule(session, pack_version)(session.now), as_of)
    writer = await _save(session, written, moment)
    await differences.write(session)
    cache = cache_of(session)
    for case_id, (fact, counted_in) in written.items():
        cache.keep(case_id, Remembered(writer, fact, book.learned[case_id], counted_in))


async def _save(session: Session, written: Mapping[str, tuple[Fact, CountedFact]], moment: Moment) -> int:
    """Write the facts; gives the number of the transaction."""
    book = _book(session)
    rows: list[tuple[object, ...]] = []
    for case_id, (fact, counted_in) in written.items():
        learned = noted(book.learned.get(case_id, {}), book.heard[case_id], moment.stamp)
        book.learned[case_id] = learned
        day_of = day_rule(session, fact.registration.pack_version)
        rows.append(
            (*fact_row(fact, day_of, counted_in.cells), to_learned(fact, learned), moment.stamp, moment.learned_at)
        )
    saved = await session.fetch(_SAVE_FACTS, *map(array_text, zip(*rows, strict=True)))
    return int(saved[0].writer)


def _rules(session: Session, fact: Fact) -> tuple[DayOf, LevelOf]:
    """Of the pack version that it was registered under."""
    version = fact.registration.pack_version
    return day_rule(session, version), level_rule(session, version)


def _counted_before(session: Session, book: _Book, old: Fact | None) -> CountedFact:
    if old is None:
        return CountedFact({}, {})
    case_id = old.registration.case_id
    if case_id in book.counted:
        return book.counted[case_id]
    day_of, level_of = _rules(session, old)
    return CountedFact(contribution(old, day_of, level_of), {} if case_id in book.untimed else times(old, day_of))


def fact_row(fact: Fact, day_of: DayOf, cells: Mapping[Cell, Counts]) -> tuple[object, ...]:
    """What is stored of a fact, in the order of ``FACT_COLUMNS``; ``cells`` are what it counts in."""
    first, limit, closed_at = fact.registration, fact.running_limit, fact.closed_at
    days = [cell.day for cell in cells]
    return (
        first.case_id,
        first.case_no,
        first.area_code,
        fact.unit,
        " ".join(sorted({cell.unit_code for cell in cells if cell.unit_code})),
        fact.category,
        first.channel,
        first.kind,
        first.urgency,
        first.accused_unit,
        "\n".join(fact.also_accused),
        fact.is_unlisted,
        fact.status.value,
        fact.is_open,
        fact.round,
        first.at,
        day_of(first.at),
        None if closed_at is None else day_of(closed_at),
        min(days),
        max(days),
        None if limit is None else limit.due_at,
        fact.updated_at,
        fact.version,
        *words_of(counted(counts for cell, counts in cells.items() if cell.basis == _ALL_OF_IT)),
        to_document(fact),
        to_places(fact),
        True,
    )
