"""Which column means what: a small YAML file per kind of export, some built in and found by their columns."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from huiyin.replay.reader import Export, ExportProblem, Shape
from libs.common.events.terms import Channel, Kind, ResultKind
from libs.common.plain_yaml import NotPlain, check_plain

BUILT_IN = Path(__file__).parent / "mappings"
MANUAL = "docs/replay.md"


def _spelled_out(plain: Any) -> Any:
    """``title`` is short for ``{column: title}``, a list for columns joined by spaces."""
    match plain:
        case str():
            return {"column": plain}
        case list():
            return {"join": plain}
    return plain


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone of the IANA list, such as Asia/Shanghai") from error
    return name


class _Part(BaseModel):
    """Part of a mapping file: a misspelt key is refused, never passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(_Part):
    """Where a value comes from: one column, several joined, the first that is not empty, or always the same word."""

    column: str | None = None
    join: tuple[str, ...] = ()
    first_of: tuple[str, ...] = ()
    constant: str | None = None
    between: str = Field(default=" ", alias="with")
    values: dict[str, str] = {}
    """What the file's words mean; a word that is not listed means ``otherwise``."""
    otherwise: str = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = (self.column is not None, bool(self.join), bool(self.first_of), self.constant is not None)
        if sum(given) != 1:
            raise ValueError("give exactly one of column, join, first_of and constant")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column it may read."""
        return (*((self.column,) if self.column is not None else ()), *self.join, *self.first_of)

    def of(self, fields: AnyMapping[str, str]) -> str:
        """The value in a record, without blanks around it; empty when there is none."""
        if self.constant is not None:
            return self.constant
        parts = [part for part in (fields.get(column, "").strip() for column in self.columns) if part]
        found = self.between.join(dict.fromkeys(parts)) if self.join else next(iter(parts), "")
        return self.values.get(found, self.otherwise) if self.values and found else found


From = Annotated[Source, BeforeValidator(_spelled_out)]


class Mapping(_Part):
    """The columns of one kind of export."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")
    """With the row's number it makes a second run find the cases of the first."""
    recognised_by: tuple[str, ...] = ()
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    time_formats: tuple[str, ...] = ()
    text: From
    opened_at: From
    number: From | None = None
    title: From | None = None
    closed_at: From | None = None
    target_at: From | None = None
    reply: From | None = None
    result_kind: From | None = None
    channel: From | None = None
    kind: From | None = None
    category: From | None = None
    hints: From | None = None
    area: From | None = None
    name_of_requester: From | None = None
    phone_of_requester: From | None = None

    @model_validator(mode="after")
    def _words(self) -> Self:
        for field, words in (("channel", Channel), ("kind", Kind), ("result_kind", ResultKind)):
            source: Source | None = getattr(self, field)
            meant = () if source is None else (*source.values.values(), source.otherwise, source.constant or "")
            unknown = sorted({word for word in meant if word} - {word.value for word in words})
            if unknown:
                allowed = ", ".join(word.value for word in words)
                raise ValueError(f"{field}: {unknown[0]!r} is not one of {allowed}")
        return self


def load_mapping(path: Path) -> Mapping:
    """The mapping in a file. Raises ExportProblem."""
    try:
        text = path.read_text(encoding="utf-8")
        check_plain(text)
        # Every word stays text: YAML would otherwise read a column called "no" as false.
        plain = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes only text
    except OSError as error:
        raise ExportProblem(f"the mapping {path} cannot be read: {error.strerror}") from error
    except NotPlain as error:
        raise ExportProblem(f"the mapping {path}: {error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ExportProblem(f"the mapping {path} is not YAML in UTF-8: {error}") from error
    try:
        return Mapping.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "/".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise ExportProblem(f"the mapping {path.name}: {where} {message} (see {MANUAL})".replace("  ", " ")) from error


def built_in_mappings() -> tuple[Mapping, ...]:
    """The mappings that come with Huiyin."""
    return tuple(load_mapping(path) for path in sorted(BUILT_IN.glob("*.yaml")))


def mapping_for(export: Export, given: Mapping | None) -> Mapping:
    """The mapping given, or the built-in one that recognises most of the file's columns. Raises ExportProblem."""
    if given is not None:
        _check_columns(export, given)
        return given
    fitting = [each for each in built_in_mappings() if set(each.recognised_by) <= set(export.columns)]
    if not fitting:
        columns = ", ".join(export.columns) or "none"
        raise ExportProblem(
            f"{export.path.name} has columns that no built-in mapping knows ({columns}): "
            f"write a mapping as {MANUAL} shows, and give it with --mapping FILE"
        )
    return max(fitting, key=lambda each: len(each.recognised_by))


def _check_columns(export: Export, mapping: Mapping) -> None:
    """A CSV file says all its columns at its head, so a misspelt one is found before anything is done."""
    if export.shape is not Shape.CSV:
        return
    for field in ("opened_at", "text"):
        source: Source = getattr(mapping, field)
        if source.columns and not set(source.columns) & set(export.columns):
            raise ExportProblem(
                f"{field}: {export.path.name} has no column {_listed(source.columns)}; it has {_listed(export.columns)}"
            )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
