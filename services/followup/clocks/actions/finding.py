"""Finding cases with their clocks under their lock: a batch's in two queries, one alone by the same way."""

from collections.abc import Iterable

from libs.common.database.session import Session
from services.followup.cases.tables import Case
from services.followup.clocks.actions.book import clocks_of


async def load_cases(session: Session, case_ids: Iterable[str]) -> None:
    """Lock the cases, then read their running clocks: the lock on a case guards both."""
    wanted = sorted(set(case_ids))
    if not wanted:
        return
    await session.load(Case, "case_id", wanted)
    await clocks_of(session).load(session, wanted)


async def find_case(session: Session, case_id: str) -> Case | None:
    """The case, locked, with its clocks at hand."""
    await load_cases(session, [case_id])
    return await session.one(Case, "case_id", case_id)
