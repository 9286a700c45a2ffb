"""Headings and cells of any table: found by their names, and named by place where they are wrong."""

from collections.abc import Mapping
from datetime import date

import pytest

from libs.common.sheets import SheetRow
from libs.common.web.tables import TableColumns, WrongCells, code_of, day_of, names_of, parts_of, wrong

COLUMNS = TableColumns(
    {"number": ("编号", "number"), "name": ("姓名", "name"), "day": ("日期",)},
    {"name": ("write it", "填写")},
    needed=(("number", "name"), ("day",)),
)


def read(*rows: tuple[str, ...]) -> tuple[list[tuple[int, Mapping[str, str]]], list[tuple[int, str]]]:
    """The rows by line, and where something is wrong."""

    def row(line: int, cells: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        if "name" not in cells:
            raise wrong("name", "is missing", "缺少")
        return line, cells

    found, bad = COLUMNS.read([SheetRow(line, cells) for line, cells in enumerate(rows, start=1)], row)
    return found, [(cell.line, cell.column) for cell in bad]


def test_columns_stand_in_any_order_under_any_of_their_names() -> None:
    assert read(("日期", " Name＊", "", "编 号"), ("", "甲", "", "1"), ("d", "", "", "2")) == (
        [(2, {"name": "甲", "number": "1"})],
        [(3, "姓名")],
    )


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (("日期", "编号", "收入"), ["C"]),
        (("日期", "编号", "number"), ["编号"]),
        (("日期",), ["编号 / 姓名"]),
        (("编号",), ["日期"]),
        (("甲", "乙"), ["A", "B", "编号 / 姓名", "日期"]),
    ],
)
def test_headings_that_are_wrong_leave_no_row_and_each_is_named_by_its_place(
    headings: tuple[str, ...], columns: list[str]
) -> None:
    assert read(headings, ("1", "甲", "2")) == ([], [(1, column) for column in columns])


def test_nothing_and_cells_under_no_heading_are_wrong() -> None:
    assert read() == ([], [(1, "")])
    assert read(("姓名", "日期"), ("甲", "", "乙"), ("甲", "d")) == ([(3, {"name": "甲", "day": "d"})], [(2, "编号")])


def test_a_code_a_name_and_neither() -> None:
    known = [("a", "甲"), ("b", "乙"), ("c", "乙")]
    assert [code_of(cell, known, "x") for cell in ("a", "甲", "c")] == ["a", "a", "c"]
    for cell in ("乙", "丙"):
        with pytest.raises(WrongCells) as refused:
            code_of(cell, known, "x")
        assert cell not in f"{refused.value.errors}"


@pytest.mark.parametrize("cell", ["2026-03-01", "2026/3/1", "2026年3月1日", "2026.03.01", "2026-03-01T00:00:00"])
def test_a_day_is_read_as_offices_write_it(cell: str) -> None:
    assert day_of(cell, "day") == date(2026, 3, 1)


@pytest.mark.parametrize("cell", ["2026-02-30", "明天", "26-3-1", "2026-03-01 12:00"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(WrongCells):
        day_of(cell, "day")


def test_words_are_parted_by_any_sign_and_names_not_by_spaces() -> None:
    assert parts_of("a、b，c;d e/f") == ("a", "b", "c", "d", "e", "f")
    assert names_of(" Anna Maria、买买提·艾力,甲 ") == ("Anna Maria", "买买提·艾力", "甲")
