"""The ledger's monthly partitions: this month's and the next one's are there before they are needed."""

from datetime import UTC, datetime

from libs.common.database.session import Database


def month_bounds(moment: datetime) -> tuple[str, str, str]:
    """Table name, first day and first day after of the month of ``moment`` in UTC."""
    first = moment.astimezone(UTC).date().replace(day=1)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return f"ledger_{first:%Y_%m}", first.isoformat(), after.isoformat()


async def prepare_months(database: Database, now: datetime) -> None:
    """Have the partitions of this month and of the next made; rows of other months go to the default one.

    Which month it is the database says, as it does for the rows.
    """
    async with database.transaction(now) as session:
        await session.fetch("SELECT prepare_ledger_months()")
