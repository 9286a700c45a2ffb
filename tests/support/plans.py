"""How PostgreSQL answers a query: which indexes it uses, and how many rows it looks at for those that it shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Select

from libs.common.database.session import Database, Session


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that was carried out."""

    root: dict[str, Any]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """Every node."""
        return list(_nodes(self.root))

    @property
    def indexes(self) -> set[str]:
        """The indexes used."""
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    @property
    def walked(self) -> set[str]:
        """The tables read from end to end."""
        return {node["Relation Name"] for node in self.nodes if node["Node Type"] == "Seq Scan"}

    @property
    def fetched_singly(self) -> set[str]:
        """The tables whose rows are fetched one after the other, as an index names them."""
        return {node["Relation Name"] for node in self.nodes if node["Node Type"] == "Index Scan"}

    @property
    def sorts(self) -> bool:
        """Whether rows had to be sorted."""
        return any("Sort" in node["Node Type"] for node in self.nodes)

    @property
    def rows_read(self) -> int:
        """Rows and index entries looked at, those that were then left out included."""
        return round(sum(_read(node) for node in self.nodes if "Scan" in node["Node Type"]))

    @property
    def pages(self) -> int:
        """Pages of tables and indexes looked at: what it costs to pass over entries that nobody counts as rows."""
        return int(self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"])

    @property
    def rows(self) -> int:
        """Rows given."""
        return int(self.root["Actual Rows"])

    def __str__(self) -> str:
        return "\n".join(_told(node) for node in self.nodes)


async def plan_of(database: Database, statement: Select[Any] | str, *parameters: object) -> Plan:
    """Carry it out and tell how; a statement of SQLAlchemy is planned with its values in place."""
    async with database.reading() as session:
        return await plan_in(session, database, statement, *parameters)


async def plan_in(session: Session, database: Database, statement: Select[Any] | str, *parameters: object) -> Plan:
    """The same, as it is carried out just there."""
    sql = statement
    if not isinstance(sql, str):
        sql = str(sql.compile(dialect=database.engine.dialect, compile_kwargs={"literal_binds": True}))
    rows = await session.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", *parameters)
    document = rows[0][0]
    return Plan((orjson.loads(document) if isinstance(document, str) else document)[0]["Plan"])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", []):
        yield from _nodes(inner)


def _told(node: dict[str, Any]) -> str:
    place = " ".join(
        str(node[name]) for name in ("Index Name", "Relation Name", "Index Cond", "Filter") if name in node
    )
    return (
        f"{node['Node Type']}: {_read(node):.0f} read, {node['Actual Rows']:.0f} x {node['Actual Loops']} given {place}"
    )


def _read(node: dict[str, Any]) -> float:
    left_out: float = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    rows: float = node["Actual Rows"]
    loops: float = node["Actual Loops"]
    return (rows + left_out) * loops
