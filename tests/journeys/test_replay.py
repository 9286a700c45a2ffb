"""Replays on the whole house: the sample, a second run over it, an export of its own kind, and the real files."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from huiyin.audit import AuditReport, audit
from huiyin.house import House, open_house
from huiyin.replay.commands import SAMPLES, demo_command, replay_command
from huiyin.replay.driver import Pace
from huiyin.replay.stage import Journal
from huiyin.replay.staging import Cast, ReplayOutcome, choose_cast, replay_into
from libs.common.bus.flow import Service
from libs.common.pack.loader import load_pack
from libs.common.service.settings import ClockKind, CommonSettings
from libs.programs.postgres.server import EmbeddedPostgres
from tests.conftest import MakeDatabase

ROOT = Path(__file__).parents[2]
PACK = ROOT / "packs" / "demo"
COUNTY = load_pack(PACK)
DATA = ROOT.parent / "shared" / "data"
SAMPLE = sorted(SAMPLES.glob("*.jsonl"))
A_YEAR = timedelta(days=365)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
TEMPLATE = "replay_template"


@pytest.fixture(scope="session")
def empty_house(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with all tables, in which nothing was ever said: time may begin anywhere."""
    url = postgres.dsn.rpartition("/")[0] + f"/{TEMPLATE}"
    asyncio.run(_administer(postgres.dsn, f"CREATE DATABASE {TEMPLATE} TEMPLATE template0"))
    asyncio.run(_make_tables(url, tmp_path_factory.mktemp("template")))
    yield TEMPLATE
    asyncio.run(_administer(postgres.dsn, f"DROP DATABASE {TEMPLATE} WITH (FORCE)"))


@pytest.fixture
async def url(empty_house: str, make_database: MakeDatabase) -> str:
    """A house of this test alone."""
    return await make_database(empty_house)


async def _administer(dsn: str, command: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(command)
    finally:
        await connection.close()


async def _make_tables(url: str, folder: Path) -> None:
    settings = CommonSettings(data_dir=folder, database_url=SecretStr(url), clock=ClockKind.SIMULATED)
    async with open_house(settings, simulated_start=LONG_AGO, working=False):
        pass


@asynccontextmanager
async def _house(url: str, folder: Path, start: datetime) -> AsyncIterator[House]:
    settings = CommonSettings(data_dir=folder, database_url=SecretStr(url), clock=ClockKind.SIMULATED)
    async with open_house(settings, simulated_start=start) as house:
        yield house


async def _replay(
    house: House, cast: Cast, *, seed: int = 1, pace: Pace | None = None
) -> tuple[ReplayOutcome, AuditReport]:
    outcome = await replay_into(house, COUNTY, cast, seed=seed, pace=pace or Pace(), tell=_nobody_watches)
    return outcome, await audit(house)


async def _replay_once(url: str, folder: Path, cast: Cast, **how: Any) -> tuple[ReplayOutcome, AuditReport]:
    async with _house(url, folder, cast.start) as house:
        return await _replay(house, cast, **how)


def _nobody_watches(_moment: datetime, _journal: Journal) -> None:
    pass


def _check(outcome: ReplayOutcome, report: AuditReport) -> None:
    """Nothing is lost, nothing twice, nothing refused that should not be, and the house is sound."""
    assert outcome.journal.troubles == []
    assert outcome.tally.lost == ()
    assert outcome.tally.doubled == ()
    assert report.clean, report.violations
    assert outcome.accepted + len(outcome.refused) + outcome.repeated == outcome.cast.read
    assert outcome.tally.open + outcome.tally.closed == outcome.accepted + len(outcome.journal.known_before)


def _figures(outcome: ReplayOutcome) -> dict[str, Any]:
    return {rate.found["code"]: rate.document for rate in outcome.figures.rates}


async def test_the_demo_from_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    status = await demo_command([], pack=PACK, data_dir=folder, seed=1, limit=None, as_json=True)
    out = capsys.readouterr().out
    told = json.loads(out.strip().splitlines()[-1])
    assert status == 0, told
    assert (told["rows"], told["accepted"], told["refused"], told["repeated"]) == (128, 124, 3, 1)
    assert told["reasons"] == {"no_text": 1, "unreadable_date": 1, "closed_before_opened": 1}
    assert (told["lost"], told["doubled"], told["audit_violations"], told["steps_refused"]) == (0, 0, 0, 0)
    assert (told["open"], told["closed"]) == (4, 120)
    for code in ("response", "resolution", "satisfaction", "on_time"):
        assert 0 < told["rates"][code]["numerator"] <= told["rates"][code]["denominator"]
    on_time = told["rates"]["on_time"]
    assert on_time["target"]["text_en"] == "over 95 %"
    is_met = 100 * on_time["numerator"] > 95 * on_time["denominator"]
    assert on_time["met"] == ("met" if is_met else "not_met")
    assert (told["rates"]["response"]["target"], told["rates"]["response"]["met"]) == (None, None)
    assert len(Path(told["refused_rows"]).read_text(encoding="utf-8-sig").splitlines()) == 4


async def test_every_part_of_the_loop_is_walked(url: str, tmp_path: Path) -> None:
    cast = choose_cast(SAMPLE, COUNTY, None, None)
    async with _house(url, tmp_path, cast.start) as house:
        outcome, report = await _replay(house, cast)
        _check(outcome, report)
        assert outcome.journal.sent_back > 0
        said = {service: await _said(house, service) for service in house.services}
    assert set(said[Service.DISPATCH]) >= {"assigned", "signed", "handled", "return_requested", "return_decided"}
    assert set(said[Service.FOLLOWUP]) >= {
        "callback_due",
        "callback_tried",
        "closed",
        "deadline_missed",
        "deadline_warned",
        "sent_back",
        "supervision_issued",
        "supervision_replied",
    }
    assert said[Service.INTAKE]["registered"] == 124


async def test_the_same_seed_gives_the_same_figures_however_much_goes_at_once(
    make_database: MakeDatabase, empty_house: str, tmp_path: Path
) -> None:
    cast = choose_cast(SAMPLE, COUNTY, None, 20)
    first, _ = await _replay_once(await make_database(empty_house), tmp_path, cast)
    pace = Pace(side_by_side=3, steps=30)
    second, report = await _replay_once(await make_database(empty_house), tmp_path, cast, pace=pace)
    other, _ = await _replay_once(await make_database(empty_house), tmp_path, cast, seed=2)
    _check(second, report)
    assert _figures(first) == _figures(second)
    assert first.figures.slowest == second.figures.slowest
    assert first.journal.done == second.journal.done
    assert first.ended_at == second.ended_at
    assert _figures(first) != _figures(other)


async def test_a_second_run_finds_its_rows_again_and_goes_on_with_newer_ones(url: str, tmp_path: Path) -> None:
    whole = choose_cast(SAMPLE, COUNTY, None, None)
    some = Cast(rows=whole.rows[:12], read=12)
    first, _ = await _replay_once(url, tmp_path, some)
    later = [replace(row, opened_at=row.opened_at + A_YEAR, closed_at=None) for row in whole.rows[13:18]]
    more = Cast(rows=[*whole.rows[:13], *later], read=18)
    outcome, report = await _replay_once(url, tmp_path, more)
    _check(outcome, report)
    assert len(outcome.journal.known_before) == 12
    assert outcome.reasons == {"before_house_time": 1}
    assert outcome.accepted == 5
    assert outcome.ended_at > first.ended_at
    async with _house(url, tmp_path, more.start) as house:
        assert (await _said(house, Service.INTAKE))["registered"] == 17
        assert (await _said(house, Service.DISPATCH))["pack_published"] == 1


EXPORT = "工单编号,标题,诉求内容,来电时间,办结时间,答复\n" + "".join(
    f"GD{number},路灯不亮,东坡村的路灯坏了，请打138000012{number:02},2024-05-{number:02} 09:30,2024-06-20 10:00,修\n"
    for number in range(1, 16)
)
MAPPING = """
name: county-hotline
number: 工单编号
title: 标题
text: 诉求内容
opened_at: 来电时间
closed_at: 办结时间
reply: 答复
channel: {constant: hotline}
"""


async def test_an_export_with_a_mapping_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export, mapping = tmp_path / "hotline.csv", tmp_path / "mapping.yaml"
    export.write_bytes(EXPORT.encode("gb18030"))
    mapping.write_text(MAPPING, encoding="utf-8")
    folder = tmp_path / "replay"
    how: dict[str, Any] = {"pack": PACK, "data_dir": folder, "seed": 3, "limit": None, "fresh": True}
    assert await replay_command([export], mapping=mapping, as_json=False, **how) == 0
    out = capsys.readouterr().out
    assert "hotline.csv was read as GB18030." in out
    assert "clean" in out
    assert "simulated callbacks" in out
    assert await replay_command([export], mapping=None, as_json=True, **how) == 2
    assert "no built-in mapping knows" in capsys.readouterr().err


async def test_when_no_row_can_be_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "board.jsonl"
    export.write_text('{"title": "a", "created_at": "never"}\n{"title": "b", "created_at": "2031-01-01"}\nx\n')
    how: dict[str, Any] = {"pack": PACK, "data_dir": tmp_path / "replay", "seed": 1, "limit": None, "fresh": True}
    assert await replay_command([export], mapping=None, as_json=True, **how) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["reasons"] == {"broken_line": 1, "unreadable_date": 1, "opened_in_future": 1}
    assert await replay_command([export], mapping=None, as_json=False, **how) == 1
    assert "None of the 3 rows could be taken." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("pattern", "limit"), [("messages/replies_public.part*.jsonl", 100), ("boston311/*.csv", 200)], ids=["board", "311"]
)
async def test_real_exports(pattern: str, limit: int, url: str, tmp_path: Path) -> None:
    files = sorted(DATA.glob(pattern))
    if not files:
        pytest.skip(f"the real data are not here: no {pattern} in {DATA}")
    outcome, report = await _replay_once(url, tmp_path, choose_cast(files, COUNTY, None, limit))
    _check(outcome, report)
    assert outcome.accepted == limit
    assert outcome.tally.closed > limit / 2


async def _said(house: House, service: Service) -> dict[str, int]:
    """How often a service said what."""
    async with house.services[service].runtime.work_database.reading() as session:
        rows = await session.fetch("SELECT type, count(*) AS times FROM ledger GROUP BY type")
    return {row.type.rpartition(".")[2]: row.times for row in rows}
