"""People out of a table: previewed, judged line by line, taken once; and how they are reached, for a reason."""

from typing import Any

import pytest

from libs.common.events.directory import StaffContactRevealed, StaffRecorded
from libs.common.security.principal import Role
from libs.common.workbooks import xlsx_of
from tests.integration.dispatch.office import COUNTY, TOWN, Office, Person

HEADINGS = ("人员编号", "姓名", "单位", "岗位", "区域", "任职日期", "离任日期", "代理", "语言", "电话")
GOOD = [
    HEADINGS,
    # The stand-in stands before whom it stands in for.
    ("S-4", "代测试", "东坡村村民委员会", "网格员", "东坡村第一网格", "2026-01-01", "", "S-2", "", ""),
    ("S-1", "陈测试", "D-WATER", "经办人", "", "2026-01-01", "2026-12-31", "", "普通话、本地话", "13800138000"),
    ("S-2", "林测试", "东坡村村民委员会", "网格员", "东坡村第一网格", "2026/1/1", "长期", "", "", ""),
    ("S-2", "林测试", "V-999001101201", "village_cadre", "", "", "", "", "", ""),
    ("S-3", "郑测试", "", "", "", "", "", "", "", ""),
]
OCTETS = "application/octet-stream"


def csv(*rows: tuple[str, ...], encoding: str = "gbk") -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode(encoding)


def admin(office: Office, area: str = COUNTY, staff: str | None = None) -> Person:
    return office.person("root", Role.ADMIN, area, staff_id=staff)


async def take(office: Office, content: bytes, query: str = "", who: Person | None = None) -> Any:
    return await (who or admin(office)).post(f"/staff/import{query}", content, content_type=OCTETS)


async def everybody(office: Office) -> dict[str, Any]:
    return {row["staff_id"]: row for row in (await office.dispatcher.get("/staff")).json()["items"]}


@pytest.mark.parametrize("make", [lambda: csv(*GOOD), lambda: csv(*GOOD, encoding="utf-8-sig"), lambda: xlsx_of(GOOD)])
async def test_a_table_is_previewed_taken_whole_and_taken_once(office: Office, make: Any) -> None:
    content = make()
    told = {"rows": 5, "entered": 4, "changed": 0, "bad_rows": 0, "bad": []}
    assert (await take(office, content, "?preview=true")).json() == told | {"taken": False}
    assert await everybody(office) == {}
    assert (await take(office, content)).json() == told | {"taken": True}
    people = await everybody(office)
    assert [(row["name"], row["version"], len(row["terms"])) for row in people.values()] == [
        ("陈测试", 1, 1), ("林测试", 1, 2), ("郑测试", 1, 0), ("代测试", 1, 1),
    ]  # fmt: skip
    (term,) = people["S-1"]["terms"]
    assert (term["begins_at"], term["ends_at"]) == ("2025-12-31T16:00:00Z", "2026-12-31T16:00:00Z")
    assert people["S-4"]["terms"][0]["stand_in_for"] == "S-2"
    assert (people["S-1"]["languages"], people["S-1"]["reachable"]) == (["普通话", "本地话"], True)
    again = (await take(office, content)).json()
    assert (again["entered"], again["changed"]) == (0, 0)
    assert await everybody(office) == people
    assert len(await office.said("S-1")) == 1


async def test_what_is_exported_and_imported_again_changes_nothing(office: Office) -> None:
    await take(office, csv(*GOOD))
    body = {"staff_id": "S-9", "name": "=HYPERLINK(1)", "terms": [{"post_code": "case_worker", "unit_code": "D-AGRI"}]}
    await admin(office).post("/staff", body)
    exported = await office.dispatcher.get("/staff/export")
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert exported.content.startswith(b"\xef\xbb\xbf")
    assert "\r\nS-9,'=HYPERLINK(1),D-AGRI,case_worker,,2026-03-03,,\r\n" in exported.content.decode("utf-8-sig")
    assert b"13800138000" not in exported.content
    told = (await take(office, exported.content)).json()
    assert (told["rows"], told["entered"], told["changed"], told["bad"]) == (6, 0, 0, [])


async def test_each_bad_line_is_named_and_nothing_is_taken_unless_the_good_ones_are_wanted(office: Office) -> None:
    bad = [
        ("S-5", "陈测试", "D-NOWHERE", "经办人"),
        ("13900139000", "林测试", "D-WATER", "经办人"),
        ("S-6", "郑测试", "D-WATER", "网格员"),
        ("S-7", "", "D-WATER", "经办人"),
        ("S-1", "另一个", "D-WATER", "主要负责人"),
        ("S-8", "吴测试", "", "经办人"),
        ("S-9", "吴测试", "D-WATER", "经办人", "", "2026-13-01"),
        ("S-9", "吴测试", "D-WATER", "经办人", "", "", "2026-01-01"),
        ("S-9", "吴测试", "D-WATER", "经办人", "", "", "", "", "", "many"),
        ("S-9", "吴测试13800138000", "D-WATER", "经办人"),
    ]
    content = csv(HEADINGS, GOOD[2], *bad)
    preview = (await take(office, content, "?preview=true")).json()
    found = [(cell["line"], cell["column"]) for cell in preview["bad"]]
    columns = ["单位", "人员编号", "单位", "姓名", "姓名", "单位", "任职日期", "离任日期", "电话", "姓名"]
    assert found == sorted([*enumerate(columns, start=3), (5, "区域")], key=lambda place: place[0])
    assert all(cell["message"] and cell["message_zh"] and cell["mend"] and cell["mend_zh"] for cell in preview["bad"])
    refused = await take(office, content)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["fields"]] == [f"{line}/{column}" for line, column in found]
    assert await everybody(office) == {}
    taken = (await take(office, content, "?only_good=true")).json()
    assert (taken["taken"], taken["entered"], taken["bad_rows"]) == (True, 1, 10)
    assert [*await everybody(office)] == ["S-1"]


@pytest.mark.parametrize(
    "headings", [("编号", "姓名"), ("人员编号",), ("人员编号", "姓名", "姓名"), ("人员编号", "姓名", "岗位", "薪水")]
)
async def test_headings_that_are_not_those_of_the_table_leave_no_row(office: Office, headings: tuple[str, ...]) -> None:
    told = (await take(office, csv(headings, ("S-1", "陈测试")), "?preview=true")).json()
    assert told["bad"]
    assert told["bad"][0]["line"] == 1
    assert told["entered"] == 0


async def test_what_is_no_table_is_refused(office: Office) -> None:
    for content in (b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b""):
        answer = await take(office, content)
        assert answer.status_code == 422
        assert answer.json()["fields"][0]["field"] == "body"


async def test_a_table_ends_terms_by_their_day_and_leaves_out_nobody(office: Office) -> None:
    await take(office, csv(*GOOD))
    ending = csv(HEADINGS, ("S-2", "林测试", "V-999001101201", "village_cadre", "", "", "2026-06-30", "", "", ""))
    assert (await take(office, ending)).json()["changed"] == 1
    people = await everybody(office)
    assert [term["ends_at"] for term in people["S-2"]["terms"]] == [None, "2026-06-30T16:00:00Z"]
    assert len(people) == 4


async def test_nobody_takes_in_themself_or_people_outside_the_own_area(office: Office) -> None:
    content = csv(*GOOD)
    herself = (await take(office, content, "?preview=true", admin(office, staff="S-3"))).json()
    assert [(cell["line"], cell["column"]) for cell in herself["bad"]] == [(6, "人员编号")]
    of_town = (await take(office, content, "?preview=true", admin(office, TOWN))).json()
    assert [(cell["line"], cell["column"]) for cell in of_town["bad"]] == [(3, "单位")]
    assert (await take(office, content, "", office.dispatcher)).status_code == 403


async def test_how_somebody_is_reached_is_sealed_and_shown_for_a_reason_that_is_kept(office: Office) -> None:
    await take(office, csv(*GOOD))
    said = (await office.said("S-1"))[0]
    assert isinstance(said, StaffRecorded)
    assert "13800138000" not in said.model_dump_json()
    assert len(said.sealed or "") == 64
    rows = await office.rows("SELECT row_to_json(c)::text AS row FROM staff_contact AS c")
    assert "13800138000" not in rows[0].row
    assert (await office.dispatcher.post("/staff/S-1/contact", {})).status_code == 422
    seen = await office.dispatcher.post("/staff/S-1/contact", {"reason": "通知现场，勿打13912345678"})
    assert (seen.json()["phone"], seen.json()["languages"]) == ("13800138000", ["普通话", "本地话"])
    look = (await office.said("S-1"))[-1]
    assert isinstance(look, StaffContactRevealed)
    assert (look.by, "13912345678" in look.reason) == ("wang", False)
    (row,) = await office.rows("SELECT who, staff_id, look_id FROM staff_look")
    assert (row.who, row.staff_id, row.look_id) == ("wang", "S-1", look.look_id)
    assert (await office.dispatcher.post("/staff/S-3/contact", {"reason": "通知本人尽快到现场处理"})).status_code == 404
    assert (
        await office.handler("D-WATER").post("/staff/S-1/contact", {"reason": "通知本人尽快到现场处理"})
    ).status_code == 403
    of_town = office.person("wu", Role.DISPATCHER, TOWN)
    assert (await of_town.post("/staff/S-1/contact", {"reason": "通知本人尽快到现场处理"})).status_code == 403


async def test_a_contact_is_changed_alone_and_forgotten_alone(office: Office) -> None:
    await take(office, csv(*GOOD))
    root = admin(office)
    changed = await root.post("/staff/S-1/change", {"contact": {"phone": "13900139000"}}, version=1)
    assert (changed.json()["name"], changed.json()["version"]) == ("陈测试", 2)
    seen = await office.dispatcher.post("/staff/S-1/contact", {"reason": "通知本人尽快到现场处理"})
    assert (seen.json()["phone"], seen.json()["languages"]) == ("13900139000", ["普通话", "本地话"])
    forgotten = await root.post("/staff/S-1/change", {"contact": None}, version=2)
    assert (forgotten.json()["reachable"], forgotten.json()["languages"]) == (False, ["普通话", "本地话"])
    last = (await office.said("S-1"))[-1]
    assert isinstance(last, StaffRecorded)
    assert last.sealed is None
    wrong = await root.post("/staff/S-1/change", {"contact": {"phone": "many"}}, version=3)
    assert wrong.json()["fields"][0]["field"] == "contact/phone"
