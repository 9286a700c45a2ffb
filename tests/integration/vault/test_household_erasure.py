"""Who lives in a household is erased by destroying a key: nothing of it opens again, and no figure is another."""

from datetime import timedelta
from typing import Any

import pytest

from huiyin.erasing import carry_out
from huiyin.retention import Retention
from libs.common.bus.flow import Service
from libs.common.errors import NotFound
from libs.common.retention import KeptClass
from libs.common.time.clock import system_now
from services.intake.erasures.actions.households import HouseholdErasure, HouseholdNeeded, erase_household
from services.intake.erasures.domain import Order
from services.intake.households.actions.sealing import WhoLivesThereErased
from tests.integration.vault.conftest import Safe, agree
from tests.integration.vault.test_households import ALL, HOUSEHOLDS, WHO, settled_in
from tests.journeys.county import SATISFIED, County
from tests.support.service import VILLAGE

WHY = f"{WHO['head']}的子女书面申请，电话{WHO['phone']}"
ORDER = Order("liu", "chen", WHY)
SOLVED = {"what": "solved_on_the_spot", "text": "村口路灯坏了三天", "answer": "已当场换好"}
STAYS = ("household_change", "household_look", "visit", "round_household", "round_tally", "coverage", "rollup")
ROUND = {"name": "第一轮", "area_code": "999001000000", "begins_on": "2026-03-03", "ends_on": "2026-03-31"}


async def erase(safe: Safe, reference: str, *, for_good: bool = True) -> HouseholdErasure:
    async with safe.database(Service.INTAKE) as database:
        return await carry_out(erase_household, database, safe.vault, system_now, reference, ORDER, for_good=for_good)


async def mute(county: County, household_id: str, reason: str = "moved_away") -> None:
    """By two people."""
    path = f"{HOUSEHOLDS}/{household_id}/muting"
    await county.operator.do(path, {"reason": reason, "why": "已搬走"})
    await county.supervisor.do(f"{path}/decision", {"granted": True})
    await county.house.settle()


async def visit(county: County, household_id: str, **more: Any) -> dict[str, Any]:
    term = {"post_code": "village_cadre", "unit_code": f"V-{VILLAGE}"}
    await county.admin.post("/dispatch/v1/staff", {"staff_id": "S-1005", "name": "周测试", "terms": [term]})
    await county.house.settle()
    began = county.house.clock.now() + timedelta(hours=1)
    await county.house.advance(began + timedelta(hours=1))
    body = {"household_id": household_id, "staff_ids": ["S-1005"], "outcome": "reached"}
    span = {"started_at": began.isoformat(), "ended_at": (began + timedelta(minutes=9)).isoformat()}
    made: dict[str, Any] = await county.operator.do("/intake/v1/visits", body | span | more)
    await county.house.settle()
    return made


def kept(prints: dict[str, str]) -> dict[str, str]:
    return {table: value for table, value in prints.items() if any(name in table for name in STAYS)}


async def test_nothing_opens_and_no_figure_changes(safe: Safe) -> None:
    async with safe.open() as county:
        household_id = await settled_in(county, household_no="H-1")
        path = f"{HOUSEHOLDS}/{household_id}"
        await county.operator.do(f"{path}/notes", {"field": "health", "text": f"{WHO['head']}住院"})
        opened = await county.operator.do("/intake/v1/rounds", ROUND)
        said = await visit(county, household_id, matters=[{"what": "explained", "text": WHY, "answer": "已告知"}])
        await mute(county, household_id)
        coverage = f"/intake/v1/rounds/{opened['round_id']}/coverage"
        before, prints = await county.supervisor.ask(coverage), kept(await county.prints())
        assert before["whole"]["visited"] == 1
        tried = await erase(safe, "H-1", for_good=False)
        assert (await county.operator.ask(path))["head"].startswith("欧")
        assert await erase(safe, household_id) == tried
        await county.house.settle()
        assert kept(await county.prints()) == prints
        assert (await county.supervisor.ask(coverage))["whole"] == before["whole"]
        shown = await county.operator.ask(path)
        assert [shown[name] for name in ("household_no", "head", "phone", "door", "members")] == [None] * 4 + [0]
        assert shown["erased_at"] is not None
        refused = await refused_everything(county, household_id, said["visit_id"])
        assert refused == {"urn:huiyin:problem:household-erased"}
        await agree(county)
        fix = {"purposes": ["policy"], "why": "补记"}
        await county.operator.do(f"/intake/v1/visits/{said['visit_id']}/correction", fix)
        await settled_in(county, household_no="H-1")
        await agree(county)
        (event,) = await county.rows(
            Service.INTAKE, "SELECT payload::text AS said FROM ledger WHERE type = 'cn.huiyin.household.erased'"
        )
        assert not [secret for secret in WHO.values() if secret in event.said]
    (row,) = await safe.rows(f"SELECT * FROM household_identity WHERE household_id = '{household_id}'")  # noqa: S608
    assert (row.wrapped, row.phone_index, row.door_index) == (None, None, None)
    with pytest.raises(WhoLivesThereErased):
        await erase(safe, household_id)
    with pytest.raises(NotFound):
        await erase(safe, "nowhere")


async def refused_everything(county: County, household_id: str, visit_id: str) -> set[str]:
    """The types of what is answered to whoever wants to go on with it."""
    home, other = f"{HOUSEHOLDS}/{household_id}", await county.operator.do(HOUSEHOLDS, {"area_code": VILLAGE})
    now = county.house.clock.now().isoformat()
    body = {"household_id": household_id, "staff_ids": ["S-1005"], "outcome": "reached"}
    asked: list[tuple[str, Any]] = [
        (f"{home}/reveal", ALL),
        (f"{home}/change", {"household_class": "shop"}),
        (f"{home}/unmuting", {"why": "已搬回"}),
        (f"{home}/split", {"new": {"area_code": VILLAGE, "head": "小雀"}}),
        (f"{home}/merge", {"into": other["household_id"], "why": "同住"}),
        (f"{HOUSEHOLDS}/{other['household_id']}/merge", {"into": household_id, "why": "同住"}),
        (f"{home}/notes", {"field": "health", "text": "无"}),
        ("/intake/v1/visits", body | {"started_at": now, "ended_at": now}),
    ]
    answers = [await county.operator.post(path, body) for path, body in asked]
    assert [answer.status_code for answer in answers] == [410] * len(asked), [one.text for one in answers]
    return {answer.json()["type"] for answer in answers}


async def test_what_is_not_over_needs_it(safe: Safe) -> None:
    async with safe.open() as county:
        household_id = await settled_in(county)

        async def refused() -> str:
            with pytest.raises(HouseholdNeeded) as problem:
                await erase(safe, household_id)
            return str(problem.value.extra["reason"])

        assert await refused() == "in_register"
        made = await visit(county, household_id, matters=[SOLVED])
        await mute(county, household_id)
        assert await refused() == "case_open"
        await county.call(made["matters"][0]["case_id"], SATISFIED)
        await planned(safe, household_id)
        assert await refused() == "planned"
        await safe.rows("DELETE FROM planned_household")
        await waits(safe, household_id)
        assert await refused() == "item_waits"
        await safe.rows("DELETE FROM device_item")
        assert (await county.operator.do(f"{HOUSEHOLDS}/{household_id}/reveal", ALL))["head"] == WHO["head"]
        assert (await erase(safe, household_id)).photos == 0


async def planned(safe: Safe, household_id: str) -> None:
    """For tonight, by a plan."""
    await safe.rows(_PLANNED.replace("HOME", household_id))


async def waits(safe: Safe, household_id: str) -> None:
    """An item of a phone, for somebody's decision."""
    await safe.rows(_WAITS.replace("HOME", household_id))


_PLANNED = """
    WITH opened AS (
        INSERT INTO visit_round (round_id, name, status, area_code, begins_on, ends_on, classes, kinds, purposes,
            gap_days, slots, entered_to, opened_at, opened_by, version)
        VALUES (lpad('', 36, '0'), 'x', 'open', '999001000000', current_date, current_date, '{resident}', '{}', '{}',
            0, 'any', '', now(), 'x', 1) RETURNING round_id
    ), plan AS (
        INSERT INTO visit_plan (plan_id, round_id, area_code, left_out, made_at, made_by, version)
        SELECT lpad('', 36, '1'), round_id, '999001101201', 0, now(), 'x', 1 FROM opened RETURNING plan_id
    )
    INSERT INTO planned_household (plan_id, household_id, on_day, team_id, place)
    SELECT plan_id, 'HOME', current_date, 'x', 1 FROM plan
"""
_WAITS = """
    WITH phone AS (
        INSERT INTO device (device_id, name, staff_id, account, area_code, wrapped, registered_at, last_sync_at,
            unsent, mark, receipts, version)
        VALUES (lpad('', 36, '2'), 'x', 'S-1', 'x', '999001000000', '', now(), now(), 0, 0, 1, 1) RETURNING device_id
    )
    INSERT INTO device_item (entry_id, device_id, seq, item_id, holds_place, kind, staff_id, account, area_code,
        roles, household_id, begun_at, made_at, base_version, came_at, outcome, code, waits, ended, text_en,
        text_zh, case_ids, differences, receipt, version)
    SELECT 'e', device_id, 1, 'i', true, 'visit', 'S-1', 'x', '999001000000', '{}', 'HOME', now(), now(), 1, now(),
        'held', 'x', false, false, '', '', '{}', '[]', 1, 1 FROM phone
"""


async def test_who_left_goes_when_the_term_has_ended(safe: Safe) -> None:
    async with safe.open() as county:
        gone = await settled_in(county)
        refusing, there, whole = [
            await settled_in(county, phone=f"1381234567{number}", door=f"四组{number}号") for number in (1, 2, 3)
        ]
        part = await settled_in(county, phone="13812345674", door="四组4号")
        await mute(county, gone)
        await mute(county, refusing, "refused")
        await county.operator.do(f"{HOUSEHOLDS}/{part}/merge", {"into": whole, "why": "同住"})
        now = county.house.clock.now()
        async with safe.database(Service.INTAKE) as database:

            def after(days: int) -> Retention:
                kept = {KeptClass.HOUSEHOLDS: 365}
                return Retention(database, safe.vault, kept, lambda: now + timedelta(days=days))

            assert (await after(364).due())[KeptClass.HOUSEHOLDS].many == 0
            assert (await after(366).due())[KeptClass.HOUSEHOLDS].many == 2
            assert await after(366).apply(lambda _kept, _gone: None) == {KeptClass.HOUSEHOLDS: 2}
            assert (await after(366).due())[KeptClass.HOUSEHOLDS].many == 0
        looks = {
            one: (await county.operator.post(f"{HOUSEHOLDS}/{one}/reveal", ALL)).status_code
            for one in (gone, part, refusing, there, whole)
        }
        assert looks == {gone: 410, part: 410, refusing: 200, there: 200, whole: 200}
        await agree(county)


async def test_two_people_stand_for_it(safe: Safe) -> None:
    arguments = ("households", "erase", "x", "--reason", "申请", "--by", "liu", "--agreed-by")
    told = await safe.run(*arguments, "liu")
    assert (told.status, "somebody else" in told.err) == (2, True)
    told = await safe.run(*arguments, "chen", "--yes")
    assert (told.status, "no such thing" in told.err) == (2, True)
