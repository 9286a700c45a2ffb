"""Tables to print (打印表): the same as a page on A4 and as a workbook, headings in the office's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastapi import Response

from libs.common.web.frame import Frame, Words
from libs.common.workbooks import xlsx_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTES = {"schema": {"type": "string", "format": "binary"}}
A_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"description": "The sheet", "content": {"text/html": {"schema": {"type": "string"}}, _XLSX: _BYTES}}
}
"""The answers of a route that gives one."""
_FRAME = Frame(Path(__file__).parent / "templates" / "sheet", Cache_Control="no-store", X_Robots_Tag="noindex")


class SheetForm(StrEnum):
    """As what a sheet comes (打印格式): a page to print on A4, or a workbook."""

    HTML = "html"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class SheetWords:
    """What a kind of sheet is called, what stands above its table, its columns with their widths in letters, and which
    of them are filled by hand.
    """

    title: Words
    about: Mapping[str, Words]
    columns: Mapping[str, Words]
    widths: Mapping[str, int]
    by_hand: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """What stands on a sheet: above its table by name, and by row the cells by column. Nothing stands by hand yet."""

    about: Mapping[str, str]
    rows: Sequence[Mapping[str, str]]
    in_clear: bool


def sheet_answer(
    found: PrintedSheet, words: SheetWords, note: Words, form: SheetForm, file_name: str, **headers: str
) -> Response:
    """The sheet as it was asked for. ``file_name``: of the workbook, without its ending."""
    if form is not SheetForm.XLSX:
        answer = _FRAME.page("sheet.html", words.title, words=words, note=note, sheet=found)
        answer.headers.update(headers)
        return answer
    named = {"Content-Disposition": f'attachment; filename="{file_name}.xlsx"', "Cache-Control": "no-store"}
    return Response(_workbook(found, words, note[0]), media_type=_XLSX, headers=named | headers)


def _workbook(found: PrintedSheet, words: SheetWords, note: str) -> bytes:
    """Headings first, so that the table is one to go on with; what it is about stands below it."""
    rows = [[names[0] for names in words.columns.values()]]
    rows += [[row.get(name, "") for name in words.columns] for row in found.rows]
    rows += [[], *([names[0], found.about[name]] for name, names in words.about.items()), [note]]
    return xlsx_of(rows, [*words.widths.values()])
