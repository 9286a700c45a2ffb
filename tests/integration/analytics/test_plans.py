"""How PostgreSQL answers questions about figures and the cases behind them: from few rows, however many there are."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Select

from libs.common.counters import Counter, Span
from libs.common.database.session import Database, Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.ledger.schema import PARTS
from libs.common.security.policy import Bound, Scope
from services.analytics.counters.domain import COUNTERS, Basis
from services.analytics.drilldown.queries.candidates import MOST_WALKED, EntryPoint, WantedCases, walk
from services.analytics.drilldown.queries.open_cases import OpenFilter, open_cases, standing
from services.analytics.facts.queries import Among, Known, changed_facts, fact_row, hidden_cases
from services.analytics.figures.actions.past import MOST_CHANGED
from services.analytics.pages.actions.board import read_county
from services.analytics.publications.queries import registered_by_area
from services.analytics.rollups.queries import Grouping, Selection, histograms, sums
from tests.integration.analytics.county import NOW
from tests.integration.analytics.years import A_DAY, CASES, DAYS, OPEN, TODAY
from tests.support.plans import Plan, plan_in

OWN = frozenset({"D-7", "S-GOV"})
COUNTY, STAFF = Scope("999001"), Scope("999001", own=OWN)
TOWN, UNIT = Scope("999001103", own=OWN), Scope("999001", (Bound("D-7"),), OWN)
MONTH = Selection(date(2026, 5, 1), date(2026, 5, 31))
WEEK = Selection(date(2026, 5, 4), date(2026, 5, 10))
ODD_WEEKS = Selection(date(2026, 4, 20), TODAY)
TWO_YEARS = Selection(TODAY - timedelta(days=DAYS - 1), TODAY)
PAGE = 50
BOTH = 2
"""A row that an index found first may be counted twice: its entry, and itself."""

OF_MONTH = (4 + 3) * A_DAY
"""Four weeks, and three days that are left over."""

Question = Callable[[Session], Awaitable[object]]


@pytest.fixture
async def filled(filled_analytics: str) -> AsyncIterator[Database]:
    """Two years of a county, to be read alone."""
    database = Database(filled_analytics, "analytics")
    await refresh_shelf(database)
    yield database
    await database.close()


async def plans_of(database: Database, monkeypatch: pytest.MonkeyPatch, ask: Question) -> list[Plan]:
    """How each statement of a question is carried out, just where it is sent."""
    plans: list[Plan] = []
    execute = Session.execute

    async def explain_too(session: Session, statement: Select[Any]) -> Any:
        plans.append(await plan_in(session, database, statement))
        return await execute(session, statement)

    with monkeypatch.context() as patched:
        patched.setattr(Session, "execute", explain_too)
        async with database.reading() as session:
            session.now = NOW
            await ask(session)
    return plans


def added(scope: Scope, basis: Basis, selection: Selection, by: Grouping | None) -> Question:
    """A question about sums."""

    async def ask(session: Session) -> object:
        async with session.snapshot():
            await session.by_pages()
            return await sums(session, scope, basis, selection, by)

    return ask


def narrowed(selection: Selection, **changes: str) -> Selection:
    """A selection of less."""
    return Selection(**{name: getattr(selection, name) for name in selection.__slots__} | changes)


SUMS: Sequence[tuple[str, Question, int]] = [
    ("a month", added(COUNTY, Basis.REGISTERED, MONTH, None), OF_MONTH),
    ("a month by unit", added(COUNTY, Basis.CLOSED, MONTH, Grouping("unit_code")), OF_MONTH),
    ("a month by town", added(COUNTY, Basis.CLOSED, MONTH, Grouping("area_code", 9)), OF_MONTH),
    ("a month by village, of a town", added(TOWN, Basis.HAPPENED, MONTH, Grouping("area_code", 12)), A_DAY),
    ("a month by category", added(COUNTY, Basis.HAPPENED, MONTH, Grouping("category_code")), 31 * A_DAY),
    ("a month by channel", added(COUNTY, Basis.HAPPENED, MONTH, Grouping("channel")), OF_MONTH),
    ("a month by day", added(COUNTY, Basis.HAPPENED, MONTH, Grouping("day")), 31 * A_DAY),
    ("a month of a unit", added(UNIT, Basis.REGISTERED, MONTH, None), OF_MONTH),
    ("a month of a category", added(COUNTY, Basis.CLOSED, narrowed(MONTH, category_code="03"), None), 31 * A_DAY),
    ("a week by category, of a town", added(TOWN, Basis.HAPPENED, WEEK, Grouping("category_code")), A_DAY),
    ("a week by kind, of a town", added(TOWN, Basis.HAPPENED, WEEK, Grouping("kind")), A_DAY),
    ("seven weeks", added(COUNTY, Basis.HAPPENED, ODD_WEEKS, None), 10 * A_DAY),
    ("two years", added(COUNTY, Basis.REGISTERED, TWO_YEARS, None), 112 * A_DAY),
    ("two years by unit", added(COUNTY, Basis.CLOSED, TWO_YEARS, Grouping("unit_code")), 112 * A_DAY),
]
TIMES: Sequence[tuple[str, Scope, Selection, Grouping | None, int]] = [
    ("two years", COUNTY, TWO_YEARS, None, 2 * 112 * A_DAY),
    ("two years by unit", COUNTY, TWO_YEARS, Grouping("unit_code"), 2 * 112 * A_DAY),
    ("a month by category", COUNTY, MONTH, Grouping("category_code"), 31 * A_DAY),
    ("a month of a unit", UNIT, MONTH, Grouping("day"), 31 * A_DAY),
]
OF_TWO_YEARS: Sequence[tuple[str, Scope, Selection, Grouping | None, int]] = [
    ("by day", COUNTY, TWO_YEARS, Grouping("day"), DAYS * A_DAY),
    ("by day, of a category", COUNTY, narrowed(TWO_YEARS, category_code="03"), Grouping("day"), DAYS * 2),
    ("by day, of a kind", COUNTY, narrowed(TWO_YEARS, kind="help"), Grouping("day"), DAYS * A_DAY),
    ("by day, of a grid", COUNTY, narrowed(TWO_YEARS, area_prefix="999001103202001"), Grouping("day"), 50),
    ("by day, of a unit's category", UNIT, narrowed(TWO_YEARS, category_code="03"), Grouping("day"), DAYS),
    ("of a category, by channel", COUNTY, narrowed(TWO_YEARS, category_code="03"), Grouping("channel"), DAYS * 2),
    ("of a category, by village", COUNTY, narrowed(TWO_YEARS, category_code="03"), Grouping("area_code", 12), 2_000),
    ("of a kind, by village", COUNTY, narrowed(TWO_YEARS, kind="help"), Grouping("area_code", 12), DAYS * A_DAY),
    ("of a kind, by category", COUNTY, narrowed(TWO_YEARS, kind="help"), Grouping("category_code"), DAYS * A_DAY),
    ("of a kind, by unit", COUNTY, narrowed(TWO_YEARS, kind="help"), Grouping("unit_code"), DAYS * A_DAY),
    ("of a grid, by kind", COUNTY, narrowed(TWO_YEARS, area_prefix="999001103202001"), Grouping("kind"), 50),
    (
        "by day, of a town's category and kind",
        COUNTY,
        narrowed(TWO_YEARS, area_prefix="999001103", category_code="03", kind="help"),
        Grouping("day"),
        250,
    ),
    (
        "of a village, by kind and category",
        COUNTY,
        narrowed(TWO_YEARS, area_prefix="999001103202", kind="help"),
        Grouping("category_code"),
        DAYS,
    ),
    ("of a unit, by kind", UNIT, TWO_YEARS, Grouping("kind"), 1_000),
]


async def test_what_is_asked_of_two_years_is_narrowed_by_an_index(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, scope, selection, by, most in OF_TWO_YEARS:
        plans = await plans_of(filled, monkeypatch, added(scope, Basis.REGISTERED, selection, by))
        told = "\n".join(map(str, plans))
        assert not {"rollup", "rollup_coarse"} & {table for plan in plans for table in plan.walked}, f"{name}:\n{told}"
        read = sum(plan.rows_read for plan in plans)
        assert read <= BOTH * most + len(plans), f"{name} reads {read} rows:\n{told}"


async def test_a_question_reads_the_coarsest_rows_that_answer_it(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, ask, most in SUMS:
        plans = await plans_of(filled, monkeypatch, ask)
        told = "\n".join(map(str, plans))
        read_from = {node.get("Relation Name") for plan in plans for node in plan.nodes}
        assert {"rollup", "rollup_coarse"} & read_from, f"{name}:\n{told}"
        assert not {"rollup", "rollup_coarse"} & {table for plan in plans for table in plan.walked}, f"{name}:\n{told}"
        read = sum(plan.rows_read for plan in plans)
        assert read <= BOTH * most + len(plans), f"{name} reads {read} rows:\n{told}"


async def test_a_duration_reads_the_rows_of_its_days(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, scope, selection, by, most in TIMES:

        async def ask(
            session: Session, scope: Scope = scope, selection: Selection = selection, by: Grouping | None = by
        ) -> object:
            async with session.snapshot():
                await session.by_pages()
                return await histograms(session, scope, Span.TO_HANDLE, selection, by)

        plans = await plans_of(filled, monkeypatch, ask)
        told = "\n".join(map(str, plans))
        # The coarse one is small, and half of it is asked for.
        assert "hours" not in {table for plan in plans for table in plan.walked}, f"{name}:\n{told}"
        read = sum(plan.rows_read for plan in plans)
        assert read <= BOTH * most + len(plans), f"{name} reads {read} rows:\n{told}"


async def test_the_county_page_reads_a_small_part_of_the_rollups(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = await plans_of(filled, monkeypatch, lambda session: read_county(session, COUNTY, None))
    assert plans
    for plan in plans:
        assert not {"fact", "rollup", "rollup_coarse"} & plan.walked, f"{plan}"
    assert any(plan.indexes == {"fact_open_idx"} and not plan.fetched_singly for plan in plans)
    assert sum(plan.rows_read for plan in plans) <= 20 * OF_MONTH


BEHIND: Sequence[tuple[str, Scope, WantedCases, EntryPoint | None]] = [
    ("registered in a month", COUNTY, WantedCases(Basis.REGISTERED, MONTH, [Counter.REGISTERED]), None),
    ("closed in two years", COUNTY, WantedCases(Basis.CLOSED, TWO_YEARS, [Counter.CLOSED]), None),
    (
        "of a grid",
        COUNTY,
        WantedCases(Basis.CLOSED, narrowed(TWO_YEARS, area_prefix="999001103202001"), COUNTERS),
        None,
    ),
    ("of a unit", UNIT, WantedCases(Basis.REGISTERED, TWO_YEARS, [Counter.REGISTERED]), None),
    (
        "of a town and a category",
        TOWN,
        WantedCases(Basis.CLOSED, narrowed(TWO_YEARS, category_code="03"), COUNTERS),
        None,
    ),
    ("happened in a month", COUNTY, WantedCases(Basis.HAPPENED, MONTH, [Counter.CLOSED]), None),
    ("strays", COUNTY, WantedCases(Basis.HAPPENED, MONTH, [Counter.CLOSED]), EntryPoint(True, date.max, "")),
    (
        "from the middle on",
        COUNTY,
        WantedCases(Basis.REGISTERED, TWO_YEARS, [Counter.REGISTERED]),
        EntryPoint(False, TODAY, "1"),
    ),
    ("of what nobody counts in", COUNTY, WantedCases(Basis.REGISTERED, TWO_YEARS, [Counter.SUPERVISIONS]), None),
    (
        "of a town, for staff of a unit",
        STAFF,
        WantedCases(Basis.CLOSED, narrowed(TWO_YEARS, area_prefix="999001103"), COUNTERS),
        None,
    ),
    ("what is rare", COUNTY, WantedCases(Basis.REGISTERED, TWO_YEARS, [Counter.WITHDRAWN]), None),
    ("what is among it", COUNTY, WantedCases(Basis.HAPPENED, TWO_YEARS, [Counter.REPORTED_LATE]), None),
    ("open tasks", COUNTY, WantedCases(Basis.REGISTERED, TWO_YEARS, [Counter.SUPPORT_OPEN, Counter.HANDLED]), None),
]


async def test_a_page_of_cases_has_its_price(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, scope, wanted, place in BEHIND:

        async def ask(
            session: Session, scope: Scope = scope, wanted: WantedCases = wanted, place: Any = place
        ) -> object:
            return await walk(session, scope, wanted, place, PAGE)

        for plan in await plans_of(filled, monkeypatch, ask):
            assert not plan.walked, f"{name}:\n{plan}"
            assert plan.rows_read <= BOTH * MOST_WALKED, f"{name} reads {plan.rows_read} rows:\n{plan}"


async def test_a_walk_begins_where_it_ends_not_at_the_first_day(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the first day and there an index would pass over all that nobody wants to see."""
    wanted = WantedCases(Basis.CLOSED, narrowed(TWO_YEARS, area_prefix="999001103202"), [Counter.CLOSED])
    floor, rows = await plans_of(filled, monkeypatch, lambda session: walk(session, COUNTY, wanted, None, PAGE))
    assert f"(closed_day >= '{TWO_YEARS.first}'" in str(floor)
    assert "ROW(closed_day, case_id) >= " in str(rows)
    assert f"(closed_day >= '{TWO_YEARS.first}'" not in str(rows)


async def test_what_is_rare_is_found_by_its_own_index(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = WantedCases(Basis.REGISTERED, TWO_YEARS, [Counter.WITHDRAWN])
    for plan in await plans_of(filled, monkeypatch, lambda session: walk(session, COUNTY, wanted, None, PAGE)):
        assert plan.indexes == {"fact_withdrawn_idx"}, f"{plan}"
        assert plan.rows_read <= CASES // 500 + 1, f"{plan}"


async def test_what_is_among_something_rare_is_found_by_its_index(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the summoned those who came late: alone, or all parts of a rate together."""
    for counters in ([Counter.REPORTED_LATE], [Counter.REPORTED_LATE, Counter.CALLS]):
        wanted = WantedCases(Basis.REGISTERED, TWO_YEARS, counters)
        for plan in await plans_of(filled, monkeypatch, partial(_walk_of, wanted)):
            assert plan.indexes == {"fact_calls_idx"}, f"{plan}"
            assert plan.rows_read <= CASES // 400 + 1, f"{plan}"


async def _walk_of(wanted: WantedCases, session: Session) -> object:
    return await walk(session, COUNTY, wanted, None, PAGE)


async def test_rows_that_lie_all_over_a_table_are_fetched_many_at_once(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, each would wait for the disk."""
    village = WantedCases(Basis.CLOSED, narrowed(TWO_YEARS, area_prefix="999001103202"), COUNTERS)
    asked: list[Question] = [lambda session: walk(session, COUNTY, village, None, PAGE)]
    asked += [added(scope, Basis.REGISTERED, selection, by) for _, scope, selection, by, _ in OF_TWO_YEARS]
    for ask in asked:
        plans = await plans_of(filled, monkeypatch, ask)
        assert not {"rollup", "rollup_coarse", "fact"} & {table for plan in plans for table in plan.fetched_singly}


async def test_what_is_about_oneself_is_found_by_its_own_index(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = TWO_YEARS.first, TWO_YEARS.last
    [plan] = await plans_of(filled, monkeypatch, lambda session: hidden_cases(session, STAFF, first, last))
    assert plan.indexes == {"fact_accused_idx", "fact_also_accused_idx"}, f"{plan}"
    assert plan.rows_read <= BOTH * CASES // 1_000, f"{plan}"


async def test_what_no_row_below_the_place_shows_is_found_by_its_own_index(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Scope("999001103", without_unlisted=True)
    first, last = TWO_YEARS.first, TWO_YEARS.last
    [plan] = await plans_of(filled, monkeypatch, lambda session: hidden_cases(session, town, first, last))
    assert plan.indexes == {"fact_unlisted_idx"}, f"{plan}"
    assert plan.rows_read <= BOTH * CASES // 90, f"{plan}"


async def test_what_is_published_is_counted_from_the_days_of_its_period(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = MONTH.first, MONTH.last
    [plan] = await plans_of(filled, monkeypatch, lambda session: registered_by_area(session, "999001", first, last))
    assert not plan.walked, f"{plan}"
    assert plan.rows_read <= BOTH * CASES * 31 // DAYS, f"{plan}"


async def test_what_was_learned_since_is_found_by_its_blocks(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each case of two years was learned of once, in one part, on its day."""
    a_week_ago = NOW - timedelta(days=7)
    known = Known((CASES * (DAYS - 7) // DAYS, *[0] * (PARTS - 1)), a_week_ago, a_week_ago, a_week_ago)
    for among in (Among("999001", None), Among("999001103", (MONTH.first, MONTH.last))):

        async def ask(session: Session, among: Among = among) -> object:
            return await changed_facts(session, known, among, MOST_CHANGED)

        [plan] = await plans_of(filled, monkeypatch, ask)
        assert plan.indexes == {"fact_learned_idx"}, f"{plan}"
        assert plan.rows_read <= CASES // 10, f"{plan}"


OPEN_ONES: Sequence[tuple[str, Question]] = [
    ("by unit", lambda session: standing(session, COUNTY, "999001", NOW)),
    ("by unit, of a town", lambda session: standing(session, TOWN, "999001103", NOW)),
    ("by unit, for staff of one", lambda session: standing(session, STAFF, "999001", NOW)),
    ("all", lambda session: open_cases(session, COUNTY, OpenFilter(), cursor=None, size=PAGE)),
    ("of a unit", lambda session: open_cases(session, COUNTY, OpenFilter(unit_code="D-7"), cursor=None, size=PAGE)),
    ("overdue", lambda session: open_cases(session, UNIT, OpenFilter(overdue_at=NOW), cursor=None, size=PAGE)),
    (
        "overdue in a village",
        lambda session: open_cases(session, COUNTY, OpenFilter("999001103202", None, NOW), cursor=None, size=PAGE),
    ),
    (
        "overdue, for staff of a unit",
        lambda session: open_cases(session, STAFF, OpenFilter("999001103202", None, NOW), cursor=None, size=PAGE),
    ),
    ("one case", lambda session: fact_row(session, COUNTY, "0" * 31 + "00077")),
]


async def test_open_cases_are_found_among_the_open_ones(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, ask in OPEN_ONES:
        for plan in await plans_of(filled, monkeypatch, ask):
            assert not plan.walked, f"{name}:\n{plan}"
            assert plan.rows_read <= OPEN + BOTH * PAGE, f"{name} reads {plan.rows_read} rows:\n{plan}"
            fetched = sum(node["Actual Rows"] for node in plan.nodes if node["Node Type"] == "Index Scan")
            assert fetched <= PAGE + 1, f"{name} fetches {fetched} rows:\n{plan}"
