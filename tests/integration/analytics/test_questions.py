"""Whatever is asked, the answer is what counting by hand gives: from whichever roll-up, over whichever pages."""

import random
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from libs.common.counters import Counter
from libs.common.database.session import Database
from libs.common.events.cases import CaseRegistered
from libs.common.events.terms import Channel, Kind
from libs.common.security.policy import Scope
from services.analytics.counters.domain import COUNTERS, NOTHING, Basis, Cell, Counts
from services.analytics.drilldown.actions import read_cases_behind
from services.analytics.drilldown.queries import candidates as behind
from services.analytics.drilldown.schemas import FigureCasesQuery
from services.analytics.figures.actions.sums import sums as sums_for
from services.analytics.figures.schemas import PeriodName
from services.analytics.rollups.queries import Grouping, Selection, sums
from tests.integration.analytics.county import NOW, counted_anew, hear, in_batches, mixed_lives
from tests.support.histories import CATEGORIES, UNITS, life

ASKED = 150
LIVES = 60
WHOLE = Scope("999001")
ABOUT_ME = ("V-999001101201", "T-999001101")
GROUPINGS = (
    None,
    Grouping("day"),
    Grouping("unit_code"),
    Grouping("category_code"),
    Grouping("channel"),
    Grouping("kind"),
    Grouping("area_code", 9),
    Grouping("area_code", 12),
    Grouping("area_code"),
)


async def counted(database: Database, seed: int) -> dict[Cell, Counts]:
    events = mixed_lives(LIVES, seed)
    for batch in in_batches(events, 70):
        await hear(database, batch)
    return counted_anew(events)[1]


def some_selection(rng: random.Random) -> Selection:
    first = date(2026, 2, 20) + timedelta(days=rng.randrange(120))
    maybe = rng.random
    return Selection(
        first=first,
        last=first + timedelta(days=rng.choice((0, 6, 29, 61, 200))),
        area_prefix=rng.choice(("999001", "999001101", "999001102201", "999001102201001", "")),
        unit_code=rng.choice(UNITS) if maybe() < 0.3 else None,
        category_code=rng.choice((*CATEGORIES, "01")) if maybe() < 0.3 else None,
        channel=rng.choice(list(Channel)).value if maybe() < 0.2 else None,
        kind=rng.choice(list(Kind)).value if maybe() < 0.2 else None,
    )


def by_hand(cells: Mapping[Cell, Counts], basis: Basis, chosen: Selection, by: Grouping | None) -> dict[str, Counts]:
    total: defaultdict[str, Counts] = defaultdict(lambda: NOTHING)
    for cell, counts in cells.items():
        inside = (
            cell.basis == basis
            and chosen.first <= cell.day <= chosen.last
            and cell.area_code.startswith(chosen.area_prefix)
            and chosen.unit_code in (None, cell.unit_code)
            and cell.category_code.startswith(chosen.category_code or "")
            and chosen.channel in (None, cell.channel)
            and chosen.kind in (None, cell.kind)
        )
        if inside:
            key = "" if by is None else str(getattr(cell, by.column))
            key = key[: by.digits].ljust(12, "0") if by is not None and by.digits else key
            total[key] = tuple(map(sum, zip(total[key], counts, strict=True)))
    return dict(total) or ({"": NOTHING} if by is None else {})


@pytest.mark.parametrize("seed", range(2))
async def test_every_question_is_answered_as_by_hand(database: Database, seed: int) -> None:
    cells = await counted(database, seed)
    rng = random.Random(seed)
    async with database.reading() as session:
        for _ in range(ASKED):
            basis, chosen, by = rng.choice(list(Basis)), some_selection(rng), rng.choice(GROUPINGS)
            answer = await sums(session, WHOLE, basis, chosen, by)
            expected = by_hand(cells, basis, chosen, by)
            assert answer == expected, (basis, chosen, by)


@pytest.mark.parametrize("seed", range(2))
async def test_cases_about_oneself_are_in_no_answer(database: Database, seed: int) -> None:
    """As if they had never come in: not one row more, and the same numbers."""
    rng = random.Random(seed)
    about = {f"case-{n:04}": rng.choice((*ABOUT_ME, "D-EDU", None)) for n in range(LIVES)}
    events = [
        one._replace(event=one.event.model_copy(update={"accused_unit": about[one.event.key]}))
        if isinstance(one.event, CaseRegistered)
        else one
        for one in mixed_lives(LIVES, seed)
    ]
    for batch in in_batches(events, 70):
        await hear(database, batch)
    _, cells = counted_anew(one for one in events if about[one.event.key] not in ABOUT_ME)
    async with database.reading() as session:
        for _ in range(ASKED):
            basis, chosen, by = rng.choice(list(Basis)), some_selection(rng), rng.choice(GROUPINGS)
            answer = await sums_for(session, Scope("999001", own=frozenset(ABOUT_ME)), basis, chosen, by)
            assert answer == by_hand(cells, basis, chosen, by), (basis, chosen, by)


async def test_what_nobody_shows_is_not_added_up(database: Database) -> None:
    cells = await counted(database, 3)
    chosen = Selection(date(2026, 3, 1), date(2026, 7, 1))
    async with database.reading() as session:
        answer = await sums(session, WHOLE, Basis.HAPPENED, chosen, None, only={Counter.CLOSED, Counter.SENT_BACK})
    whole = by_hand(cells, Basis.HAPPENED, chosen, None)[""]
    kept = {COUNTERS.index(Counter.CLOSED), COUNTERS.index(Counter.SENT_BACK)}
    assert answer == {"": tuple(count if place in kept else 0 for place, count in enumerate(whole))}


@pytest.mark.parametrize("basis", list(Basis))
async def test_the_pages_of_a_why_add_up_to_the_number(
    database: Database, basis: Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = await counted(database, 5)
    monkeypatch.setattr(behind, "MOST_WALKED", 7)
    first, last = date(2026, 3, 19), date(2026, 5, 3)
    for counter in (Counter.REGISTERED, Counter.SENT_BACK, Counter.REMINDERS, Counter.HANDLE_DUE, Counter.TRIAGED):
        shown: list[str] = []
        amount, cursor = 0, None
        while True:
            query = FigureCasesQuery.model_validate(
                {"period": PeriodName.RANGE, "from": first, "to": last, "counter": counter, "basis": basis, "limit": 3}
                | ({"cursor": cursor} if cursor else {})
            )
            async with database.reading() as session:
                session.now = NOW
                page = await read_cases_behind(session, Scope("999001"), query)
            shown += [case.case_id for case in page.items]
            amount += sum(case.amount for case in page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
        expected = by_hand(cells, basis, Selection(first, last), None)[""][COUNTERS.index(counter)]
        assert (amount, len(shown)) == (expected, len(set(shown))), counter


async def test_a_case_that_lasted_is_found_behind_what_happened_late(database: Database) -> None:
    moved = [
        told._replace(
            event=told.event.model_copy(update={"occurred_at": told.event.occurred_at + timedelta(days=200)})
            if told.event.type_name.endswith(("closed", "callback_tried"))
            else told.event
        )
        for told in life("case-1", 12)
    ]
    await hear(database, moved)
    cells = counted_anew(moved)[1]
    late = [cell.day for cell in cells if cell.basis == Basis.HAPPENED and cell.day > date(2026, 8, 1)]
    assert late
    query = FigureCasesQuery.model_validate(
        {"period": PeriodName.RANGE, "from": late[0], "to": late[0], "counter": Counter.VALID_CALLBACKS}
    )
    async with database.reading() as session:
        session.now = NOW
        page = await read_cases_behind(session, WHOLE, query)
    assert [case.case_id for case in page.items] == ["case-1"]
