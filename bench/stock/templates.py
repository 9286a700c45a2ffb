"""Drives some hundred real cases through a house of its own: the templates that a stock is multiplied from."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp, log
from pathlib import Path
from random import Random
from typing import Any

from bench.drive.database import connected
from huiyin.house import open_house
from huiyin.replay.commands import settings_apart
from huiyin.replay.driver import Pace
from huiyin.replay.rows import FileLine, Row
from huiyin.replay.staging import Cast, replay_into
from libs.common.events.terms import Channel, Kind
from libs.common.pack.areas import AreaLevel
from libs.common.pack.loader import load_pack
from libs.common.pack.schema import Pack

SOURCE = "stock"
"""The source system of every case of a stock."""
SERVICES = ("intake", "dispatch", "followup", "analytics")
WEEK = timedelta(days=7)

_FINISHED, _LEFT_OPEN, _YOUNG = 520, 40, 160
_BEGUN, _SPAN, _YOUNG_SPAN = 26 * WEEK, 4 * WEEK, timedelta(days=5)
_UNSET = datetime.min.replace(tzinfo=UTC)
_MEDIAN_HOURS, _SPREAD = 30.0, 0.9
_TEXTS = (
    "小区门口的路灯坏了快一个月，晚上老人和孩子走路很不安全，打过社区电话也没有人来修，希望尽快安排维修。",
    "村东头的排水沟堵了，一下雨水就漫到院子里，去年也反映过，只清了一小段，请安排彻底清理并说明以后谁来管。",
    "楼下烧烤店每天营业到凌晨两点，油烟和吵闹声让住户没法休息，多次与店家协商无效，请有关部门上门查处。",
    "拖欠农民工工资三个月，包工头说开发商没有结算，我们十几个人都等着这笔钱过日子，请帮助协调尽快发放。",
)
_CASES = "SELECT case_id, case_no, area_code, channel, status, registered_at FROM intake.cases ORDER BY registered_at"
_TABLES = """
    SELECT c.table_schema AS service, c.table_name AS name,
        array_agg(c.column_name::text ORDER BY c.ordinal_position) FILTER (WHERE c.is_generated = 'NEVER') AS columns,
        array_agg(c.udt_name::text ORDER BY c.ordinal_position) FILTER (WHERE c.is_generated = 'NEVER') AS types,
        ARRAY(SELECT relname::text FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid
            WHERE contype = 'f' AND conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass) AS refers_to
    FROM information_schema.columns AS c
    WHERE c.table_schema = ANY($1::text[]) AND NOT EXISTS (
        SELECT FROM pg_inherits WHERE inhrelid = format('%I.%I', c.table_schema, c.table_name)::regclass
    )
    GROUP BY c.table_schema, c.table_name ORDER BY c.table_schema, c.table_name
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a service, without what PostgreSQL computes itself."""

    service: str
    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    refers_to: tuple[str, ...]
    """Tables of the same service that its foreign keys point at."""

    @property
    def key(self) -> str | None:
        """The column that holds the case id; None when rows are not about a case."""
        return next((name for name in ("case_id", "key") if name in self.columns), None)


@dataclass(slots=True)
class Template:
    """One case that was lived, with all its rows by table."""

    number: int
    case_id: str
    case_no: str
    area_code: str
    channel: str
    closed: bool
    first: datetime
    young: bool
    last: datetime
    rows: dict[tuple[str, str], list[tuple[Any, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lived:
    """What the house of the templates holds at its end."""

    pack: Pack
    tables: Sequence[Table]
    templates: Sequence[Template]
    others: dict[tuple[str, str], list[tuple[Any, ...]]]
    """Rows that are not about a case: the pack, and the event that brought it."""


@dataclass(slots=True)
class _UntilNow(Cast):
    """A cast whose time ends at a given moment, with what is still open left as it is."""

    until: datetime = _UNSET

    @property
    def horizon(self) -> datetime:
        return self.until


async def live(now: datetime, pack_folder: Path, seed: int) -> Lived:
    """Live all templates in simulated time, up to ``now``."""
    pack = load_pack(pack_folder)
    rows = _rows(pack, now, Random(seed))  # noqa: S311 - nothing here is secret
    with tempfile.TemporaryDirectory(prefix="huiyin-stock-") as folder:
        settings = settings_apart(Path(folder))
        cast = _UntilNow(rows=rows, read=len(rows), until=now)
        async with open_house(settings, simulated_start=cast.start, durable=False) as house:
            outcome = await replay_into(house, pack, cast, seed=seed, pace=Pace(), tell=lambda _at, _journal: None)
            if outcome.journal.troubles_in_all or outcome.refused:
                raise ValueError(f"templates went wrong: {outcome.journal.troubles} {outcome.refused[:3]}")
            return await _read(house.url, pack, now - _YOUNG_SPAN)


def _rows(pack: Pack, now: datetime, chance: Random) -> list[Row]:
    """Complaints over all areas below the county, all leaf categories, all channels and kinds."""
    parents = {category.parent for category in pack.categories}
    categories = [category.code for category in pack.categories if category.code not in parents]
    areas = [area.code for area in pack.areas if area.level not in (AreaLevel.COUNTY, AreaLevel.TOWN)]
    rows = []
    for number in range(_FINISHED + _LEFT_OPEN + _YOUNG):
        young = number >= _FINISHED + _LEFT_OPEN
        begins, span = (now - _YOUNG_SPAN, _YOUNG_SPAN) if young else (now - _BEGUN, _SPAN)
        opened = begins + span * chance.random()
        left = _FINISHED <= number < _FINISHED + _LEFT_OPEN
        handled = opened + timedelta(hours=exp(chance.gauss(log(_MEDIAN_HOURS), _SPREAD)))
        text = "".join(chance.sample(_TEXTS, 2))
        rows.append(
            Row(
                place=FileLine(SOURCE, number + 1),
                source=SOURCE,
                number=f"{SOURCE}-{number}",
                title=text[:20],
                text=text,
                opened_at=opened,
                closed_at=None if left or handled >= now else handled,
                category_code=categories[number % len(categories)],
                area=areas[chance.randrange(len(areas))],
                kind=chance.choice(list(Kind)),
                channel=chance.choice(list(Channel)),
                name="张测试",
                phone=f"138{number:08d}",
            )
        )
    return sorted(rows, key=lambda row: row.opened_at)


async def _read(url: str, pack: Pack, young_from: datetime) -> Lived:
    async with connected(url) as connection:
        tables = await tables_of(connection)
        templates = {
            row["case_id"]: _template(number, row, young_from)
            for number, row in enumerate(await connection.fetch(_CASES))
        }
        others: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for table in tables:
            await _sort_out(connection, table, templates, others)
    return Lived(pack, tables, list(templates.values()), others)


async def tables_of(connection: Any) -> list[Table]:
    """The tables of all services, as they stand in a database."""
    return [
        Table(row["service"], row["name"], tuple(row["columns"]), tuple(row["types"]), tuple(row["refers_to"]))
        for row in await connection.fetch(_TABLES, list(SERVICES))
    ]


def _template(number: int, row: Any, young_from: datetime) -> Template:
    first = row["registered_at"]
    return Template(
        number=number,
        case_id=row["case_id"],
        case_no=row["case_no"],
        area_code=row["area_code"],
        channel=row["channel"],
        closed=row["status"] == "closed",
        first=first,
        young=first >= young_from,
        last=first,
    )


async def _sort_out(
    connection: Any, table: Table, templates: dict[str, Template], others: dict[tuple[str, str], list[tuple[Any, ...]]]
) -> None:
    place = (table.service, table.name)
    columns = ", ".join(table.columns)
    moment = table.columns.index("occurred_at") if table.name == "ledger" else None
    order = "ORDER BY seq" if table.name == "ledger" else "ORDER BY id" if "id" in table.columns else ""
    for record in await connection.fetch(f"SELECT {columns} FROM {table.service}.{table.name} {order}"):  # noqa: S608
        row = tuple(record)
        template = templates.get(record[table.key]) if table.key else None
        if template is None:
            others.setdefault(place, []).append(row)
            continue
        template.rows.setdefault(place, []).append(row)
        if moment is not None:
            template.last = max(template.last, row[moment])
