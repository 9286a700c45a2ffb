"""Finding callbacks with their cases under the cases' lock."""

from collections.abc import Iterable

from libs.common.database.session import Session
from services.followup.callbacks import queries
from services.followup.callbacks.tables import Attempt, Callback
from services.followup.cases.tables import Case
from services.followup.clocks.actions.finding import find_case, load_cases

_PLACES = "followup.places"


async def load_with_callbacks(session: Session, case_ids: Iterable[str]) -> None:
    """Lock the cases, then read their clocks and callbacks: the lock on a case guards all three."""
    wanted = sorted(set(case_ids))
    if wanted:
        await load_cases(session, wanted)
        await session.load(Callback, "case_id", wanted, lock=False)


async def load_by_keys(session: Session, keys: Iterable[str]) -> None:
    """The same for ids of cases, callbacks, supervision orders and objections, with the tries of these callbacks."""
    wanted = set(keys)
    if not wanted:
        return
    places = await _places(session, wanted)
    await load_with_callbacks(session, (places.get(key) or key for key in wanted))
    await session.load(Attempt, "callback_id", (key for key in wanted if places.get(key)), lock=False)


async def find_callback(session: Session, callback_id: str) -> tuple[Case, Callback] | None:
    """A callback and its case, locked."""
    case_id = (await _places(session, [callback_id]))[callback_id]
    case = None if case_id is None else await find_case(session, case_id)
    if case is None:
        return None
    return case, next(row for row in await callbacks_of(session, case) if row.callback_id == callback_id)


async def callbacks_of(session: Session, case: Case) -> list[Callback]:
    """All callbacks of a case."""
    return await session.rows(Callback, "case_id", case.case_id, lock=False)


async def _places(session: Session, keys: Iterable[str]) -> dict[str, str | None]:
    """Which case an id of a callback, an order or an objection belongs to, without any lock: that never changes."""
    places: dict[str, str | None] = session.info.setdefault(_PLACES, {})
    missing = sorted(key for key in keys if key not in places)
    if missing:
        places.update(dict.fromkeys(missing))
        places.update(await queries.case_ids_of(session, missing))
    return places
