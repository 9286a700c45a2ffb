"""Tables of households out again: masked, narrowed, or in clear for a reason, with every look on the record."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.integration.intake.door import OTHER_TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import HOUSEHOLDS, TABLE_ROW, WHY, Homes, appoint, bad_of, table, table_row

EXPORT = f"{HOUSEHOLDS}/export"
SECRETS = ("欧阳", "金丝雀", "13812345678", "三组15号")


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    await appoint(intake, "S-1", "S-2")
    return Homes(intake)


async def exported(homes: Homes, **query: Any) -> list[dict[str, str]]:
    answer = await homes.door.http.get(EXPORT, headers=homes.headers, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return read(answer.content)


def read(content: bytes) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))]


async def test_an_export_is_masked_narrowed_and_can_be_imported_again(intake: IntakeDoor, homes: Homes) -> None:
    await homes.take(table(TABLE_ROW, table_row(2, 户编号="", 户主="=HYPERLINK(1)"), table_row(3, 区域="石磨村")))
    rows = await exported(homes)
    assert rows[0] == TABLE_ROW | {
        "户主": "欧*", "电话": "138****5678", "门牌": "****", "家庭成员": "", "重点户": "老党员、致富能手",
        "自": "", "另户": "", "户编码": rows[0]["户编码"], "纬度": "", "经度": "",
    }  # fmt: skip
    assert [row["户编号"] for row in await exported(homes, area_code="999001101202")] == ["N-3"]
    assert [row["户编号"] for row in await exported(homes, kind="party_elder", visit_every="month")] == ["H-1"]
    whole = (await intake.http.get(EXPORT, headers=homes.headers)).content
    assert not [word for word in SECRETS if word in whole.decode()]
    assert b"'=*" in whole
    told = await homes.take(whole)
    assert (told["rows"], told["entered"], told["changed"], told["bad"]) == (3, 0, 0, [])
    edited = whole.decode("utf-8-sig").replace("外出务工", "常住")
    assert (await homes.take(edited.encode()))["changed"] == 1
    mixed = edited.replace("欧*", "王*")
    assert bad_of(await homes.take(mixed.encode(), "?preview=true")) == [(2, "户主")]
    of_town = homes.by(Role.SUPERVISOR, subject="s", area=OTHER_TOWN)
    assert await exported(of_town) == []
    for query in ({"limit": 1}, {"colour": "red"}):
        assert (await intake.http.get(EXPORT, headers=homes.headers, params=query)).status_code == 422
    assert (await intake.http.get(EXPORT, headers=homes.by(Role.VISITOR, subject="v").headers)).status_code == 403


async def test_a_table_in_clear_is_for_a_reason_with_every_look_on_the_record(intake: IntakeDoor, homes: Homes) -> None:
    await homes.take(table(TABLE_ROW, table_row(2, 户主="+王五"), table_row(3, 区域="石磨村")))
    body = {"reason": WHY, "area_code": VILLAGE}
    for role in (Role.SUPERVISOR, Role.VISITOR, Role.AUDITOR, Role.ADMIN):
        who = homes.by(role, subject="x")
        assert (await intake.http.post(EXPORT, json=body, headers=who.headers)).status_code == 403
    for wrong in ({"reason": "看看"}, {"area_code": VILLAGE}):
        assert (await intake.http.post(EXPORT, json=wrong, headers=homes.headers)).status_code == 422
    assert await intake.rows("SELECT * FROM household_look") == []
    answer = await intake.http.post(EXPORT, json=body, headers=homes.headers)
    rows = read(answer.content)
    assert [(row["户主"], row["门牌"], row["家庭成员"]) for row in rows] == [
        ("欧阳金丝雀", "三组15号", "欧阳小雀、Anna Maria"),
        ("'+王五", "2号", ""),
    ]
    looks = (await intake.get("/intake/v1/household-looks", intake.token(Role.AUDITOR, subject="auditor")))["items"]
    assert {look["household_id"] for look in looks} == {row["户编码"] for row in rows}
    assert {(look["reason"], *look["fields"]) for look in looks} == {(WHY, "door", "head", "members", "phone", "place")}
    assert len({look["look_id"].partition("/")[0] for look in looks}) == 1
    said = await intake.rows("SELECT key FROM ledger WHERE type = 'cn.huiyin.household.revealed'")
    assert sorted(row.key for row in said) == sorted(row["户编码"] for row in rows)
    kept = await intake.rows("SELECT * FROM answer")
    assert kept == []
    assert (await homes.take(answer.content))["changed"] == 0


async def test_a_table_in_clear_is_one_look_of_the_hour_and_so_many_households_of_it(intake: IntakeDoor) -> None:
    service = intake.service
    service.runtime = replace(service.runtime, looks_per_hour=3)
    homes = Homes(IntakeDoor(service, intake.issuer, intake.resources))
    rows = [table_row(number, 区域="东坡村" if number < 1_200 else "石磨村") for number in range(2_001)]
    rows[0]["重点户"] = rows[2_000]["重点户"] = "老党员"
    await homes.take(table(*rows))

    async def ask(who: Homes = homes, **narrowed: str) -> Any:
        return await who.door.http.post(EXPORT, json={"reason": WHY} | narrowed, headers=who.headers)

    many = await ask()
    assert (many.status_code, many.json()["fields"][0]["field"]) == (422, "area_code")
    assert len(read((await ask(area_code=VILLAGE)).content)) == 1_200
    refused = await ask(area_code="999001101202")
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
    assert (await ask(kind="party_elder")).status_code == 200
    (one, *_) = await homes.ids()
    look = {"reason": WHY, "fields": ["head"]}
    assert (await homes.post(f"/{one}/reveal", look)).status_code == 200
    assert (await homes.post(f"/{one}/reveal", look)).status_code == 429
    assert (await ask(kind="party_elder")).status_code == 429
    other = homes.by(Role.OPERATOR, subject="operator-2")
    assert (await ask(other, area_code="999001101202")).status_code == 200


async def test_a_reason_for_a_table_in_clear_names_nobody_of_it(intake: IntakeDoor, homes: Homes) -> None:
    await homes.register(head="欧阳金丝雀")
    await homes.register(head="司马青鸟", door="二组7号")
    body = {"reason": "欧阳金丝雀与司马青鸟家今晚走访，打印名单", "area_code": VILLAGE}
    answer = await intake.http.post(EXPORT, json=body, headers=homes.headers)
    assert answer.status_code == 200, answer.text
    said = await intake.payloads()
    assert not [word for word in ("金丝雀", "青鸟") if word in said]
    assert [
        row.n for row in await intake.rows("SELECT count(*)::int AS n FROM household_look WHERE reason ~ '青鸟'")
    ] == [0]
