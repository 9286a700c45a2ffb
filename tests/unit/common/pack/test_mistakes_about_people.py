"""Every kind of mistake in how many people live where, and in who answers for a duty, is found."""

from pathlib import Path

import pytest

from tests.unit.common.pack.test_mistakes import GRID, Mistake, is_found

RANGE = "people_per_area:\n  grid: [200, 1200]\n"
LIVING = {
    "too many people": Mistake(
        "areas.csv",
        f"{GRID},1147",
        f"{GRID},1201",
        "1201 people live in 999001101001001 望山社区第一网格, more than the 1200 of people_per_area/grid",
        "cut the grid in two, or raise the 1200",
    ),
    "too few people": Mistake(
        "areas.csv",
        f"{GRID},1147",
        f"{GRID},199",
        "199 people live in 999001101001001 望山社区第一网格, fewer than the 200 of people_per_area/grid",
        "join the grid with a neighbour, or lower the 200",
    ),
    "people of a grid not known": Mistake(
        "areas.csv",
        f"{GRID},1147",
        f"{GRID},",
        "999001101001001 望山社区第一网格 does not say how many people live there",
        "fill in the column people, or remove the range",
    ),
    "a range of what nobody counted": Mistake(
        "pack.yaml",
        RANGE,
        f"{RANGE}  town: [3000, 9000]\n",
        "no town says how many people live there, so its range decides nothing",
        "fill in the column people of areas.csv, or remove it here",
        "town: [3000, 9000]",
    ),
    "other people than in its parts": Mistake(
        "areas.csv",
        "village,999001101000,2856",
        "village,999001101000,2855",
        "2855 people live in 999001101001 望山社区, but 2856 in the areas right below it",
        "write 2856 here, or correct the areas below",
        "999001101001,",
    ),
    "fewer people than in a part": Mistake(
        "areas.csv",
        "999001101000,望山镇,Wangshan Town,town,999001000000,",
        "999001101000,望山镇,Wangshan Town,town,999001000000,4345",
        "4345 people live in 999001101000 望山镇, but 4346 in the areas right below it",
        "write 4346 here",
        "999001101000,",
    ),
}
ANSWERING = {
    "post not there": Mistake(
        "duties.csv",
        "县级部门权责清单·科技与信息化,",
        "县级部门权责清单·科技与信息化,king",
        "the post king is not among the posts",
        "add it to posts in pack.yaml",
        "08,county",
    ),
    "post of other units": Mistake(
        "duties.csv",
        "县级部门权责清单·科技与信息化,",
        "县级部门权责清单·科技与信息化,village_cadre",
        "D-EDU is of level department, and village_cadre is a post of village only",
        "add department to its unit_levels in pack.yaml",
        "08,county",
    ),
    "post that no town has": Mistake(
        "duties.csv",
        "02,town,@town,S-GOV,,false,镇履职事项清单·党的建设与便民服务,",
        "02,town,@town,S-GOV,,false,镇履职事项清单·党的建设与便民服务,village_cadre",
        "@town is of level town, and village_cadre is a post of village only",
        "name a post that a town has",
    ),
    "post that no village has": Mistake(
        "duties.csv",
        "村规民约与镇履职事项清单·人居环境整治,",
        "村规民约与镇履职事项清单·人居环境整治,dispatcher",
        "@village is of level village, and dispatcher is a post of hotline, town only",
        "add village to its unit_levels",
        "1004,village",
    ),
    "post for a finer area": Mistake(
        "duties.csv",
        "村规民约与镇履职事项清单·人居环境整治,",
        "村规民约与镇履职事项清单·人居环境整治,grid_worker",
        "a case located only at village level lies in no grid, so nobody holds grid_worker for it",
        "name it in a row at grid level",
        "1004,village",
    ),
}


@pytest.mark.parametrize("name", LIVING)
def test_people_that_cannot_be_are_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    is_found(LIVING[name], folder)


@pytest.mark.parametrize("name", ANSWERING)
def test_a_post_that_cannot_answer_is_found_with_file_line_and_mend(name: str, folder: Path) -> None:
    is_found(ANSWERING[name], folder)
