"""A fault of analytics' own fold or counting is found, since the audit counts by other means; and what mends it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from huiyin.audit.auditing import Subject, audit, examine
from huiyin.audit.report import AuditReport, Invariant
from huiyin.rebuild.analytics import rebuild
from libs.common.counters import Counter
from libs.common.security.principal import Role
from services.analytics.counters.domain import Cell, Counts
from services.analytics.facts.actions import folding
from services.analytics.facts.domain.atoms import Atom, Registration
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.fact import Fact, fold
from tests.integration.audit.conftest import Copy
from tests.integration.audit.county import County, open_county

_WITHOUT_PLACES = "UPDATE analytics.fact SET places = '{{}}'"
"""As the release before wrote them."""


async def give_back_twice(county: County) -> str:
    """Two returns in one moment, each refused."""
    case_id = await county.register("given back twice")
    decision = f"/dispatch/v1/cases/{case_id}/return/decision"
    for _ in range(2):
        await county.by_unit(case_id, "return", {"reason_code": "not_our_duty", "note": "不属于本单位"})
        await county.call("POST", decision, Role.DISPATCHER, {"approved": False, "note": "属地负责"})
    return case_id


def by_content(fact: Fact | None, atom: Registration | Atom) -> Fact:
    """A fold that takes two events which say the same for one."""
    if fact is not None and not isinstance(atom, Registration):
        known = fold(fact, atom)
        for name in ("returns", "rulings"):
            before = [one[:-1] for one in getattr(fact, name)]
            if atom[:-1] in before and getattr(known, name) != getattr(fact, name):
                return fact
        return known
    return fold(fact, atom)


def with_returns_left_out(fact: Fact, day_of: Any, level_of: Any) -> Mapping[Cell, Counts]:
    """A counting that forgets the second return."""
    place = list(Counter).index(Counter.RETURNS_REQUESTED)
    return {
        cell: (*counts[:place], min(1, counts[place]), *counts[place + 1 :])
        for cell, counts in contribution(fact, day_of, level_of).items()
    }


def said_of_figures(report: AuditReport) -> str:
    return "\n".join(one.message for one in report.violations if one.invariant is Invariant.FIGURE)


async def test_a_fold_that_loses_an_event_is_found(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "fold", by_content)
    async with open_county(database_url, tmp_path) as county:
        await give_back_twice(county)
        report = await audit(county.house)
    said = said_of_figures(report)
    assert "doc.returns of its fact is" in said
    assert "returns_requested is 1, the recount says 2" in said
    assert "returns_refused is 1, the recount says 2" in said
    assert (await rebuild(database_url)).facts == 1
    assert (await examine(Subject(database_url))).clean


async def test_a_counting_that_leaves_something_out_is_found(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "contribution", with_returns_left_out)
    async with open_county(database_url, tmp_path) as county:
        await give_back_twice(county)
        report = await audit(county.house)
    said = said_of_figures(report)
    assert "returns_requested is 1, the recount says 2" in said
    assert "returns_refused" not in said


async def test_facts_from_before_places_were_kept_are_no_fault_and_a_rebuild_gives_them_places(copy: Copy) -> None:
    before = await _documents(copy.url)
    await copy.spoil(_WITHOUT_PLACES)
    assert await _documents(copy.url) != before
    report = await examine(Subject(copy.url))
    assert report.clean, report.violations
    done = await rebuild(copy.url)
    assert (done.facts, done.cells) == (len(copy.cases), 0)
    assert await _documents(copy.url) == before


async def test_what_was_lost_before_places_were_kept_is_found_and_put_right(copy: Copy) -> None:
    before = await _documents(copy.url)
    lost = "UPDATE analytics.fact SET doc = doc #- '{{limits,-1}}', version = version - 1 WHERE case_id = {late}"
    await copy.spoil(_WITHOUT_PLACES, lost)
    said = said_of_figures(await examine(Subject(copy.url)))
    assert "doc.limits of its fact is" in said
    assert (await rebuild(copy.url)).facts == len(copy.cases)
    assert (await examine(Subject(copy.url))).clean
    assert await _documents(copy.url) == before


async def test_a_fact_from_before_goes_on_beside_new_events(copy: Copy, tmp_path: Path) -> None:
    """Nothing has to wait for the rebuild."""
    await copy.spoil(_WITHOUT_PLACES)
    async with open_county(copy.url, tmp_path) as county:
        await county.handle(copy.cases["fresh"])
        report = await audit(county.house)
        assert report.clean, report.violations
    assert (await rebuild(copy.url)).cells == 0


async def _documents(url: str) -> dict[str, tuple[str, str]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT case_id, doc::text AS doc, places::text AS places FROM analytics.fact")
    finally:
        await connection.close()
    return {row["case_id"]: (row["doc"], row["places"]) for row in rows}
