"""The table of publications: one row a period, written once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, one_of
from libs.common.time.periods import PeriodKind
from services.analytics.tables import Base


class PublicationRow(Base, table=True):
    """What was published of a period (公布). Never changed: what is learned later is in none."""

    __tablename__ = "publication"
    __table_args__ = (
        one_of("publication", "kind", PeriodKind),
        check("publication_check", "last_day >= first_day"),
    )

    first_day: date = Field(primary_key=True)
    last_day: date
    kind: str
    label: str
    pack_version: int
    published_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    doc: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """What may be read of it (``PublishedDocument``): what is kept back does not stand here either."""
