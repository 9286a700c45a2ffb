"""Keyset paging (游标分页): a page ends where the next begins, however much is added meanwhile.

A cursor is opaque to the caller. Its check sum finds garbage and a cursor of another list. It is no secret: a made-up
cursor only names another place in a list that its caller may read anyway.
"""

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, literal, select, tuple_

from libs.common.errors import Invalid, invalid
from libs.common.web.fields import RequestBody

ItemT = TypeVar("ItemT")
RowT = TypeVar("RowT")
StatementT = TypeVar("StatementT", bound=Select[*tuple[Any, ...]])
SortValue = str | int | datetime | date

LONGEST_CURSOR = 512
_SUM_BYTES = 6

PageSize = Annotated[int, Query(ge=1, le=200, description="Most items to answer (每页条数), 1 to 200")]
CursorText = Annotated[
    str | None,
    Query(max_length=LONGEST_CURSOR, description="Where to go on: `next_cursor` of the page before (游标)"),
]
DEFAULT_PAGE_SIZE = 50


class PageQuery(RequestBody):
    """Which page of a list, and nothing else: a misspelt filter is refused, not passed over."""

    cursor: CursorText = None
    limit: PageSize = DEFAULT_PAGE_SIZE


class Page(BaseModel, Generic[ItemT]):
    """One page of a list; ``next_cursor`` is null on the last."""

    model_config = ConfigDict(frozen=True)

    items: list[ItemT]
    next_cursor: Annotated[str | None, Field(description="Send it as `cursor` for the next page; null: no more")] = None


def encode_cursor(name: str, values: Sequence[SortValue]) -> str:
    """The cursor after a row with these sort values, for the list called ``name``."""
    document = orjson.dumps([_packed(value) for value in values])
    return base64.urlsafe_b64encode(_check_sum(name, document) + document).rstrip(b"=").decode()


def decode_cursor(name: str, text: str, types: Sequence[type[SortValue]]) -> tuple[SortValue, ...]:
    """The sort values in a cursor of the list called ``name``; Invalid naming ``cursor`` when it is not one of ours."""
    if len(text) > LONGEST_CURSOR or not text.isascii():
        raise _not_ours()
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        document = raw[_SUM_BYTES:]
        if raw[:_SUM_BYTES] != _check_sum(name, document):
            raise _not_ours()
        values = orjson.loads(document)
        return tuple(_unpacked(value, kind) for value, kind in zip(values, types, strict=True))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _not_ours() from error


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of a list: by ``columns``, all descending or all ascending, the last one unique.

    ``Keyset("intake.cases", (Case.registered_at, Case.case_id), (datetime, str))`` needs an index on the same columns.
    No column may hold NULL; ``name`` should change when the columns do.
    """

    name: str
    columns: tuple[Any, ...]
    types: tuple[type[SortValue], ...]
    descending: bool = True

    def after(self, cursor: str | None) -> list[ColumnElement[bool]]:
        """The conditions for what follows: ``select(Case).where(*keyset.after(cursor))``; none without a cursor."""
        if cursor is None:
            return []
        values = decode_cursor(self.name, cursor, self.types)
        position = tuple_(*(literal(value, column.type) for value, column in zip(values, self.columns, strict=True)))
        columns = tuple_(*self.columns)
        return [columns < position if self.descending else columns > position]

    def order(self) -> list[ColumnElement[Any]]:
        """For ``order_by``."""
        return [column.desc() if self.descending else column.asc() for column in self.columns]

    def cut(self, statement: StatementT, page: PageQuery) -> StatementT:
        """One page of it in this order, and one row more, to know whether there is more."""
        return statement.where(*self.after(page.cursor)).order_by(*self.order()).limit(page.limit + 1)

    def page(
        self, rows: Sequence[RowT], size: int, show: Callable[[RowT], ItemT], *, by_key: bool = False
    ) -> Page[ItemT]:
        """The page from up to ``size + 1`` rows: ask for one more than it holds, to know whether there is more.

        ``by_key``: for callers who are not shown by what the list is sorted, the cursor holds the last row's key alone.
        """
        shown = rows[:size]
        following = self._cursor_after(shown[-1], by_key=by_key) if len(rows) > size else None
        return Page(items=[show(row) for row in shown], next_cursor=following)

    async def whole(
        self, cursor: str | None, find: Callable[[Select[Any]], Awaitable[Any]], *, by_key: bool
    ) -> str | None:
        """The cursor that ``after`` takes; where pages are ``by_key``, of such a one and no other.

        By a moment that is made up somebody could find out when something was. ``find`` gives a SELECT's only row.
        """
        if cursor is None or not by_key:
            return cursor
        [key] = decode_cursor(self._name_by_key, cursor, self.types[-1:])
        row = await find(select(*self.columns).where(self.columns[-1] == key))
        if row is None:
            raise _not_ours()
        return encode_cursor(self.name, list(row))

    @property
    def _name_by_key(self) -> str:
        return f"{self.name} by key"

    def _cursor_after(self, row: object, *, by_key: bool) -> str:
        if by_key:
            return encode_cursor(self._name_by_key, [getattr(row, self.columns[-1].key)])
        return encode_cursor(self.name, [getattr(row, column.key) for column in self.columns])


def _packed(value: SortValue) -> str | int:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _unpacked(value: object, kind: type[SortValue]) -> SortValue:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment
    elif kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    elif isinstance(value, str | int) and type(value) is kind:
        return value
    raise _not_ours()


def _check_sum(name: str, document: bytes) -> bytes:
    return hashlib.sha256(f"huiyin cursor 1 {name}\n".encode() + document).digest()[:_SUM_BYTES]


def _not_ours() -> Invalid:
    return invalid("cursor", "is not a cursor of this list", "不是本列表的游标")
