"""Who answers for a case, and for what somebody answers: two questions to the same rows and the same register."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from libs.common.pack.areas import AreaLevel
from libs.common.pack.directory import Directory
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import Duty
from libs.common.staff.duties import duties_of, who_answers
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DEMO = load_pack(Path(__file__).parents[4] / "packs" / "demo")
COUNTY, TOWN, VILLAGE = "999001000000", "999001101000", "999001101201"
GRID, OTHER_GRID, ELSEWHERE = "999001101201001", "999001101201002", "999001101001001"
HOUSING, UNIT = "D-HOUSING", "V-999001101201"
ROWS = (
    Duty(category="01", area_level=AreaLevel.COUNTY, lead=HOUSING, post="case_worker"),
    Duty(category="0101", area_level=AreaLevel.VILLAGE, lead="@village"),
    Duty(category="0101", area_level=AreaLevel.GRID, lead="@village", post="grid_worker"),
    Duty(category="0102", area_level=AreaLevel.TOWN, lead="@town", post="leader"),
)
DIRECTORY = Directory(DEMO.model_copy(update={"duties": ROWS}))


def member(staff_id: str, *terms: TermOfOffice) -> StaffMember:
    return StaffMember(staff_id, f"测试{staff_id}", terms)


def term(post: str, unit: str, area: str | None = None, **more: Any) -> TermOfOffice:
    return TermOfOffice(1, post, unit, NOW - DAY, area_code=area, **more)


MEMBERS = (
    member("S-1", term("case_worker", HOUSING), term("leader", "T-999001101")),
    member("S-2", term("grid_worker", UNIT, GRID), term("grid_worker", UNIT, OTHER_GRID)),
    member("S-3", term("case_worker", "D-WATER"), term("leader", HOUSING)),
    member("S-4", term("case_worker", HOUSING, ends_at=NOW)),
)


def register(*members: StaffMember) -> StaffRegister:
    people = StaffRegister()
    for one in members:
        people.put(one)
    return people


def answering(category: str, area: str, unit: str, *members: StaffMember) -> list[str]:
    people = register(*(members or MEMBERS))
    return [one.staff_id for one in who_answers(DIRECTORY, people, category, area, unit, NOW)]


@pytest.mark.parametrize(
    ("category", "area", "unit", "expected"),
    [
        ("01", COUNTY, HOUSING, ["S-1"]),
        ("0103", GRID, HOUSING, ["S-1"]),
        ("0101", GRID, UNIT, ["S-2"]),
        ("0102", VILLAGE, "T-999001101", ["S-1"]),
        # The row of the village names no post.
        ("0101", VILLAGE, UNIT, []),
        # Another unit than the row names has the case.
        ("01", COUNTY, "D-WATER", []),
        ("0102", "999001102000", "T-999001101", []),
        # Nobody holds the grid.
        ("0101", ELSEWHERE, "V-999001101001", []),
        # What the pack in force has no longer, or never gave to anybody.
        ("01", "999001777000", HOUSING, []),
        ("0199", COUNTY, HOUSING, []),
        ("02", COUNTY, HOUSING, []),
    ],
)
def test_who_holds_the_post_that_the_row_of_a_case_names(
    category: str, area: str, unit: str, expected: list[str]
) -> None:
    assert answering(category, area, unit) == expected


def test_all_who_hold_it_are_told_stand_ins_too() -> None:
    first, second = member("S-1", term("case_worker", HOUSING)), member("S-2", term("case_worker", HOUSING))
    assert answering("01", COUNTY, HOUSING, first, second) == ["S-1", "S-2"]
    standing_in = member("S-2", term("case_worker", HOUSING, stand_in_for="S-1"))
    assert answering("01", COUNTY, HOUSING, first, standing_in) == ["S-1", "S-2"]
    assert answering("01", COUNTY, HOUSING, standing_in) == ["S-2"]


def test_a_row_stands_once_for_each_unit_with_the_areas_of_the_post() -> None:
    def told(one: StaffMember) -> list[tuple[str, str, tuple[str, ...]]]:
        found = duties_of(DIRECTORY, one, NOW)
        return [(each.duty.category, each.unit_code, each.area_codes) for each in found]

    assert told(MEMBERS[0]) == [("01", HOUSING, ()), ("0102", "T-999001101", ())]
    assert told(MEMBERS[1]) == [("0101", UNIT, (GRID, OTHER_GRID))]
    assert told(MEMBERS[2]) == []
    assert told(MEMBERS[3]) == []
    of_two = member("S-5", term("leader", "T-999001101"), term("leader", "T-999001102"))
    assert told(of_two) == [("0102", "T-999001101", ()), ("0102", "T-999001102", ())]


def test_what_the_pack_in_force_has_no_longer_is_no_duty() -> None:
    gone = (term("grid_worker", UNIT, "999001101201777"), term("grid_worker", UNIT, VILLAGE))
    assert list(duties_of(DIRECTORY, member("S-1", *gone, term("leader", "T-GONE")), NOW)) == []


def test_whoever_answers_for_a_case_has_its_row_among_the_own_duties() -> None:
    answers = 0
    for one in MEMBERS:
        own = {(each.duty.category, each.duty.area_level, each.unit_code) for each in duties_of(DIRECTORY, one, NOW)}
        for category in ("01", "0101", "0102"):
            for area in DEMO.areas:
                duty = DIRECTORY.duty(category, area.code)
                assert duty is not None
                unit = DIRECTORY.resolve(duty.lead, area.code) or ""
                if one.staff_id in answering(category, area.code, unit):
                    answers += 1
                    assert (duty.category, duty.area_level, unit) in own
    assert answers > 10
