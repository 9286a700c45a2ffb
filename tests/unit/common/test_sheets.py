"""Tables of a Chinese office: CSV in whatever encoding Excel wrote it, XLSX, and what must not come in as one."""

import io
import zipfile
from collections.abc import Callable

import pytest

from libs.common.sheets import SheetLimits, UnreadableSheet, column_name, csv_of, read_sheet
from libs.common.workbooks import xlsx_of

ROWS = [("人员编号", "姓名"), ("S-1", "陈测试"), ("", ""), ("S-2", "林测试")]
TEXT = "\r\n".join(",".join(row) for row in ROWS)
READ = [(1, ("人员编号", "姓名")), (2, ("S-1", "陈测试")), (4, ("S-2", "林测试"))]


def found(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.line, row.cells) for row in read_sheet(content)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_csv_is_read_as_offices_export_it(encoding: str) -> None:
    assert found(TEXT.encode(encoding)) == READ
    assert found(TEXT.replace(",", "\t").encode(encoding)) == READ
    assert found(TEXT.replace(",", ";").replace("\r\n", "\n").encode(encoding)) == READ


def test_unicode_text_of_excel_is_read() -> None:
    assert found(TEXT.replace(",", "\t").encode("utf-16")) == READ


def test_cells_with_quotes_and_line_breaks_keep_the_count_of_lines() -> None:
    assert found(b'a,b\n"x\ny","1,2"\nlast,z\n') == [(1, ("a", "b")), (2, ("x\ny", "1,2")), (4, ("last", "z"))]


def test_an_xlsx_is_read_with_its_numbers_and_days_as_they_are_meant() -> None:
    content = xlsx_of(
        [("人员编号", "姓名", "任职日期"), (1001, "陈测试", "2026-03-01"), ("", "", ""), (1.5, "林测试", "")]
    )
    assert found(content) == [
        (1, ("人员编号", "姓名", "任职日期")),
        (2, ("1001", "陈测试", "2026-03-01")),
        (4, ("1.5", "林测试", "")),
    ]


def test_a_formula_goes_out_as_text_and_comes_back_as_it_was() -> None:
    evil = ["=HYPERLINK(1)", "+1", "-2", "@x", "＝1", "\t=1", "'=1", "ok", "o'=b"]
    written = csv_of([("a", "b"), *[(cell, cell) for cell in evil]])
    assert written.startswith(b"\xef\xbb\xbf")
    for line in written.decode("utf-8-sig").splitlines()[1:]:
        assert line.lstrip('"')[0] in "'o"
    assert [cells[0] for _, cells in found(written)[1:]] == [cell.strip() for cell in evil]


def test_rows_between_empty_ones_are_read_wherever_they_stand() -> None:
    rows = [("", "a", "b"), *[("", "", "")] * 12, ("", "last", "z")]
    few = SheetLimits(rows=5)
    assert [(row.line, row.cells) for row in read_sheet(xlsx_of(rows), few)] == [
        (1, ("", "a", "b")),
        (14, ("", "last", "z")),
    ]
    text = "\n".join(",".join(row) for row in rows)
    assert [row.line for row in read_sheet(text.encode(), few)] == [1, 14]


def test_a_table_may_be_as_large_as_whoever_reads_it_says() -> None:
    rows = [("a",)] * 9
    assert len(read_sheet(xlsx_of(rows), SheetLimits(rows=8))) == 9
    for content in (xlsx_of(rows), b"a\n" * 9):
        with pytest.raises(UnreadableSheet, match="more than 7 rows"):
            read_sheet(content, SheetLimits(rows=7))
    with pytest.raises(UnreadableSheet, match="far larger"):
        read_sheet(xlsx_of([*rows, *[("",)] * 20, ("a",)]), SheetLimits(rows=7))


def test_columns_are_called_as_a_spreadsheet_does() -> None:
    assert [column_name(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def far_off() -> bytes:
    """A sheet of two cells, one of which stands in its last corner."""
    return _with_cell("XFD1048576")


def _with_cell(place: str) -> bytes:
    packed, file = zipfile.ZipFile(io.BytesIO(xlsx_of([("a", "b")]))), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed:
        for part in packed.namelist():
            changed.writestr(part, packed.read(part).replace(b'r="B1"', f'r="{place}"'.encode()))
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (65 * 1024 * 1024))
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (far_off, "far larger"),
        (lambda: _with_cell("ZZ19000"), "far larger"),
        (bomb, "far larger"),
        (lambda: b"\xd0\xcf\x11\xe0old", "old .xls"),
        (lambda: b"PK\x03\x04broken", "cannot be read"),
        (lambda: b"\xff\xfe\x00\xd8", "neither XLSX nor CSV"),
        (lambda: b"a\0b", "neither XLSX nor CSV"),
        (lambda: b'a,b\n"x', "cannot be read"),
        (lambda: b"a\n" * 5_002, "more than 5000 rows"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(make: Callable[[], bytes], says: str) -> None:
    with pytest.raises(UnreadableSheet, match=says) as refused:
        read_sheet(make())
    assert refused.value.message_zh
