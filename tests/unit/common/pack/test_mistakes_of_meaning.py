"""Every kind of mistake in what a pack means is found, too."""

from pathlib import Path

import pytest

from tests.unit.common.pack.test_mistakes import Mistake, is_found

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
_GRADES = "[{{code: a, name: 甲, name_en: A, from_points: {}}}, {{code: poor, name: 差, name_en: C, from_points: {}}}]"


def _appraised(settings: str, message: str, mend: str) -> Mistake:
    """Of how whistles are appraised (双考核)."""
    new = f"whistles: {{appraisal: {{{settings}}}}}\nlimits:\n"
    return Mistake("pack.yaml", "limits:\n", new, message, mend, "whistles:")


MEANT = {
    "a grade that there is not": _appraised("if_never_came: worst", "there is no grade 'worst'", "name one of good"),
    "grades the wrong way round": _appraised(f"grades: {_GRADES.format(0, 50)}", "'poor' begins at 50", "best down"),
    "no grade for no points": _appraised(f"grades: {_GRADES.format(90, 10)}", "begins at 0 points", "last begin at 0"),
    "a grade beyond all points": _appraised(f"grades: {_GRADES.format(900, 0)}", "and there are 100", "make it 100"),
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
