"""Every SELECT of the lists of a case."""

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.lists.tables import ListEdition

LISTS_KEYSET = Keyset("dispatch.lists", (ListEdition.version,), (int,), descending=False)


async def editions_of(session: Session, case_id: str) -> dict[str, int]:
    """How often each list of the case was filled."""
    rows = await session.rows(ListEdition, "case_id", case_id, lock=False)
    editions: dict[str, int] = {}
    for row in rows:
        editions[row.list_code] = max(row.edition, editions.get(row.list_code, 0))
    return editions


async def list_editions(session: Session, case_id: str, page: PageQuery) -> list[ListEdition]:
    """Every edition of each, oldest first; one more than fit the page."""
    statement = select(ListEdition).where(col(ListEdition.case_id) == case_id)
    return list((await session.execute(LISTS_KEYSET.cut(statement, page))).scalars())
