"""Every kind of mistake about areas, units, and who has which kind of case is found."""

from pathlib import Path

import pytest

from tests.unit.common.pack.test_mistakes import GRID, Mistake, is_found

HEADER = "code,name,name_en,level,parent,people\n"
OFFICES = "code,name,name_en,level,area_code,parent,size_class\n"
KINDS = "area_kinds:\n  - {code: patch, name: 片区, name_en: Patch}\n"
MEANT = {
    "code twice": Mistake(
        "units.csv", "D-LAND,", "D-ENV,", "D-ENV stands here a second time", "another code", "D-ENV,回音县自然"
    ),
    "county missing": Mistake(
        "pack.yaml",
        '"999001000000"',
        '"999002000000"',
        "999002000000 itself is not",
        "add the row 999002000000",
        "@areas:",
    ),
    "level against digits": Mistake(
        "areas.csv", GRID, GRID.replace(",grid,", ",village,"), "the digits of 999001101001001 say grid", "write grid"
    ),
    "parent against digits": Mistake(
        "areas.csv",
        GRID,
        GRID.replace(",999001101001", ",999001101201"),
        "its digits name 999001101001",
        "write 999001101001",
    ),
    "parent not there": Mistake(
        "areas.csv",
        GRID,
        "999001101777001,无村网格,,grid,999001101777",
        "999001101777 of",
        "add a row for 999001101777",
    ),
    "another county": Mistake(
        "areas.csv", GRID, "999002000000,邻县,,county,", "lies outside 999001000000", "one place, 999001000000"
    ),
    "a village as the place": Mistake(
        "pack.yaml", '"999001000000"', '"999001101001"', "999001101001 is a village", "name the county or town"
    ),
    "a kind that nobody declared": Mistake(
        "areas.csv",
        HEADER + "999001000000,回音县,Huiyin County,county,,",
        HEADER.replace("people", "people,kind") + "999001000000,回音县,Huiyin County,county,,,xian",
        "the kind xian of 999001000000 is not among the area_kinds",
        "declare it under area_kinds",
        "999001000000,",
    ),
    "a kind that decides nothing": Mistake(
        "pack.yaml", "limits:\n", f"{KINDS}limits:\n", "no area is a patch (片区)", "remove it here", "- {code: patch"
    ),
    "an office of a department": Mistake(
        "units.csv",
        OFFICES + "S-GOV,县政府督查室,County Government Supervision Office,supervisor,999001000000,,",
        OFFICES.replace("class", "class,office")
        + "S-GOV,县政府督查室,County Government Supervision Office,supervisor,999001000000,,,督查室",
        "S-GOV is of level supervisor, and only a town_office is called by the column office",
        "leave the column empty",
        "S-GOV,",
    ),
    "an office that no town has": Mistake(
        "duties.csv",
        "01,village,@town,",
        "01,village,@office:司法所,",
        "@office:司法所 leads nowhere in 999001101000, 999001102000, 999001103000",
        "with 司法所 in the column office",
    ),
    "village without unit": Mistake(
        "areas.csv", GRID, "999001101205,新村,,village,999001101000", "has no unit of its own", "add a village unit"
    ),
    "unit in no area": Mistake(
        "units.csv",
        "department,999001000000,S-GOV,small\nD-TRANSPORT",
        "department,999001000009,S-GOV,small\nD-TRANSPORT",
        "the area 999001000009 of D-WATER",
        "areas.csv",
        "D-WATER",
    ),
    "town unit in a village": Mistake(
        "units.csv",
        "town,999001102000,",
        "town,999001102001,",
        "is of level town, but 999001102001 is a village",
        "code of a town",
        "T-999001102,",
    ),
    "superior not there": Mistake(
        "units.csv",
        "H-12345,12345政务服务便民热线办公室,12345 Hotline Office,hotline,999001000000,S-GOV",
        "H-12345,热线办,,hotline,999001000000,S-GONE",
        "S-GONE of H-12345",
        "add the unit",
    ),
    "superiors in a circle": Mistake(
        "units.csv",
        "supervisor,999001000000,,",
        "supervisor,999001000000,H-12345,",
        "S-GOV stands above itself",
        "outside the circle",
        "S-GOV,",
    ),
    "merged into nothing": Mistake(
        "areas.csv",
        HEADER,
        HEADER.replace("people", "people,successor") + "999001101209,西坡村,,village,999001101000,,999001101299\n",
        "the successor 999001101299 of 999001101209 is not among the areas",
        "name the one that is there now",
        "999001101209",
    ),
    "merged and still there": Mistake(
        "units.csv",
        "code,name,name_en,level,area_code,parent,size_class\n",
        "code,name,name_en,level,area_code,parent,size_class,successor\nD-WATER,水利局,,,,,,D-AGRI\n",
        "the code D-WATER stands here a second time",
        "keep the row without a successor",
        "D-WATER,水利局",
    ),
    "merged into a part": Mistake(
        "areas.csv",
        HEADER,
        HEADER.replace("people", "people,successor") + "999001101209,西坡村,,,,,999001101201001\n",
        "999001101209 is a village, its successor 999001101201001 only a part of one",
        "the same level or a wider one",
        "999001101209",
    ),
    "no hotline": Mistake(
        "units.csv", ",hotline,", ",department,", "no unit of level hotline", "add a unit", "code,name"
    ),
    "category parent": Mistake(
        "categories.csv",
        "0802,信息化与科技创新,Digital Services and Innovation,08",
        "0802,信息化与科技创新,,07",
        "its digits name 08",
        "write 08",
    ),
    "category without duty": Mistake(
        "duties.csv",
        "08,county,D-EDU,",
        "0801,county,D-EDU,",
        "nobody leads 08 科技与信息产业",
        "add a row '08,county,UNIT'",
        "@categories:08,",
    ),
    "hole at county level": Mistake(
        "duties.csv",
        "08,county,D-EDU,",
        "08,village,D-EDU,",
        "located at county level",
        "covers all finer",
        "@categories:08,",
    ),
    "two leads": Mistake(
        "duties.csv",
        "08,county,D-EDU,",
        "07,county,D-EDU,",
        "07 at county level has two leads: D-MARKET and D-EDU",
        "keep one row",
        "07,county,D-EDU",
    ),
    "lead not there": Mistake(
        "duties.csv", "08,county,D-EDU,", "08,county,D-SCIENCE,", "D-SCIENCE is not among the units", "units.csv"
    ),
    "support not there": Mistake(
        "duties.csv", "06,county,D-TRANSPORT,@town", "06,county,D-TRANSPORT,T-GONE", "T-GONE is not among", "units.csv"
    ),
    "category not there": Mistake(
        "duties.csv", "1503,county,", "1509,county,", "1509 is not among the categories", "categories.csv"
    ),
    "sent down": Mistake(
        "duties.csv",
        "0402,county,D-ENV,@town,,true",
        "0402,village,@town,,,true",
        "taken back by the higher level",
        "name a department",
    ),
    "finer row sent down": Mistake(
        "duties.csv",
        "03,county,D-LAND,@town,,false",
        "03,county,D-LAND,@town,,true",
        "but @town leads 0302",
        "clear taken_back",
        "0302,village",
    ),
    "no own town": Mistake(
        "duties.csv", "08,county,D-EDU,", "08,county,@town,", "no own town, so @town", "use @town at town level"
    ),
}


@pytest.mark.parametrize("name", MEANT)
def test_a_mistake_about_places_is_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    is_found(MEANT[name], folder)
