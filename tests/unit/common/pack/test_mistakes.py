"""Every kind of mistake in how a pack is written is found with its file, its line and its mend."""

from pathlib import Path
from typing import NamedTuple

import pytest

from libs.common.pack.loader import load_pack
from libs.common.pack.problems import PackError


class Mistake(NamedTuple):
    """``old`` becomes ``new`` in ``file``; the problem must stand on the line where ``at`` (else ``new``) begins.

    ``at`` may name another table: ``@areas:`` and how its row begins.
    """

    file: str
    old: str
    new: str
    message: str
    mend: str
    at: str = ""


GRID = "999001101001001,望山社区第一网格,Wangshan Community Grid 1,grid,999001101001"
EDU = "D-EDU,回音县教育科技和体育局"
WRITTEN = {
    "unknown key": Mistake(
        "pack.yaml", "  tries: 3", "  trys: 3", "callback/trys is not a setting", "did you mean 'tries'?"
    ),
    "missing key": Mistake(
        "pack.yaml", "  tries: 3\n", "", "callback/tries is missing", "add 'tries'", "callback:\n  minutes"
    ),
    "wrong word": Mistake(
        "pack.yaml", "answer: solved", "answer: slved", "is 'slved'", "did you mean 'solved'?", "- {code: solved"
    ),
    "a promise that is misspelt": Mistake(
        "pack.yaml",
        "  callback:\n    any",
        "  calback:\n    any",
        "limits/calback is 'calback'",
        "did you mean 'callback'?",
    ),
    "a promise that nobody makes": Mistake(
        "pack.yaml",
        "limits:\n",
        "limits:\n  appeal: {any: {any: 1 hour}}\n",
        "limits/appeal is 'appeal', which is not one of the words",
        "use 'triage', 'sign', 'handle', 'callback', 'reply', 'wording', 'objection', 'upper', 'task', 'report_in', ",
        "appeal",
    ),
    "a limit that stands elsewhere": Mistake(
        "pack.yaml",
        "limits:\n",
        "limits:\n  risk: {any: {any: 1 hour}}\n",
        "limits/risk is wrong: it is no limit: How long a leader on duty may take to acknowledge a risk",
        "correct it as docs/packs.md describes",
        "risk",
    ),
    "a promise without its limit": Mistake(
        "pack.yaml",
        "  sign:\n    any: {normal: 1 work_day, urgent: 2 hour, emergency: 1 hour}\n",
        "",
        "limits/sign is missing",
        "add 'sign'",
        "limits:\n  triage",
    ),
    "everybody or a sample": Mistake(
        "pack.yaml",
        "  tries: 3",
        "  mode: full\n  tries: 3",
        "callback/mode is not in force in this version",
        "remove it",
        "mode: full",
    ),
    "a promise of every week": Mistake(
        "pack.yaml",
        "texts:\n",
        "notices:\n  weekday: tuesday\n  at: 09:00\ntexts:\n",
        "notices is not in force in this version",
        "nothing would read it",
        "notices:",
    ),
    "advice with a reason": Mistake(
        "pack.yaml",
        "name_en: Not in our area}",
        "name_en: Not in our area, advice: 请附证明}",
        "returns/reasons/0/advice is not in force",
        "remove it",
        "- {code: wrong_area",
    ),
    "not a number": Mistake(
        "pack.yaml", "  tries: 3", "  tries: three", "'three', which is not a whole number", "write a whole number"
    ),
    "not a date": Mistake(
        "pack.yaml", "from: 2024-01-01", "from: 2024年1月", "not '2024年1月'", "2026-01-31", "effective_from"
    ),
    "not a time": Mistake("pack.yaml", "opens_at: 08:30", "opens_at: half past 8", "half past 8", "08:30"),
    "not a limit": Mistake(
        "pack.yaml", "normal: 3 work_day", "normal: 3 weeks", "'3 weeks' is not a limit", "forms shown", "consult:"
    ),
    "limit of nothing": Mistake(
        "pack.yaml", "normal: 3 work_day", "normal: 0 hour", "greater than or equal to 1", "larger", "consult:"
    ),
    "unknown kind": Mistake(
        "pack.yaml", "    suggest: {", "    sugest: {", "sugest", "did you mean 'suggest'?", "sugest: {"
    ),
    "unknown counter": Mistake(
        "pack.yaml", "{contacted: 1}", "{contact: 1}", "contact", "did you mean 'contacted'?", "numerator: {contact:"
    ),
    "unknown time zone": Mistake(
        "pack.yaml", "Asia/Shanghai", "Asia/Shanghia", "is not a time zone", "forms shown", "time_zone"
    ),
    "unknown trigger": Mistake(
        "pack.yaml", "{on: round, round: 2}", "{on: rounds, round: 2}", "rounds", "'round'", "trigger: {on: rounds"
    ),
    "key twice": Mistake(
        "pack.yaml", "  closes_at: 20:30", "  opens_at: 20:30", "'opens_at' stands here twice", "keep one"
    ),
    "broken YAML": Mistake(
        "pack.yaml", "callback:\n", "callback: [\n", "this is not YAML", "check the indent", "objection:"
    ),
    "column missing": Mistake(
        "duties.csv", "category,area_level,lead,", "category,area_level,led,", "'lead' is missing", "first row must be"
    ),
    "too many cells": Mistake(
        "duties.csv", "县级部门权责清单·农田水利", "农田,水利", "9 cells", 'in "quotes"', "1003,county"
    ),
    "leading zero lost": Mistake(
        "duties.csv", "\n05,county", "\n5,county", "is '5'", "drops a leading 0", "5,county,S-GOV"
    ),
    "code as a number": Mistake(
        "areas.csv", GRID, GRID.replace("999001101001001", "9.99E+14"), "spreadsheet", "as text"
    ),
    "short area code": Mistake(
        "areas.csv",
        "\n" + GRID,
        "\n99900110100101,x,,grid,999001101001",
        "is '99900110100101'",
        "all 12 digits",
        "99900110100101,",
    ),
    "level unknown": Mistake(
        "areas.csv", ",grid,999001101001,", ",gird,999001101001,", "is 'gird'", "did you mean 'grid'?", GRID[:15]
    ),
    "people who are no number": Mistake(
        "areas.csv", f"{GRID},1147", f"{GRID},about 1100", "'about 1100', which is not a whole number", "write a whole"
    ),
    "fewer people than none": Mistake(
        "areas.csv", f"{GRID},1147", f"{GRID},-1", "people is wrong: Input should be greater", "write a larger number"
    ),
    "a range of one number": Mistake(
        "pack.yaml",
        "grid: [200, 1200]",
        "grid: [1200]",
        "['1200'] is not the fewest and the most people of one area",
        "one of the forms shown",
    ),
    "a range the wrong way round": Mistake(
        "pack.yaml",
        "grid: [200, 1200]",
        "grid: [1200, 200]",
        "names the most before the fewest",
        "one of the forms shown",
    ),
    "a range of a level that there is not": Mistake(
        "pack.yaml", "grid: [200, 1200]", "gird: [200, 1200]", "people_per_area/gird is 'gird'", "did you mean 'grid'?"
    ),
    "empty name": Mistake("units.csv", EDU, "D-EDU,", "name is missing", "add 'name'", "D-EDU,"),
}


def spoil(folder: Path, mistake: Mistake) -> tuple[str, int]:
    """Make the mistake once; the file and line where it has to be reported."""
    file = folder / mistake.file
    text = file.read_text(encoding="utf-8")
    assert mistake.old in text, "the demo pack no longer has the text that this mistake replaces"
    text = text.replace(mistake.old, mistake.new, 1)
    file.write_text(text, encoding="utf-8")
    if mistake.at.startswith("@"):
        part, _, mark = mistake.at[1:].partition(":")
        rows = (folder / f"{part}.csv").read_text(encoding="utf-8").splitlines()
        return f"{part}.csv", next(number for number, row in enumerate(rows, 1) if row.startswith(mark))
    mark = mistake.at or mistake.new.strip("\n")
    return mistake.file, text[: text.index(mark)].count("\n") + 1


def is_found(mistake: Mistake, folder: Path) -> None:
    """With its file, its line and its mend."""
    where = spoil(folder, mistake)
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    found = [
        problem
        for problem in caught.value.problems
        if mistake.message in problem.message and mistake.mend in problem.mend
    ]
    assert where in [(problem.file, problem.line) for problem in found], str(caught.value)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_mistake_in_writing_is_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    is_found(WRITTEN[name], folder)
