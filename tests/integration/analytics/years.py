"""Two years of a county, written at once: facts of cases, nearly all of them closed, and the roll-ups of each day."""

from datetime import date

from libs.common.counters import Counter
from libs.common.database.session import Database
from services.analytics.counters.domain import COUNTERS, bits_of, words_of
from services.analytics.rollups.tables import CASES as CUBE
from services.analytics.rollups.tables import HOURS
from tests.integration.analytics.county import NOW

CASES = 20_000
OPEN = 300
DAYS = 730
A_DAY = 20
"""Rows of the fine roll-up on each day, on each basis."""
TODAY = date(2026, 6, 10)

# All but the last cases are closed; one of five hundred was withdrawn, to one of four hundred units were summoned, of
# which half came late; one of a thousand is about a unit, and one of a hundred is confidential.
_FACTS = """
    INSERT INTO fact (case_id, case_no, area_code, unit_code, units, category_code, channel, kind, urgency,
        accused_unit, unlisted, status, is_open, round, registered_at, registered_day, closed_day, first_day, last_day,
        handle_due_at, updated_at, version, counted, counted_beyond, doc, places, stamp, learned_at)
    SELECT lpad(n::text, 36, '0'), n,
        '999001' || lpad((n % 20 + 101)::text, 3, '0') || lpad((200 + n % 7)::text, 3, '0'),
        'D-' || n % 25, ARRAY['D-' || n % 25], lpad((n % 15 + 1)::text, 2, '0') || '01', 'hotline', 'help', 'normal',
        CASE WHEN n % 1000 = 7 THEN 'D-7' ELSE '' END, n % 1000 = 7 OR n % 100 = 3,
        CASE WHEN running THEN 'assigned' ELSE 'closed' END, running, 1, day, day,
        CASE WHEN NOT running THEN day + 3 END, day, day + 3, CASE WHEN running THEN day + 5 END, day, 5,
        $4::bigint | CASE WHEN n % 500 = 0 THEN $5::bigint ELSE 0 END,
        CASE WHEN n % 800 = 0 THEN $6::bigint WHEN n % 400 = 0 THEN $7::bigint ELSE 0 END, '{}', '{}',
        n::bigint << 6, day
    FROM (SELECT n, n > $1 - $2 AS running, $3::date - (($1 - n) * 730 / $1)::int AS day
          FROM generate_series(1, $1::int) AS n) AS made
"""
_FINE = f"""
    INSERT INTO rollup ({", ".join(CUBE.columns)})
    SELECT basis, $1::date - back, '999001' || lpad((n % 20 + 101)::text, 3, '0') || lpad((200 + n % 7)::text, 3, '0'),
        'D-' || n % 25, lpad(((n + back) % 15 + 1)::text, 2, '0') || '01', 'hotline',
        CASE WHEN n % 2 = 0 THEN 'help' ELSE 'complaint' END, {", ".join("1" for _ in COUNTERS)}
    FROM unnest(ARRAY['registered', 'closed', 'happened']) AS basis, generate_series(0, $2::int - 1) AS back,
        generate_series(1, $3::int) AS n
"""  # noqa: S608 - names of columns
_HOURS = """
    INSERT INTO hours (span, day, area_code, unit_code, category_code, channel, kind, bucket, entries)
    SELECT span, day, area_code, unit_code, category_code, channel, kind, 20, 1 FROM rollup,
        unnest(ARRAY['hours_to_sign', 'hours_to_handle']) AS span WHERE basis = 'closed'
"""
_HOURS_COARSE = f"INSERT INTO hours_coarse (grain, {', '.join(HOURS.columns)}) {HOURS.coarse_of('hours')}"
_COARSE = f"INSERT INTO rollup_coarse (grain, {', '.join(CUBE.columns)}) {CUBE.coarse_of('rollup')}"


async def fill(url: str) -> None:
    """Write them into the tables of analytics."""
    database = Database(url, "analytics")
    usual, rare = bits_of([Counter.REGISTERED, Counter.CLOSED]), bits_of([Counter.WITHDRAWN])
    _, summoned = words_of(bits_of([Counter.CALLS]))
    _, late = words_of(bits_of([Counter.CALLS, Counter.REPORTED_LATE]))
    try:
        async with database.transaction(NOW) as session:
            await session.fetch(_FACTS, CASES, OPEN, TODAY, usual, rare, late, summoned)
        async with database.transaction(NOW) as session:
            await session.fetch(_FINE, TODAY, DAYS, A_DAY)
        async with database.transaction(NOW) as session:
            await session.fetch(_COARSE)
            await session.fetch(_HOURS)
            await session.fetch(_HOURS_COARSE)
        async with database.transaction(NOW) as session:
            await session.fetch("SELECT brin_summarize_new_values('fact_learned_idx')")
            for table in ("fact", "rollup", "rollup_coarse", "hours", "hours_coarse"):
                await session.fetch(f"ANALYZE {table}")
    finally:
        await database.close()
