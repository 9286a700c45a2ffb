"""A team's sheet of a day: in walking order, masked, or with heads and doors and every look on the record."""

import re
from typing import Any

import httpx
import pytest

from libs.common.security.principal import Role
from libs.common.sheets import read_sheet
from tests.integration.intake.door import OTHER_TOWN, IntakeDoor
from tests.integration.intake.homes import WHY, Homes, appoint
from tests.integration.intake.test_visit_plans import DAYS, PLANS, TOWN_UNIT, Planner

HEAD, DOOR, PHONE = "欧阳金丝雀", "三组15号", "13812345678"


@pytest.fixture
async def planner(intake: IntakeDoor) -> Planner:
    await appoint(intake, "L-1", "L-2", post="town_leader", unit=TOWN_UNIT)
    await appoint(intake, "D-1", "D-2", "E-1", "E-2", post="duty_cadre", unit=TOWN_UNIT)
    await appoint(intake, "V-1", "V-2")
    return Planner(intake, made=["V-1"])


@pytest.fixture
async def sheet(planner: Planner) -> "Printed":
    """Of two households, one of which had its policy brought already, and one of them a formula for a name."""
    homes = Homes(planner.door)
    await homes.register(household_no="H-2", head="=1+王二", door="三组16号")
    await homes.register(household_no="H-1", head=HEAD, phone=PHONE, door=DOOR, kinds=["party_elder"])
    round_id = await planner.open(purposes=["policy", "mood"])
    await planner.form(1, days=(DAYS[0], DAYS[0]))
    plan = await planner.plan(round_id)
    return Printed(planner, plan["plan_id"], planner.teams[0])


class Printed:
    """A sheet as somebody prints it."""

    def __init__(self, planner: Planner, plan_id: str, team_id: str) -> None:
        self.planner = planner
        self.path = f"{PLANS}/{plan_id}/sheet"
        self.which = {"on": DAYS[0], "team_id": team_id}

    async def masked(self, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        asked = self.which | query
        return await self.planner.door.http.get(self.path, params=asked, headers=headers or self.planner.headers)

    async def clear(self, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        body = self.which | {"reason": WHY} | fields
        return await self.planner.door.http.post(self.path, json=body, headers=headers or self.planner.headers)

    async def looks(self) -> list[tuple[str, list[str], str]]:
        rows = await self.planner.door.rows("SELECT look_id, fields, reason FROM household_look ORDER BY look_id")
        return [(row.look_id, row.fields, row.reason) for row in rows]


async def test_a_page_to_print_shows_the_tour_and_nobody(sheet: Printed) -> None:
    answer = await sheet.masked()
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = answer.text
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    assert [re.findall(r"<td[^>]*>(.*?)</td>", row)[:2] for row in rows[1:]] == [["1", "H-1"], ["2", "H-2"]]
    for shown in ("走访单", "东坡村", "政策落实到户、民情走访到户", "老党员", "走访情况", "夜访工作组", "size: A4"):
        assert shown in page, shown
    for hidden in (HEAD, DOOR, PHONE, "王二"):
        assert hidden not in page
    assert await sheet.looks() == []


async def test_a_workbook_has_the_same_rows_and_no_formula(sheet: Printed) -> None:
    answer = await sheet.masked(format="xlsx")
    assert answer.headers["content-disposition"] == f'attachment; filename="sheet-{DAYS[0]}.xlsx"'
    headings, first, second, *below = read_sheet(answer.content)
    assert headings.cells[:3] == ("序号", "户编号", "区域")
    assert (first.cells[:2], second.cells[:2]) == (("1", "H-1"), ("2", "H-2"))
    told = {row.cells[0]: row.cells[1] for row in below if len(row.cells) > 1}
    assert (told["日期"], told["户数"]) == (DAYS[0], "2")
    assert HEAD not in str([row.cells for row in (first, second, *below)])


async def test_heads_and_doors_are_looks_on_the_record(sheet: Printed) -> None:
    page = (await sheet.clear()).text
    assert HEAD in page
    assert DOOR in page
    assert PHONE not in page
    looks = await sheet.looks()
    assert [fields for _, fields, _ in looks] == [["door", "head"]] * 2
    assert len({look_id.split("/")[0] for look_id, _, _ in looks}) == 1
    table = read_sheet((await sheet.clear(format="xlsx", reason=f"{HEAD}家要重新打印走访单")).content)
    assert HEAD in table[1].cells
    assert "=1+王二" in table[2].cells
    assert HEAD not in str(await sheet.looks())
    assert HEAD not in await sheet.planner.door.payloads()


async def test_who_may_not_look_gets_no_heads_and_who_does_not_reach_it_no_sheet(sheet: Printed) -> None:
    door = sheet.planner.door
    supervisor = door.token(Role.SUPERVISOR, subject="s1")
    assert (await sheet.clear(supervisor)).status_code == 403
    assert (await sheet.masked(supervisor)).status_code == 200
    visitor = door.token(Role.VISITOR, subject="v1")
    assert (await sheet.clear(visitor)).status_code == 200
    assert (await sheet.masked(door.token(Role.OPERATOR, subject="o2", area=OTHER_TOWN))).status_code == 404
    assert (await sheet.clear(door.token(Role.OPERATOR, subject="o2", area=OTHER_TOWN))).status_code == 404
    looks = {row.who for row in await door.rows("SELECT who FROM household_look")}
    assert looks == {"v1"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"on": DAYS[1]}, "team_id"),
        ({"team_id": "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"}, "team_id"),
        ({"format": "pdf"}, "format"),
        ({"reason": "看看"}, "reason"),
    ],
)
async def test_what_cannot_be_printed_is_refused_by_its_field(
    sheet: Printed, fields: dict[str, Any], field: str
) -> None:
    refused = await sheet.clear(**fields)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, field)
    assert await sheet.looks() == []


async def test_what_was_brought_already_is_not_to_do_any_more(sheet: Printed) -> None:
    (home, *_) = await Homes(sheet.planner.door).ids(limit=1)
    planner = sheet.planner
    await planner.record(home, purposes=["policy"], staff_ids=["V-1"])
    page = (await sheet.masked()).text
    assert page.count("政策落实到户") == 1


async def test_sheets_are_looks_of_an_hour_as_tables_are(sheet: Printed) -> None:
    headers = sheet.planner.door.token(Role.OPERATOR, subject="o9")
    answers = [await sheet.clear(headers) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
