"""The one definition of the coarse roll-ups in SQL: the fine one, added up by each grain."""

from libs.common.counters import Trait
from services.analytics.counters.domain import COUNTERS, integer_of
from services.analytics.rollups.domain import GRAINS, Grain
from services.analytics.rollups.queries.months import READ_MONTH
from services.analytics.rollups.tables import COARSE_DIMENSIONS

_KEYS = ", ".join(COARSE_DIMENSIONS)
_NAMES = [counter.value for counter in COUNTERS]
# Sums of integers are quick; amounts may grow beyond them.
_SUM = {
    counter: f"sum({counter})" if Trait.WIDE in counter.traits else f"sum({counter}::integer)" for counter in COUNTERS
}
_SUMS = ", ".join(f"{total}::{integer_of(counter)} AS {counter}" for counter, total in _SUM.items())


def _known(grain: Grain) -> str:
    known = ", ".join(str(name in grain.dimensions) for name in ("unit_code", "category_code", "channel", "kind"))
    return f"('{grain.name}', {grain.monthly}, {grain.digits}, {known})"


_GRAINS = ", ".join(map(_known, GRAINS))

# Names of columns and of grains only, and the two arguments, which are ours.
_COARSE = f"""
    SELECT {_KEYS}, {_SUMS}
    FROM (
        SELECT grains.grain, fine.basis,
            CASE WHEN monthly
                THEN date_trunc('month', (fine.day - (starts_on - 1))::timestamp)::date + (starts_on - 1)
                ELSE fine.day END AS day,
            CASE WHEN digits < 12 THEN rpad(left(fine.area_code, digits), 12, '0')
                ELSE left(fine.area_code, digits) END AS area_code,
            CASE WHEN by_unit THEN fine.unit_code ELSE '' END AS unit_code,
            CASE WHEN by_category THEN fine.category_code ELSE '' END AS category_code,
            CASE WHEN by_channel THEN fine.channel ELSE '' END AS channel,
            CASE WHEN by_kind THEN fine.kind ELSE '' END AS kind,
            {", ".join(f"fine.{name}" for name in _NAMES)}
        FROM {{fine}} AS fine
        CROSS JOIN (SELECT ({{starts_on}})::integer AS starts_on) AS month
        CROSS JOIN (VALUES {_GRAINS}) AS grains(grain, monthly, digits, by_unit, by_category, by_channel, by_kind)
    ) AS cut
    GROUP BY {_KEYS}
    HAVING {" OR ".join(f"{total} <> 0" for total in _SUM.values())}
"""  # noqa: S608


def coarse_of(fine: str, starts_on: str = READ_MONTH) -> str:
    """The coarse roll-ups of a table shaped as the fine one; ``starts_on`` gives the day on which months start."""
    return _COARSE.format(fine=fine, starts_on=starts_on)
