"""Finding cases with their clocks under their lock: a batch's in two queries, one alone by the same way."""

from collections.abc import Iterable

from libs.common.database.session import Session
from services.followup.cases.tables import Matter
from services.followup.clocks.actions.book import timers_of


async def load_cases(session: Session, case_ids: Iterable[str]) -> None:
    """Lock the matters, then read their pending timers: the lock on a matter guards both."""
    wanted = sorted(set(case_ids))
    if not wanted:
        return
    await session.load(Matter, "case_id", wanted)
    await timers_of(session).load(session, wanted)


async def find_matter(session: Session, case_id: str) -> Matter | None:
    """The case, locked, with its timers at hand."""
    await load_cases(session, [case_id])
    return await session.one(Matter, "case_id", case_id)
