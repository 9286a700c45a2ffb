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

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes of a file."""
MOST_ROWS = 5_000
_LARGEST_INSIDE = 64 * 1024 * 1024
"""Bytes of an XLSX once it is unpacked; a small file can hold very many."""
_CELL = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_LONGEST_COLUMN, _LAST_ROW = 2, 20_000
"""Some rows below the table may be empty and still be there."""
_XLSX, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV Injection)."""
_QUOTED = re.compile(r"'(?=\s*[=+\-@＝＋－＠])")
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


def read_sheet(content: bytes) -> list[SheetRow]:
    """The rows of the first sheet, empty ones left out. Raises UnreadableSheet."""
    if content.startswith(_XLS):
        raise UnreadableSheet("is an old .xls; save it as .xlsx or as CSV", "为旧版 .xls，请另存为 .xlsx 或 CSV")
    try:
        rows = _rows_of_xlsx(content) if content.startswith(_XLSX) else _rows_of_csv(content)
        found = [row for row in rows if any(row.cells)]
    except (csv.Error, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadableSheet(f"cannot be read as a table ({error})", "无法按表格读取") from None
    if len(found) > MOST_ROWS + 1:
        message = f"has more than {MOST_ROWS} rows; cut it into several files"
        raise UnreadableSheet(message, f"超过 {MOST_ROWS} 行，请拆分为多个文件")
    return found


def text_cell(text: str) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with. ``read_sheet`` reads it as it was."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file that Excel opens with its Chinese whole and takes for no formula."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([text_cell(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _rows_of_xlsx(content: bytes) -> Iterator[SheetRow]:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - most tables are CSV, and few come

    _refuse_what_swells(content)
    try:
        book = load_workbook(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=MOST_ROWS + 2)
    except CalamineError as error:
        raise UnreadableSheet(f"cannot be read as a workbook ({error})", "无法按工作簿读取") from None
    for number, row in enumerate(rows, start=1):
        yield SheetRow(number, tuple(map(_text, row)))


def _refuse_what_swells(content: bytes) -> None:
    """By what is really inside: sizes that a file declares may be false, and one cell far off makes a huge sheet."""
    left = _LARGEST_INSIDE
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for part in packed.infolist():
            with packed.open(part) as inside:
                unpacked = inside.read(left + 1)
            left -= len(unpacked)
            cells = _CELL.finditer(unpacked) if part.filename.startswith("xl/worksheets/") else ()
            if left < 0 or any(len(cell[1]) > _LONGEST_COLUMN or int(cell[2]) > _LAST_ROW for cell in cells):
                raise UnreadableSheet("is far larger than a table of people is", "内容过大，不是正常的表格")


def _rows_of_csv(content: bytes) -> Iterator[SheetRow]:
    text = _decoded(content)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for row in reader:
        yield SheetRow(begins, tuple(_QUOTED.sub("", cell.strip(), count=1).strip() for cell in row))
        begins = reader.line_num + 1


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
