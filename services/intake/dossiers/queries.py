"""Every SELECT of dossiers: entries in lists, their steps, and what is known of an area anyway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.events.visit_terms import DossierPart
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.dossiers.tables import DossierChange, DossierEntry

BY_AREA = Keyset(
    "intake.dossier_entries", (col(DossierEntry.area_code), col(DossierEntry.entry_id)), (str, str), descending=False
)
LONGEST_DUE = Keyset(
    "intake.dossier_overdue", (col(DossierEntry.due_on), col(DossierEntry.entry_id)), (date, str), descending=False
)
BY_STEP = Keyset("intake.dossier_changes", (col(DossierChange.version),), (int,), descending=False)
_LIVING = "status IN ('registered', 'mute_asked')"
_HOUSEHOLDS = f"""
    SELECT household_class, count(*)::int AS many FROM household WHERE {_LIVING} AND area_code LIKE $1 || '%' GROUP BY 1
"""  # noqa: S608 - names of ours
_KINDS = f"""
    SELECT kind, count(*)::int AS many FROM household CROSS JOIN LATERAL unnest(kinds) AS kind
    WHERE {_LIVING} AND area_code LIKE $1 || '%' GROUP BY 1 ORDER BY 1
"""  # noqa: S608
_CONTACTS = f"""
    SELECT coalesce(contact_staff_id, '') AS staff_id, count(*)::int AS many FROM household
    WHERE {_LIVING} AND area_code LIKE $1 || '%' GROUP BY 1 ORDER BY 2 DESC, 1
"""  # noqa: S608
_CASES = """
    SELECT count(*) FILTER (WHERE closing IS NULL AND status <> 'withdrawn')::int AS open,
        count(*) FILTER (WHERE closing IS NOT NULL OR status = 'withdrawn')::int AS ended
    FROM cases WHERE area_code LIKE $1 || '%' AND registered_at >= $2
        AND NOT confidential AND accused_unit IS NULL AND also_accused = '{}'
"""
_OF_VISITS = "visit.area_code LIKE $1 || '%' AND visit.day >= $2 AND visit.status <> 'void'"
_VISITS = f"SELECT outcome, count(*)::int AS many FROM visit WHERE {_OF_VISITS} GROUP BY 1"  # noqa: S608
_TOPICS = f"""
    SELECT topic, count(*)::int AS many FROM visit CROSS JOIN LATERAL unnest(topics) AS topic
    WHERE {_OF_VISITS} GROUP BY 1 ORDER BY 1
"""  # noqa: S608
_FINDINGS = f"""
    SELECT finding, count(*)::int AS many FROM visit CROSS JOIN LATERAL jsonb_object_keys(findings) AS finding
    WHERE {_OF_VISITS} GROUP BY 1 ORDER BY 1
"""  # noqa: S608
_CATEGORIES = f"""
    SELECT category_code, count(*)::int AS many FROM visit JOIN visit_matter USING (visit_id)
    WHERE {_OF_VISITS} AND category_code IS NOT NULL GROUP BY 1 ORDER BY 1
"""  # noqa: S608
_ENTRIES = """
    SELECT part, kind, count(*)::int AS many, count(*) FILTER (WHERE due_on < $2)::int AS overdue
    FROM dossier_entry WHERE NOT removed AND area_code LIKE $1 || '%' GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class KnownAnyway:
    """What is known of an area, as rows of a word and how many."""

    classes: Sequence[Any]
    kinds: Sequence[Any]
    contacts: Sequence[Any]
    cases: Any
    visits: Sequence[Any]
    topics: Sequence[Any]
    findings: Sequence[Any]
    categories: Sequence[Any]
    entries: Sequence[Any]


async def known_anyway(session: Session, prefix: str, since: date, since_moment: object, today: date) -> KnownAnyway:
    """All of it at one moment, of a span of days as far as it has days."""
    async with session.snapshot():
        return KnownAnyway(
            await session.fetch(_HOUSEHOLDS, prefix),
            await session.fetch(_KINDS, prefix),
            await session.fetch(_CONTACTS, prefix),
            (await session.fetch(_CASES, prefix, since_moment))[0],
            await session.fetch(_VISITS, prefix, since),
            await session.fetch(_TOPICS, prefix, since),
            await session.fetch(_FINDINGS, prefix, since),
            await session.fetch(_CATEGORIES, prefix, since),
            await session.fetch(_ENTRIES, prefix, today),
        )


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What the list of entries is narrowed to."""

    area_code: str | None = None
    part: DossierPart | None = None
    kind: str | None = None


def list_statement(scope: Scope, query: EntryFilter, page: PageQuery) -> Select[DossierEntry]:
    """One page by area, and one row more; what was taken out stands in none."""
    conditions = _reached(scope, query.area_code)
    if query.part is not None:
        conditions.append(col(DossierEntry.part) == query.part)
    if query.kind is not None:
        conditions.append(col(DossierEntry.kind) == query.kind)
    return BY_AREA.cut(select(DossierEntry).where(*conditions), page)


def overdue_statement(scope: Scope, area_code: str | None, today: date, page: PageQuery) -> Select[DossierEntry]:
    """One page of those whose day is over, the longest first, and one row more."""
    overdue = col(DossierEntry.due_on) < today
    return LONGEST_DUE.cut(select(DossierEntry).where(overdue, *_reached(scope, area_code)), page)


async def entries_of(session: Session, statement: Select[DossierEntry]) -> Sequence[DossierEntry]:
    """Up to one row more than a page."""
    return (await session.execute(statement)).scalars().all()


async def list_changes(session: Session, entry_id: str, page: PageQuery) -> Sequence[DossierChange]:
    """Up to one row more than a page of its steps, in their order."""
    statement = select(DossierChange).where(col(DossierChange.entry_id) == entry_id)
    return (await session.execute(BY_STEP.cut(statement, page))).scalars().all()


def _reached(scope: Scope, area_code: str | None) -> list[ColumnElement[bool]]:
    area = col(DossierEntry.area_code)
    return [~col(DossierEntry.removed), *in_area(area, area_code), scope.predicate(area, accused_columns=None)]
