"""Mediation, risks and aid at the units' pages in a real browser: each by who has them, and nobody's phone."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from libs.common.security.principal import Role
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, open_county
from tests.journeys.phones import Phones, phones_of
from tests.journeys.test_levels import does
from tests.journeys.test_mediations import ELDER, MONDAY, OFFICER, PHONE, VILLAGE, VILLAGE_UNIT, given
from tests.journeys.units_page import at_the_page, fill, looks_well, send, wall, written
from tests.support.browser import PHONE as PHONE_SIZE

TOWN_UNIT = "T-340828107"
MAYOR = "S-8003"
SINCE = "2022-01-01T00:00:00Z"
PAPER = b"signed by both"


@pytest.fixture
async def town_phones(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[Phones]:
    """The town's own house with two who mediate and a leader on duty, and browsers that reach it."""
    pack, database = DEMO.parent / "yuexi-xiangchang", await make_database("template0")
    people = ((ELDER, "elder", VILLAGE_UNIT), (OFFICER, "retired_officer", VILLAGE_UNIT), (MAYOR, "leader", TOWN_UNIT))
    async with (
        open_county(database, tmp_path, pack=pack, start=MONDAY) as county,
        phones_of(county, tmp_path / "profile") as phones,
    ):
        for staff_id, post, unit in people:
            terms = [{"post_code": post, "unit_code": unit, "begins_at": SINCE}]
            await county.admin.do("/dispatch/v1/staff", {"staff_id": staff_id, "name": "吴测试", "terms": terms})
        await county.house.settle()
        yield phones
        await county.check()


async def test_a_mediator_holds_a_session_and_keeps_the_agreement(town_phones: Phones, tmp_path: Path) -> None:
    phones, county = town_phones, town_phones.county
    _, mediation_id = await given(county, ELDER)
    _, others = await given(county, OFFICER)
    who = {"area": VILLAGE, "unit": VILLAGE_UNIT, "staff_id": ELDER}
    elder = await at_the_page(phones, "elder", Role.MEDIATOR, place="#mediations", **who)
    assert await elder.run("return [...document.querySelectorAll('#places a')].map((one) => one.hash)") == [
        "#mediations",
        "#more",
    ]
    await elder.find(f"[data-mediation='{mediation_id}']")
    assert await elder.count(f"[data-mediation='{others}']") == 0
    await elder.click("#mediations li a")
    await elder.sees("地界", "#mediation")
    assert not [word for word in (PHONE, "张三") if word in await elder.text()]
    assert await elder.count("[data-step=agree], [data-step=fail]") == 0
    now = county.house.clock.now()
    said = {"venue": "village_office", "took_part": "applicant respondent", "note": "双方同意以老界石为界"}
    await looks_well(elder, PHONE_SIZE[0], "mediation")
    (tmp_path / "mediation-360.png").write_bytes(await elder.picture())
    await fill(elder, "meet", held_at=wall(now, hours=-48), people="4", **said)
    await send(elder, "meet")
    await elder.find("[data-step=meet] .wrong")
    assert await written(elder, "meet", "note") == said["note"]
    await fill(elder, "meet", held_at=wall(now))
    await send(elder, "meet")
    await elder.sees("双方同意以老界石为界", "#mediation [data-session='1']")
    paper = tmp_path / "协议.pdf"
    paper.write_bytes(PAPER)
    await fill(elder, "agree", terms="以老界石为界")
    await elder.attach("[data-step=agree] [name=document]", paper)
    await elder.find("[data-step=agree] [data-digest]")
    await send(elder, "agree")
    await elder.find("#mediation[data-status=agreed]")
    found = await county.handler(VILLAGE_UNIT).ask(f"/dispatch/v1/mediations/{mediation_id}")
    assert (found["terms"], found["document"]) == ("以老界石为界", sha256(PAPER).hexdigest())
    await elder.run("location.hash = arguments[0]", f"#mediation/{others}")
    await elder.sees("不存在或无权查看")


async def test_a_leader_has_the_risk_that_they_were_told_of(town_phones: Phones) -> None:
    phones, county = town_phones, town_phones.county
    await county.register(category_code="0101", area_code=VILLAGE, text="工地欠薪，工人说要集体上访。")
    await county.house.settle()
    who = {"unit": TOWN_UNIT, "staff_id": MAYOR}
    mayor = await at_the_page(phones, "mayor", Role.LEADER, place="#risks", **who)
    await mayor.sees("集体上访", "#risks [data-status=reported]")
    await fill(mayor, "acknowledge_risk", note="已派人到场")
    await send(mayor, "acknowledge_risk")
    await mayor.sees("已派人到场", "#risks [data-status=acknowledged]")
    assert await mayor.count("[data-step]") == 0


async def test_aid_is_found_applied_for_and_decided_by_another(town_phones: Phones) -> None:
    phones, county = town_phones, town_phones.county
    case_id, _ = await given(county, ELDER)
    await does(county, VILLAGE_UNIT, case_id, "signature")
    village = await at_the_page(phones, "li", Role.HANDLER, place=f"#case/{case_id}", unit=VILLAGE_UNIT)
    await fill(village, "aid_find", kind="temporary", persons="2", note="房屋受灾，生活困难")
    await send(village, "aid_find")
    await village.find("#aids [data-status=found]")
    await fill(village, "aid_apply", note="已提交申请")
    await send(village, "aid_apply")
    await village.find("#aids [data-status=applied]")
    assert await village.count("[data-step^=aid_decide]") == 0
    sorting = await at_the_page(phones, "wang", Role.DISPATCHER, place=f"#case/{case_id}")
    await fill(sorting, "aid_decide", granted="true", note="符合条件", amount_fen="3000.505")
    await send(sorting, "aid_decide")
    await sorting.find("[data-step^=aid_decide] .wrong")
    await fill(sorting, "aid_decide", amount_fen="3000.50")
    await send(sorting, "aid_decide")
    await sorting.sees("3000.50 元", "#aids [data-status=granted]")
    (aid,) = (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/aids"))["items"]
    assert (aid["status"], aid["amount_fen"], aid["persons"]) == ("granted", 300_050, 2)
