"""Timers of the release before, a row a step, become clocks: what was still to happen happens once, at its time.

``timers_of_0011.json`` is what that release left of some cases at one moment, and what it then said in sixty days more.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from libs.common.database.migrate import migrate
from libs.common.events.base import Event
from libs.common.security.principal import Role
from services.followup.main import SPEC
from tests.integration.followup.office import Office, local, publish_pack
from tests.support.upgrading import migrate_to

LEFT = json.loads((Path(__file__).parent / "timers_of_0011.json").read_text(encoding="utf-8"))
LEFT_AT = local("2026-03-12", "10:00")
_FILL = "INSERT INTO {0} ({1}) SELECT {1} FROM jsonb_populate_record(NULL::{0}, $1::jsonb)"
_AN_ORDER_BEHIND_A_LATER_ONE = """
    UPDATE timer SET state = CASE step WHEN 'ladder:1' THEN 'failed' ELSE 'fired' END
    WHERE (case_id, what) IN (SELECT case_id, what FROM timer WHERE step = 'ladder:1') AND step LIKE 'ladder:%'
"""
_A_WARNING_BEHIND_ITS_MISS = """
    UPDATE timer SET state = CASE step WHEN 'warn' THEN 'failed' ELSE 'fired' END
    WHERE case_id = $1 AND what = 'sign' AND step IN ('warn', 'miss')
"""


def told(event: Event) -> dict[str, Any]:
    """What the release before said of it."""
    said = event.model_dump(mode="json")
    of_it = ("deadline", "unit_code", "due_at", "supervision_id", "round")
    return {"type": type(event).__name__, "at": said["occurred_at"], **{k: said[k] for k in of_it if k in said}}


async def left(url: str, *more: tuple[str, ...]) -> None:
    """A database of the release before."""
    await migrate_to(url, SPEC, "0011")
    await publish_pack(url)
    connection = await asyncpg.connect(url, server_settings={"search_path": "followup"})
    async with connection.transaction():
        for table, rows in LEFT["rows"].items():
            for row in rows:
                await connection.execute(_FILL.format(table, ", ".join(row)), json.dumps(row))
        for statement, *values in more:
            await connection.execute(statement, *values)
    await connection.close()


async def sixty_days_more(office: Office) -> dict[str, list[dict[str, Any]]]:
    """What is said of each case in sixty days after the upgrade."""
    root = office.person("root", Role.ADMIN)
    for case_id in LEFT["set_aside"]:
        retried = await root.post(f"/cases/{case_id}/timer-retry")
        assert (retried.status_code, retried.json()["retried"]) == (200, 1)
    await office.advance(LEFT_AT + timedelta(days=60))
    return {case_id: [told(event) for event in await office.said(case_id)] for case_id in LEFT["later"]}


async def test_what_was_still_to_happen_happens_once_at_its_time(database_url: str, tmp_path: Path) -> None:
    await left(database_url)
    await migrate(database_url, "followup", SPEC.migrations)
    async with Office.open(SPEC, database_url, tmp_path) as office:
        office.skip(LEFT_AT)
        assert await sixty_days_more(office) == LEFT["later"]


async def test_every_clock_keeps_its_times_its_unit_and_what_became_of_it(database_url: str) -> None:
    await left(database_url)
    await migrate(database_url, "followup", SPEC.migrations)
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "followup"})
    clocks = {row["clock_id"]: row for row in await connection.fetch("SELECT * FROM clock")}
    await connection.close()
    timers: dict[str, dict[str, dict[str, Any]]] = {}
    for row in LEFT["rows"]["timer"]:
        clock_id, _, step = row["timer_id"].rpartition(".")
        timers.setdefault(clock_id, {})[step] = row
    assert clocks.keys() == timers.keys()
    for clock_id, steps in timers.items():
        clock = clocks[clock_id]
        assert clock["warn_at"] == datetime.fromisoformat(steps["warn"]["fires_at"])
        assert clock["due_at"] == datetime.fromisoformat(steps["miss"]["fires_at"])
        stands = steps[clock["step"]]
        assert clock["next_at"] == datetime.fromisoformat(stands["fires_at"])
        assert (clock["state"], clock["unit_code"], clock["error"]) == (
            stands["state"],
            stands.get("unit_code"),
            stands.get("error"),
        )
        waiting = {step for step, row in steps.items() if row["state"] in ("pending", "failed")}
        assert (clock["state"] in ("pending", "failed")) == bool(waiting)


async def test_an_order_that_was_set_aside_behind_a_later_one_is_mended_first(database_url: str) -> None:
    await left(database_url, (_AN_ORDER_BEHIND_A_LATER_ONE,))
    with pytest.raises(Exception, match="is set aside, and a later step of its ladder has fired"):
        await migrate(database_url, "followup", SPEC.migrations)


async def test_a_warning_that_was_set_aside_behind_its_miss_is_dropped(database_url: str) -> None:
    aside = LEFT["set_aside"][0]
    await left(database_url, (_A_WARNING_BEHIND_ITS_MISS, aside))
    await migrate(database_url, "followup", SPEC.migrations)
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "followup"})
    clock = await connection.fetchrow("SELECT step, state FROM clock WHERE case_id = $1 AND what = 'sign'", aside)
    await connection.close()
    assert clock is not None
    assert tuple(clock) == ("miss", "fired")
