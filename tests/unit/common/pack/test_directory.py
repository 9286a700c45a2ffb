"""The look-ups that services make over a pack."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from itertools import product
from pathlib import Path

import pytest

from libs.common.events.terms import Deadline, Kind, Urgency
from libs.common.pack import areas
from libs.common.pack.areas import AreaLevel
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.pack.loader import document, load_pack
from libs.common.pack.schema import (
    CASE_OFFICE,
    CASE_TOWN,
    CASE_VILLAGE,
    AreaKind,
    Duty,
    Limits,
    Pack,
    Recipient,
    UnitLevel,
)
from libs.common.pack.superiors import recipients, superior
from libs.common.pack.versions import PackVersions
from libs.common.time.due import Limit, LimitUnit

PACKS = sorted(file.parent for file in (Path(__file__).parents[4] / "packs").glob("*/pack.yaml"))
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
COUNTY, TOWN, VILLAGE, GRID = "999001000000", "999001101000", "999001101201", "999001101201002"


def test_area_codes_say_their_level_prefix_and_lineage(directory: Directory) -> None:
    codes = (COUNTY, TOWN, VILLAGE, GRID)
    assert [areas.level_of(code) for code in codes] == list(AreaLevel)
    assert [len(directory.area_prefix(code)) for code in codes] == [6, 9, 12, 15]
    assert directory.ancestors(GRID) == (GRID, VILLAGE, TOWN, COUNTY)
    assert directory.ancestors(COUNTY) == (COUNTY,)
    assert directory.area(VILLAGE).name == "东坡村"


@pytest.mark.parametrize("code", ["", "9990011", "99900110120100", "9990011012010021", "99900110100x"])
def test_what_is_no_area_code_has_no_level(code: str) -> None:
    with pytest.raises(ValueError, match="not an area code"):
        areas.level_of(code)


def test_an_area_contains_itself_and_what_is_inside(directory: Directory) -> None:
    assert directory.contains(COUNTY, GRID)
    assert directory.contains(VILLAGE, VILLAGE)
    assert not directory.contains(VILLAGE, TOWN)
    assert not directory.contains("999001102000", GRID)


@pytest.mark.parametrize(
    ("field", "look"),
    [
        ("area_code", lambda directory: directory.area("999001109000")),
        ("unit_code", lambda directory: directory.unit("D-GONE")),
        ("category_code", lambda directory: directory.category("99")),
        ("formula", lambda directory: directory.formula("fame")),
        ("formula", lambda directory: directory.formula("response", 9)),
    ],
)
def test_unknown_codes_are_refused_by_field_and_code(
    directory: Directory, field: str, look: Callable[[Directory], object]
) -> None:
    with pytest.raises(UnknownCode) as caught:
        look(directory)
    assert caught.value.field == field
    assert caught.value.status == 422
    assert caught.value.code in caught.value.detail_zh


@pytest.mark.parametrize(
    ("category", "area", "lead"),
    [
        ("0101", COUNTY, "D-HOUSING"),
        ("0101", TOWN, "T-999001101"),
        ("0101", VILLAGE, "V-999001101201"),
        ("0101", GRID, "V-999001101201"),  # A grid has no row of its own: the village's holds.
        ("0102", GRID, "D-HOUSING"),  # The sub-category's county row comes before the class's village row.
        ("0802", VILLAGE, "D-EDU"),  # No row of its own: the class's holds.
        ("05", GRID, "S-GOV"),
        ("1001", VILLAGE, "T-999001101"),  # A village does not handle what is said about itself.
    ],
)
def test_the_duty_directory_names_the_lead(directory: Directory, category: str, area: str, lead: str) -> None:
    found, explanation = directory.lead_unit(category, area)
    assert found == lead
    assert directory.unit(lead).name in explanation


def test_support_units_are_resolved_and_never_the_lead(directory: Directory) -> None:
    assert directory.support_units("0401", GRID) == ("D-ENV", "V-999001101201")
    assert directory.support_units("0601", COUNTY) == ()  # @town of a case that is only known to be in the county
    assert directory.support_units("0601", TOWN) == ("T-999001101",)
    assert directory.support_units("1501", TOWN) == ("D-HOUSING", "T-999001101")


def with_duties(pack: Pack, *duties: Duty) -> Directory:
    return Directory(pack.model_copy(update={"duties": duties}))


def test_no_duty_leaves_the_case_to_a_person(pack: Pack) -> None:
    directory = with_duties(pack, Duty(category="02", area_level=AreaLevel.VILLAGE, lead=CASE_VILLAGE))
    assert directory.duty("01", GRID) is None
    assert directory.support_units("01", GRID) == ()
    assert directory.lead_unit("01", GRID)[0] is None
    assert directory.lead_unit("02", TOWN)[0] is None
    assert directory.lead_unit("0201", GRID)[0] == "V-999001101201"


def test_an_own_town_that_is_not_known_leaves_the_case_to_a_person(pack: Pack) -> None:
    directory = with_duties(pack, Duty(category="02", area_level=AreaLevel.COUNTY, lead=CASE_TOWN))
    unit_code, explanation = directory.lead_unit("02", COUNTY)
    assert unit_code is None
    assert CASE_TOWN in explanation


def test_what_is_taken_back_is_never_sent_down(pack: Pack, directory: Directory) -> None:
    assert not directory.may_receive("T-999001101", "0402", GRID)
    assert not directory.may_receive("V-999001101201", "0402", GRID)
    assert directory.may_receive("D-ENV", "0402", GRID)
    assert directory.may_receive("T-999001101", "0401", GRID)
    loose = with_duties(pack, Duty(category="02", area_level=AreaLevel.VILLAGE, lead=CASE_TOWN, taken_back=True))
    unit_code, explanation = loose.lead_unit("02", GRID)
    assert unit_code is None
    assert "上级收回" in explanation


def test_limits_follow_kind_urgency_and_duty(directory: Directory) -> None:
    days = Limit(3, LimitUnit.WORK_DAY)
    assert directory.limit(Deadline.HANDLE, Kind.CONSULT, Urgency.NORMAL) == days
    assert directory.limit(Deadline.HANDLE, Kind.CONSULT, Urgency.URGENT) == Limit(24, LimitUnit.HOUR)
    assert directory.limit(Deadline.HANDLE, Kind.COMPLAINT, Urgency.NORMAL) == Limit(15, LimitUnit.WORK_DAY)
    assert directory.limit(Deadline.HANDLE, Kind.COMPLAINT, Urgency.EMERGENCY) == Limit(2, LimitUnit.HOUR)
    assert directory.limit(Deadline.SIGN, Kind.HELP, Urgency.NORMAL) == Limit(1, LimitUnit.WORK_DAY)
    assert directory.limit(Deadline.TRIAGE, Kind.HELP, Urgency.EMERGENCY) == Limit(1, LimitUnit.HOUR)
    duty = directory.duty("0104", VILLAGE)
    assert directory.limit(Deadline.HANDLE, Kind.COMPLAINT, Urgency.NORMAL, duty) == days
    assert directory.limit(Deadline.HANDLE, Kind.COMPLAINT, Urgency.URGENT, duty) == Limit(24, LimitUnit.HOUR)


def test_a_limit_that_no_table_gives_is_refused(pack: Pack) -> None:
    holed = pack.model_copy(update={"limits": Limits.model_construct({**pack.limits.root, Deadline.SIGN: {}})})
    with pytest.raises(UnknownCode):
        Directory(holed).limit(Deadline.SIGN, Kind.HELP, Urgency.NORMAL)


def test_superiors_and_recipients(directory: Directory) -> None:
    assert superior(directory, "V-999001101201").code == "T-999001101"
    assert superior(directory, "D-ENV").code == "S-GOV"
    assert superior(directory, "S-GOV").code == "H-12345"
    every = (Recipient.LEAD, Recipient.SUPERIOR, Recipient.SUPERVISOR, Recipient.HOTLINE)
    assert recipients(directory, every, "D-ENV") == ("D-ENV", "S-GOV", "H-12345")
    assert recipients(directory, every, None) == ("S-GOV", "H-12345")


def test_units_by_level(directory: Directory) -> None:
    assert [unit.code for unit in directory.units(UnitLevel.HOTLINE)] == ["H-12345"]
    assert len(directory.units()) == 26


def test_the_calendar_and_periods_are_those_of_the_place(pack: Pack) -> None:
    local = pack.calendar.model_copy(update={"extra_holidays": (date(2026, 5, 20),)})
    directory = Directory(pack.model_copy(update={"calendar": local}))
    assert not directory.calendar().is_workday(date(2026, 5, 20))
    assert directory.calendar().is_workday(date(2026, 5, 21))
    rules = directory.period_rules()
    assert (rules.day_starts_at, rules.month_starts_on, str(rules.time_zone)) == (time(12), 19, "Asia/Shanghai")


def test_the_newest_version_of_a_formula_is_the_one_in_force(pack: Pack) -> None:
    first = pack.formulas[0]
    second = first.model_copy(update={"version": 2, "numerator": pack.formulas[1].numerator})
    directory = Directory(pack.model_copy(update={"formulas": (second, *pack.formulas)}))
    assert directory.formula(first.code) == second
    assert directory.formula(first.code, 1) == first
    assert [formula.code for formula in directory.formulas].count(first.code) == 1


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_matter_in_every_area_of_a_place_has_a_lead(folder: Path) -> None:
    directory = Directory(load_pack(folder))
    for category, area in product(directory.pack.categories, directory.pack.areas):
        unit_code, explanation = directory.lead_unit(category.code, area.code)
        assert unit_code is not None, explanation
        assert directory.may_receive(unit_code, category.code, area.code)


def test_an_office_of_the_cases_own_town_leads(pack: Pack) -> None:
    office = pack.units[0].model_copy(
        update={"code": "O-1", "level": UnitLevel.TOWN_OFFICE, "area_code": TOWN, "office": "司法所"}
    )
    duties = (Duty(category="02", area_level=AreaLevel.TOWN, lead=f"{CASE_OFFICE}司法所"),)
    directory = Directory(pack.model_copy(update={"units": (*pack.units, office), "duties": duties}))
    assert directory.lead_unit("0201", GRID)[0] == "O-1"
    unit_code, explanation = directory.lead_unit("0201", "999001102001")
    assert unit_code is None
    assert "@office:司法所" in explanation


def test_an_area_is_called_what_the_place_calls_it_else_its_level(pack: Pack) -> None:
    patch = AreaKind(code="patch", name="片区", name_en="Patch")
    areas = tuple(
        area.model_copy(update={"kind": "patch"}) if area.level is AreaLevel.GRID else area for area in pack.areas
    )
    directory = Directory(pack.model_copy(update={"area_kinds": (patch,), "areas": areas}))
    assert directory.called(directory.area(GRID)) == ("片区", "Patch")
    assert directory.called(directory.area(TOWN)) == ("镇（街道）", "Town")


def test_only_a_category_that_is_known_and_was_never_divided_is_undivided(pack: Pack) -> None:
    shelf = PackVersions()
    assert not shelf.is_undivided("0101")
    shelf.put(1, "a", NOON, document(pack))
    assert shelf.is_undivided("0101")
    assert not shelf.is_undivided("01")
    assert not shelf.is_undivided("99")
    finer = pack.categories[0].model_copy(update={"code": "010101", "parent": "0101"})
    shelf.put(2, "b", NOON, document(pack.model_copy(update={"categories": (*pack.categories, finer)})))
    assert not shelf.is_undivided("0101")
