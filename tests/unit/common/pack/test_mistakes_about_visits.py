"""Every kind of mistake in the rules of teams, of recurring days and of phones is found."""

from pathlib import Path

import pytest

from tests.unit.common.pack.test_mistakes import Mistake, is_found

LEADER = "{code: leader, name: 镇领导, name_en: Leader, posts: [town_leader], fewest: 1, most: 1}"
MISTAKES = {
    "a rule twice": Mistake(
        "pack.yaml",
        "    - code: area\n",
        "    - code: night\n",
        "the code night stands here a second time",
        "remove it or give it another code; the first is 夜访工作组",
        "- code: night\n      name: 片区",
    ),
    "a part twice": Mistake(
        "pack.yaml",
        LEADER,
        LEADER.replace("leader,", "duty,", 1),
        "the code duty stands here a second time",
        "remove it or give it another code; the first is 镇领导",
        "- {code: duty, name: 镇值班",
    ),
    "a part by no post": Mistake(
        "pack.yaml",
        "posts: [town_leader]",
        "posts: [mayor]",
        "mayor is no post of this pack, so nobody could fill leader by it",
        "name a post of `posts`, or leave it out",
        "posts: [mayor]",
    ),
    "fewer at most than at least": Mistake(
        "pack.yaml",
        "fewest: 3, most: 5",
        "fewest: 3, most: 2",
        "member asks for at least 3 people and at most 2",
        "raise it to 3 or more",
        "- {code: member, name: 民情服务员",
    ),
    "a team of nobody": Mistake(
        "pack.yaml",
        "[area_head], fewest: 1, most: 1, of_area: true}\n"
        "        - {code: member, name: 民情服务员, name_en: Members, posts: [service_member], fewest: 3",
        "[area_head], fewest: 0, most: 1, of_area: true}\n"
        "        - {code: member, name: 民情服务员, name_en: Members, posts: [service_member], fewest: 0",
        "a team of area could be nobody",
        "ask for at least one in one of its parts",
        "parts:\n        - {code: head",
    ),
}
DAYS = "weekdays: [wednesday]\n"
OF_DAYS = {
    "on no day": Mistake(
        "pack.yaml",
        f"      {DAYS}",
        "",
        "wednesdays is on no day",
        "say weekdays, such as [tuesday], or month_days, such as [5]",
        "- code: wednesdays",
    ),
    "an end before the beginning": Mistake(
        "pack.yaml",
        DAYS,
        f"{DAYS}      until_day: 2025-12-31\n",
        "wednesdays ends on 2025-12-31, before it begins",
        "end it on 2026-01-01 or later, or leave it out",
        "until_day: 2025-12-31",
    ),
    "areas that there are not": Mistake(
        "pack.yaml",
        DAYS,
        f"{DAYS}      area_kind: patch\n",
        "no area is of this level and kind, so nobody would go out on wednesdays",
        "name a level and a kind that areas.csv has",
        "area_kind: patch",
    ),
    "teams of no area": Mistake(
        "pack.yaml",
        "      area_level: village\n",
        "      team: night\n",
        "wednesdays asks for teams, and no area is expected to go out",
        "say area_level or area_kind, or leave team out",
        "team: night",
    ),
    "teams by no rule": Mistake(
        "pack.yaml",
        DAYS,
        f"{DAYS}      team: dawn\n",
        "dawn is no rule of `visits.teams`",
        "name one of them, or leave it out",
        "team: dawn",
    ),
    "days twice": Mistake(
        "pack.yaml",
        "  days:\n",
        "  days:\n    - {code: wednesdays, name: 周三, name_en: W, weekdays: [wednesday], from_day: 2026-01-01}\n",
        "the code wednesdays stands here a second time",
        "remove it or give it another code; the first is 周三",
        "- code: wednesdays",
    ),
}

GAP = "  gap_days: 7\n"
OF_PHONES = {
    "records that would be too old": Mistake(
        "pack.yaml",
        GAP,
        f"{GAP}  phones:\n    keep_days: 14\n    oldest_days: 10\n",
        "a phone keeps households for 14 days, and what it records then would be too old",
        "raise it to 14 or more, or lower keep_days",
        "oldest_days: 10",
    ),
    "a phone that holds fewer than a contact person has": Mistake(
        "pack.yaml",
        GAP,
        f"{GAP}  phones:\n    households: 48\n",
        "a contact person has up to 60 households, and a phone holds 48",
        "raise it to 60 or more, or lower households.most_per_contact",
        "households: 48",
    ),
}


@pytest.mark.parametrize("name", OF_PHONES)
def test_phones_that_cannot_do_their_work_are_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    is_found(OF_PHONES[name], folder)


@pytest.mark.parametrize("name", OF_DAYS)
def test_days_that_cannot_be_are_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    is_found(OF_DAYS[name], folder)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_team_that_cannot_be_is_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    is_found(MISTAKES[name], folder)
