"""The day of the calendar's month on which the months of the coarse roll-ups start."""

from libs.common.database.session import Session

_MEMORY = "analytics.month_starts_on"
READ_MONTH = "SELECT starts_on FROM rollup_month"


async def month_starts_on(session: Session) -> int | None:
    """That day (see ``RollupMonth``); None before the first fact, which settles it for as long as the roll-ups stand.

    Not for the transaction that settles it: what may be rolled back is not to be remembered.
    """
    known: int | None = session.memory.get(_MEMORY)
    if known is None:
        rows = await session.fetch(READ_MONTH)
        if rows:
            known = session.memory[_MEMORY] = int(rows[0].starts_on)
    return known
