"""Columns that every service's tables have: one word of a closed list, a moment, texts."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Enum, Text
from sqlalchemy.dialects.postgresql import ARRAY


def word_column(words: type[StrEnum], *, nullable: bool = False) -> Any:
    """A column of one word of a closed list; the list itself stands in the table's CHECK."""
    kind = Enum(words, native_enum=False, create_constraint=False, values_callable=_values, length=32)
    return Column(kind, nullable=nullable)


def moment_column(*, nullable: bool = False) -> Any:
    """A column of a moment, with its zone."""
    return Column(DateTime(timezone=True), nullable=nullable)


def texts_column() -> Any:
    """A column of a list of texts. It has no default: making one by factory is dear for every new row."""
    return Column(ARRAY(Text), nullable=False)


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]
