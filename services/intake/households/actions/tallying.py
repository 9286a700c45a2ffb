"""How many households that count each person looks after (包保计数), by class and area: kept with each step.

What a transaction does is put together and added at its end, in one statement and one order, so that nobody waits in a
circle, and nobody for longer than a commit takes.
"""

from collections import Counter
from datetime import datetime

from libs.common.database.session import Database, Session
from libs.common.logs import get_logger
from services.intake.households.domain import COUNTING, State

log = get_logger(__name__)

Cell = tuple[str, str, str]
"""Whose households, of which class, where."""

_INFO = "intake.contact_tally"
_CELL = "contact_staff_id, household_class, area_code"
_ADD = f"""
    INSERT INTO contact_tally AS known ({_CELL}, households)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS new({_CELL}, households) ORDER BY {_CELL}
    ON CONFLICT ({_CELL}) DO UPDATE SET households = known.households + excluded.households
"""  # noqa: S608 - names of ours
_COUNTED = """
    SELECT coalesce(contact_staff_id, '') AS contact_staff_id, household_class, area_code, count(*)::int AS households
    FROM household WHERE status IN ('registered', 'mute_asked') GROUP BY 1, 2, 3
"""
_AMISS = f"""
    SELECT count(*) AS many
    FROM (SELECT * FROM contact_tally WHERE households <> 0) AS kept FULL JOIN ({_COUNTED}) AS counted USING ({_CELL})
    WHERE kept.households IS DISTINCT FROM counted.households
"""  # noqa: S608 - names of ours
_HOLD = "LOCK TABLE contact_tally IN SHARE ROW EXCLUSIVE MODE"
_EMPTY, _FILL = "DELETE FROM contact_tally", f"INSERT INTO contact_tally ({_CELL}, households) {_COUNTED}"


def count_step(session: Session, before: State, after: State) -> None:
    """A household took a step. Say it after `follow_step`: so numbers of rounds are held before these by everybody."""
    moved = session.info.get(_INFO)
    if not isinstance(moved, Counter):
        moved = session.info[_INFO] = Counter[Cell]()
        session.before_commit(_INFO, _add)
    for state, by in ((before, -1), (after, 1)):
        if state.status in COUNTING:
            moved[state.contact_staff_id or "", state.household_class, state.area_code] += by


async def put_right(database: Database, now: datetime) -> None:
    """Count anew where what is kept is not what there is: a process that knows no tally was at work beside this one."""
    async with database.reading() as session:
        many = (await session.fetch(_AMISS))[0].many
    if not many:
        return
    log.warning("numbers of contact persons were amiss, and are counted anew", count=many)
    async with database.transaction(now) as session:
        # Whoever changed a household and has not added it yet waits here; whoever has added it has committed.
        for statement in (_HOLD, _EMPTY, _FILL):
            await session.fetch(statement)


async def _add(session: Session) -> None:
    moved: Counter[Cell] = session.info[_INFO]
    rows = [(*cell, many) for cell, many in moved.items() if many]
    if rows:
        await session.fetch(_ADD, *map(list, zip(*rows, strict=True)))
