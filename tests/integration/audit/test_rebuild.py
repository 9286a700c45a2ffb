"""Figures that were spoilt are put right from the ledgers; nobody who reads or writes meanwhile notices."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from huiyin.audit.auditing import Subject, audit, examine
from huiyin.audit.snapshot import NotThere, open_cut
from huiyin.rebuild import analytics
from huiyin.rebuild.analytics import rebuild
from tests.integration.audit.conftest import Copy
from tests.integration.audit.county import open_county
from tests.integration.audit.living import live

_SPOILT = (
    "UPDATE analytics.fact SET doc = doc - 'tries', status = 'withdrawn' WHERE case_id = {solved}",
    "UPDATE analytics.fact SET units = '{{}}' WHERE case_id = {late}",
    "DELETE FROM analytics.fact WHERE case_id = {fresh}",
    "INSERT INTO analytics.fact SELECT 'ghost', case_no, area_code, unit_code, units, category_code, channel, kind,"
    " urgency, status, is_open, round, registered_at, registered_day, closed_day, first_day, last_day,"
    " handle_due_at, updated_at, version, doc, counted FROM analytics.fact WHERE case_id = {solved}",
    "UPDATE analytics.rollup SET registered = registered + 1 WHERE registered > 0",
    "UPDATE analytics.rollup_coarse SET closed = closed + 1 WHERE grain = 'week_units'",
    "UPDATE analytics.hours SET entries = entries + 1",
    "DELETE FROM analytics.hours_coarse",
    "DELETE FROM analytics.rollup_coarse WHERE grain = 'day_towns'",
    'INSERT INTO analytics.rollup SELECT (jsonb_populate_record(r, \'{{"unit_code": "D-NOBODY"}}\')).*'
    " FROM analytics.rollup AS r LIMIT 1",
)


_SPOILT_VISITS = (
    "UPDATE analytics.visit_household SET steps = '[]' WHERE household_id = {plain_home}",
    "UPDATE analytics.visit_fact SET day = day + 1, teams = '{{}}' WHERE visit_id = {full_visit}",
    "DELETE FROM analytics.visit_person",
    "DELETE FROM analytics.visit_place WHERE household_id = {plain_home}",
    "UPDATE analytics.visit_round SET closed_at = now() WHERE round_id = {open_round}",
    "DELETE FROM analytics.visit_seat",
    "UPDATE analytics.visit_team SET version = 9",
    "UPDATE analytics.coverage SET reached = reached + 1",
    "DELETE FROM analytics.visits_made WHERE cut = 'person'",
    "UPDATE analytics.visit_things SET amount = amount + 1",
)
_EMPTIED_VISITS = (
    "TRUNCATE analytics.visit_household, analytics.visit_fact, analytics.visit_person, analytics.visit_place,"
    " analytics.visit_round, analytics.visit_team, analytics.visit_seat, analytics.coverage, analytics.visits_made,"
    " analytics.visit_things"
)
_EMPTIED = "TRUNCATE analytics.fact, analytics.rollup, analytics.rollup_coarse, analytics.hours"


async def test_nothing_is_changed_where_all_is_right(copy: Copy) -> None:
    done = await rebuild(copy.url)
    assert (done.facts, done.cells, done.first) == (0, 0, ())
    assert done.cases == len(copy.cases)
    assert done.households
    assert done.events > done.cases


async def test_analytics_is_held_up_only_when_something_is_wrong(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    locks: list[str | None] = []
    opened = open_cut

    def noting(url: str, name: str, **options: Any) -> Any:
        locks.append(options["lock"])
        return opened(url, name, **options)

    monkeypatch.setattr(analytics, "open_cut", noting)
    await rebuild(copy.url)
    assert locks == [None]
    await copy.spoil(*_SPOILT)
    assert (await rebuild(copy.url, check=True)).facts == 4
    assert locks == [None, None]
    assert (await rebuild(copy.url)).facts == 4
    assert locks[2] is None
    assert locks[3] is not None


async def test_checking_changes_nothing(copy: Copy) -> None:
    await copy.spoil(*_SPOILT)
    first = await rebuild(copy.url, check=True)
    second = await rebuild(copy.url, check=True)
    assert first.facts == second.facts == 4
    assert first.cells == second.cells > 1
    assert not first.swapped
    assert f"fact {copy.cases['fresh']}: was not there" in first.first
    assert "fact ghost: is of no case" in first.first


@pytest.mark.parametrize("sql", [_SPOILT, (_EMPTIED,), _SPOILT_VISITS, (_EMPTIED_VISITS,)])
async def test_what_was_spoilt_is_put_right(copy: Copy, sql: tuple[str, ...]) -> None:
    await copy.spoil(*sql)
    assert not (await examine(Subject(copy.url))).clean
    done = await rebuild(copy.url)
    assert done.swapped
    assert done.facts + done.cells > 0
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations


async def test_beside_a_busy_house(database_url: str, tmp_path: Path) -> None:
    async with open_county(database_url, tmp_path) as county:
        life = asyncio.create_task(live(county))
        while not life.done():
            done = await rebuild(database_url)
            assert (done.facts, done.cells) == (0, 0)
        await life
        report = await audit(county.house)
    assert report.clean, report.violations


async def test_a_database_without_huiyin(database_url: str) -> None:
    with pytest.raises(NotThere):
        await rebuild(database_url)
