"""责任岗位: a row of the duty directory may name a post that its lead unit has, in every way that a lead is named."""

import shutil
from pathlib import Path

import pytest

from libs.common.pack.check import check_pack
from libs.common.pack.loader import digest, document, load_pack
from libs.common.pack.problems import PackError
from libs.common.pack.schema import AreaLevel, Duty, Pack, Post, UnitLevel
from tests.unit.common.pack.conftest import ROOT

NINGSHAN = ROOT / "packs" / "ningshan"
OFFICE = "@office:司法所"
VILLAGES = Post(
    code="village_contact", name="包村干部", name_en="Cadre in charge of a village", area_level=AreaLevel.VILLAGE
)
TOWNS = Post(code="town_contact", name="包镇干部", name_en="Cadre in charge of a town", area_level=AreaLevel.TOWN)


def messages(pack: Pack, *duties: Duty) -> list[str]:
    """What the check says of the pack with these rows more."""
    posts = (*pack.posts, VILLAGES, TOWNS)
    changed = pack.model_copy(update={"posts": posts, "duties": (*pack.duties, *duties)})
    return [problem.message for problem in check_pack(changed)]


def row(area_level: AreaLevel, lead: str, post: str) -> Duty:
    return Duty(category="0802", area_level=area_level, lead=lead, post=post)


def test_a_table_without_the_column_is_the_same_pack_without_posts(folder: Path, pack: Pack) -> None:
    file = folder / "duties.csv"
    lines = [line.rpartition(",")[0] for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines[0].endswith(",basis")
    file.write_text("\n".join(lines), encoding="utf-8")
    plain = load_pack(folder)
    assert {duty.post for duty in plain.duties} == {None}
    assert [duty.model_copy(update={"post": None}) for duty in pack.duties] == list(plain.duties)
    # A release that does not know it reads the same document as before.
    assert all("post" not in duty for duty in document(plain)["duties"])
    assert digest(plain) != digest(pack)


def test_the_two_packs_name_posts_and_are_sound(pack: Pack) -> None:
    assert {duty.post for duty in pack.duties} == {None, "case_worker", "mediator"}
    ningshan = load_pack(NINGSHAN)
    named = {duty.lead[0] == "@" and duty.lead: duty.post for duty in ningshan.duties if duty.post is not None}
    assert named == {
        False: "leader",
        "@town": "village_contact",
        "@village": "party_secretary",
        "@office:司法所": "leader",
        "@office:便民服务中心": "leader",
    }


@pytest.mark.parametrize(
    ("area_level", "lead", "post"),
    [
        (AreaLevel.VILLAGE, "@town", "village_contact"),
        (AreaLevel.GRID, "@town", "village_contact"),
        (AreaLevel.GRID, "@village", "village_contact"),
        (AreaLevel.VILLAGE, "D-WATER", "village_contact"),
        (AreaLevel.GRID, "@village", "grid_worker"),
        (AreaLevel.TOWN, "@town", "town_contact"),
        (AreaLevel.COUNTY, "D-WATER", "leader"),
    ],
)
def test_a_post_is_for_every_case_of_its_row(area_level: AreaLevel, lead: str, post: str, pack: Pack) -> None:
    assert messages(pack, row(area_level, lead, post)) == []


@pytest.mark.parametrize(
    ("area_level", "lead", "post", "message"),
    [
        (AreaLevel.TOWN, "@town", "village_contact", "a case located only at town level lies in no village, "),
        (AreaLevel.COUNTY, "D-WATER", "village_contact", "a case located only at county level lies in no village, "),
        (AreaLevel.VILLAGE, "@village", "town_contact", "no town lies in the area of @village, "),
        (AreaLevel.VILLAGE, "V-999001101201", "town_contact", "no town lies in the area of V-999001101201, "),
        (AreaLevel.TOWN, "T-999001101", "village_cadre", "T-999001101 is of level town, and village_cadre is a post"),
        (AreaLevel.VILLAGE, "@village", "caller", "@village is of level village, and caller is a post of hotline only"),
        (AreaLevel.VILLAGE, "@village", "village_guard", "the post village_guard is not among the posts"),
    ],
)
def test_a_post_that_leaves_a_case_without_its_holder_is_told(
    area_level: AreaLevel, lead: str, post: str, message: str, pack: Pack
) -> None:
    (found,) = messages(pack, row(area_level, lead, post))
    assert found.startswith(message)


def test_a_unit_that_is_not_there_is_one_mistake(pack: Pack) -> None:
    assert messages(pack, row(AreaLevel.COUNTY, "D-GONE", "caller")) == ["the unit D-GONE is not among the units"]


def test_a_post_that_an_office_has_not_is_told_with_its_line(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(NINGSHAN, tmp_path / "pack"))
    file = folder / "duties.csv"
    text = file.read_text(encoding="utf-8")
    old = f"07,town,{OFFICE},,,false,矛盾纠纷化解在一线,leader"
    assert old in text
    file.write_text(text.replace(old, old.replace("leader", "party_secretary")), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("duties.csv", text[: text.index(old)].count("\n") + 1)
    assert problem.message.startswith(f"{OFFICE} is of level {UnitLevel.TOWN_OFFICE}, and party_secretary is a post")
    assert problem.mend == "name a post that a town_office has, or add town_office to its unit_levels in pack.yaml"
