"""A table of households: what its cells mean, and that what is written is read again as it was."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.household_terms import HouseholdClass, HouseholdFact, VisitEvery
from libs.common.pack.directory import Directory
from libs.common.pack.schema import HouseholdKind, Pack
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.sheets import csv_of, read_sheet
from libs.common.staff.register import StaffMember, TermOfOffice
from libs.common.web.tables import WrongCells
from services.intake.households.actions.sealing import Identity
from services.intake.households.actions.table import HEADINGS, read_table, table_of
from services.intake.households.actions.words import TableWords
from services.intake.households.domain import State, is_overtaken
from services.intake.households.schemas import MemberIn
from services.intake.households.tables import Household
from tests.support.service import PACK

NOW = datetime(2026, 3, 4, 2, tzinfo=UTC)
VILLAGE, TWIN = "999001101201", "999001102201"


def pack() -> Pack:
    """Two villages of one name, two kinds of one name, and one whose name a cell would part."""
    areas = tuple(area.model_copy(update={"name": "东坡村"}) if area.code == TWIN else area for area in PACK.areas)
    kinds = (
        HouseholdKind(code="one", name="同名", name_en="x"),
        HouseholdKind(code="two", name="同名", name_en="x"),
        HouseholdKind(code="parted", name="老、弱", name_en="x"),
        HouseholdKind(code="elder", name="老党员", name_en="x"),
    )
    households = PACK.households.model_copy(update={"kinds": kinds})
    return PACK.model_copy(update={"areas": areas, "households": households})


DIRECTORY = Directory(pack())
PEOPLE = [
    StaffMember(staff_id, name, (TermOfOffice(1, post, "V-999001101201", NOW - timedelta(days=9), ends),))
    for staff_id, name, post, ends in [
        ("S-1", "陈测试", "village_cadre", None),
        ("S-2", "林测试", "village_cadre", None),
        ("S-3", "林测试", "grid_worker", None),
        ("S-4", "郑测试", "caller", None),
        ("S-5", "陈测试", "village_cadre", NOW - timedelta(days=1)),
        ("S-6", "S-4", "village_cadre", None),
    ]
]


def words(reach: str = "999001") -> TableWords:
    return TableWords(Request(Actor("x"), Scope(reach)), DIRECTORY, PEOPLE, NOW)


def refusal(ask: Any, cell: str) -> str:
    with pytest.raises(WrongCells) as refused:
        ask(cell)
    (error,) = refused.value.errors
    assert error.message_zh
    return error.message


def test_an_area_is_named_by_code_or_by_a_name_that_is_one_alone_within_reach() -> None:
    county, town = words(), words("999001101")
    assert [county.area(cell) for cell in (VILLAGE, "石磨村")] == [VILLAGE, "999001101202"]
    assert refusal(county.area, "东坡村") == f"is the name of several: {VILLAGE}, {TWIN}"
    assert town.area("东坡村") == VILLAGE
    assert refusal(town.area, TWIN) == "This area is not in your reach"
    assert refusal(town.area, "柳湾村") == "lies outside your reach"
    assert "must be a village" in refusal(county.area, "999001101000")
    assert refusal(county.area, "望山镇") == refusal(county.area, "无此地").replace("无此地", "")
    assert "13812345678" not in refusal(county.area, "13812345678")


def test_a_contact_person_is_named_by_staff_id_or_by_a_name_that_one_alone_has_in_such_a_post() -> None:
    known = words()
    assert [known.contact(cell) for cell in ("S-1", "陈测试", "S-4", "S-5")] == ["S-1", "S-1", "S-4", "S-5"]
    assert refusal(known.contact, "林测试") == "is the name of several: S-2, S-3"
    assert "nobody in office" in refusal(known.contact, "郑测试")
    assert [staff_id for staff_id in ("S-1", "S-4", "S-5") if known.may_look_after(staff_id)] == ["S-1"]


def test_an_export_says_names_where_they_are_read_as_what_was_meant() -> None:
    known = words()
    assert [known.area_name(code) for code in (VILLAGE, "999001101202", "999001101999")] == [
        VILLAGE, "石磨村", "999001101999",
    ]  # fmt: skip
    assert [known.kind_name(code) for code in ("one", "parted", "elder", "gone")] == ["one", "parted", "老党员", "gone"]
    people = [known.contact_name(staff_id) for staff_id in ("S-1", "S-2", "S-4", "S-6", None)]
    assert people == ["陈测试", "S-2", "S-4", "S-6", None]


NAMES = st.text("欧阳测试·A z", min_size=1, max_size=6).map(str.strip).filter(bool)
SHORT = st.text("15号=+-@ 'x", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(
    st.sampled_from([VILLAGE, "999001101202", "999001101201001"]),
    st.sampled_from(HouseholdClass),
    st.sets(st.sampled_from(["one", "two", "parted", "elder"])),
    st.sets(st.sampled_from(["crafts", "jobs"])),
    st.none() | st.sampled_from(VisitEvery),
    st.sampled_from(["S-1", "S-2", "S-4", "S-6", None]),
    st.tuples(st.none() | SHORT.filter(lambda text: text != "-"), st.none() | NAMES, st.lists(NAMES, max_size=4)),
)
def test_what_is_written_is_read_again_as_it_was(
    area: str,
    kind_of_house: HouseholdClass,
    kinds: set[str],
    resources: set[str],
    every: VisitEvery | None,
    contact: str | None,
    who: tuple[str | None, str | None, list[str]],
) -> None:
    door, head, members = who
    columns: dict[str, Any] = {
        "household_id": "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01",
        "household_no": "H-1",
        "area_code": area,
        "household_class": kind_of_house,
        "kinds": sorted(kinds),
        "resources": sorted(resources),
        "visit_every": every,
        "contact_staff_id": contact,
    }
    row = Household(**columns)
    identity = Identity(head, "+8613812345678", door, tuple(MemberIn(name=name) for name in members))
    known = words()
    found, bad = read_table(read_sheet(csv_of(table_of([(row, identity)], known))), known)
    assert bad == []
    (read,) = found
    assert (read.household_id, read.household_no) == (row.household_id, "H-1")
    told = {
        HouseholdFact.AREA_CODE: area,
        HouseholdFact.HOUSEHOLD_CLASS: kind_of_house,
        HouseholdFact.KINDS: tuple(row.kinds),
        HouseholdFact.RESOURCES: tuple(row.resources),
        HouseholdFact.VISIT_EVERY: every,
        HouseholdFact.CONTACT_STAFF_ID: contact,
    }
    assert read.facts == {fact: value for fact, value in told.items() if value}
    kept = {"head": head, "phone": "+8613812345678", "door": door, "members": tuple(members)}
    assert read.who == {name: value for name, value in kept.items() if value}


@pytest.mark.parametrize(
    ("heading", "cell", "read"),
    [
        ("户类别", "常住户", HouseholdClass.RESIDENT),
        ("class", "SHOP", HouseholdClass.SHOP),
        ("户类别", "商户", HouseholdClass.SHOP),
        ("走访频次", "每季度", VisitEvery.QUARTER),
        ("visit_every", "week", VisitEvery.WEEK),
        ("走访频次", "无", None),
        ("重点户", "—", ()),
        ("包保人", "无", None),
    ],
)
def test_words_are_taken_in_both_languages_and_none_is_said(heading: str, cell: str, read: object) -> None:
    content = f"户编号,{heading}\nH-1,{cell}\n".encode()
    (row,), bad = read_table(read_sheet(content), words())
    assert ([*row.facts.values()], bad) == ([read], [])


def test_an_empty_cell_says_nothing_and_none_says_that_there_is_none() -> None:
    (row,), _ = read_table(read_sheet("户编号,户主,电话,门牌,另户\nH-1,,无,****,否\n".encode()), words())
    assert (row.who, row.masked, row.another) == ({"phone": None}, {"door": "****"}, False)


def test_the_headings_are_those_of_the_office_in_its_order() -> None:
    first = [names[0] for names in HEADINGS.values()][:12]
    assert " ".join(first) == "户编号 区域 户类别 重点户 群众资源 走访频次 包保人 户主 电话 门牌 家庭成员 自"
    every = [name for names in HEADINGS.values() for name in names]
    assert len(every) == len(set(every))


def test_a_word_of_an_earlier_day_is_overtaken_by_one_that_is_known() -> None:
    state = State(class_since=date(2026, 3, 1))
    days = [date(2026, 2, 28), date(2026, 3, 1)]
    assert [is_overtaken(state, HouseholdFact.HOUSEHOLD_CLASS, day) for day in days] == [True, False]
