"""Reads the files of a pack into plain values, and remembers on which line each of them stood.

Every value is text at this stage: YAML's own guesses (12:00 as 720, 01 as 1, no as false) never touch a code or a time.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from libs.common.pack.problems import DocPath, PackProblem
from libs.common.plain_yaml import NotPlain, check_plain

_BOM_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_EMPTY = frozenset({"", "~", "null"})
_SCIENTIFIC = re.compile(r"^\d+(\.\d+)?[eE]\+\d+$")
LIST_SEPARATOR = "|"


@dataclass(slots=True)
class ParsedFile:
    """What one file gave: its values, the line of each path, and what was wrong with it."""

    value: Any = None
    lines: dict[DocPath, int] = field(default_factory=dict)
    problems: list[PackProblem] = field(default_factory=list)

    def wrong(self, file: str, line: int, message: str, mend: str) -> None:
        """Note one mistake."""
        self.problems.append(PackProblem(file, line, message, mend))


def read_text(file: Path, name: str) -> tuple[str, list[PackProblem]]:
    """The text of a UTF-8 file, with or without a byte order mark; another encoding is named, not guessed at."""
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return "", [PackProblem(name, 0, "the file is missing", f"add {name} to the folder of the pack")]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"the file is not UTF-8 but {_encoding_of(raw)}"
        mend = "save it again as UTF-8 (in Excel: CSV UTF-8; in Notepad: encoding UTF-8)"
        return "", [PackProblem(name, line, message, mend)]


def _encoding_of(raw: bytes) -> str:
    if raw.startswith(_BOM_UTF16):
        return "UTF-16"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "of an unknown encoding"
    return "probably GB18030 (GBK)"


def read_yaml(file: Path, name: str, *, lists: bool = False) -> ParsedFile:
    """A YAML file as dicts, lists and text. Duplicate keys are problems; empty values are None.

    ``name`` is how problems call it; with ``lists`` it may hold a list instead of settings.
    """
    text, problems = read_text(file, name)
    reading = ParsedFile(problems=problems)
    if problems:
        return reading
    try:
        check_plain(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except NotPlain as error:
        reading.wrong(name, error.line, error.problem, error.mend)
        return reading
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        reading.wrong(name, line, f"this is not YAML: {error.problem}", "check the indent, colons and quotes here")
        return reading
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        reading.wrong(name, line, f"a character that YAML forbids: {error.reason}", "delete it")
        return reading
    if not isinstance(root, (yaml.MappingNode, yaml.SequenceNode) if lists else yaml.MappingNode):
        mend = "write what stands under the section's name" if lists else "begin with 'format: huiyin-pack/1'"
        reading.wrong(name, 1, "the file holds no settings", mend)
        return reading
    reading.value = _plain(root, (), name, reading)
    return reading


def _plain(node: yaml.Node, path: DocPath, file: str, reading: ParsedFile) -> Any:
    reading.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _plain_mapping(node, path, file, reading)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), file, reading) for index, item in enumerate(node.value)]
    text = str(node.value)
    return None if getattr(node, "style", None) is None and text.lower() in _EMPTY else text


def _plain_mapping(node: yaml.MappingNode, path: DocPath, file: str, reading: ParsedFile) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in mapping:
            reading.wrong(file, line, f"the key '{key}' stands here twice", "keep one of the two")
            continue
        reading.lines[(*path, key)] = line
        mapping[key] = _plain(value_node, (*path, key), file, reading)
    return mapping


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table: which must be there, which may be, and which hold lists."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()


def read_csv(file: Path, columns: Columns) -> ParsedFile:
    """A CSV file as a list of rows by column name; path ``(row,)`` has the line. Empty cells are left out."""
    text, problems = read_text(file, file.name)
    reading = ParsedFile(value=[], problems=problems)
    if problems:
        return reading
    rows = _numbered_rows(text)
    header_line, header = next(rows, (1, []))
    reading.problems.extend(_header_problems(file.name, header_line, header, columns))
    if reading.problems:
        return reading
    for line, cells in rows:
        if not any(cells):
            continue
        reading.problems.extend(_row_problems(file.name, line, header, cells))
        reading.lines[(len(reading.value),)] = line
        reading.value.append(_row(header, cells, columns))
    return reading


def _numbered_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on: a quoted cell may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""))
    begins = 1
    for cells in reader:
        yield begins, [cell.strip() for cell in cells]
        begins = reader.line_num + 1


def _header_problems(file: str, line: int, header: list[str], columns: Columns) -> Iterator[PackProblem]:
    allowed = (*columns.required, *columns.optional)
    for name in columns.required:
        if name not in header:
            yield PackProblem(
                file, line, f"the column '{name}' is missing", f"the first row must be: {','.join(allowed)}"
            )
    for name in header:
        if name not in allowed:
            yield PackProblem(file, line, f"there is no column '{name}'", f"use only: {', '.join(allowed)}")
        elif header.count(name) > 1:
            yield PackProblem(file, line, f"the column '{name}' stands here twice", "keep one of the two")


def _row_problems(file: str, line: int, header: list[str], cells: list[str]) -> Iterator[PackProblem]:
    if len(cells) > len(header):
        message = f"the row has {len(cells)} cells, the table {len(header)} columns"
        yield PackProblem(file, line, message, 'put a text that holds a comma in "quotes"')
    for name, cell in zip(header, cells, strict=False):
        if _SCIENTIFIC.match(cell):
            message = f"'{cell}' in '{name}' is a code that a spreadsheet turned into a number"
            yield PackProblem(file, line, message, "format the column as text, then enter the whole code again")


def _row(header: list[str], cells: list[str], columns: Columns) -> dict[str, Any]:
    named = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
    return {name: _items(cell) if name in columns.lists else cell for name, cell in named.items()}


def _items(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(LIST_SEPARATOR) if item.strip()]
