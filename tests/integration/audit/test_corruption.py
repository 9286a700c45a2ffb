"""Whatever is changed behind the system's back is found, and named with the case and the difference."""

import pytest

from huiyin.audit.auditing import Subject, examine
from huiyin.audit.report import Invariant
from tests.integration.audit.conftest import Copy, named
from tests.integration.audit.damage import KINDS


async def test_the_county_as_it_lived_is_clean(copy: Copy) -> None:
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations
    assert report.cases == len(copy.cases)
    assert set(report.checked) == set(Invariant) - {Invariant.FILE, Invariant.ANCHOR}, "no file, no anchor here"
    assert all(report.checked.values())
    assert not report.pending


@pytest.mark.parametrize("kind", KINDS)
async def test_is_found_and_named(copy: Copy, kind: str) -> None:
    spoiled = KINDS[kind]
    await copy.spoil(*spoiled.sql)
    report = await examine(Subject(copy.url))
    assert named(report, copy.cases | copy.homes, spoiled), report.violations


@pytest.mark.parametrize(
    "clock",
    [
        "UPDATE dispatch.ledger SET recorded_at = recorded_at + interval '11 minutes'"
        " WHERE id IN (SELECT id FROM dispatch.ledger ORDER BY id OFFSET 8 LIMIT 3)",
        "UPDATE dispatch.ledger SET recorded_at = recorded_at + interval '11 minutes'"
        " WHERE id IN (SELECT id + 2 * number FROM generate_series(0, 2) AS number,"
        " (SELECT id FROM dispatch.ledger ORDER BY id OFFSET 8 LIMIT 1) AS first)",
        "UPDATE dispatch.ledger SET recorded_at = occurred_at WHERE key = {by_hand} AND seq = 2",
    ],
    ids=["of the database", "of the database, among others' transactions", "of all machines, for one event"],
)
async def test_a_clock_that_was_set_is_no_damage(copy: Copy, clock: str) -> None:
    await copy.spoil(clock)
    report = await examine(Subject(copy.url))
    assert not [one for one in report.violations if "recorded_at" in one.message]


async def test_each_row_is_named_also_where_a_column_is_known_to_hold_one_value(copy: Copy) -> None:
    await copy.spoil("UPDATE intake.timeline SET note = '请打 13812341234'")
    one_by_one = await examine(Subject(copy.url))
    await copy.spoil("ANALYZE intake.timeline")
    together = await examine(Subject(copy.url))
    named_rows = [one for one in one_by_one.violations if one.invariant is Invariant.IDENTITY]
    assert len({one.key for one in named_rows}) > 5
    assert together.found == one_by_one.found
    assert [one for one in together.violations if one.invariant is Invariant.IDENTITY] == named_rows
