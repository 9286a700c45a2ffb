"""Tables that come in (导入) and go out (导出): how a route takes one, which column is what, and what is wrong where.

No sentence repeats a cell: in the wrong column it may be somebody's name or number. ``sheets`` reads the file itself.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Response
from pydantic import Field, TypeAdapter, ValidationError

from libs.common.errors import FieldError, Invalid, invalid
from libs.common.sheets import SheetLimits, SheetRow, UnreadableSheet, column_name, read_sheet
from libs.common.web.fields import AnswerBody, RequestBody
from libs.common.web.files import TakesFile

RowT = TypeVar("RowT")

MOST_NAMED = 500
"""Bad cells that an answer names; all are counted."""
A_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}
"""For ``responses`` of a route that gives one."""
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]00:00(?::00)?)?")
_BETWEEN = re.compile(r"[、,，;；/|\s]+")
_BETWEEN_NAMES = re.compile(r"[、,，;；\n]+")


class ImportQuery(RequestBody):
    """How to take a table."""

    preview: Annotated[bool, Field(description="Only tell what it would come to; nothing changes (预览)")] = False
    only_good: Annotated[
        bool, Field(description="Take the rows that are good and leave the others; else all or none (仅导入无误行)")
    ] = False


class BadCell(AnswerBody):
    """What is wrong in one line of the file, in which column, and what to do about it."""

    line: Annotated[int, Field(description="The line in the file, from 1 on; of a cell with line breaks the first")]
    column: Annotated[str, Field(description="Its heading; of a heading that is none, the letter of the column")]
    message: str
    message_zh: str
    mend: str
    mend_zh: str


class ImportOut(AnswerBody):
    """What an import came to, or would. Rows that say what is so already change nothing."""

    rows: Annotated[int, Field(description="Rows below the headings")]
    entered: Annotated[int, Field(description="What is new by them")]
    changed: Annotated[int, Field(description="What was there, and is otherwise by them")]
    bad_rows: int
    bad: Annotated[list[BadCell], Field(description="The first five hundred")]
    taken: bool


class WrongCells(ValueError):
    """A row that cannot be read, with every field of it that is at fault."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(", ".join(error.field for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of a table. What each may be called, the first is what an export writes; how each is mended; and of
    which groups of columns at least one must be there.
    """

    headings: Mapping[str, tuple[str, ...]]
    mends: Mapping[str, tuple[str, str]]
    needed: tuple[tuple[str, ...], ...]

    def read(
        self, rows: Sequence[SheetRow], read_row: Callable[[int, Mapping[str, str]], RowT]
    ) -> tuple[list[RowT], list[BadCell]]:
        """The rows that can be read, and what is wrong with the others; a heading that is wrong leaves none.

        ``read_row`` is given the line and the cells that hold something, and raises WrongCells.
        """
        if not rows:
            return [], [self._bad_heading(1, "", "there are no rows", "文件为空")]
        columns, bad = self._columns(rows[0])
        found: list[RowT] = []
        for row in () if bad else rows[1:]:
            try:
                found.append(read_row(row.line, self._cells(row, columns)))
            except WrongCells as wrong:
                bad += [self.bad_cell(row.line, error) for error in wrong.errors]
        return found, bad

    def bad_cell(self, line: int, error: FieldError) -> BadCell:
        """What is wrong in a line, with what to do about it."""
        mend, mend_zh = self.mends.get(error.field, ("", ""))
        return BadCell(
            line=line,
            column=self.headings.get(error.field, (error.field,))[0],
            message=error.message,
            message_zh=error.message_zh,
            mend=mend,
            mend_zh=mend_zh,
        )

    def _columns(self, row: SheetRow) -> tuple[list[str | None], list[BadCell]]:
        fields = {name.casefold(): field for field, names in self.headings.items() for name in names}
        columns = [fields.get(re.sub(r"\s|[*＊]", "", cell).casefold()) if cell else None for cell in row.cells]
        bad = [
            self._bad_heading(row.line, column_name(place), "is no heading of this table", "列名不是本表的列")
            for place, (cell, field) in enumerate(zip(row.cells, columns, strict=True))
            if cell and field is None
        ]
        bad += [
            self._bad_heading(row.line, names[0], "stands there twice", "重复出现")
            for field, names in self.headings.items()
            if columns.count(field) > 1
        ]
        for group in self.needed:
            if not any(field in columns for field in group):
                names = " / ".join(self.headings[field][0] for field in group)
                bad.append(self._bad_heading(row.line, names, "is missing", "缺少此列"))
        return columns, bad

    def _cells(self, row: SheetRow, columns: Sequence[str | None]) -> dict[str, str]:
        extra = [cell for cell in row.cells[len(columns) :] if cell]
        extra += [cell for cell, field in zip(row.cells, columns, strict=False) if cell and field is None]
        if extra:
            message = "the row has cells that stand under no heading"
            raise WrongCells(FieldError(next(iter(self.headings)), message, "该行有内容没有对应列名"))
        return {field: cell for cell, field in zip(row.cells, columns, strict=False) if field is not None and cell}

    def _bad_heading(self, line: int, column: str, message: str, message_zh: str) -> BadCell:
        known = ", ".join(names[0] for names in self.headings.values())
        return BadCell(
            line=line,
            column=column,
            message=message,
            message_zh=message_zh,
            mend=f"the columns are: {known}",
            mend_zh=f"可用列名：{known}",
        )


def takes_table(limits: SheetLimits) -> Any:
    """``table: Annotated[bytes, takes_table(limits)]``: the route's body is such a file."""
    return Depends(TakesFile(limits.file, "An XLSX, or a CSV in UTF-8 or GBK; the first row holds the headings"))


async def rows_of(table: bytes, limits: SheetLimits) -> Sequence[SheetRow]:
    """The rows of a file that came as a body. Invalid when it is no such table."""
    try:
        return await asyncio.to_thread(read_sheet, table, limits)
    except UnreadableSheet as error:
        raise invalid("body", str(error), error.message_zh) from None


def table_answer(content: bytes, name: str) -> Response:
    """A CSV to be saved under a name."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def nothing_taken(bad: Sequence[BadCell]) -> Invalid:
    """The refusal of a table, naming each bad line."""
    return Invalid(
        f"{len(bad)} cells are not right; nothing was taken",
        f"有 {len(bad)} 处错误，未导入任何内容",
        fields=[_named(cell) for cell in bad[:MOST_NAMED]],
    )


def _named(cell: BadCell) -> FieldError:
    where = f"{cell.line}/{cell.column}"
    return FieldError(where, f"{cell.message}. Mend: {cell.mend}", f"{cell.message_zh}。改正：{cell.mend_zh}")


def import_out(
    rows: Sequence[SheetRow], entered: int, changed: int, bad: Sequence[BadCell], *, taken: bool
) -> ImportOut:
    """What the rows of a file, headings included, came to."""
    return ImportOut(
        rows=max(0, len(rows) - 1),
        entered=entered,
        changed=changed,
        bad_rows=len({cell.line for cell in bad}),
        bad=list(bad[:MOST_NAMED]),
        taken=taken,
    )


def wrong(field: str, message: str, message_zh: str) -> WrongCells:
    """One cell of a row is at fault."""
    return WrongCells(FieldError(field, message, message_zh))


def parts_of(cell: str) -> tuple[str, ...]:
    """What stands between 、 or another such sign."""
    return tuple(filter(None, _BETWEEN.split(cell)))


def names_of(cell: str) -> tuple[str, ...]:
    """The same of names, which may hold spaces."""
    return tuple(filter(None, map(str.strip, _BETWEEN_NAMES.split(cell))))


def code_of(cell: str, known: Iterable[tuple[str, str]], field: str) -> str:
    """The code of what a cell names by code or name, of pairs of these. WrongCells when it is none, or several."""
    found = [code for code, name in known if cell in (code, name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise wrong(field, "is the name of several: write the code", "有多个同名，请填代码")
    raise wrong(field, "is not in the pack", "配置包中没有此项")


def checked(kind: TypeAdapter[Any], field: str, cell: str) -> Any:
    """The cell, as fields of this type take it. WrongCells, saying what they would say."""
    try:
        return kind.validate_python(cell)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]
        message = "is missing" if not cell else str(detail["msg"])
        chinese = "缺少" if not cell else str(detail.get("ctx", {}).get("zh", "格式不正确"))
        raise wrong(field, message, chinese) from None


def day_of(cell: str, field: str) -> date:
    """The day that a cell names, as offices write it. WrongCells when it is none."""
    read = _DAY.fullmatch(cell)
    try:
        if read is not None:
            return date(*map(int, read.groups()))
    except ValueError:
        pass
    raise wrong(field, "is no day", "不是日期")
