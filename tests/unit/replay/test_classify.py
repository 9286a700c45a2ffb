"""Finding category, area and kind of a row by the demo pack."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huiyin.replay.classify import Classifier
from huiyin.replay.rows import FileLine, Row
from libs.common.events.terms import Kind
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import Category

PACK = load_pack(Path(__file__).parents[3] / "packs" / "demo")
CLASSIFIER = Classifier(PACK)


def _row(title: str = "一件事", text: str = "内容", **more: Any) -> Row:
    return Row(FileLine("x", 1), "test", more.pop("number", "1"), title, text, datetime(2025, 3, 3, tzinfo=UTC), **more)


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("路灯不亮", "村口的路灯坏了半个月", "0101"),
        ("拖欠农民工工资", "包工头不发工资", "1501"),
        ("公交车班次太少", "等车要一小时", "0602"),
        ("", "Street light outage on Main Street", "0101"),
        ("POTHOLE", "big", "0601"),
        ("城建", "", "01"),
    ],
)
def test_words_find_the_category(title: str, text: str, code: str) -> None:
    assert CLASSIFIER.category(_row(title, text)) == code


def test_longer_words_and_titles_weigh_more() -> None:
    assert CLASSIFIER.category(_row("学校门口停车", "停车停车")) == "1303"
    assert CLASSIFIER.category(_row("x", "y", hints="street lights")) == "0101"


def test_no_word_no_category() -> None:
    assert CLASSIFIER.category(_row("你好", "谢谢")) is None
    assert CLASSIFIER.category(_row("streetlightsomething", "xroadx")) is None


def test_a_category_that_the_row_names_holds_when_the_pack_has_it() -> None:
    assert CLASSIFIER.category(_row("路灯不亮", category_code="1501")) == "1501"
    assert CLASSIFIER.category(_row("路灯不亮", category_code="9999")) == "0101"


def test_a_pack_without_words_finds_nothing() -> None:
    bare = tuple(Category(code=each.code, name=each.name, parent=each.parent) for each in PACK.categories)
    assert Classifier(PACK.model_copy(update={"categories": bare})).category(_row("路灯 street light")) is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (_row(area="999001102202"), "999001102202"),
        (_row(area="柳湾村"), "999001102202"),
        (_row(area="Liuwan Village"), "999001102202"),
        (_row(title="东坡村第一网格的路灯"), "999001101201001"),
        (_row(text="我是应谷镇的居民"), "999001103000"),
    ],
)
def test_areas_that_are_named(row: Row, code: str) -> None:
    assert CLASSIFIER.area(row) == code


def test_other_areas_get_a_grid_and_keep_their_village() -> None:
    found = [CLASSIFIER.area(_row(area="Back Bay", number=str(number))) for number in range(40)]
    assert all(len(code) == 15 for code in found)
    assert len({code[:12] for code in found}) == 1
    assert len(set(found)) > 1
    spread = {CLASSIFIER.area(_row(number=str(number)))[:12] for number in range(200)}
    assert len(spread) == 9


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("举报村干部", "", Kind.REPORT),
        ("感谢信", "", Kind.PRAISE),
        ("投诉物业", "", Kind.COMPLAINT),
        ("建议增设公交站", "", Kind.SUGGEST),
        ("路什么时候修好", "", Kind.CONSULT),
        ("办证", "请问需要哪些材料", Kind.CONSULT),
        ("路灯坏了", "请来修", Kind.HELP),
    ],
)
def test_kinds(title: str, text: str, kind: Kind) -> None:
    assert CLASSIFIER.kind(_row(title, text)) is kind


def test_a_kind_that_the_row_names_holds() -> None:
    assert CLASSIFIER.kind(_row("举报", kind=Kind.HELP)) is Kind.HELP
