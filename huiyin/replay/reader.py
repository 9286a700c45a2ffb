"""Reads an export, JSONL or CSV, record by record: only one record is in memory at a time."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

import orjson

from huiyin.replay.csv_records import delimiter_of, header_of, read_csv
from huiyin.replay.encoding import detect
from huiyin.replay.rows import Broken, ExportRow, FileLine, Reason

LOOKED_AT = 200
"""Records of a JSONL file whose fields make up its columns: a field may be left out where it is empty."""

_undecoded = re.compile("[\udc80-\udcff]").search


class ExportProblem(Exception):
    """The file as a whole cannot be replayed; the message says what to do."""


class Shape(StrEnum):
    """How records are written."""

    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Export:
    """A file, and how it is to be read."""

    path: Path
    encoding: str
    shape: Shape
    delimiter: str
    columns: tuple[str, ...]


def look_at(path: Path) -> Export:
    """Find out how a file is written. Raises ExportProblem."""
    if not path.is_file():
        raise ExportProblem(f"{path} is no file")
    encoding = detect(path)
    with _opened(path, encoding) as file:
        first = next((line for line in file if line.strip()), "")
    match first.lstrip()[:1]:
        case "":
            raise ExportProblem(f"{path.name} is empty")
        case "[":
            raise ExportProblem(f"{path.name} is one JSON array; write one object a line (JSONL), or CSV")
        case "{":
            bare = Export(path, encoding, Shape.JSONL, "", ())
            return Export(path, encoding, Shape.JSONL, "", _fields_of(bare))
    delimiter = delimiter_of(first)
    with _opened(path, encoding) as file:
        return Export(path, encoding, Shape.CSV, delimiter, header_of(file, delimiter))


def read(export: Export) -> Iterator[ExportRow | Broken]:
    """Every record, and every line that is none."""
    with _opened(export.path, export.encoding) as file:
        if export.shape is Shape.CSV:
            found = read_csv(file, export.path.name, export.delimiter)
        else:
            found = _read_jsonl(file, export.path.name)
        for each in found:
            yield _decoded(each)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    # Bytes that are not in the encoding become lone surrogates, by which their line is found and refused.
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        yield file


def _fields_of(export: Export) -> tuple[str, ...]:
    columns: dict[str, None] = {}
    for _, each in zip(range(LOOKED_AT), read(export), strict=False):
        if isinstance(each, ExportRow):
            columns |= dict.fromkeys(each.fields)
    return tuple(columns)


def _read_jsonl(file: TextIO, name: str) -> Iterator[ExportRow | Broken]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        place = FileLine(name, number)
        try:
            plain = _loads(line)
        except (ValueError, RecursionError) as error:
            yield Broken(place, Reason.BROKEN_LINE, _short(str(error)))
            continue
        if not isinstance(plain, dict):
            yield Broken(place, Reason.BROKEN_LINE, "not an object with fields")
            continue
        yield ExportRow(place, _texts(plain))


def _loads(line: str) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        if _undecoded(line):
            return {"": line}
        # Python's own reader also takes NaN, which some exports write for nothing.
        return json.loads(line)


def _texts(plain: Mapping[str, Any]) -> dict[str, str]:
    texts = ((str(name), _text(value)) for name, value in plain.items())
    return {name: value for name, value in texts if value.strip()}


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case float() if value != value:  # noqa: PLR0124 - NaN is what is not itself
            return ""
        case list() if all(isinstance(each, str) for each in value):
            return " ".join(value)
        case dict() | list() | bool():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def _decoded(each: ExportRow | Broken) -> ExportRow | Broken:
    if isinstance(each, ExportRow) and any(_undecoded(value) for value in each.fields.values()):
        return Broken(each.place, Reason.BROKEN_TEXT, "bytes that are not in the encoding of the file")
    return each


def _short(message: str, longest: int = 120) -> str:
    return message if len(message) <= longest else f"{message[:longest]}…"
