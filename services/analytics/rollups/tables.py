"""The cubes of analytics, and their tables."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, text
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from libs.common.counters import Counter, CoverageCounter, Entry, Span, ThingCounter, VisitCounter
from libs.common.database.columns import index, one_of
from libs.common.pack.areas import TOWN_DIGITS, VILLAGE_DIGITS
from libs.common.visits.counting import View
from services.analytics.counters.domain import LEFT_OUT, Basis, CoverageCut, Thing, VisitCut
from services.analytics.rollups.domain import Cube, Grain
from services.analytics.tables import Base

_TYPES: Mapping[str, type[TypeEngine[Any]]] = {"text": Text, "date": Date, "integer": Integer, "bigint": BigInteger}


def stated(
    cube: Cube, words: Mapping[str, Iterable[str]], *indexes: SchemaItem, metadata: MetaData = Base.metadata
) -> dict[str, Table]:
    """The tables of a cube, by name: with the closed lists of words of some columns, and indexes of the fine one.

    Measures have a default, so that a release that does not know one of them can add rows.
    """
    lists = {**words, "grain": [grain.name for grain in cube.grains]}
    return {
        name: Table(
            name,
            metadata,
            *(Column(key, _TYPES[kind], primary_key=True) for key, kind in keys.items()),
            *(
                Column(measure, _TYPES[cube.columns[measure]], nullable=False, server_default=text("0"))
                for measure in cube.names
            ),
            *(one_of(name, column, lists[column]) for column in keys if column in lists),
            *(indexes if name == cube.name else ()),
            # Room for updates beside each row: most add to one that is there.
            postgresql_with={"fillfactor": 60},
        )
        for name, keys in cube.tables.items()
    }


_CHANNELS = frozenset({"channel", "kind"})
CASES = Cube(
    "rollup",
    {
        "basis": "text",
        "day": "date",
        "area_code": "text",
        "unit_code": "text",
        "category_code": "text",
        "channel": "text",
        "kind": "text",
    },
    tuple(Counter),
    (
        Grain("day_towns", weekly=False, digits=TOWN_DIGITS, drops=_CHANNELS | {"unit_code", "category_code"}),
        Grain("week_units", weekly=True, digits=VILLAGE_DIGITS, drops=_CHANNELS | {"category_code"}),
        Grain("week_channels", weekly=True, digits=TOWN_DIGITS, drops=frozenset({"unit_code", "category_code"})),
        Grain("week_categories", weekly=True, digits=TOWN_DIGITS, drops=_CHANNELS),
    ),
)
"""Cases, by basis and assessment day (汇总); those that are not counted stand beside each basis once more.

Each grain is there for a question that was too slow without it (0035)."""

HOURS = Cube(
    "hours",
    {
        "span": "text",
        "day": "date",
        "area_code": "text",
        "unit_code": "text",
        "category_code": "text",
        "channel": "text",
        "kind": "text",
        "bucket": "integer",
    },
    tuple(Entry),
    (Grain("week_units", weekly=True, digits=VILLAGE_DIGITS, drops=_CHANNELS | {"category_code"}),),
)
"""Times that cases took, by the day on which each ended (用时分布)."""

COVERAGE = Cube(
    "coverage",
    {"round_id": "text", "view": "text", "cut": "text", "member": "text", "area_code": "text"},
    tuple(CoverageCounter),
)
"""Households in rounds (走访覆盖), then and now, cut by class, contact person, purpose and team."""

_VISITS_BY = {"round_id": "text", "cut": "text", "member": "text", "day": "date", "area_code": "text"}
VISITS = Cube("visits_made", _VISITS_BY, tuple(VisitCounter))
"""Visits (走访), each once, once for each person who made it, and once for each team; under no round, and under each in
which it counts."""

THINGS = Cube("visit_things", {**_VISITS_BY, "thing": "text", "code": "text", "unit": "text"}, tuple(ThingCounter))
"""What visits brought (走访成果): materials, topics, findings, quantities."""

CASE_CUBES, VISIT_CUBES = (CASES, HOURS), (COVERAGE, VISITS, THINGS)
CUBES = (*CASE_CUBES, *VISIT_CUBES)

_AREA, _CATEGORY = "area_code text_pattern_ops", "category_code text_pattern_ops"
TABLES: Mapping[str, Table] = {
    **stated(
        CASES,
        {"basis": (*Basis, *LEFT_OUT.values())},
        index("rollup_area_idx", "basis", _AREA, _CATEGORY, "kind", "day"),
        index("rollup_category_idx", "basis", _CATEGORY, "channel", "kind", "day"),
        index("rollup_unit_idx", "basis", "unit_code", "day"),
    ),
    **stated(HOURS, {"span": Span}),
    **stated(COVERAGE, {"view": View, "cut": CoverageCut}),
    **stated(
        VISITS,
        {"cut": VisitCut},
        index("visits_made_area_idx", "round_id", "cut", _AREA, "day"),
        index("visits_made_day_idx", "round_id", "cut", "day"),
    ),
    **stated(
        THINGS,
        {"cut": VisitCut, "thing": Thing},
        index("visit_things_area_idx", "round_id", "cut", "thing", _AREA, "day"),
    ),
}
"""By name."""
