"""Loads a pack: a folder of pack.yaml, of sections and of four tables, or the JSON document that travels."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from libs.common.pack.check import check_pack
from libs.common.pack.files import Columns, ParsedFile, read_csv, read_yaml
from libs.common.pack.problems import DocPath, PackError, PackProblem, Sources
from libs.common.pack.schema import Area, Category, Duty, MergedArea, MergedUnit, Model, Pack, PackSettings, Unit
from libs.common.pack.schema_errors import form_findings

SETTINGS_FILE = "pack.yaml"
SECTIONS = "pack"
"""The folder of sections that stand in files of their own: ``pack/callback.yaml`` holds what ``callback`` would."""


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file of a pack: the part of the document it fills, and the model of a row.

    ``merged`` is the model of a row that names a ``successor``: it fills the same part of what was merged.
    """

    part: str
    row: type[Model]
    columns: Columns
    merged: type[Model] | None = None

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.part}.csv"


TABLES = (
    Table(
        "areas",
        Area,
        Columns(("code", "name", "level", "parent"), ("name_en", "kind", "people", "successor")),
        MergedArea,
    ),
    Table(
        "units",
        Unit,
        Columns(("code", "name", "level", "area_code"), ("name_en", "parent", "size_class", "office", "successor")),
        MergedUnit,
    ),
    Table(
        "categories",
        Category,
        Columns(("code", "name", "parent"), ("name_en", "words", "words_en"), frozenset({"words", "words_en"})),
    ),
    Table(
        "duties",
        Duty,
        Columns(
            ("category", "area_level", "lead"),
            ("support", "limit", "taken_back", "basis", "post"),
            frozenset({"support"}),
        ),
    ),
)


def load_pack(folder: Path) -> Pack:
    """The pack in a folder, whole and sound.

    Raises PackError with every problem of form; when the form is right, with every problem of meaning.
    """
    pack, sources = read_pack(folder)
    problems = check_pack(pack, sources)
    if problems:
        raise PackError(problems)
    return pack


def read_pack(folder: Path) -> tuple[Pack, Sources]:
    """The pack in a folder, right in form only, and where each part of it stood. Raises PackError."""
    if not folder.is_dir():
        raise PackError(
            [PackProblem(str(folder), 0, "there is no such folder", "name the folder that holds pack.yaml")]
        )
    parts, places, problems, whole = _read_settings(folder)
    if whole:
        problems += _form_problems(PackSettings, parts, (), Sources(places))
    for table in TABLES:
        reading = read_csv(folder / table.file, table.columns)
        problems += reading.problems
        if not reading.value and not reading.problems:
            message, mend = "the table has no rows", "add at least one row under the header"
            problems.append(PackProblem(table.file, 1, message, mend))
        for rows in _parted(table, reading):
            places |= rows.places(table.file)
            problems += rows.problems(Sources(places))
            _put(parts, rows)
    if problems:
        raise PackError(problems)
    return Pack.model_validate(parts), Sources(places)


def _read_settings(folder: Path) -> tuple[dict[str, Any], dict[DocPath, tuple[str, int]], list[PackProblem], bool]:
    """What pack.yaml and the sections beside it say, where, what is wrong with it, and whether all could be read."""
    settings = read_yaml(folder / SETTINGS_FILE, SETTINGS_FILE)
    parts: dict[str, Any] = dict(settings.value or {})
    places = {path: (SETTINGS_FILE, line) for path, line in settings.lines.items()}
    problems, whole = [*settings.problems], settings.value is not None
    for file in sorted((folder / SECTIONS).glob("*.yaml")):
        name, section = f"{SECTIONS}/{file.name}", file.stem
        reading = read_yaml(file, name, lists=True)
        problems += reading.problems
        if section not in PackSettings.model_fields:
            mend = f"call it after one: {', '.join(PackSettings.model_fields)}"
            problems.append(PackProblem(name, 0, f"there is no section '{section}'", mend))
        elif section in parts:
            twice = f"'{section}' stands in {name}, too"
            problems.append(PackProblem(*places[section,], twice, "keep one of the two"))
        elif reading.value is None:
            whole = False
        else:
            parts[section] = reading.value
            places |= {(section, *path): (name, line) for path, line in reading.lines.items()}
    return parts, places, problems, whole


def document(pack: Pack) -> dict[str, Any]:
    """The pack as plain JSON: what the event ``PackPublished`` carries."""
    return pack.model_dump(mode="json")


def from_document(plain: Mapping[str, Any]) -> Pack:
    """The pack of a document. Raises PackError when its form is wrong; its meaning was checked when it was loaded."""
    try:
        return Pack.model_validate(plain)
    except ValidationError as error:
        raise PackError(Sources().problem(finding) for finding in form_findings(error, ())) from error


def digest(pack: Pack) -> str:
    """SHA-256 (hex) of the canonical JSON. The order of rows in the four tables does not count."""
    plain = document(pack)
    for table in (*(plain[table.part] for table in TABLES), *plain["merged"].values()):
        table.sort(key=_canonical)
    return hashlib.sha256(_canonical(plain).encode()).hexdigest()


def _canonical(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a table that fill one part of the document."""

    path: DocPath
    model: type[Model]
    rows: list[dict[str, Any]]
    lines: list[int]

    def places(self, file: str) -> dict[DocPath, tuple[str, int]]:
        """Where each of them stands."""
        at = {(*self.path, index): (file, line) for index, line in enumerate(self.lines)}
        return {self.path: (file, 1), **at}

    def problems(self, sources: Sources) -> Iterator[PackProblem]:
        """What is wrong with their form."""
        for index, row in enumerate(self.rows):
            yield from _form_problems(self.model, row, (*self.path, index), sources)


def _parted(table: Table, reading: ParsedFile) -> Iterator[_Rows]:
    """What is, and what was merged into something else: of that only its names and its successor count."""
    numbered = [(row, reading.lines[index,]) for index, row in enumerate(reading.value)]
    there = [(row, line) for row, line in numbered if "successor" not in row]
    yield _Rows((table.part,), table.row, [row for row, _ in there], [line for _, line in there])
    if table.merged is not None:
        names = table.merged.model_fields
        gone = [
            ({name: cell for name, cell in row.items() if name in names}, line)
            for row, line in numbered
            if "successor" in row
        ]
        yield _Rows(("merged", table.part), table.merged, [row for row, _ in gone], [line for _, line in gone])


def _put(parts: dict[str, Any], rows: _Rows) -> None:
    inside = parts
    for step in rows.path[:-1]:
        inside = inside.setdefault(str(step), {})
    inside[str(rows.path[-1])] = rows.rows


def _form_problems(model: type[BaseModel], plain: Any, at: DocPath, sources: Sources) -> list[PackProblem]:
    try:
        model.model_validate(plain)
    except ValidationError as error:
        return [sources.problem(finding) for finding in form_findings(error, at)]
    return []
