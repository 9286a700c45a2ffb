"""Tables out of a spreadsheet's file: XLSX, or CSV as offices export it; and cells that go back into one.

Excel of a Chinese office writes CSV in GBK, with a mark at the beginning in UTF-8, or as "Unicode text" in UTF-16 with
tabs. Every cell becomes a text: a whole number without its ``.0``, a date as ``2026-03-03``.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import reduce
from itertools import islice


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """How large a table may be: ``file`` in bytes, ``rows`` that hold something, the headings not among them."""

    file: int = 2 * 1024 * 1024
    rows: int = 5_000


USUAL = SheetLimits()

_LARGEST_INSIDE = 64 * 1024 * 1024
"""Bytes of an XLSX once it is unpacked; a small file can hold very many."""
_CELL = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_LONGEST_COLUMN, _LAST_ROW = 2, 4
"""Letters of a column's name; and how often the rows that a table may have: some may be empty and still be there."""
_MOST_CELLS = 4_000_000
"""Between the first cell of a sheet and its last: so many are made of it, however few hold something."""
_XLSX, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV Injection)."""
_QUOTED = re.compile(r"'(?='*\s*[=+\-@＝＋－＠])")
"""The sign before it, or before another such sign."""
_DELIMITERS = ",;\t，；"


class UnreadableSheet(ValueError):
    """The file is no table that can be read; the message says why and what to do, in English and in Chinese."""

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.message_zh = message_zh


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that holds something: its number in the file, from 1 on, and its cells."""

    line: int
    cells: tuple[str, ...]


def column_name(index: int) -> str:
    """What a spreadsheet calls a column: A for 0, AA for 26."""
    above, last = divmod(index, 26)
    return (column_name(above - 1) if above else "") + chr(ord("A") + last)


def read_sheet(content: bytes, limits: SheetLimits = USUAL) -> list[SheetRow]:
    """The rows of the first sheet, empty ones left out. Raises UnreadableSheet."""
    if content.startswith(_XLS):
        raise UnreadableSheet("is an old .xls; save it as .xlsx or as CSV", "为旧版 .xls，请另存为 .xlsx 或 CSV")
    try:
        rows = _rows_of_xlsx(content, limits) if content.startswith(_XLSX) else _rows_of_csv(content)
        found = list(islice((row for row in rows if any(row.cells)), limits.rows + 2))
    except (csv.Error, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadableSheet(f"cannot be read as a table ({error})", "无法按表格读取") from None
    if len(found) > limits.rows + 1:
        message = f"has more than {limits.rows} rows; cut it into several files"
        raise UnreadableSheet(message, f"超过 {limits.rows} 行，请拆分为多个文件")
    return found


def text_cell(text: str) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with. ``read_sheet`` reads it as it was."""
    return f"'{text}" if _FORMULA.match(text) or _QUOTED.match(text) else text


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file that Excel opens with its Chinese whole and takes for no formula."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([text_cell(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _rows_of_xlsx(content: bytes, limits: SheetLimits) -> Iterator[SheetRow]:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - most tables are CSV, and few come

    _refuse_what_swells(content, limits)
    try:
        sheet = load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
    except CalamineError as error:
        raise UnreadableSheet(f"cannot be read as a workbook ({error})", "无法按工作簿读取") from None
    # Rows that hold something may stand anywhere between empty ones, so that none is passed over by its number.
    before = ("",) * (0 if sheet.start is None else sheet.start[1])
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield SheetRow(number, (*before, *map(_text, row)))


def _refuse_what_swells(content: bytes, limits: SheetLimits) -> None:
    """By what is really inside: sizes that a file declares may be false, and one cell far off makes a huge sheet."""
    left = _LARGEST_INSIDE
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for part in packed.infolist():
            with packed.open(part) as inside:
                unpacked = inside.read(left + 1)
            left -= len(unpacked)
            if left < 0 or (part.filename.startswith("xl/worksheets/") and _is_far_off(unpacked, limits)):
                raise UnreadableSheet("is far larger than such a table is", "内容过大，不是正常的表格")


def _is_far_off(sheet: bytes, limits: SheetLimits) -> bool:
    columns, last = {b"A"}, 0
    for cell in _CELL.finditer(sheet):
        columns.add(cell[1])
        last = max(last, int(cell[2]))
    if last > _LAST_ROW * limits.rows or any(len(column) > _LONGEST_COLUMN for column in columns):
        return True
    return last * max(map(_place_of, columns)) > _MOST_CELLS


def _place_of(column: bytes) -> int:
    """The column's number, from 1 on."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, column, 0)


def _rows_of_csv(content: bytes) -> Iterator[SheetRow]:
    text = _decoded(content)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for row in reader:
        yield SheetRow(begins, tuple([_unquoted(cell.strip()) for cell in row]))
        begins = reader.line_num + 1


def _unquoted(cell: str) -> str:
    return cell[1:].strip() if _QUOTED.match(cell) else cell


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableSheet("is neither XLSX nor CSV in UTF-8 or GBK", "既非 XLSX，也非 UTF-8 或 GBK 编码的 CSV")


def _text(cell: object) -> str:
    match cell:
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat()
        case _:
            return str(cell).strip()
