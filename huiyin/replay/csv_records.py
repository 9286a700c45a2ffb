"""Records of a CSV file, over quoted line breaks; a quote that is never closed costs its own line and no other."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from huiyin.replay.rows import Broken, ExportRow, FileLine, Reason

LONGEST_RECORD = 64 * 1024 * 1024
"""Characters; beyond it a record is taken for a quote that was never closed."""
MOST_LINES = 100_000
"""Lines of one record, for the same purpose."""

DELIMITERS = (",", ";", "\t", "|")


class _Endless(Exception):
    """The record does not end."""


class _Lines(Iterator[str]):
    """Physical lines, numbered from 1, that can be given back to be read in another way."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._given_back: deque[str] = deque()
        self.number = 0
        self.first = 1
        self.taken: list[str] = []
        self._length = 0

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._file)
        self.number += 1
        self.taken.append(line)
        self._length += len(line)
        if self._length > LONGEST_RECORD or len(self.taken) > MOST_LINES:
            raise _Endless
        return line

    def begin(self) -> None:
        """A new record starts with the next line."""
        self.first = self.number + 1
        self.taken = []
        self._length = 0

    def give_back(self) -> None:
        """Read everything after the record's first line again."""
        self._given_back.extendleft(reversed(self.taken[1:]))
        self.number = self.first


def delimiter_of(header: str) -> str:
    """The separator that stands most often in the header line."""
    return max(DELIMITERS, key=header.count)


def header_of(file: TextIO, delimiter: str) -> tuple[str, ...]:
    """The names in the first line that is not blank."""
    return _header(csv.reader(file, delimiter=delimiter))


def read_csv(file: TextIO, name: str, delimiter: str) -> Iterator[ExportRow | Broken]:
    """Every record after the header, and every line that is none. Blank lines are passed over."""
    csv.field_size_limit(LONGEST_RECORD)
    lines = _Lines(file)
    header = _header(csv.reader(lines, delimiter=delimiter))
    while True:
        lines.begin()
        try:
            values = next(csv.reader(lines, delimiter=delimiter, strict=True))
        except StopIteration:
            return
        except (csv.Error, _Endless) as error:
            values = _loosely(lines.taken[0], delimiter, len(header))
            lines.give_back()
            if not values:
                yield Broken(FileLine(name, lines.first), Reason.BROKEN_LINE, _plain(error))
                continue
        if any(values):
            yield _record(lines, FileLine(name, lines.first), header, values)


def _header(rows: Iterable[list[str]]) -> tuple[str, ...]:
    return tuple(name.strip() for name in next((row for row in rows if any(row)), []))


def _record(lines: _Lines, place: FileLine, header: Sequence[str], values: Sequence[str]) -> ExportRow | Broken:
    several_lines = lines.number > lines.first
    surplus = any(value.strip() for value in values[len(header) :])
    if surplus or (several_lines and len(values) != len(header)):
        lines.give_back()
        return Broken(place, Reason.BROKEN_LINE, f"{len(values)} fields under {len(header)} columns")
    return ExportRow(place, {column: value for column, value in zip(header, values, strict=False) if value.strip()})


def _loosely(line: str, delimiter: str, columns: int) -> list[str]:
    """The fields of one line with stray quotes, when all are closed in it and they are as many as the columns."""
    rows = list(csv.reader([line, "the next line"], delimiter=delimiter))
    return rows[0] if len(rows) > 1 and len(rows[0]) == columns else []


def _plain(error: Exception) -> str:
    return "a quote is opened and not closed" if isinstance(error, _Endless) else str(error)
