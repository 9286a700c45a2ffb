"""An analytics service of a test: its tables, the demo pack, and a way to hear events without a bus."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from libs.common.bus.flow import ROUTES
from libs.common.database.migrate import migrate
from libs.common.database.session import Database, Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.errors import Unauthenticated
from libs.common.events.base import Cause
from libs.common.events.directory import PackPublished
from libs.common.pack.directory import Directory
from libs.common.pack.loader import document, from_document
from libs.common.pack.schema import Pack
from libs.common.security.principal import Principal, Role
from libs.common.time.clock import SimulatedClock
from libs.common.time.periods import assessment_day
from services.analytics.counters.domain import NOTHING, Cell, Counts
from services.analytics.facts.actions.refold import refold
from services.analytics.facts.domain.counting import DayOf, recount
from services.analytics.facts.domain.fact import Fact
from services.analytics.handlers import REACTIONS
from services.analytics.main import SPEC
from services.analytics.rollups.domain import Cube, monday
from services.analytics.rollups.tables import CASES
from tests.support import service
from tests.support.histories import Told, life, numbered
from tests.support.mixing import interleave, shuffle
from tests.support.service import COUNTY, PACK

__all__ = ["COUNTY", "PACK"]

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
PACK_ZONE = ZoneInfo(PACK.place.time_zone)
_DIRECTORY = Directory(PACK)


class Tokens:
    """A verifier that knows a few people; a token is a role, with an area and a unit after slashes if not the usual,
    and then whose account it is, if anybody's."""

    async def verify(self, token: str) -> Principal:
        """Whose it is."""
        role, area, unit, staff_id = (*token.split("/"), "", "", "")[:4]
        if role not in list(Role):
            raise Unauthenticated("unknown", "未知令牌")
        return Principal(
            f"{role}-1", frozenset({Role(role)}), area or COUNTY, unit or "D-WATER", "token-1", staff_id or None
        )


async def open_analytics(url: str) -> Database:
    """Migrated, with the demo pack as version 1; what is there already stays."""
    await migrate(url, "analytics", SPEC.migrations)
    database = Database(url, "analytics")
    if not await refresh_shelf(database):
        await hear(database, numbered([published()]))
    return database


def published(pack: Pack = PACK, version: int = 1) -> PackPublished:
    """A pack, in force since New Year."""
    return service.published(pack, version, datetime(2026, 1, 1, tzinfo=UTC))


def mixed_lives(cases: int, seed: int) -> list[Told]:
    """The histories of some cases, each as it might come, among one another."""
    rng = random.Random(seed)
    return shuffle([interleave(life(f"case-{n:04}", rng.randrange(2**32)), rng) for n in range(cases)], rng)


async def ask_of(
    database: Database, place: Mapping[str, object] = MappingProxyType({}), **settings: Mapping[str, object]
) -> None:
    """The next version of the demo pack, with other settings of the place, and of these rates and scores."""
    plain = document(PACK) | dict(place)
    for measure in (*plain["formulas"], *plain["scores"]):
        measure.update(settings.get(measure["code"], {}))
    version = database.packs.newest + 1
    told = Told("dispatch", version, published(from_document(plain), version))
    await hear(database, [told])
    await refresh_shelf(database)


def application(database: Database, now: datetime = NOW) -> FastAPI:
    """Its HTTP side, at a moment that stands still."""
    runtime = service.runtime_of(SPEC, database, clock=SimulatedClock(now), verifier=Tokens())
    return service.app_of(SPEC, runtime)


async def hear(database: Database, batch: Sequence[Told]) -> None:
    """Apply a batch in one transaction, as the consumer does: of what is said, that which analytics hears."""
    batch = [told for told in batch if SPEC.service in ROUTES[type(told.event)].heard_by]
    async with database.transaction(NOW) as session:
        await REACTIONS.prepare(session, [told.event for told in batch])
        for source, seq, event in batch:
            session.now = event.occurred_at
            session.cause = Cause(source, "cases", event.key, seq, f"{source}-{seq}")
            await REACTIONS.handlers[type(event)](session, event)


def counted_anew(told: Iterable[Told]) -> tuple[dict[str, Fact], dict[Cell, Counts]]:
    """Facts and the fine roll-up of all this, folded and counted without a database."""
    facts = refold((one.seq, one.event) for one in told)
    return facts, recount(facts.values(), lambda fact: day_of(fact.registration.pack_version), level_of)


def level_of(unit: str) -> str:
    """How high a unit of the demo pack stands; empty when it is none."""
    return _DIRECTORY.level_of(unit) or ""


def day_of(_pack_version: int) -> DayOf:
    """The demo pack's days, worked out beside the service."""

    def rule(moment: datetime) -> date:
        return assessment_day(moment, PACK_ZONE, PACK.assessment.day_starts_at)

    return rule


async def stored_rollup(session: Session) -> dict[Cell, Counts]:
    """The whole fine roll-up as it stands in the database, once the coarse ones were found to be its sums."""
    fine = {Cell._make(key): counts for key, counts in (await stored_cells(session, CASES, "rollup")).items()}
    assert await stored_cells(session, CASES, "rollup_coarse") == coarse_by_hand(fine)
    return fine


async def stored_cells(session: Session, cube: Cube, table: str) -> dict[tuple[Any, ...], Counts]:
    """All rows of a table of a cube."""
    size = len(cube.tables[table])
    names = ", ".join((*cube.tables[table], *cube.names))
    rows = await session.fetch(f"SELECT {names} FROM {table}")  # noqa: S608 - names of columns
    return {tuple(row[:size]): tuple(row[size:]) for row in rows}


def coarse_by_hand(fine: Mapping[Cell, Counts]) -> dict[tuple[object, ...], Counts]:
    """The coarse roll-ups, added up here by the words of their definition."""
    total: dict[tuple[object, ...], Counts] = {}
    for grain in CASES.grains:
        for cell, counts in fine.items():
            day = monday(cell.day) if grain.weekly else cell.day
            area = cell.area_code[: grain.digits].ljust(12, "0")
            others = ("" if name in grain.drops else getattr(cell, name) for name in Cell._fields[3:])
            key = (grain.name, cell.basis, day, area, *others)
            total[key] = tuple(map(sum, zip(total.get(key, NOTHING), counts, strict=True)))
    return {key: counts for key, counts in total.items() if any(counts)}


def in_batches(events: Iterable[Told], size: int) -> list[list[Told]]:
    """Of one size."""
    batch: list[Told] = []
    batches = [batch]
    for event in events:
        if len(batch) == size:
            batch = []
            batches.append(batch)
        batch.append(event)
    return batches
