"""Every kind of mistake in what a pack means is found, too."""

from pathlib import Path

import pytest

from tests.unit.common.pack.test_mistakes import GRID, Mistake, is_found

HEADER = "code,name,name_en,level,parent,people\n"
OFFICES = "code,name,name_en,level,area_code,parent,size_class\n"
KINDS = "area_kinds:\n  - {code: patch, name: 片区, name_en: Patch}\n"
ROUNDS = """trigger: {on: round, round: 2}
      level: reminder
      to: [lead]
    - code: third_round
      name: 三次办理提级督办
      name_en: Third round, supervised at a higher level
      trigger: {on: round, round: 3}
      level: supervision
"""
FALLING_ROUNDS = ROUNDS.replace("supervision", "x").replace("reminder", "supervision").replace("x", "reminder")
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
    "limit missing": Mistake(
        "pack.yaml",
        "    praise: {normal: 7 work_day}\n",
        "",
        "no handle limit for a case of kind praise",
        "add 'praise",
        "handle:\n",
    ),
    "urgent is slower": Mistake(
        "pack.yaml",
        "any: {urgent: 24 hour, emergency: 2 hour}",
        "any: {urgent: 24 hour, emergency: 48 hour}",
        "longer when emergency than when urgent",
        "shorten that of emergency",
        "any: {urgent: 24 hour",
    ),
    "off and worked": Mistake(
        "pack.yaml",
        "  extra_holidays: []\n  extra_workdays: []",
        "  extra_holidays: [2026-05-20]\n  extra_workdays: [2026-05-20]",
        "2026-05-20 is both",
        "one of the two lists",
        "extra_workdays",
    ),
    "window shut": Mistake(
        "pack.yaml", "closes_at: 20:30", "closes_at: 08:00", "open at 08:30 and close at 08:00", "close later"
    ),
    "tries do not fit": Mistake(
        "pack.yaml", "minutes_between_tries: 240", "minutes_between_tries: 1440", "take 2880 minutes", "shorten"
    ),
    "nobody asks": Mistake(
        "pack.yaml",
        "answer: satisfaction",
        "answer: note",
        "whether the citizen is satisfied",
        "answer: satisfaction",
        "questions:",
    ),
    "counter never fed": Mistake(
        "pack.yaml",
        "answer: contacted",
        "answer: note",
        "'response' counts 'contacted', which no",
        "answer: contacted",
        "numerator: {contacted: 1}",
    ),
    "ladder out of order": Mistake(
        "pack.yaml",
        "{on: round, round: 3}",
        "{on: round, round: 2}",
        "'third_round' does not come after 'second_round'",
        "in the order",
        "- code: third_round",
    ),
    "quieter when later": Mistake(
        "pack.yaml", ROUNDS, FALLING_ROUNDS, "is less loud", "raise its level to supervision", "- code: third_round"
    ),
    "blames the unit": Mistake(
        "pack.yaml",
        "to: [hotline]",
        "to: [lead]",
        "blames the lead unit for a late callback",
        "hotline or supervisor",
        "- code: callback_late",
    ),
    "reason twice": Mistake(
        "pack.yaml",
        "code: duty_overlap",
        "code: wrong_area",
        "'wrong_area' stands here a second time",
        "another code",
        "code: wrong_area, name: 职能交叉",
    ),
    "formula twice": Mistake(
        "pack.yaml",
        "code: resolution",
        "code: response",
        "'response' version 1 stands here a second time",
        "next version",
        "code: response\n    version: 1\n    name: 解决率",
    ),
    "always all": Mistake(
        "pack.yaml",
        "numerator: {solved: 1}",
        "numerator: {valid_callbacks: 1}",
        "always 100 %",
        "correct its",
        "code: resolution",
    ),
    "target of two kinds": Mistake(
        "pack.yaml",
        "{over: 95}",
        "{over: 95, under: 5}",
        "exactly one of over, at_least",
        "forms shown",
        "target: {over",
    ),
    "target of no kind": Mistake(
        "pack.yaml", "{over: 95}", "{period: year}", "exactly one of over, at_least", "forms shown", "target: {period"
    ),
    "target with a comma": Mistake(
        "pack.yaml", "{over: 95}", "{over: '95,5'}", "'95,5' is not a percentage", "forms shown", "target: {over"
    ),
    "target word misspelt": Mistake(
        "pack.yaml", "{over: 95}", "{at_leest: 95}", "target/at_leest", "did you mean 'at_least'?", "target: {at_leest"
    ),
    "target of an unknown period": Mistake(
        "pack.yaml", "{over: 95}", "{over: 95, period: yaer}", "is 'yaer'", "did you mean 'year'?", "target: {over"
    ),
    "target always met": Mistake(
        "pack.yaml",
        "{over: 95}",
        "{at_least: 0}",
        "'on_time' is always met",
        "correct its value",
        "target: {at_least: 0",
    ),
    "target never met": Mistake(
        "pack.yaml",
        "decimals: 1\n    target: {at_least: 90}",
        "decimals: 1\n    target: {over: 100}",
        "'overall' can never be met",
        "correct its value",
        "target: {over: 100}",
    ),
    "digits without end": Mistake(
        "pack.yaml", "    target: {over: 95}", "    decimals: 9", "decimals is wrong", "smaller", "    decimals: 9"
    ),
    "kind of household twice": Mistake(
        "pack.yaml",
        "code: retired_cadre",
        "code: party_elder",
        "the code party_elder stands here a second time",
        "the first is 老党员",
        "code: party_elder, name: 老干部",
    ),
    "resource twice": Mistake(
        "pack.yaml",
        "code: machinery",
        "code: crafts",
        "the code crafts stands here a second time",
        "another code",
        "code: crafts, name: 农机",
    ),
    "contact person of no post": Mistake(
        "pack.yaml",
        "contact_posts: [village_cadre,",
        "contact_posts: [village_carde,",
        "village_carde is no post of this pack",
        "name a post of `posts`",
        "contact_posts",
    ),
    "score of nothing": Mistake(
        "pack.yaml", "{response: 10,", "{respond: 10,", "unknown rate 'respond'", "use one of", "weights:"
    ),
    "score of 90": Mistake("pack.yaml", "{response: 10,", "{response: 5,", "add up to 95", "add up to 100", "weights:"),
}


@pytest.mark.parametrize("name", MEANT)
def test_a_mistake_of_meaning_is_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    is_found(MEANT[name], folder)
