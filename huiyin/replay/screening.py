"""Turns records into rows, and refuses, one by one and with the reason, those that cannot be right."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import orjson

from huiyin.replay.mapping import Mapping as Columns
from huiyin.replay.mapping import Source, mapping_for
from huiyin.replay.moments import moment
from huiyin.replay.reader import look_at, read
from huiyin.replay.rows import Broken, ExportRow, FileLine, Reason, Row, RowRefusal
from huiyin.replay.texts import LONGEST_TEXT, LONGEST_TITLE, ExportLimits, cleaned, cut, one_line
from libs.common.events.terms import Channel, Kind, ResultKind
from libs.common.security.personal_numbers import is_personal_number

WordT = TypeVar("WordT", bound=StrEnum)

_plain_number = re.compile(r"[!-~]{1,128}").fullmatch
_TITLE_FROM_TEXT = 40


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that stood there before, word for word."""

    place: FileLine
    number: str


class _Wrong(Exception):
    """The row cannot be right."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Screening:
    """Reads files and remembers every number seen, over all of them. ``now`` is the machine's time."""

    def __init__(self, limits: ExportLimits, now: datetime, given: Columns | None = None) -> None:
        self._limits = limits
        self._now = now
        self._given = given
        self._seen: dict[tuple[str, str], bytes] = {}
        self.encodings: dict[str, str] = {}
        """The encoding of each file, by its name."""

    def rows(self, path: Path) -> Iterator[Row | RowRefusal | Repeat]:
        """Every row of a file. Raises ExportProblem when the file as a whole cannot be read."""
        export = look_at(path)
        columns = mapping_for(export, self._given)
        self.encodings[path.name] = export.encoding
        for each in read(export):
            if isinstance(each, Broken):
                yield RowRefusal(each.place, "", each.reason, each.detail)
            else:
                yield self._judge(each, columns)

    def _judge(self, record: ExportRow, columns: Columns) -> Row | RowRefusal | Repeat:
        content = _digest(record.fields)
        number = _number(columns, record.fields, content, self._now.date())
        try:
            row = _row(record, columns, number, self._limits)
            self._check_times(row)
            before = self._seen.setdefault((columns.name, number), content)
        except _Wrong as wrong:
            return RowRefusal(record.place, number, wrong.reason, wrong.detail)
        if before is content:
            return row
        if before == content:
            return Repeat(record.place, number)
        return RowRefusal(record.place, number, Reason.NUMBER_REUSED, f"{number} stood there before with other content")

    def _check_times(self, row: Row) -> None:
        if row.opened_at > self._now:
            raise _Wrong(Reason.OPENED_IN_FUTURE, f"opened {_shown(row.opened_at)}")
        if row.closed_at is None:
            return
        if row.closed_at < row.opened_at:
            detail = f"opened {_shown(row.opened_at)}, closed {_shown(row.closed_at)}"
            raise _Wrong(Reason.CLOSED_BEFORE_OPENED, detail)
        if row.closed_at > self._now:
            raise _Wrong(Reason.CLOSED_IN_FUTURE, f"closed {_shown(row.closed_at)}")


def _row(record: ExportRow, columns: Columns, number: str, limits: ExportLimits) -> Row:
    fields = record.fields
    title, text = one_line(_value(columns.title, fields)), cleaned(_value(columns.text, fields))
    if not title and not text:
        raise _Wrong(Reason.NO_TEXT, "neither a title nor a text")
    reply = cleaned(_value(columns.reply, fields))
    whole = (title, text, reply)
    short = (
        cut(title or one_line(text)[:_TITLE_FROM_TEXT], min(limits.title, LONGEST_TITLE)),
        cut(text or title, min(limits.text, LONGEST_TEXT)),
        cut(reply, min(limits.result, LONGEST_TEXT)),
    )
    read_moment = _moments(columns)
    return Row(
        place=record.place,
        source=columns.name,
        number=number,
        title=short[0],
        text=short[1],
        reply=short[2],
        opened_at=_opened(columns, fields, read_moment),
        closed_at=_optional(columns.closed_at, fields, read_moment),
        target_at=_optional(columns.target_at, fields, read_moment),
        result_kind=_word(ResultKind, columns.result_kind, fields) or ResultKind.SUBSTANTIVE,
        channel=_word(Channel, columns.channel, fields),
        kind=_word(Kind, columns.kind, fields),
        category_code=_value(columns.category, fields) or None,
        hints=one_line(_value(columns.hints, fields)),
        area=one_line(_value(columns.area, fields)),
        name=cut(one_line(_value(columns.name_of_requester, fields)), LONGEST_TITLE),
        phone=one_line(_value(columns.phone_of_requester, fields)),
        shortened=any(len(after) < len(before) for before, after in zip(whole, short, strict=True)),
    )


def _moments(columns: Columns) -> Callable[[str, str], datetime]:
    zone = ZoneInfo(columns.time_zone)

    def read_moment(field: str, text: str) -> datetime:
        try:
            return moment(text, zone, columns.time_formats)
        except ValueError as error:
            raise _Wrong(Reason.UNREADABLE_DATE, f"{field}: {error}") from error

    return read_moment


def _opened(columns: Columns, fields: Mapping[str, str], read_moment: Callable[[str, str], datetime]) -> datetime:
    text = columns.opened_at.of(fields)
    if not text:
        raise _Wrong(Reason.NO_OPENED_AT, f"no {' or '.join(columns.opened_at.columns)}")
    return read_moment("opened_at", text)


def _optional(
    source: Source | None, fields: Mapping[str, str], read_moment: Callable[[str, str], datetime]
) -> datetime | None:
    text = _value(source, fields)
    return read_moment("/".join(source.columns), text) if source is not None and text else None


def _value(source: Source | None, fields: Mapping[str, str]) -> str:
    return "" if source is None else source.of(fields)


def _word(words: type[WordT], source: Source | None, fields: Mapping[str, str]) -> WordT | None:
    text = _value(source, fields).lower()
    return words(text) if text in {word.value for word in words} else None


def _number(columns: Columns, fields: Mapping[str, str], content: bytes, today: date) -> str:
    """The row's own number, when it is one that can be registered; else one made of its content."""
    given = _value(columns.number, fields)
    if is_personal_number(given, today):
        # It does not say which order it is; and of a phone alone the digest would be no secret.
        given = ""
    if _plain_number(given):
        return given
    made_of = given.encode("utf-8", "surrogatepass") if given else content
    return f"row-{hashlib.sha256(made_of).hexdigest()[:32]}"


def _digest(fields: Mapping[str, str]) -> bytes:
    plain = orjson.dumps(sorted((name, cleaned(value)) for name, value in fields.items()))
    return hashlib.blake2b(plain, digest_size=16).digest()


def _shown(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
