"""The commands: beside a running Huiyin, on data that nobody runs, and where there is nothing."""

import json
from pathlib import Path

from huiyin.house import open_house
from libs.common.database.session import Database
from libs.common.delivery.audit_runs import last_outcome
from libs.common.service.settings import ClockKind, CommonSettings
from libs.programs.postgres.server import EmbeddedPostgres, running_dsn
from tests.integration.audit.conftest import Copy
from tests.support.commands import run


async def test_a_clean_database(copy: Copy) -> None:
    told = await run("audit", HUIYIN_DATABASE_URL=copy.url)
    assert told.status == 0, told.err
    assert f"Clean: {len(copy.cases)} cases" in told.out
    counted = await run("audit", "--json", HUIYIN_DATABASE_URL=copy.url)
    assert counted.document["clean"] is True
    assert counted.document["violations"] == 0


async def test_a_spoilt_database(copy: Copy) -> None:
    await copy.spoil("DELETE FROM analytics.fact", "UPDATE dispatch.work SET round = 7")
    told = await run("audit", "--limit", "2", HUIYIN_DATABASE_URL=copy.url)
    assert told.status == 1, told.err
    assert f"I8 analytics {min(copy.cases.values())}: there is no fact of it" in told.out
    assert "name more of them with --limit" in told.out
    document = (await run("audit", "--json", HUIYIN_DATABASE_URL=copy.url)).document
    assert document["invariants"]["I6"]["violations"] == len(copy.cases)
    assert {one["invariant"] for one in document["first"]} == {"I1", "I6", "I8"}
    compared = await run("rebuild", "analytics", "--check", "--json", HUIYIN_DATABASE_URL=copy.url)
    assert compared.status == 1
    assert compared.document["different_facts"] == len(copy.cases)
    mended = await run("rebuild", "analytics", HUIYIN_DATABASE_URL=copy.url)
    assert mended.status == 0, mended.err
    assert f"{len(copy.cases)} facts and 0 cells of the roll-ups were put right" in mended.out


async def test_beside_a_running_huiyin_and_after_it(tmp_path: Path) -> None:
    folder = str(tmp_path)
    settings = CommonSettings(data_dir=tmp_path, clock=ClockKind.SIMULATED)
    async with open_house(settings, durable=False):
        beside = await run("audit", "--json", "--data-dir", folder)
        assert beside.status == 0, beside.err
        assert beside.document["clean"] is True
    assert running_dsn(tmp_path / "postgres") is None
    after = await run("rebuild", "analytics", "--json", "--data-dir", folder)
    assert after.status == 0, after.err


async def test_where_there_is_nothing(tmp_path: Path, database_url: str) -> None:
    nowhere = await run("audit", "--data-dir", str(tmp_path))
    assert nowhere.status == 2
    assert f"there are no data in {tmp_path}/" in nowhere.err
    assert not list(tmp_path.iterdir())
    empty = await run("audit", HUIYIN_DATABASE_URL=database_url)
    assert empty.status == 2
    assert "this database cannot be audited" in empty.err


async def test_services_in_different_databases_cannot_be_audited(copy: Copy) -> None:
    await copy.spoil("ALTER SCHEMA analytics RENAME TO elsewhere")
    told = await run("audit", HUIYIN_DATABASE_URL=copy.url)
    assert told.status == 2
    assert "it holds dispatch, followup, intake, and not analytics" in told.err
    assert "services in different databases have no common moment" in told.err


async def test_an_outcome_that_is_kept(copy: Copy) -> None:
    await copy.spoil("DELETE FROM analytics.fact WHERE case_id = {solved}")
    assert (await run("audit", "--keep", HUIYIN_DATABASE_URL=copy.url)).status == 1
    database = Database(copy.url, "followup", pool_size=1)
    async with database.reading() as session:
        outcome = await last_outcome(session)
    await database.close()
    assert outcome is not None
    assert {name for name, count in outcome.violations.items() if count} == {"I1", "I8"}


async def test_with_a_journal(copy: Copy, tmp_path: Path) -> None:
    line = {"outcome": "ok", "number": 1, "kind": "register", "at": 1.0, "said": {"case_id": "nowhere"}}
    journal = tmp_path / "journal.ndjson"
    journal.write_text(json.dumps(line) + "\n", encoding="utf-8")
    told = await run("audit", "--journal", str(journal), HUIYIN_DATABASE_URL=copy.url)
    assert told.status == 1
    assert "I1 intake nowhere: it is not there, and was accepted: 1" in told.out
    journal.write_text("nothing\n", encoding="utf-8")
    told = await run("audit", "--journal", str(journal), HUIYIN_DATABASE_URL=copy.url)
    assert (told.status, "line 1 is no line of a journal" in told.err) == (2, True)
    told = await run("audit", "--sole", HUIYIN_DATABASE_URL=copy.url)
    assert (told.status, "name them with --journal" in told.err) == (2, True)


def test_the_dsn_of_a_running_server(tmp_path: Path) -> None:
    assert running_dsn(tmp_path) is None
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        assert running_dsn(tmp_path) == server.dsn
    assert running_dsn(tmp_path) is None
