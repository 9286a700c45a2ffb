"""Tables of households: each bad line named, taken once, changed by what is otherwise; out again, masked or seen."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from libs.common.security.principal import Role
from libs.common.sheets import csv_of
from libs.common.workbooks import xlsx_of
from services.intake.households.queries import hold_register
from tests.integration.intake.door import NOW, OTHER_TOWN, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import TABLE_ROW, WHO, WHY, Homes, appoint, bad_of, table, table_row, told
from tests.integration.intake.test_costs import counted
from tests.support.eventually import eventually

SECRETS = ("欧阳", "金丝雀", "13812345678", "三组15号")
OF_ROUNDS = 4
"""Whether one opens or closes meanwhile, when one was closed last, which are open, and which these stand in."""
OF_CONTACTS = 1
"""The numbers of their contact persons, once for all pieces."""


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    await appoint(intake, "S-1", "S-2")
    return Homes(intake)


@pytest.mark.parametrize(
    "make",
    [csv_of, xlsx_of, lambda rows: "\r\n".join(",".join(row) for row in rows).encode("gbk")],
    ids=["UTF-8", "XLSX", "GBK"],
)
async def test_a_table_is_previewed_taken_and_taken_once(intake: IntakeDoor, homes: Homes, make: Any) -> None:
    content = make(table(TABLE_ROW, table_row(2, 户编号="")))
    said = {"rows": 2, "entered": 2, "changed": 0, "bad_rows": 0, "bad": []}
    assert await homes.take(content, "?preview=true") == said | {"taken": False}
    assert await homes.everybody() == []
    assert await homes.take(content) == said | {"taken": True}
    one = next(item for item in await homes.everybody() if item["household_no"] == "H-1")
    assert one == {
        "household_id": one["household_id"],
        "household_no": "H-1",
        "status": "registered",
        "area_code": VILLAGE,
        "household_class": "away",
        "kinds": ["party_elder", "well_off"],
        "resources": ["machinery"],
        "visit_every": "month",
        "contact_staff_id": "S-1",
        "muted_for": None,
        "version": 1,
    }
    shown = await homes.one(one["household_id"])
    assert (shown["head"], shown["phone"], shown["door"], shown["members"]) == ("欧*", "138****5678", "****", 2)
    assert shown["contact_since"] == "2026-01-01"
    for _ in range(2):
        assert await homes.take(content) == said | {"entered": 0, "taken": True}
    (step,) = await told(intake, one["household_id"])
    assert (step.step, step.by, str(step.holds_from)) == ("register", "operator-1", "2026-01-01")
    assert not [word for word in SECRETS if word in await intake.payloads()]


async def test_1430_rows_are_1425_households_with_each_duplicate_and_bad_phone_named(
    intake: IntakeDoor, homes: Homes
) -> None:
    """Of 110 people 105 have 13 households and 5 have 12."""
    people = [f"C-{number:03}" for number in range(110)]
    await appoint(intake, *people)
    rows = [table_row(number, 包保人=people[number % 110]) for number in range(1_425)]
    doubles = [rows[7] | {"户编号": "D-1", "门牌": "甲"}, rows[9] | {"户编号": "D-2", "电话": ""}, rows[11]]
    wrong = [table_row(9_001, 电话="一三八"), table_row(9_002, 电话="12")]
    content = table(*rows[:700], *doubles, *rows[700:], *wrong)
    refused = await homes.send(content)
    assert (refused.status_code, await homes.everybody()) == (422, [])
    taken = await homes.take(content, "?only_good=true")
    assert (taken["rows"], taken["entered"], taken["bad_rows"]) == (1_430, 1_425, 5)
    assert [(cell["line"], cell["column"], cell["message"]) for cell in taken["bad"]] == [
        (702, "电话", "the same phone as line 9"),
        (703, "门牌", "the same door as line 11"),
        (704, "户编号", "the same household_no as line 13"),
        (1_430, "电话", "must be a phone number"),
        (1_431, "电话", "must be a phone number"),
    ]
    assert [field["field"] for field in refused.json()["fields"]] == [f"{line}/{cell}" for line, cell in bad_of(taken)]
    each = Counter(item["contact_staff_id"] for item in await homes.everybody())
    assert Counter(each.values()) == {13: 105, 12: 5}


BAD: list[tuple[dict[str, str], str]] = [
    ({"区域": ""}, "区域"),
    ({"区域": "望山镇"}, "区域"),
    ({"区域": TOWN}, "区域"),
    ({"区域": "13812345678"}, "区域"),
    ({"户类别": "欧阳金丝雀"}, "户类别"),
    ({"重点户": "老党员、欧阳金丝雀"}, "重点户"),
    ({"群众资源": "黄金"}, "群众资源"),
    ({"走访频次": "每年"}, "走访频次"),
    ({"包保人": "欧阳金丝雀"}, "包保人"),
    ({"包保人": "S-9"}, "包保人"),
    ({"电话": "三组15号"}, "电话"),
    ({"电话": "138****5678"}, "电话"),
    ({"户主": "欧*"}, "户主"),
    ({"家庭成员": "欧*"}, "家庭成员"),
    ({"家庭成员": "、".join(f"甲{n}" for n in range(21))}, "家庭成员"),
    ({"自": "2026-03-05"}, "自"),
    ({"自": "2026-02-30"}, "自"),
    ({"自": "0206-02-03"}, "自"),
    ({"户编号": "370101199001011234"}, "户编号"),
    ({"户编号": "", "电话": "", "门牌": ""}, "户编号"),
    ({"户编号": "", "另户": "是"}, "户编号"),
    ({"另户": "也许"}, "另户"),
    ({"户编码": "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"}, "户编码"),
    ({"户编码": "x"}, "户编码"),
]


async def test_each_bad_cell_is_named_by_line_and_column_and_repeated_nowhere(intake: IntakeDoor, homes: Homes) -> None:
    rows = [table_row(number, **cells) for number, (cells, _) in enumerate(BAD)]
    preview = await homes.take(table(*rows, table_row(99)), "?preview=true")
    assert bad_of(preview) == [(line, column) for line, (_, column) in enumerate(BAD, start=2)]
    assert all(cell["message"] and cell["message_zh"] and cell["mend"] and cell["mend_zh"] for cell in preview["bad"])
    refused = await homes.send(table(*rows, table_row(99)))
    assert refused.status_code == 422
    assert not [word for word in (*SECRETS, "138") if word in refused.text]
    both = await homes.take(table(table_row(1, 区域="x", 电话="x")), "?preview=true")
    assert bad_of(both) == [(2, "区域"), (2, "电话")]
    assert (await homes.take(table(*rows, table_row(99)), "?only_good=true"))["entered"] == 1


@pytest.mark.parametrize(
    ("headings", "column"),
    [
        (("户编号", "区域", "收入"), "C"),
        (("户编号", "区域", "区域"), "区域"),
        (("户主", "电话"), "户编号 / 区域 / 户编码"),
        (("欧阳金丝雀", "13812345678", "三组15号"), "A"),
    ],
)
async def test_headings_that_are_none_leave_no_row_and_are_not_repeated(
    homes: Homes, headings: tuple[str, ...], column: str
) -> None:
    answer = await homes.take([headings, tuple("1" for _ in headings)], "?preview=true")
    assert (answer["bad"][0]["line"], answer["bad"][0]["column"], answer["entered"]) == (1, column, 0)
    assert "欧阳" not in str(answer)
    assert "1381234" not in str(answer)


async def test_what_is_no_table_is_refused(homes: Homes) -> None:
    for content in (b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"", b"a\n" * 20_002):
        refused = await homes.send(content)
        assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "body")
    assert (await homes.send(b"x" * (8 * 1024 * 1024 + 1))).status_code == 413


async def test_a_row_changes_what_it_says_otherwise_in_one_step(intake: IntakeDoor, homes: Homes) -> None:
    await homes.take(table(TABLE_ROW))
    (one,) = await homes.ids()
    change = {"户编号": "H-1", "户类别": "常住", "走访频次": "无", "户主": "王五", "家庭成员": "欧阳小雀、王六"}
    assert (await homes.take(table(change | {"自": "2026-02-01"})))["changed"] == 1
    now = await homes.one(one)
    assert (now["household_class"], now["visit_every"], now["head"], now["kinds"]) == (
        "resident", None, "王*", ["party_elder", "well_off"],
    )  # fmt: skip
    assert (await homes.one(one, on="2026-01-31"))["household_class"] == "away"
    assert (await homes.take(table({"户编号": "H-1", "包保人": "S-2"})))["changed"] == 1
    steps = [(said.step, [*said.changed]) for said in await told(intake, one)][1:]
    assert steps == [("change", ["household_class", "visit_every"]), ("assign", ["contact_staff_id"])]
    seen = await homes.done(f"/{one}/reveal", {"reason": WHY, "fields": ["members", "phone", "door"]})
    assert [member["name"] for member in seen["members"]] == ["欧阳小雀", "王六"]
    assert (seen["phone"], seen["door"]) == ("138 1234 5678", "三组15号")
    late = await homes.take(table({"户编号": "H-1", "户类别": "空置", "自": "2026-01-15"}), "?preview=true")
    assert bad_of(late) == [(2, "自")]
    spelt = {"户编号": "H-1", "电话": "13812345678", "门牌": "三组 15 号", "重点户": "致富能手；老党员"}
    assert (await homes.take(table(spelt)))["changed"] == 0


async def test_members_keep_what_is_known_of_them(homes: Homes) -> None:
    members = [{"name": "小甲", "relation": "女儿", "phone": "13987654321"}, {"name": "小乙"}]
    made = await homes.register(household_no="H-1", members=members)
    assert (await homes.take(table({"户编号": "H-1", "家庭成员": "小甲、小乙"})))["changed"] == 0
    assert (await homes.take(table({"户编号": "H-1", "家庭成员": "小丙、小甲"})))["changed"] == 1
    seen = await homes.done(f"/{made['household_id']}/reveal", {"reason": WHY, "fields": ["members"]})
    assert [(one["name"], one["relation"]) for one in seen["members"]] == [("小丙", None), ("小甲", "女儿")]


async def test_a_household_is_known_by_its_door_or_by_head_and_phone(homes: Homes) -> None:
    made = await homes.register(**WHO)
    at_door = {"区域": VILLAGE, "门牌": "三组 15号", "户主": "王五", "电话": "139 0000 0001"}
    assert (await homes.take(table(at_door)))["changed"] == 1
    moved = {"区域": "石磨村", "户主": "王五", "电话": "13900000001", "门牌": "2号"}
    assert (await homes.take(table(moved)))["changed"] == 1
    now = await homes.one(made["household_id"])
    assert (now["area_code"], now["head"], now["version"]) == ("999001101202", "王*", 3)
    other = await homes.register(door="9号", phone="13900000009")
    both = table({"区域": VILLAGE, "门牌": "9号", "户主": "王五", "电话": "13900000001"})
    told = await homes.take(both, "?preview=true")
    assert bad_of(told) == [(2, "户编号")]
    assert {made["household_id"], other["household_id"]} <= {*told["bad"][0]["message"].replace(",", "").split()}


async def test_what_stands_already_is_named_and_another_household_said(homes: Homes) -> None:
    await homes.take(table(TABLE_ROW))
    phone = table_row(1, 电话="13812345678", 户主="李四")
    door = table_row(2, 门牌="三组15号", 户主="李四")
    twice = table_row(3, 户编号="H-1")
    told = await homes.take(table(phone, door, TABLE_ROW, twice), "?preview=true")
    assert [(cell["line"], cell["column"], cell["message"]) for cell in told["bad"]] == [
        (2, "电话", "the same phone stands as H-1"),
        (3, "门牌", "the same door stands as H-1"),
        (5, "户编号", "the same household as line 4"),
    ]
    another = table(phone | {"另户": "是"}, door | {"另户": "是", "户编号": ""})
    assert (await homes.take(another))["entered"] == 2
    assert await homes.take(another) == {
        "rows": 2, "entered": 0, "changed": 0, "bad_rows": 0, "bad": [], "taken": True,
    }  # fmt: skip
    assert len(await homes.ids()) == 3


async def test_nobody_takes_in_moves_or_finds_households_outside_the_own_reach(
    intake: IntakeDoor, homes: Homes
) -> None:
    made = await homes.register(**WHO, household_no="H-1")
    there = homes.by(Role.OPERATOR, subject="operator-2", area=OTHER_TOWN)
    rows = table(
        table_row(1, 区域="东坡村"),
        table_row(2, 区域=VILLAGE),
        {"户编号": "H-1", "区域": "泉头村"},
        table_row(4, 区域="泉头村", 电话=WHO["phone"]),
        {"区域": "泉头村", "户主": WHO["head"], "电话": WHO["phone"]},
        {"户编码": made["household_id"], "户类别": "空置"},
        table_row(7, 区域="泉头村"),
    )
    told = await there.take(rows, "?only_good=true")
    assert bad_of(told) == [(2, "区域"), (3, "区域"), (4, "户编号"), (5, "电话"), (6, "电话"), (7, "户编码")]
    assert made["household_id"] not in str(told)
    assert [item["household_no"] for item in await homes.everybody(area_code=OTHER_TOWN)] == ["N-7"]
    town = homes.by(Role.OPERATOR, subject="operator-3", area=TOWN)
    leaving = await town.take(table({"户编号": "H-1", "区域": "泉头村"}), "?preview=true")
    assert bad_of(leaving) == [(2, "区域")]
    for role in (Role.VISITOR, Role.SUPERVISOR, Role.AUDITOR):
        assert (await homes.by(role, subject="x").send(rows)).status_code == 403


async def test_who_may_not_assign_changes_no_contact_person(homes: Homes) -> None:
    await homes.take(table(TABLE_ROW))
    admin = homes.by(Role.ADMIN, subject="root")
    assert (await admin.take(table(TABLE_ROW)))["changed"] == 0
    assert bad_of(await admin.take(table(TABLE_ROW | {"包保人": "S-2"}), "?preview=true")) == [(2, "包保人")]


async def test_a_contact_person_who_left_stays_until_somebody_says_another(intake: IntakeDoor, homes: Homes) -> None:
    await homes.take(table(TABLE_ROW | {"包保人": "S-1"}))
    await appoint(intake, "S-1", post="caller", unit="H-12345", version=2)
    assert (await homes.take(table(TABLE_ROW | {"包保人": "S-1"})))["bad"] == []
    assert bad_of(await homes.take(table(table_row(5, 包保人="S-1")), "?preview=true")) == [(2, "包保人")]


async def test_a_merged_household_is_changed_by_no_table(homes: Homes) -> None:
    first, second = await homes.register(household_no="H-1"), await homes.register(household_no="H-2", door="1号")
    merge = {"into": first["household_id"], "why": "搬回同住"}
    await homes.done(f"/{second['household_id']}/merge", merge)
    assert bad_of(await homes.take(table({"户编号": "H-2"}), "?preview=true")) == [(2, "户编号")]
    assert (await homes.take(table({"区域": VILLAGE, "门牌": "1号"})))["entered"] == 1


async def test_one_key_takes_a_table_once_and_another_table_is_refused(homes: Homes) -> None:
    first = await homes.take(table(TABLE_ROW), key="a-table")
    assert (first["entered"], await homes.take(table(TABLE_ROW), key="a-table")) == (1, first)
    assert (await homes.send(table(table_row(1)), key="a-table")).json()["type"].endswith("idempotency-key-reused")


async def test_a_table_costs_a_handful_of_statements_and_two_at_once_are_one(intake: IntakeDoor, homes: Homes) -> None:
    door, work = intake.service.runtime.door_database, intake.service.runtime.work_database
    rows = [table_row(number, 户主=f"甲{number}") for number in range(1_000)]
    with counted(door) as reads, counted(work) as writes:
        await homes.take(table(*rows))
    own = [statement for statement in writes if "pg_notify" not in statement]
    # How long it may last, the lock, a second look, what rounds there are, and three pieces with three tables and the
    # ledger each.
    assert (len(reads), len(own)) == (2, 3 + OF_ROUNDS + 3 * 4 + OF_CONTACTS)
    changed = table(*[row | {"户类别": "空置"} for row in rows])
    with counted(door) as reads, counted(work) as writes:
        assert (await homes.take(changed))["changed"] == 1_000
    own = [statement for statement in writes if "pg_notify" not in statement]
    # Of each piece two tables are read and locked, one is changed, one added to, and heads of the ledger are locked.
    assert (len(reads), len(own)) == (2, 3 + OF_ROUNDS + 3 * 6 + OF_CONTACTS)


async def test_what_somebody_changes_while_a_table_waits_is_looked_at_anew(intake: IntakeDoor, homes: Homes) -> None:
    made = await homes.register(household_no="H-1", household_class="away")
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await hold_register(session)
        rows = table({"户编号": "H-1", "户类别": "空置"}, table_row(2))
        both = [asyncio.create_task(homes.take(rows)) for _ in range(2)]

        async def waiting() -> bool:
            locks = await intake.rows("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            return bool(locks[0].n == len(both))

        await eventually(waiting, what="both tables wait")
        await homes.done(f"/{made['household_id']}/change", {"household_class": "shop"})
    taken = await asyncio.gather(*both)
    assert sorted((one["entered"], one["changed"]) for one in taken) == [(0, 0), (1, 1)]
    assert [said.household_class for said in await told(intake, made["household_id"])] == ["away", "shop", "vacant"]
    assert len(await homes.ids()) == 2


async def test_while_a_table_is_taken_in_nobody_registers_beside_it(intake: IntakeDoor, homes: Homes) -> None:
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await hold_register(session)
        refused = await homes.post("", {"area_code": VILLAGE})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    await homes.register()


async def test_a_number_that_is_given_twice_by_a_split_is_named(homes: Homes) -> None:
    made = await homes.register(household_no="H-1")
    refused = await homes.post(f"/{made['household_id']}/split", {"new": {"area_code": VILLAGE, "household_no": "H-1"}})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:huiyin:problem:household-known")
