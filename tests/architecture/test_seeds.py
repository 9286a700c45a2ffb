"""docs/seeds.md: every mechanism of the five places once, each with a state, and no name in it that is not there."""

import json
import re
from functools import cache

import pytest

from libs.common.pack.loader import TABLES
from libs.common.pack.schema import PackSettings
from tests.architecture.test_shape import ROOT

ROWS_OF = {"0": 38, "1": 21, "2": 26, "3": 30, "4": 18}
STATES = ("carried", "in part", "not yet", "out")
_ROW = re.compile(r"^\| (\d)\.(\d+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
_NAMED = re.compile(r"`([^`]+)`")
_ENDPOINT = re.compile(r"(GET|POST) (/\S+)")


@cache
def text() -> str:
    return (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")


@cache
def rows() -> list[tuple[str, ...]]:
    """Seed, number, mechanism, state, what carries it, what shows it, what it comes with."""
    return [match.groups() for match in _ROW.finditer(text())]


@cache
def operations() -> frozenset[tuple[str, str]]:
    """Method and path of every endpoint, as the documents of the services say."""
    return frozenset(
        (method.upper(), path)
        for file in (ROOT / "docs" / "openapi").glob("*.json")
        for path, methods in json.loads(file.read_text(encoding="utf-8"))["paths"].items()
        for method in methods
    )


def test_all_133_mechanisms_are_there_in_their_order() -> None:
    expected = [(seed, str(number)) for seed, many in ROWS_OF.items() for number in range(1, many + 1)]
    assert [row[:2] for row in rows()] == expected


def test_the_states_add_up_to_what_the_head_says() -> None:
    states = [row[3] for row in rows()]
    assert set(states) <= set(STATES)
    told = re.search(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text(), re.MULTILINE)
    assert told is not None
    assert [int(many) for many in told.groups()] == [states.count(state) for state in STATES]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]}.{row[1]}")
def test_what_carries_and_shows_it_is_there(row: tuple[str, ...]) -> None:
    _, _, _, state, carried, shown, comes_with = row
    if state in ("carried", "in part"):
        assert _NAMED.search(carried)
        assert _NAMED.search(shown)
    assert (comes_with == "") == (state == "carried")
    sections = {*PackSettings.model_fields, *(table.part for table in TABLES)}
    for name in _NAMED.findall(carried):
        endpoint = _ENDPOINT.fullmatch(name)
        if endpoint is not None:
            assert endpoint.groups() in operations(), name
        elif not name.startswith("@"):
            assert name in sections or name in FIELDS, name
    for name in _NAMED.findall(shown):
        assert (ROOT / name).exists(), name


FIELDS = {"needed_by", "direct_answer", "together", "plan"}
"""Fields of requests that rows name; the endpoint beside them says where."""


@pytest.mark.parametrize("pack", ["taihu-xiaochi", "ningshan", "dachuan-cuiping", "changle-tangwu", "yuexi-xiangchang"])
def test_each_place_has_its_pack_and_its_page(pack: str) -> None:
    assert f"packs/{pack}" in text()
    assert (ROOT / "packs" / pack / "README.md").is_file()
