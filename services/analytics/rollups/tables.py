"""The tables of the roll-ups.

Counters of a roll-up are one column each, in the order of ``COUNTERS``; rows whose counters are all 0 do not exist.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Date, Integer, Table, Text
from sqlmodel import Field

from libs.common.counters import Trait
from services.analytics.counters.domain import COUNTERS
from services.analytics.tables import Base


class RollupMonth(Base, table=True):
    """The day of the calendar's month on which the months of the coarse roll-ups start, for as long as they stand.

    It is that of the pack under which the first case was counted. Under a pack that cuts months otherwise, figures are
    as right as ever, and more days are read one by one.
    """

    __tablename__ = "rollup_month"

    one: bool = Field(primary_key=True)
    starts_on: int


DIMENSIONS = ("basis", "day", "area_code", "unit_code", "category_code", "channel", "kind")

COARSE_DIMENSIONS = ("grain", *DIMENSIONS)


def _integers(name: str, dimensions: Sequence[str]) -> Table:
    return Table(
        name,
        Base.metadata,
        *(Column(name, Date if name == "day" else Text, primary_key=True) for name in dimensions),
        *(
            Column(counter.value, BigInteger if Trait.WIDE in counter.traits else Integer, nullable=False)
            for counter in COUNTERS
        ),
    )


rollup = _integers("rollup", DIMENSIONS)
"""Integers by basis, assessment day, area, unit, category, channel and kind (汇总)."""

rollup_coarse = _integers("rollup_coarse", COARSE_DIMENSIONS)
"""The same, added up by grain (``domain.py``). What a grain does not tell apart is empty."""
