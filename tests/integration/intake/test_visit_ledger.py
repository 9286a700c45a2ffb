"""The ledger of visits of a community: to print and to go on with, by pages; who lives there only as recorded looks."""

import io
import zipfile
from typing import Any

import httpx
import pytest

from libs.common.events.households import HouseholdRevealed
from libs.common.security.principal import Role
from tests.integration.intake.door import VILLAGE, IntakeDoor
from tests.integration.intake.homes import WHO, WHY, Homes, Visitors, said, with_visitors

LEDGER = "/intake/v1/visit-ledger"
SPAN = {"area_code": VILLAGE, "from_day": "2026-03-01", "until_day": "2026-03-31"}


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


@pytest.fixture
def visitors(intake: IntakeDoor) -> Visitors:
    return Visitors(intake)


async def printed(intake: IntakeDoor, **query: Any) -> httpx.Response:
    answer = await intake.http.get(LEDGER, params={**SPAN, **query}, headers=intake.operator)
    assert answer.status_code == 200, answer.text
    return answer


async def test_every_visit_of_the_days_stands_there_without_who_lives_there(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    first = (await homes.register(**WHO, household_no="H-1", area_code=f"{VILLAGE}001"))["household_id"]
    second = (await homes.register(household_no="H-2", area_code=f"{VILLAGE}001"))["household_id"]
    await homes.register(household_no="H-3")
    matters = [{"what": "explained", "kind": "consult", "text": "养老金几时发？", "answer": "每月十五日。"}]
    await visitors.record(first, matters=matters, purposes=["mood"], topics=["old_age"])
    void = await visitors.record(second, outcome="nobody_home")
    overseer = visitors.by(Role.SUPERVISOR, subject="overseer", unit="S-GOV")
    await visitors.done(f"/intake/v1/visits/{void['visit_id']}/voiding", {"why": "误登"})
    await overseer.done(f"/intake/v1/visits/{void['visit_id']}/voiding/decision", {"granted": True, "why": "属实"})
    page = (await printed(intake)).text
    for word in (
        "走访台账",
        "东坡村",
        "H-1",
        "2026-03-04",
        "干部1",
        "见到人",
        "民情走访到户",
        "养老",
        "解释说明 1",
        "常住",
    ):
        assert word in page, word
    for word in ("H-2", "H-3", "金丝雀", "欧阳", "三组15号", "13812345678"):
        assert word not in page, word
    assert "@page" in page
    assert "A4" in page
    book = (await printed(intake, format="xlsx")).content
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    assert "H-1" in sheet
    assert "金丝雀" not in sheet
    assert "H-1" not in (await printed(intake, from_day="2026-03-05")).text


async def test_who_lives_there_is_printed_for_a_reason_and_each_household_is_a_look(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    home = (await homes.register(**WHO))["household_id"]
    await visitors.record(home, outcome="nobody_home")
    await visitors.record(home)
    body = {**SPAN, "reason": WHY}
    answer = await visitors.post(LEDGER, body)
    assert answer.status_code == 200, answer.text
    assert "欧阳金丝雀" in answer.text
    assert "三组15号" in answer.text
    (look,) = await said(intake, home, HouseholdRevealed)
    assert look.fields == ("door", "head")
    overseer = visitors.by(Role.SUPERVISOR, subject="overseer", unit="S-GOV")
    assert (await overseer.post(LEDGER, body)).status_code == 403
    assert (await visitors.post(LEDGER, SPAN)).status_code == 422


async def test_a_big_one_comes_by_pages_numbered_on(intake: IntakeDoor, homes: Homes, visitors: Visitors) -> None:
    made = [(await homes.register(household_no=f"N-{number}"))["household_id"] for number in range(5)]
    for home in made:
        await visitors.record(home)
    cursor: dict[str, Any] = {}
    seen: list[str] = []
    for rows in (2, 2, 1):
        answer = await printed(intake, limit=2, **cursor)
        seen += [number for number in ("N-0", "N-1", "N-2", "N-3", "N-4") if f">{number}<" in answer.text]
        assert answer.text.count("<tr><td") == rows
        cursor = {"cursor": answer.headers.get("Next-Cursor")}
    assert f'<td class="number">{len(made)}</td>' in answer.text
    assert cursor == {"cursor": None}
    assert seen == ["N-0", "N-1", "N-2", "N-3", "N-4"]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"until_day": "2026-02-28"}, 422, "until_day"),
        ({"until_day": "2027-03-02"}, 422, "until_day"),
        ({"cursor": "bm9uZQ"}, 422, "cursor"),
        ({"limit": 2001}, 422, "limit"),
    ],
)
async def test_what_cannot_be_is_named(intake: IntakeDoor, query: dict[str, Any], status: int, field: str) -> None:
    answer = await intake.http.get(LEDGER, params={**SPAN, **query}, headers=intake.operator)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (status, field)


async def test_another_area_is_not_there(intake: IntakeDoor) -> None:
    far = intake.token(Role.VISITOR, subject="far", area="999001102000", staff=None)
    answer = await intake.http.get(LEDGER, params=SPAN, headers=far)
    assert answer.status_code == 404
