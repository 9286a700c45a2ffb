"""The process dies between the "done" of the last task and the result of its case: nothing is lost, nothing is twice.

The write is cancelled where it stands, as when the process goes; then the service is opened anew on the same database,
and whoever got no answer asks again under the same key.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from libs.common.events.cases import CaseHandled, TaskDone
from libs.common.run.failpoints import arm, stalled
from services.dispatch.main import SPEC
from tests.integration.dispatch.office import TOWN_UNIT, VILLAGE_UNIT, Office, only
from tests.integration.dispatch.test_supporting import PART, TASK, WHOLE, standing
from tests.support.eventually import eventually

KEPT = ("door.after_commit",)
POINTS = ("door.after_prepare", "transaction.before_ledger", "transaction.after_ledger", "door.before_commit", *KEPT)


@asynccontextmanager
async def killed_at(point: str) -> AsyncIterator[None]:
    """What is written within stands still there, and is cancelled."""
    arm(f"{point}:stall")
    try:
        yield
    finally:
        arm("")


async def die(asked: asyncio.Task[object], point: str) -> None:
    """Whoever writes goes, and whoever waits for it."""
    await eventually(lambda: stalled(point), what=f"somebody at {point}")
    writers = [task for task in asyncio.all_tasks() if task.get_name().startswith("group-commit-")]
    for task in (*writers, asked):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("point", POINTS)
async def test_the_last_task_is_done_once_and_the_result_waits_for_it(
    office: Office, tmp_path: Path, point: str
) -> None:
    case_id = await office.register()
    lead, support = office.handler(VILLAGE_UNIT), office.handler(TOWN_UNIT)
    await lead.do(case_id, "signature")
    version = (await support.do(case_id, f"{TASK}/signature"))["version"]
    path = f"/cases/{case_id}/{TASK}/result"
    async with killed_at(point):
        await die(asyncio.create_task(support.post(path, PART, version=version, key="done-1")), point)
    url = office.database.engine.url.render_as_string(hide_password=False)
    async with Office.open(SPEC, url, tmp_path) as again:
        assert await standing(again, case_id) == [(TOWN_UNIT, "done" if point in KEPT else "signed", 1)]
        lead, support = again.handler(VILLAGE_UNIT), again.handler(TOWN_UNIT)
        if point not in KEPT:
            waits = await lead.post(f"/cases/{case_id}/result", WHOLE, version="*")
            assert (waits.status_code, TOWN_UNIT in waits.text) == (409, True)
        for _ in range(2):
            done = await support.post(path, PART, version=version, key="done-1")
            assert (done.status_code, done.json()["open_support"]) == (200, []), done.text
        assert only(await again.said(case_id), TaskDone).evidence == tuple(PART["evidence"])
        assert (await lead.do(case_id, "result", WHOLE))["status"] == "handled"
        assert only(await again.said(case_id), CaseHandled).without_support == ()
        assert await standing(again, case_id) == [(TOWN_UNIT, "done", 1)]


@pytest.mark.parametrize("point", POINTS)
async def test_the_result_itself_is_handed_in_once(office: Office, tmp_path: Path, point: str) -> None:
    case_id = await office.register()
    lead, support = office.handler(VILLAGE_UNIT), office.handler(TOWN_UNIT)
    await lead.do(case_id, "signature")
    await support.do(case_id, f"{TASK}/signature")
    version = (await support.do(case_id, f"{TASK}/result", PART))["version"]
    path = f"/cases/{case_id}/result"
    async with killed_at(point):
        await die(asyncio.create_task(lead.post(path, WHOLE, version=version, key="result-1")), point)
    url = office.database.engine.url.render_as_string(hide_password=False)
    async with Office.open(SPEC, url, tmp_path) as again:
        assert (await again.work(case_id))["status"] == ("handled" if point in KEPT else "signed")
        for _ in range(2):
            handed_in = await again.handler(VILLAGE_UNIT).post(path, WHOLE, version=version, key="result-1")
            assert (handed_in.status_code, handed_in.json()["status"]) == (200, "handled"), handed_in.text
        assert only(await again.said(case_id), CaseHandled).round == 1
        assert await standing(again, case_id) == [(TOWN_UNIT, "done", 1)]
