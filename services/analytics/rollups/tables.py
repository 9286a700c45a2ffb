"""The tables of the roll-ups.

Counters of a roll-up are one column each, in the order of ``COUNTERS``; rows whose counters are all 0 do not exist.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Date, Integer, Table, Text
from sqlalchemy.sql.schema import SchemaItem
from sqlmodel import Field

from libs.common.counters import Trait
from libs.common.database.columns import check, index, one_of
from services.analytics.counters.domain import COUNTERS, Basis
from services.analytics.rollups.domain import GRAINS
from services.analytics.tables import Base


class RollupMonth(Base, table=True):
    """The day of the calendar's month on which the months of the coarse roll-ups start, for as long as they stand.

    It is that of the pack under which the first case was counted. Under a pack that cuts months otherwise, figures are
    as right as ever, and more days are read one by one.
    """

    __tablename__ = "rollup_month"
    __table_args__ = (
        check("rollup_month_one_check", "one"),
        check("rollup_month_starts_on_check", "starts_on BETWEEN 1 AND 28"),
    )

    one: bool = Field(primary_key=True)
    starts_on: int


DIMENSIONS = ("basis", "day", "area_code", "unit_code", "category_code", "channel", "kind")

COARSE_DIMENSIONS = ("grain", *DIMENSIONS)


def _integers(name: str, dimensions: Sequence[str], *rules: SchemaItem) -> Table:
    return Table(
        name,
        Base.metadata,
        one_of(name, "basis", Basis),
        *rules,
        *(Column(name, Date if name == "day" else Text, primary_key=True) for name in dimensions),
        *(
            Column(counter.value, BigInteger if Trait.WIDE in counter.traits else Integer, nullable=False)
            for counter in COUNTERS
        ),
    )


_AREA, _CATEGORY = "area_code text_pattern_ops", "category_code text_pattern_ops"
_ALL = "grain = 'month_all'"

rollup = _integers(
    "rollup",
    DIMENSIONS,
    index("rollup_area_idx", "basis", _AREA, _CATEGORY, "kind", "day"),
    index("rollup_category_idx", "basis", _CATEGORY, "channel", "kind", "day"),
    index("rollup_unit_idx", "basis", "unit_code", "day"),
)
"""Integers by basis, assessment day, area, unit, category, channel and kind (汇总)."""

rollup_coarse = _integers(
    "rollup_coarse",
    COARSE_DIMENSIONS,
    one_of("rollup_coarse", "grain", (grain.name for grain in GRAINS)),
    index("rollup_all_area_idx", "basis", _AREA, "day", where=_ALL),
    index("rollup_all_category_idx", "basis", _CATEGORY, "day", where=_ALL),
    index("rollup_all_unit_idx", "basis", "unit_code", "day", where=_ALL),
    index("rollup_town_category_idx", "basis", _AREA, _CATEGORY, "kind", "day", where="grain = 'day_town_categories'"),
)
"""The same, added up by grain (``domain.py``). What a grain does not tell apart is empty."""
