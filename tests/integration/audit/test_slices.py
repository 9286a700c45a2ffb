"""Several processes on one cut find what one finds, neither more nor less."""

import asyncio
import gc
from dataclasses import replace
from pathlib import Path

import pytest

from bench.drive.journal import Journal
from huiyin.audit.auditing import Subject, examine
from huiyin.audit.journal import Journals
from huiyin.audit.queries import spans
from huiyin.audit.report import AuditReport
from huiyin.audit.snapshot import NotThere, open_cut
from tests.integration.audit.conftest import Copy
from tests.integration.audit.damage import KINDS

SEVERAL = ("a row edited", "a case lost at the door", "a watermark behind", "a figure off by one", "a fact of nothing")


def _told(report: AuditReport) -> AuditReport:
    """Without what differs from run to run."""
    return replace(report, seconds=0.0, violations=tuple(sorted(report.violations, key=str)))


async def test_a_clean_county(copy: Copy) -> None:
    one, several = [await examine(Subject(copy.url), jobs=jobs) for jobs in (1, 3)]
    assert several.clean, several.violations
    assert _told(one) == _told(several)


async def test_everything_that_was_spoilt(copy: Copy, tmp_path: Path) -> None:
    await copy.spoil(*(sql for kind in SEVERAL for sql in KINDS[kind].sql))
    journal = Journal(tmp_path / "journal")
    for case_id in (*copy.cases.values(), "00000000-0000-7000-8000-000000000001"):
        await journal.ok(journal.invoke("register"), case_id=case_id)
    await journal.close()
    reports = [
        await examine(Subject(copy.url, journals=Journals([journal.path], sole=True)), jobs=jobs) for jobs in (1, 3)
    ]
    assert not reports[0].clean
    assert _told(reports[0]) == _told(reports[1])


@pytest.mark.parametrize("count", [1, 2, 5, 64])
async def test_spans_hold_every_key_once(copy: Copy, count: int) -> None:
    async with open_cut(copy.url, "test") as cut:
        parts = await spans(cut, count)
        sql = "SELECT count(*) AS n FROM intake.ledger_head WHERE stream = 'cases'"
        sizes = [(await cut.fetch(sql + span.condition(cut)))[0]["n"] for span in parts]
    assert sum(sizes) == len(copy.cases)
    assert len(parts) <= count
    assert max(sizes) <= len(copy.cases) / min(count, len(copy.cases)) + 1


async def test_where_one_cannot_go_on_the_others_say_nothing_of_it(copy: Copy) -> None:
    await copy.spoil("ALTER TABLE bus.topic RENAME TO elsewhere")
    heard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: heard.append(context))
    with pytest.raises(NotThere):
        await examine(Subject(copy.url), jobs=2)
    gc.collect()
    await asyncio.sleep(0)
    assert not heard


async def test_a_house_without_cases_has_one_span(copy: Copy) -> None:
    await copy.spoil("DELETE FROM intake.ledger_head WHERE stream = 'cases'")
    async with open_cut(copy.url, "test") as cut:
        assert len(await spans(cut, 4)) == 1
