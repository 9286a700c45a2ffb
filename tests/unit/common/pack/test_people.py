"""How many people live in areas (服务人口): what a place may leave out, and what the check makes of what it says."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from libs.common.pack.check import check_pack
from libs.common.pack.loader import digest, document, from_document, load_pack
from libs.common.pack.schema import AreaLevel, Pack

VILLAGE, GRIDS = "999001101201", ("999001101201001", "999001101201002")


def told(pack: Pack, people: Mapping[str, int | None], **settings: object) -> list[str]:
    """What the check says of the pack in which so many live in these areas, and of nothing else is known."""
    areas = tuple(area.model_copy(update={"people": people.get(area.code)}) for area in pack.areas)
    return [problem.message for problem in check_pack(pack.model_copy(update={"areas": areas, **settings}))]


def test_a_folder_of_before_loads_and_is_the_same_pack(pack: Pack, folder: Path) -> None:
    file = folder / "areas.csv"
    rows = [row.rpartition(",")[0] for row in file.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == "code,name,name_en,level,parent"
    file.write_text("\n".join(rows), encoding="utf-8")
    settings = folder / "pack.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("people_per_area:\n  grid: [200, 1200]\n", ""), encoding="utf-8")
    before = load_pack(folder)
    assert {area.people for area in before.areas} == {None}
    plain = document(before)
    assert "people_per_area" not in plain
    assert all("people" not in area for area in plain["areas"])
    assert digest(from_document(plain | {"people_per_area": {}})) == digest(before) != digest(pack)


def test_nobody_and_not_known_are_two(pack: Pack) -> None:
    plain = document(pack)
    plain["areas"][0]["people"] = 0
    assert from_document(plain).areas[0].people == 0
    assert digest(from_document(plain)) != digest(pack)


@pytest.mark.parametrize(
    ("people", "sound"), [((200, 1200), True), ((199, 1200), False), ((200, 1201), False), ((0, 1200), False)]
)
def test_the_range_holds_with_both_its_ends(pack: Pack, people: tuple[int, int], *, sound: bool) -> None:
    others = {area.code: 500 for area in pack.areas if area.level is AreaLevel.GRID}
    assert (told(pack, others | dict(zip(GRIDS, people, strict=True))) == []) is sound


def test_without_a_range_any_number_is_as_good_as_none(pack: Pack) -> None:
    assert told(pack, {GRIDS[0]: 0, GRIDS[1]: 900_000}, people_per_area={}) == []


def test_of_a_level_that_nobody_counted_there_is_one_word(pack: Pack) -> None:
    assert told(pack, {}) == ["no grid says how many people live there, so its range decides nothing"]
    partly = told(pack, {GRIDS[0]: 300})
    assert len(partly) == sum(area.level is AreaLevel.GRID for area in pack.areas) - 1


@pytest.mark.parametrize(
    ("of_the_village", "of_the_grids", "sound"),
    [
        (700, (300, 400), True),
        (701, (300, 400), False),
        (699, (300, 400), False),
        (None, (300, 400), True),
        (700, (None, None), True),
        (700, (700, None), True),
        (900, (700, None), True),
        (699, (700, None), False),
        (0, (0, 0), True),
        (0, (0, 1), False),
    ],
)
def test_the_people_of_the_parts_are_those_of_the_whole(
    pack: Pack, of_the_village: int | None, of_the_grids: tuple[int | None, int | None], *, sound: bool
) -> None:
    people = {VILLAGE: of_the_village} | dict(zip(GRIDS, of_the_grids, strict=True))
    found = told(pack, people, people_per_area={})
    assert (found == []) is sound
    assert all(VILLAGE in message for message in found)
