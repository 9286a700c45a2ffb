"""What every service's tables are stated with: columns, and the constraints and indexes that its migrations made.

A test holds what is stated here against what the migrations make, so a table can be read in one place.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Enum, ForeignKeyConstraint, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY


def word_column(words: type[StrEnum], *, nullable: bool = False) -> Any:
    """A column of one word of a closed list; the list itself stands in the table's CHECK."""
    kind = Enum(words, native_enum=False, create_constraint=False, values_callable=_values, length=32)
    return Column(kind, nullable=nullable)


def moment_column(*, nullable: bool = False) -> Any:
    """A column of a moment, with its zone."""
    return Column(DateTime(timezone=True), nullable=nullable)


def texts_column(*, default: bool = False) -> Any:
    """A column of a list of texts. The model has no default: making one by factory is dear for every new row.

    With ``default`` the database has one: no text.
    """
    return Column(ARRAY(Text), nullable=False, server_default=text("'{}'") if default else None)


def count_column() -> Any:
    """A column of how many there are, 0 unless it is said."""
    return Column(Integer, nullable=False, server_default=text("0"))


def check(name: str, condition: str) -> CheckConstraint:
    """A rule that every row keeps."""
    return CheckConstraint(text(condition), name=name)


def one_of(table: str, column: str, words: Iterable[str]) -> CheckConstraint:
    """The closed list of a column's words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return check(f"{table}_{column}_check", f"{column} IN ({listed})")


def refers(table: str, column: str, to: str, *, at_commit: bool = False) -> ForeignKeyConstraint:
    """The column names a row of another table, by the column of the same name; asked at once, or at the commit."""
    later: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"} if at_commit else {}
    return ForeignKeyConstraint([column], [f"{to}.{column}"], name=f"{table}_{column}_fkey", **later)


def index(
    name: str, *columns: str, where: str = "", unique: bool = False, also: Iterable[str] = (), using: str = ""
) -> Index:
    """An index over columns as SQL writes them (``registered_at DESC``), of the rows ``where``, with ``also`` in it.

    ``using``: of another kind than a B-tree, such as ``gin``.
    """
    options: dict[str, Any] = {"postgresql_where": text(where)} if where else {}
    if using:
        options["postgresql_using"] = using
    if carried := list(also):
        options["postgresql_include"] = carried
    return Index(name, *map(text, columns), unique=unique, **options)


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]
