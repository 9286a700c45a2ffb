"""What was published, and what of a period may be."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Boolean, func, insert, literal, literal_column, select, text
from sqlmodel import col

from libs.common.database.session import Session
from services.analytics.facts.tables import FactRow
from services.analytics.publications.tables import PublicationRow


async def last_published(session: Session) -> date | None:
    """The last day of which something was published."""
    return (await session.execute(select(func.max(col(PublicationRow.last_day))))).scalar_one_or_none()


async def first_registered(session: Session) -> date | None:
    """The first day on which a case was registered."""
    return (await session.execute(select(func.min(col(FactRow.registered_day))))).scalar_one_or_none()


async def anything_unknown(session: Session, first: date, last: date) -> bool:
    """Whether nobody knows of some case of these days if it may be listed: it was folded by a release before."""
    days = col(FactRow.registered_day).between(first, last)
    statement = select(literal(1)).where(days, col(FactRow.unlisted).is_(None)).limit(1)
    return (await session.execute(statement)).first() is not None


async def keep_others_from_publishing(session: Session) -> None:
    """Until the transaction ends: so no two publish the same period, or two that overlap."""
    await session.execute(text("LOCK TABLE publication IN SHARE ROW EXCLUSIVE MODE"))


async def registered_by_area(session: Session, area_prefix: str, first: date, last: date) -> dict[str, int]:
    """Cases registered on these days that may stand in a row below the place, by the code of their area."""
    area = col(FactRow.area_code)
    days = col(FactRow.registered_day).between(first, last)
    statement = select(area, func.count()).where(days, area.like(area_prefix + "%"), col(FactRow.unlisted).is_(False))
    rows: Sequence[Any] = (await session.execute(statement.group_by(area))).all()
    return {code: int(count) for code, count in rows}


async def unlisted_registered(session: Session, area_prefix: str, first: date, last: date) -> int:
    """The others of these days."""
    within = col(FactRow.registered_day).between(first, last), col(FactRow.area_code).like(area_prefix + "%")
    statement = select(func.count()).where(*within, literal_column("fact.unlisted IS NOT FALSE", Boolean))
    return int((await session.execute(statement)).scalar_one())


async def write_publication(session: Session, row: PublicationRow) -> None:
    """Once and for ever."""
    await session.execute(insert(PublicationRow).values(row.model_dump()))


async def publications(session: Session, *, before: date, at_most: int) -> Sequence[PublicationRow]:
    """Those of periods that began before a day, the newest first."""
    begun = col(PublicationRow.first_day)
    statement = select(PublicationRow).where(begun < before).order_by(begun.desc()).limit(at_most)
    return (await session.execute(statement)).scalars().all()
