"""A new county pack (县包) arrives while cases run: they keep theirs, and new ones follow the new one."""

import copy
from datetime import datetime
from typing import Any

from libs.common.bus.flow import Service
from libs.common.pack.loader import document, load_pack
from tests.journeys.county import DEMO, NOT_SATISFIED, SATISFIED, County, complaint
from tests.support.eventually import eventually


def hurried() -> dict[str, Any]:
    """The demo pack with three working days to help instead of seven."""
    changed: dict[str, Any] = copy.deepcopy(document(load_pack(DEMO)))
    changed["limits"]["handle"]["help"]["normal"] = "3 work_day"
    changed["version"] = "2026年第2版"
    return changed


def days(earlier: str, later: str) -> int:
    """Days between two moments, whole."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).days


async def test_running_cases_keep_their_pack_and_new_ones_take_the_new_one(county: County) -> None:
    before = await county.register(category_code="0102")
    due = (await county.promise(before))["handle_due_at"]
    published = await county.admin.do("/dispatch/v1/directory/packs", hurried())
    again = await county.admin.do("/dispatch/v1/directory/packs", hurried())
    assert (published["pack_version"], published["published"], again["published"]) == (2, True, False)
    await county.house.settle()
    after = await county.register(category_code="0102")
    old, new = await county.promise(before), await county.promise(after)
    assert (old["pack_version"], old["handle_due_at"]) == (1, due)
    assert new["pack_version"] == 2
    assert days(new["handle_due_at"], due) >= 4
    await county.handle(before)
    await county.call(before, NOT_SATISFIED)
    second_round = await county.promise(before)
    assert second_round["pack_version"] == 1
    assert second_round["handle_due_at"] == due
    for case_id in (before, after):
        await county.handle(case_id)
        await county.call(case_id, SATISFIED)
    assert await county.rate("on_time") == (3, 3)


async def test_a_pack_that_was_published_while_workers_were_away_is_read_by_them(
    sleeping_county_on_either_bus: County,
) -> None:
    county = sleeping_county_on_either_bus
    for service in (Service.INTAKE, Service.DISPATCH):
        county.house.services[service].start_work()
    before = [await registered(county) for _ in range(6)]
    assert (await county.admin.do("/dispatch/v1/directory/packs", hurried()))["pack_version"] == 2
    await eventually(lambda: newest(county, Service.INTAKE) == 2, within=60, what="the pack at the door")
    after = [await registered(county) for _ in range(60)]

    async def all_assigned() -> bool:
        return len(await county.rows(Service.INTAKE, "SELECT 1 FROM cases WHERE status = 'assigned'")) == 66

    await eventually(all_assigned, within=60, what="a unit for every case")
    for service in (Service.FOLLOWUP, Service.ANALYTICS):
        county.house.services[service].start_work()
    await county.house.settle()
    versions = [(await county.promise(case_id))["pack_version"] for case_id in (*before, *after)]
    assert versions == [1] * 6 + [2] * 60
    assert await county.count("registered") == await county.count("assigned") == 66


async def registered(county: County) -> str:
    """A case, while nobody may hear of it yet."""
    return str((await county.operator.do("/intake/v1/cases", complaint()))["case_id"])


def newest(county: County, service: Service) -> int:
    """The newest pack version that a service knows."""
    return county.house.services[service].runtime.work_database.packs.newest


async def test_a_pack_that_is_wrong_changes_nothing(county: County) -> None:
    wrong = hurried()
    wrong["duties"][0]["lead"] = "D-NOWHERE"
    before = await county.prints()
    refused = await county.admin.post("/dispatch/v1/directory/packs", wrong)
    assert refused.status_code == 422
    assert "D-NOWHERE" in refused.text
    elsewhere = hurried()
    elsewhere["place"]["code"] = "999002000000"
    assert (await county.admin.post("/dispatch/v1/directory/packs", elsewhere)).status_code in (403, 422)
    assert await county.prints() == before
